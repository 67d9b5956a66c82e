"""Whether a release has arrived: who serves what a pointer stands on, and how long others are behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from prompts.models import Prompt
from tests.cast import Cast
from tests.delivery.seen import note, sighting
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Artifact
from versioning.versions.readers import Arrival, readers
from versioning.workspaces.models import ApiKey
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import change_workspace


@pytest.fixture
def live(cast: Cast) -> ApiKey:
    return create_key(cast.alice, name="Phone line", kind="live")[0]


@pytest.fixture
def test(cast: Cast) -> ApiKey:
    return create_key(cast.alice, name="Trial line", kind="test")[0]


@pytest.fixture
def prompt(cast: Cast) -> Prompt:
    """v3 is live for 40 seconds, v4 is a draft."""
    made = make_prompt(cast.eve, slug="greeting", live=3, drafts=1)
    return moved(made, live_since=40)


def moved(artifact: Any, **ages: float) -> Any:
    """Let a pointer have moved so many seconds ago."""
    moments = {name: timezone.now() - timedelta(seconds=age) for name, age in ages.items()}
    Artifact.objects.filter(pk=artifact.pk).update(**moments)
    return artifact


def arrival(cast: Cast, artifact: Artifact, pointer: Any = "live") -> Arrival:
    now = Artifact.objects.with_pointers().get(pk=artifact.pk)
    return readers().arrival(cast.bob, now, pointer)


def told_of(found: Arrival) -> list[tuple[str, int | None, int | None]]:
    """Each client: its instance, what it serves, for how many seconds it is behind."""
    return [
        (each.instance, each.number, None if each.behind is None else round(each.behind.total_seconds()))
        for each in found.clients
    ]


def test_clients_serve_what_is_live_or_are_behind_since_it_moved(cast: Cast, live: ApiKey, prompt: Prompt):
    note(sighting(live, prompt, 3), sighting(live, prompt, 3, instance="web-2"),
         sighting(live, prompt, 2, instance="web-3", ago=90))  # fmt: skip

    found = arrival(cast, prompt)

    assert (found.pointer, found.number) == ("live", 3)
    assert found.generation == Artifact.objects.get(pk=prompt.pk).generation
    assert (found.serving, len(found.clients)) == (2, 3)
    assert told_of(found) == [("web-3", 2, 40), ("web-1", 3, None), ("web-2", 3, None)]
    assert round(found.furthest_behind.total_seconds()) == 40
    assert (found.clients[0].key, found.clients[0].key_id) == ("Phone line", live.pk)


def test_who_was_not_seen_for_five_minutes_is_no_client(cast: Cast, live: ApiKey, prompt: Prompt):
    note(sighting(live, prompt, 3, ago=290), sighting(live, prompt, 2, instance="gone", ago=310))

    assert told_of(arrival(cast, prompt)) == [("web-1", 3, None)]


def test_the_same_text_under_another_number_is_not_what_was_published(
    cast: Cast, live: ApiKey, prompt: Prompt
):
    digest = sighting(live, prompt, 3)["digest"]
    note(sighting(live, prompt, 2, digest=digest), sighting(live, prompt, 3, instance="b", digest="0" * 64))

    assert arrival(cast, prompt).serving == 0


def test_where_nothing_is_live_those_serve_it_who_know(cast: Cast, live: ApiKey, prompt: Prompt):
    services.unpublish(cast.eve, prompt)
    note(sighting(live, prompt, None), sighting(live, prompt, 3, instance="web-2", ago=3))

    found = arrival(cast, prompt)

    assert (found.number, found.serving) == (None, 1)
    assert told_of(found) == [("web-2", 3, 0), ("web-1", None, None)]


def test_live_is_asked_of_live_keys_and_staging_of_test_keys(
    cast: Cast, live: ApiKey, test: ApiKey, prompt: Prompt
):
    services.stage(cast.eve, prompt, 4)
    moved(prompt, staging_since=7)
    note(sighting(live, prompt, 3), sighting(test, prompt, 4, instance="trial", served_from="staging"),
         sighting(test, prompt, 3, instance="late"))  # fmt: skip

    staging = arrival(cast, prompt, "staging")

    assert told_of(arrival(cast, prompt)) == [("web-1", 3, None)]
    assert (staging.pointer, staging.number) == ("staging", 4)
    assert told_of(staging) == [("late", 3, 7), ("trial", 4, None)]


def test_where_nothing_is_staged_test_keys_shall_serve_what_is_live(cast: Cast, test: ApiKey, prompt: Prompt):
    services.stage(cast.eve, prompt, 4)
    services.unstage(cast.eve, prompt)
    note(sighting(test, prompt, 3), sighting(test, prompt, 4, instance="late", served_from="staging"))

    found = arrival(cast, prompt, "staging")

    assert found.number is None
    assert told_of(found) == [("late", 4, 0), ("web-1", 3, None)]


def test_with_staging_switched_off_its_pointer_is_not_asked(cast: Cast, test: ApiKey, prompt: Prompt):
    services.stage(cast.eve, prompt, 4)
    change_workspace(cast.alice, staging_enabled=False)
    cast.bob.workspace.refresh_from_db()
    note(sighting(test, prompt, 3))

    found = arrival(cast, prompt, "staging")

    assert (found.number, found.serving) == (None, 1)


def test_a_draft_that_is_rewritten_leaves_its_clients_behind(cast: Cast, test: ApiKey, prompt: Prompt):
    services.stage(cast.eve, prompt, 4)
    moved(prompt, staging_since=600)
    note(sighting(test, prompt, 4, served_from="staging"))
    before = arrival(cast, prompt, "staging")

    services.update_draft(cast.eve, prompt, 4, source="Rewritten.", message="")

    assert before.serving == 1
    assert told_of(arrival(cast, prompt, "staging")) == [("web-1", 4, 0)]


def test_an_agent_is_asked_about_like_a_prompt(cast: Cast, live: ApiKey):
    agent = make_agent(cast.eve, slug="desk", locked=2, live=2)
    note(sighting(live, agent, 2), sighting(live, agent, 1, instance="late"))

    assert [each[:2] for each in told_of(arrival(cast, agent))] == [("late", 1), ("web-1", 2)]


def test_keys_that_read_it_in_the_last_day_are_told_the_busiest_first(
    cast: Cast, live: ApiKey, test: ApiKey, prompt: Prompt
):
    other = make_prompt(cast.eve, slug="other", live=1)
    note(sighting(live, prompt, 3, count=5), sighting(live, prompt, 3, count=7, ago=3 * 3_600),
         sighting(test, prompt, 3, count=60), sighting(live, other, 1, count=900),
         sighting(live, prompt, 2, count=800, ago=26 * 3_600))  # fmt: skip

    found = readers().uses(cast.bob, prompt)

    assert [(use.key, use.kind, use.reads) for use in found] == [
        ("Trial line", "test", 60), ("Phone line", "live", 12),
    ]  # fmt: skip
    assert [use.prefix for use in found] == [test.prefix, live.prefix]
    assert found[1].key_id == live.pk
    assert timezone.now() - found[1].last_at < timedelta(minutes=1)


def test_nothing_of_another_workspace_is_told(cast: Cast, live: ApiKey, prompt: Prompt):
    note(sighting(live, prompt, 3))
    theirs = Artifact.objects.with_pointers().get(pk=prompt.pk)

    with told(cast.elsewhere.id, cast.charlie.person_id):
        assert readers().arrival(cast.charlie, theirs, "live").clients == []
        assert readers().uses(cast.charlie, prompt) == []


def test_the_question_costs_as_many_queries_with_many_clients(cast: Cast, live: ApiKey, prompt: Prompt):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            arrival(cast, prompt)
            readers().uses(cast.bob, prompt)
        return len(asked)

    note(sighting(live, prompt, 3))
    few = queries()
    note(*(sighting(live, prompt, 2, instance=f"web-{n}") for n in range(150)))

    assert queries() == few <= 3
