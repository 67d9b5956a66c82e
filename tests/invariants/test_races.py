"""Many people act on one prompt at once; afterwards SQL finds every invariant whole."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from tests.factories import make_prompt
from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event

AUDIT = {
    "a live draft": """SELECT a.slug FROM versions_artifact a JOIN versions_version v ON v.id = a.live_id
        WHERE v.locked_at IS NULL""",
    "a pointer outside": """SELECT a.slug FROM versions_artifact a
        JOIN versions_version v ON v.id IN (a.live_id, a.staging_id) WHERE v.artifact_id <> a.id""",
    "a number above the counter": """SELECT a.slug FROM versions_artifact a
        JOIN versions_version v ON v.artifact_id = a.id WHERE v.number > a.last_number""",
    "a gap in the sequence": """SELECT artifact_id FROM workspaces_event WHERE artifact_id IS NOT NULL
        GROUP BY artifact_id HAVING count(*) <> max(sequence) OR min(sequence) <> 1""",
    "a live pointer that the events do not tell": """
        SELECT a.slug FROM versions_artifact a LEFT JOIN versions_version v ON v.id = a.live_id
        WHERE v.number IS DISTINCT FROM (SELECT e.to_number FROM workspaces_event e
          WHERE e.artifact_id = a.id AND e.name IN
            ('version.published', 'version.rolled_back', 'version.unpublished')
          ORDER BY e.sequence DESC LIMIT 1)""",
    "a staging pointer that the events do not tell": """
        SELECT a.slug FROM versions_artifact a LEFT JOIN versions_version v ON v.id = a.staging_id
        WHERE v.number IS DISTINCT FROM (SELECT e.to_number FROM workspaces_event e
          WHERE e.artifact_id = a.id AND e.name IN ('staging.set', 'staging.cleared')
          ORDER BY e.sequence DESC LIMIT 1)""",
    "two events that moved live from elsewhere": """
        SELECT e.artifact_id FROM (SELECT artifact_id, from_number, lag(to_number)
            OVER (PARTITION BY artifact_id ORDER BY sequence) AS before, sequence,
            row_number() OVER (PARTITION BY artifact_id ORDER BY sequence) AS nth
          FROM workspaces_event WHERE name IN
            ('version.published', 'version.rolled_back', 'version.unpublished')) e
        WHERE nth > 1 AND e.from_number IS DISTINCT FROM e.before""",
}


def violations():
    """The names of the invariants that are broken, asked in SQL."""
    with connection.cursor() as cursor:
        broken = []
        for name, question in AUDIT.items():
            cursor.execute(question)
            if cursor.fetchall():
                broken.append(name)
    return broken


def run_together(cast, jobs):
    """Each job in a thread and a transaction of its own, all started at once. Returns what they raised."""
    gate = threading.Barrier(len(jobs))

    def one(job):
        gate.wait()
        try:
            with told(cast.demo.id, cast.eve.person_id):
                job()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


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
