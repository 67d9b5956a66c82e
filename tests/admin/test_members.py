"""Members and invites in Django admin."""

from tests.admin.desk import told
from versioning.workspaces.models import Event, Invite, Member
from versioning.workspaces.services.members import invite


def member_of(actor):
    return Member.objects.get(user=actor.user, workspace=actor.workspace)


def test_a_member_is_added_by_the_service(cast, desk):
    desk.post(
        "workspaces/member/add/",
        workspace=str(cast.demo.pk), user=str(cast.charlie.person_id), role="editor",
    )  # fmt: skip

    event = Event.objects.filter(name="member.joined").newest_first().first()
    assert Member.objects.get(workspace=cast.demo, user=cast.charlie.user).role == "editor"
    assert (event.actor_kind, event.via, event.data["member_name"]) == ("operator", "admin", "Charlie")


def test_nobody_is_a_member_twice(cast, desk):
    answer = desk.post(
        "workspaces/member/add/",
        workspace=str(cast.demo.pk), user=str(cast.bob.person_id), role="editor",
    )  # fmt: skip

    assert Member.objects.filter(workspace=cast.demo, user=cast.bob.user).count() == 1
    assert answer.status_code == 200


def test_a_role_changes_with_an_event(cast, desk):
    desk.post(f"workspaces/member/{member_of(cast.bob).pk}/change/", role="owner")

    assert member_of(cast.bob).role == "owner"
    assert Event.objects.get(name="member.changed").actor_kind == "operator"


def test_the_last_owner_is_kept_and_the_reason_told(cast, desk):
    path = f"workspaces/member/{member_of(cast.alice).pk}"

    changed = desk.post(f"{path}/change/", role="viewer")
    deleted = desk.post(f"{path}/delete/", post="yes")

    assert member_of(cast.alice).role == "owner"
    for answer in (changed, deleted):
        assert told(answer) == ["A workspace keeps at least one owner. Make another owner first."]


def test_a_member_is_removed_with_an_event(cast, desk):
    desk.post(f"workspaces/member/{member_of(cast.bob).pk}/delete/", post="yes")

    assert not Member.objects.filter(user=cast.bob.user).exists()
    assert Event.objects.get(name="member.removed").actor_kind == "operator"


def test_an_invite_is_revoked_and_its_secret_unknown(cast, desk):
    row, secret = invite(cast.alice, role="viewer")

    answer = desk.act("workspaces/invite/", "revoke", row)
    page = desk.get(f"workspaces/invite/{row.pk}/change/").content.decode()

    assert told(answer) == ["Invites revoked: 1"]
    assert Invite.objects.get(pk=row.pk).revoked_at
    assert secret not in page
    assert bytes(row.digest).hex() not in page
    assert "digest" not in page
