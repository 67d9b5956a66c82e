"""Accept an invite: as who one is, or with a new account."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client

from tests.cast import PASSWORD, Web
from tests.refusals import refused
from versioning.lib.transaction import told
from versioning.workspaces.models import Event, Invite, Member, User
from versioning.workspaces.services.members import accept_invite, invite, revoke_invite

FRANK = {"name": "Frank", "email": "Frank@Example.com", "password1": "a long and odd passphrase"}


@pytest.fixture
def made(cast):
    return invite(cast.alice, role="editor")


def link(made):
    return f"/invite/{made[1]}/"


def test_a_signed_in_person_sees_what_they_join_as_what(cast, made):
    page = Web(cast, cast.charlie).client.get(link(made)).content.decode()

    assert "Join demo as editor" in page
    assert not Member.objects.filter(user=cast.charlie.user, workspace=cast.demo).exists()


def test_a_signed_in_person_joins_by_a_post(cast, made):
    answer = Web(cast, cast.charlie).client.post(link(made))

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/")
    assert Member.objects.get(user=cast.charlie.user, workspace=cast.demo).role == "editor"
    event = Event.objects.get(name="member.joined", data__invite=str(made[0].pk))
    assert event.actor_id == cast.charlie.person_id


def test_a_new_person_gets_an_account_and_is_signed_in(cast, made):
    client = Client()

    answer = client.post(link(made), FRANK)

    frank = User.objects.get(email="frank@example.com")
    assert (answer.status_code, answer["Location"]) == (302, "/w/demo/")
    assert (frank.name, frank.is_staff, frank.is_superuser) == ("Frank", False, False)
    assert Member.objects.get(user=frank).role == "editor"
    assert client.get("/w/demo/settings/").status_code == 200


def test_a_new_account_can_reset_its_password(cast, made):
    Client().post(link(made), FRANK)

    Client().post("/account/password/reset/", {"email": "frank@example.com"})

    assert EmailAddress.objects.get(email="frank@example.com").primary
    assert [message.to for message in mail.outbox] == [["frank@example.com"]]
    assert "/account/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password1", "short"),
        ("password1", "password123"),
        ("email", "no address"),
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\0b"),
    ],
)
def test_an_account_that_is_not_sound_is_not_made(cast, made, field, value):
    answer = Client().post(link(made), FRANK | {field: value})

    assert answer.status_code == 422
    assert not User.objects.filter(email="frank@example.com").exists()
    assert Invite.objects.open().count() == 1


def test_an_address_that_is_known_is_asked_to_sign_in_and_come_back(cast, made):
    answer = Client().post(link(made), FRANK | {"email": "CHARLIE@example.com"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"/account/login/?next=%2Finvite%2F{made[1]}%2F" in page
    assert User.objects.filter(email__iexact="charlie@example.com").count() == 1


def test_after_signing_in_one_comes_back_to_the_invite(cast, made):
    client = Client()

    answer = client.post(
        f"/account/login/?next={link(made)}", {"login": "charlie@example.com", "password": PASSWORD}
    )

    assert answer["Location"] == link(made)


@pytest.mark.parametrize("how", ["used", "revoked", "expired", "never was"])
def test_a_link_that_opens_nothing_says_so(cast, made, how):
    row, secret = made
    if how == "used":
        accept_invite(secret, cast.charlie.user)
    elif how == "revoked":
        revoke_invite(cast.alice, row.pk)
    elif how == "expired":
        Invite.objects.update(expires_at="2020-01-01T00:00Z")
    else:
        secret = "A" * 43

    answers = [Client().get(f"/invite/{secret}/"), Client().post(f"/invite/{secret}/", FRANK)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert "does not work any more" in answers[0].content.decode()
    assert not User.objects.filter(email="frank@example.com").exists()


def test_a_member_already_is_led_in_and_the_invite_stays_open(cast, made):
    answer = Web(cast, cast.bob).client.post(link(made))

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/")
    assert Invite.objects.open().count() == 1
    assert Member.objects.get(user=cast.bob.user).role == "viewer"


def test_the_pages_of_an_invite_are_kept_by_no_cache(cast, made):
    answers = [Client().get(link(made)), Web(cast, cast.charlie).client.get(link(made))]

    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer["Referrer-Policy"] for answer in answers} == {"same-origin"}


def test_an_invite_makes_one_member(cast, made):
    accept_invite(made[1], cast.charlie.user)

    with refused("invite_used"):
        accept_invite(made[1], User.objects.create_user("late@example.com"))


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_member_and_no_account_in_vain(committed_cast):
    with told(committed_cast.demo.id, committed_cast.alice.person_id):
        _, secret = invite(committed_cast.alice, role="viewer")
    statuses, gate = [], threading.Barrier(2)

    def follow(name):
        gate.wait()
        answer = Client().post(f"/invite/{secret}/", FRANK | {"email": f"{name}@example.com"})
        statuses.append(answer.status_code)
        connection.close()

    threads = [threading.Thread(target=follow, args=[name]) for name in ("frank", "grace")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 410]
    assert User.objects.filter(email__in=["frank@example.com", "grace@example.com"]).count() == 1
