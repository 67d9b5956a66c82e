"""Invite by link: made, shown once, revoked."""

import re

from tests.refusals import refused
from versioning.workspaces.models import Event, Invite, Once
from versioning.workspaces.services.members import find_invite, invite, revoke_invite

ASKED = {"role": "editor", "note": "for Frank", "days": "7"}


def link_in(page):
    return re.search(r"http://127\.0\.0\.1:\d+/invite/([\w-]{43})/", page).group(1)


def test_the_link_is_shown_in_the_answer_and_opens_the_invite(cast, web):
    page = web.post("settings/members/invite/", **ASKED).content.decode()

    made = Invite.objects.get()
    assert find_invite(link_in(page)) == (cast.demo.id, made.pk)
    assert (made.role, made.note, made.created_by) == ("editor", "for Frank", cast.alice.user)


def test_the_link_is_kept_nowhere(cast, web):
    answer = web.post("settings/members/invite/", **ASKED, once="first")

    secret = link_in(answer.content.decode())
    kept = Once.objects.get(key="first")
    assert answer["Cache-Control"] == "no-store"
    assert kept.body is None
    assert secret not in str(Event.objects.get(name="member.invited").data)
    assert secret not in web.get("settings/members/").content.decode()


def test_sending_the_form_again_makes_no_second_link(cast, web):
    web.post("settings/members/invite/", **ASKED, once="first")

    again = web.post("settings/members/invite/", **ASKED, once="first")

    assert again.status_code == 409
    assert "shown once" in again.content.decode()
    assert Invite.objects.count() == 1


def test_an_editor_invites_nobody(cast, web):
    answer = web.of(cast.eve).post("settings/members/invite/", **ASKED)

    assert answer.status_code == 403
    assert not Invite.objects.exists()


def test_an_admin_is_not_offered_to_invite_owners(cast, web):
    page = web.of(cast.ada).get("settings/members/").content.decode()
    answer = web.of(cast.ada).post("settings/members/invite/", **ASKED | {"role": "owner"})

    assert '<option value="admin">' in page
    assert '<option value="owner">' not in page
    assert answer.status_code == 403
    with refused("forbidden"):
        invite(cast.ada, role="owner")


def test_days_are_bounded(cast, web):
    answers = [web.post("settings/members/invite/", **ASKED | {"days": days}) for days in ("0", "31", "x")]

    assert [answer.status_code for answer in answers] == [422, 422, 422]


def test_revoking_makes_the_link_worthless(cast, web):
    made, secret = invite(cast.alice, role="viewer")

    answer = web.post(f"settings/members/invites/{made.pk}/revoke/")

    assert answer.status_code == 303
    assert find_invite(secret) is None
    assert Event.objects.filter(name="invite.revoked").exists()


def test_a_revoked_invite_is_not_there_to_revoke(cast):
    made, _ = invite(cast.alice, role="viewer")
    revoke_invite(cast.alice, made.pk)

    with refused("not_found"):
        revoke_invite(cast.alice, made.pk)


def test_open_invites_are_listed_without_their_secret(cast, web):
    _, secret = invite(cast.alice, role="viewer", note="for Frank")

    page = web.get("settings/members/").content.decode()

    assert "for Frank" in page
    assert secret not in page
