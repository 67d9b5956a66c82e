"""Remove a member, or leave."""

from tests.refusals import refused
from versioning.workspaces.models import Event, Member
from versioning.workspaces.services.members import remove_member


def member_of(actor):
    return Member.objects.get(user=actor.user, workspace=actor.workspace)


def test_who_is_removed_finds_nothing_any_more(cast, web):
    remove_member(cast.ada, member_of(cast.bob).pk)

    assert web.of(cast.bob).get("settings/").status_code == 404
    assert Event.objects.get(name="member.removed").data["member_name"] == "Bob"


def test_the_last_owner_cannot_leave(cast):
    with refused("last_owner"):
        remove_member(cast.alice, member_of(cast.alice).pk)


def test_the_page_asks_before_it_removes(cast, web):
    path = f"settings/members/{member_of(cast.bob).pk}/remove/"

    asked = web.get(path)
    removed = web.post(path)

    assert "Remove Bob?" in asked.content.decode()
    assert (removed.status_code, removed["Location"]) == (303, "/w/demo/settings/members/")
    assert not Member.objects.filter(user=cast.bob.user).exists()


def test_leaving_ends_at_home(cast, web):
    path = f"settings/members/{member_of(cast.bob).pk}/remove/"

    answer = web.of(cast.bob).post(path)

    assert (answer.status_code, answer["Location"]) == (303, "/")


def test_a_viewer_removes_nobody_else(cast, web):
    answer = web.of(cast.bob).post(f"settings/members/{member_of(cast.eve).pk}/remove/")

    assert answer.status_code == 403
    assert member_of(cast.eve)
