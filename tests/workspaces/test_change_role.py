"""Change a role."""

from uuid import uuid4

from tests.cast import join
from tests.refusals import refused
from versioning.workspaces.models import Event, Member, Role
from versioning.workspaces.services.members import change_role


def member_of(actor):
    return Member.objects.get(user=actor.user, workspace=actor.workspace)


def test_a_change_is_recorded(cast):
    change_role(cast.ada, member_of(cast.bob).pk, "editor")

    event = Event.objects.get(name="member.changed")
    assert member_of(cast.bob).role == "editor"
    assert event.data["changes"] == {"role": {"from": "viewer", "to": "editor"}}


def test_the_last_owner_stays_owner(cast):
    with refused("last_owner"):
        change_role(cast.alice, member_of(cast.alice).pk, "admin")


def test_one_of_two_owners_may_step_down(cast):
    join(cast.demo, "second", Role.OWNER)

    change_role(cast.alice, member_of(cast.alice).pk, "admin")

    assert member_of(cast.alice).role == "admin"


def test_the_page_changes_a_role(cast, web):
    answer = web.post(f"settings/members/{member_of(cast.bob).pk}/role/", role="editor")

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/settings/members/")
    assert member_of(cast.bob).role == "editor"


def test_a_role_that_is_none_is_refused(cast, web):
    answers = [
        web.post(f"settings/members/{member_of(cast.bob).pk}/role/", role=role)
        for role in ("emperor", "", "x" * 5000)
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]


def test_an_admin_is_not_offered_to_make_or_change_owners(cast, web):
    page = web.of(cast.ada).get("settings/members/")

    by_mail = {row["member"].user.email: row for row in page.context["rows"]}
    assert [role.value for role in page.context["roles"]] == ["viewer", "editor", "admin"]
    assert not by_mail["alice@example.com"]["may_change"]
    assert by_mail["eve@example.com"]["may_change"]


def test_a_member_that_is_none_is_not_found(cast, web):
    answer = web.post(f"settings/members/{uuid4()}/role/", role="editor")

    assert answer.status_code == 404
