"""Accounts in Django admin."""

import re

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client

from tests.admin.desk import told
from tests.cast import PASSWORD, join
from tests.factories import make_prompt
from versioning.versions.models import Version
from versioning.workspaces.models import Event, Member, Role, User

PEOPLE = "workspaces/user/"


def test_a_new_person_gets_a_link_and_nobody_knows_a_password(desk):
    desk.post(f"{PEOPLE}add/", email="Grace@Example.com", name="Grace", is_active="on")

    grace = User.objects.get(email="grace@example.com")
    link = re.search(r"http://testserver(/account/\S+)", mail.outbox[0].body).group(1)
    assert not grace.has_usable_password()
    assert (grace.is_staff, grace.is_superuser) == (False, False)
    assert Client().get(link, follow=True).status_code == 200


def test_an_address_belongs_to_one_account(cast, desk):
    answer = desk.post(f"{PEOPLE}add/", email="ALICE@example.com", is_active="on")

    assert "There is an account with this address." in answer.content.decode()


def test_a_superuser_is_made_and_unmade(cast, desk):
    path = f"{PEOPLE}{cast.ada.person_id}/change/"
    person = {"email": "ada@example.com", "name": "Ada", "is_active": "on"}

    desk.post(path, **person, is_superuser="on")
    made = User.objects.get(pk=cast.ada.person_id)
    desk.post(path, **person)
    unmade = User.objects.get(pk=cast.ada.person_id)

    assert (made.is_superuser, made.is_staff) == (True, True)
    assert (unmade.is_superuser, unmade.is_staff) == (False, False)


def test_the_last_operator_stays(desk):
    path = f"{PEOPLE}{desk.user.pk}"

    changed = desk.post(f"{path}/change/", email="root@example.com", name="Root", is_active="on")
    deleted = desk.post(f"{path}/delete/", post="yes")

    assert "last operator" in changed.content.decode()
    assert "last operator" in told(deleted)[0]
    assert User.objects.get(pk=desk.user.pk).is_superuser


def test_who_is_a_last_owner_is_not_deleted(cast, desk):
    answer = desk.post(f"{PEOPLE}{cast.alice.person_id}/delete/", post="yes")

    assert told(answer) == ["A workspace keeps at least one owner. Make another owner first."]
    assert Member.objects.filter(user=cast.alice.user).exists()
    assert not Event.objects.filter(name="member.removed").exists()


def test_who_is_deleted_leaves_what_they_did(cast, desk):
    join(cast.demo, "second", Role.OWNER)
    prompt = make_prompt(cast.alice, live=1)

    desk.post(f"{PEOPLE}{cast.alice.person_id}/delete/", post="yes")

    version = Version.objects.of(prompt).get(number=1)
    assert not User.objects.filter(pk=cast.alice.person_id).exists()
    assert (version.author_id, version.author_name) == (None, "Alice")
    assert Event.objects.get(name="member.removed").data["member_name"] == "Alice"
    assert Event.objects.of(prompt.pk).filter(actor_label="Alice").exists()


def test_a_lost_phone_is_helped(cast, desk):
    TOTP.activate(cast.alice.user, generate_totp_secret())

    desk.act(PEOPLE, "drop_second_steps", cast.alice.user)

    assert not Authenticator.objects.filter(user=cast.alice.user).exists()


def test_a_link_to_set_a_password_is_sent_again(cast, desk):
    answer = desk.act(PEOPLE, "send_reset", cast.alice.user)

    assert [message.to for message in mail.outbox] == [["alice@example.com"]]
    assert told(answer) == ["A link to set a password was sent to alice@example.com."]


def test_no_page_shows_a_password(cast, desk):
    page = desk.get(f"{PEOPLE}{cast.alice.person_id}/change/").content.decode()

    assert cast.alice.user.password not in page
    assert 'name="password"' not in page


def test_a_changed_address_is_the_only_one_that_signs_in(cast, desk):
    cast.alice.user.vouch()
    person = {"email": "alice@new.example.com", "name": "Alice", "is_active": "on"}

    desk.post(f"{PEOPLE}{cast.alice.person_id}/change/", **person)

    old = Client().post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    new = Client().post("/account/login/", {"login": "alice@new.example.com", "password": PASSWORD})
    assert (old.status_code, new.status_code) == (200, 302)
