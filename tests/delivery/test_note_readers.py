"""`note_readers()`: what the server processes saw becomes one true picture."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from prompts.models import Prompt
from tests.cast import Cast
from tests.delivery.seen import note, sighting
from tests.factories import make_agent, make_prompt
from versioning.delivery.models import Client, Reads
from versioning.lib.transaction import told
from versioning.workspaces.models import ApiKey
from versioning.workspaces.services.keys import create_key


@pytest.fixture
def key(cast: Cast) -> ApiKey:
    return create_key(cast.alice, name="Phone line", kind="live")[0]


@pytest.fixture
def prompt(cast: Cast) -> Prompt:
    return make_prompt(cast.eve, slug="greeting", live=3)


def held() -> dict[str, Any]:
    """What each client holds, by instance."""
    return dict(Client.objects.values_list("instance", "number"))


def ages() -> tuple[int, int]:
    """For how many seconds the one client has held what it holds, and since when it was not seen."""
    now, row = moment(), Client.objects.get()
    return round((now - row.since).total_seconds()), round((now - row.seen_at).total_seconds())


def moment() -> Any:
    """The transaction's moment, which the function takes for now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def test_a_client_is_its_key_its_instance_and_what_it_holds(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 3), sighting(key, prompt, 2, instance=""))

    assert held() == {"web-1": 3, "": 2}
    row = Client.objects.get(instance="web-1")
    assert (row.key_id, row.artifact_id, row.workspace_id) == (key.pk, prompt.pk, prompt.workspace_id)
    assert (row.generation, row.served_from, len(row.digest)) == (prompt.generation, "live", 64)


def test_what_was_seen_last_counts_whoever_writes_it_first(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 3, ago=1))
    note(sighting(key, prompt, 2, ago=3))

    assert held() == {"web-1": 3}
    assert ages() == (1, 1)


def test_of_one_client_seen_twice_in_one_write_the_last_counts(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 2, ago=4), sighting(key, prompt, 3, ago=1), sighting(key, prompt, 1, ago=5))

    assert held() == {"web-1": 3}
    assert Reads.objects.get().count == 3


def test_since_stays_while_the_text_stays_the_same(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 2, ago=50, since=60))
    note(sighting(key, prompt, 2, ago=10, since=20, generation=99))
    kept = ages()
    note(sighting(key, prompt, 3, ago=1, since=4))

    assert kept == (60, 10)
    assert ages() == (4, 1)


def test_being_told_that_nothing_is_live_is_held_too(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 2, ago=9))
    note(sighting(key, prompt, None, ago=1))

    assert held() == {"web-1": None}
    assert ages() == (1, 1)


def test_no_clock_of_a_process_matters_and_nothing_lies_in_the_future(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 3, ago=-500))

    assert ages() == (0, 0)
    assert Reads.objects.get().last_at <= timezone.now()


def test_reads_are_added_to_their_hour(key: ApiKey, prompt: Prompt):
    ago = (moment() - moment().replace(minute=0, second=0, microsecond=0)).total_seconds() + 60
    for count in (5, 7):
        note(sighting(key, prompt, 3, count=count), sighting(key, prompt, 3, ago=ago, count=100))

    hours = list(Reads.objects.order_by("-hour").values_list("count", flat=True))
    latest, before = Reads.objects.order_by("-hour").values_list("hour", flat=True)
    assert hours == [12, 200]
    assert latest - before == timedelta(hours=1)
    assert (latest.minute, latest.second) == (0, 0)


def test_a_version_read_by_its_number_counts_and_makes_no_client(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 1, generation=None, count=4))

    assert held() == {}
    assert Reads.objects.get().count == 4


def test_a_conversation_counts_for_the_agent_of_its_slug_in_the_workspace_of_its_key(
    cast: Cast, key: ApiKey, prompt: Prompt
):
    agent = make_agent(cast.eve, slug=prompt.slug)
    with told(cast.elsewhere.id, cast.charlie.person_id):
        make_agent(cast.charlie, slug="theirs")
    begun = sighting(key, agent, generation=None, instance="", count=4) | {"artifact": None}

    note(begun | {"agent": agent.slug}, begun | {"agent": "theirs"}, begun | {"agent": "none"}, begun)

    assert held() == {}
    assert Reads.objects.values_list("artifact_id", "count").get() == (agent.pk, 4)


def test_what_is_gone_or_of_two_workspaces_is_passed_over(cast: Cast, key: ApiKey, prompt: Prompt):
    with told(cast.elsewhere.id, cast.charlie.person_id):
        theirs = create_key(cast.charlie, name="theirs", kind="live")[0]
    gone = "00000000-0000-4000-8000-000000000000"

    note(
        sighting(key, prompt, 3), sighting(theirs, prompt, 3), sighting(key, prompt, 3) | {"key": gone},
        sighting(key, prompt, 3) | {"artifact": gone},
    )  # fmt: skip

    assert held() == {"web-1": 3}
    assert Reads.objects.get().count == 1


def test_a_key_has_two_hundred_places_and_all_beyond_are_one(key: ApiKey, prompt: Prompt):
    note(sighting(key, prompt, 3, instance="first"))
    note(*(sighting(key, prompt, 2, instance=f"invented-{n}", ago=n / 100) for n in range(500)))
    note(*(sighting(key, prompt, 1, instance=f"again-{n}") for n in range(500)))
    note(sighting(key, prompt, 2, instance="first"))

    found = held()
    assert len(found) == 201
    assert (found["first"], found["*"], found["invented-0"]) == (2, 1, 2)
    assert Reads.objects.get().count == 1_002


def test_those_not_seen_for_minutes_make_room_for_new_ones(key: ApiKey, prompt: Prompt):
    note(*(sighting(key, prompt, 2, instance=f"old-{n}", ago=600) for n in range(200)))

    note(*(sighting(key, prompt, 3, instance=f"new-{n}") for n in range(3)))

    assert held() == {"new-0": 3, "new-1": 3, "new-2": 3}


def test_old_rows_go_when_it_tidies(key: ApiKey, prompt: Prompt):
    day, month = 86_400, 31 * 86_400
    note(sighting(key, prompt, 3), sighting(key, prompt, 3, instance="yesterday", ago=day - 60),
         sighting(key, prompt, 3, instance="gone", ago=day + 60))  # fmt: skip
    note(sighting(key, prompt, 3, instance="gone", ago=month + 3_600))
    kept = held().keys(), Reads.objects.count()

    note(tidy=True)

    assert kept[0] == {"web-1", "yesterday", "gone"}
    assert held().keys() == {"web-1", "yesterday"}
    assert Reads.objects.count() == kept[1] - 1


@pytest.mark.django_db
def test_nobody_but_the_application_may_call_it():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosecdef, array_to_string(proacl, ' ') FROM pg_proc"
            " WHERE proname IN ('note_readers', 'delivery_bundle')"
        )
        found = {name: (definer, acl) for name, definer, acl in cursor.fetchall()}

    assert found.keys() == {"note_readers", "delivery_bundle"}
    for definer, acl in found.values():
        assert definer
        assert "pv_rw=X" in acl
        assert not any(each.startswith("=") for each in acl.split())
