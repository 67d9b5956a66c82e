"""The record in Django admin: read across workspaces, filtered, searched; written by nobody."""

import pytest
from django.db import connection

from agents.models import Snapshot
from agents.services import change_agent
from tests.admin.desk import Desk
from tests.factories import make_agent, make_prompt
from tests.versions.pages import body
from versioning.changes.models import Change, Gap
from versioning.lib.transaction import told


@pytest.fixture
def agent(cast):
    made = make_agent(cast.alice, slug="desk", locked=1, live=1)
    change_agent(cast.eve, made, bio="Other words.")
    return made


@pytest.fixture
def gap(cast, agent):
    """A change that could not be recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.actor_id = 'nobody'")
        cursor.execute("UPDATE builder_agents SET bio = 'Lost.' WHERE id = %s", [agent.pk])
    cast.alice.tell()
    return Gap.objects.get()


@pytest.fixture
def pages(agent, gap):
    """The page of each kind of row, and one row of it."""
    return {
        "changes/change": Change.objects.of("agent", agent.pk).get(version=2), "changes/gap": gap,
        "agents/snapshot": Snapshot.objects.of(agent.pk).get(),
    }  # fmt: skip


def test_each_list_and_row_is_there_to_be_read(desk: Desk, pages):
    for path, row in pages.items():
        assert desk.get(f"{path}/").status_code == 200, path
        shown = desk.get(f"{path}/{row.pk}/change/")
        assert shown.status_code == 200, path
        assert b'name="_save"' not in shown.content, path


def test_nothing_is_added_changed_or_deleted(desk: Desk, pages):
    for path, row in pages.items():
        assert desk.get(f"{path}/add/").status_code == 403, path
        assert desk.get(f"{path}/{row.pk}/delete/").status_code == 403, path
        assert desk.post(f"{path}/{row.pk}/change/", version=9).status_code == 403, path


def test_changes_of_all_workspaces_say_whose_they_are_and_who_made_them(cast, desk: Desk, agent):
    with told(cast.elsewhere.id, cast.charlie.person_id):
        make_prompt(cast.charlie, slug="theirs")

    page = body(desk.get("changes/change/"))

    assert "elsewhere prompt" in page
    assert "charlie@example.com" in page
    assert "bio eve@example.com" in page


def test_they_are_found_by_id_note_and_login(desk: Desk, agent):
    found = body(desk.get("changes/change/", q=str(agent.pk)))
    assert "2 changes" in found or "bio eve@example.com" in found

    for words in ("no such note", "00000000-0000-0000-0000-000000000000", "not-a-uuid"):
        assert "0 results" in body(desk.get("changes/change/", q=words)), words
    assert "bio eve@example.com" in body(desk.get("changes/change/", q="pv_app"))
    assert (
        "bio" not in body(desk.get("changes/change/", resource_type="trigger")).partition("Action")[2][:2000]
    )


def test_a_list_asks_as_much_for_many_as_for_one(cast, desk: Desk, agent, django_assert_max_num_queries):
    for number in range(8):
        change_agent(cast.eve, agent, bio=f"Words {number}.")

    with django_assert_max_num_queries(14):
        desk.get("changes/change/")


def test_a_gap_says_what_was_lost_and_why(desk: Desk, gap):
    page = body(desk.get("changes/gap/"))

    assert "demo agent" in page
    assert "22P02" in page
    assert str(gap.version) in page
