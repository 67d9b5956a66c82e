"""Change the address that one signs in by: the new one answers first."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.cast import PASSWORD
from versioning.workspaces.models import User


@pytest.fixture
def alice(cast):
    cache.clear()
    client = Client()
    client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def signs_in(email):
    answer = Client().post("/account/login/", {"login": email, "password": PASSWORD})
    return answer.status_code == 302


def test_the_password_is_asked_for_again(cast):
    client = Client()
    client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})

    answer = client.post("/account/email/", {"action_add": "", "email": "alice@new.example.com"})

    assert answer["Location"].startswith("/account/reauthenticate/")
    assert mail.outbox == []


def test_until_it_is_confirmed_nothing_changes(cast, alice):
    alice.post("/account/email/", {"action_add": "", "email": "alice@new.example.com"})

    assert [message.to for message in mail.outbox] == [["alice@new.example.com"]]
    assert User.objects.get(pk=cast.alice.person_id).email == "alice@example.com"
    assert signs_in("alice@example.com")


def test_confirmed_it_takes_the_place_of_the_old_one(cast, alice):
    alice.post("/account/email/", {"action_add": "", "email": "alice@new.example.com"})
    link = re.search(r"http://testserver(/account/confirm-email/\S+)", mail.outbox[0].body).group(1)

    alice.post(link)

    assert User.objects.get(pk=cast.alice.person_id).email == "alice@new.example.com"
    assert signs_in("alice@new.example.com")
    assert not signs_in("alice@example.com")


def test_an_address_of_another_account_is_refused(cast, alice):
    alice.post("/account/email/", {"action_add": "", "email": "bob@example.com"})

    assert User.objects.get(pk=cast.bob.person_id).email == "bob@example.com"
    assert "/confirm-email/" not in "".join(message.body for message in mail.outbox)
