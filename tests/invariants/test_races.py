"""Many people act on one prompt at once; afterwards SQL finds every invariant whole."""

import random

from django.db import connection

from tests.factories import make_prompt
from tests.invariants.audit import violations
from tests.invariants.together import run_together
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_of_two_promotions_bound_to_one_review_exactly_one_happens(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        prompt = make_prompt(cast.eve, live=1, drafts=2)

    codes = run_together(
        cast,
        [
            lambda: services.promote(cast.eve, prompt, 2, generation=prompt.generation),
            lambda: services.promote(cast.ada, prompt, 3, generation=prompt.generation),
        ],
    )

    assert sorted(codes) == ["done", "stale"]


def test_of_two_saves_on_one_tag_exactly_one_happens(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        prompt = make_prompt(cast.eve)
        tag = Version.objects.of(prompt).get().tag

    codes = run_together(
        cast,
        [
            lambda n=n: services.update_draft(cast.eve, prompt, 1, source=f"Text {n}", expected=tag)
            for n in range(8)
        ],
    )

    assert sorted(codes) == ["done"] + ["stale"] * 7


def test_sixteen_people_at_once_break_no_invariant(committed_cast):
    cast, chance = committed_cast, random.Random(7)
    with told(cast.demo.id):
        prompt = make_prompt(cast.eve, live=4, drafts=6)
    verbs = [
        lambda: services.promote(cast.eve, prompt, chance.randint(1, 12)),
        lambda: services.roll_back(cast.ada, prompt, chance.randint(1, 4)),
        lambda: services.unpublish(cast.alice, prompt),
        lambda: services.stage(cast.eve, prompt, chance.randint(1, 12)),
        lambda: services.unstage(cast.ada, prompt),
        lambda: services.save_version(cast.eve, prompt, source=f"Text {chance.random()}"),
        lambda: services.update_draft(cast.eve, prompt, chance.randint(5, 12), source=f"T {chance.random()}"),
        lambda: services.delete_draft(cast.alice, prompt, chance.randint(5, 12)),
    ]

    codes = []
    for _ in range(8):
        codes += run_together(cast, [chance.choice(verbs) for _ in range(16)])

    with told(cast.demo.id):
        assert violations() == []
        acts = Event.objects.of(prompt.pk).exclude(name="artifact.created").count()
    assert codes.count("done") > len(codes) / 4
    assert acts >= codes.count("done")


def test_the_audit_sees_a_pointer_that_moved_without_an_event(committed_cast):
    """The planted fault: without it an empty list would mean nothing."""
    cast = committed_cast
    with told(cast.demo.id):
        prompt = make_prompt(cast.eve, live=2)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE versions_artifact SET live_id = NULL WHERE id = %s", [prompt.pk])

        assert violations() == ["a live pointer that the events do not tell"]
