"""Signing in: e-mail and password, a second step, a new session."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.cast import PASSWORD

WHO = {"login": "alice@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


def test_signing_in_leads_home_and_changes_the_session_key(cast):
    client = Client()
    client.post("/theme/", {"value": "dark"})
    client.session["seen"] = True
    client.session.save()
    before = client.session.session_key

    answer = client.post("/account/login/", WHO | {"login": "Alice@Example.com"})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session.session_key != before


def test_one_comes_back_to_where_one_was_going(cast):
    client = Client()
    asked = client.get("/w/demo/settings/log/?q=eve")

    answer = client.post(asked["Location"], WHO | {"next": "/w/demo/settings/log/?q=eve"})

    assert answer["Location"] == "/w/demo/settings/log/?q=eve"


def test_there_is_no_open_sign_up(cast):
    client = Client()

    page = client.get("/account/signup/").content.decode()
    client.post("/account/signup/", {"email": "new@example.com", "password1": "a long and odd passphrase"})

    assert "by invitation" in page
    assert not type(cast.alice.user).objects.filter(email="new@example.com").exists()


def test_guessing_is_slowed_down(cast):
    client = Client()
    wrong = [client.post("/account/login/", WHO | {"password": f"guess {n}"}) for n in range(5)]

    sixth = client.post("/account/login/", WHO)

    assert {answer.status_code for answer in wrong} == {200}
    assert "_auth_user_id" not in client.session
    assert "Too many failed" in sixth.content.decode() or sixth.status_code == 429


def test_a_second_step_is_asked_for_and_its_secret_is_kept_encrypted(cast):
    secret = generate_totp_secret()
    TOTP.activate(cast.alice.user, secret)
    client = Client()

    answer = client.post("/account/login/", WHO)

    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code("000000") is False


def test_a_second_step_of_another_installation_fits_no_code(cast, settings):
    TOTP.activate(cast.alice.user, generate_totp_secret())
    settings.SECRET_KEY = "another key, of another installation"

    totp = TOTP(Authenticator.objects.get(type="totp"))

    assert totp.validate_code("755224") is False  # what an empty secret would give at some time


def test_a_forgotten_password_is_set_anew_by_mail(cast):
    client = Client()
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body).group(1)
    form = client.get(link, follow=True)
    new = "an even longer passphrase"

    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})

    answer = Client().post("/account/login/", WHO | {"password": new})
    assert answer["Location"] == "/"


def test_a_reset_for_an_unknown_address_mails_nobody_and_says_the_same(cast):
    known = Client().post("/account/password/reset/", {"email": "alice@example.com"})

    unknown = Client().post("/account/password/reset/", {"email": "nobody@example.com"})

    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]


def test_a_mail_server_that_is_away_breaks_no_page(cast, monkeypatch):
    def fails(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fails)

    answer = Client().post("/account/password/reset/", {"email": "alice@example.com"})

    assert answer.status_code == 302


def test_a_person_who_may_not_sign_in_does_not(cast):
    type(cast.alice.user).objects.filter(pk=cast.alice.user.pk).update(is_active=False)
    client = Client()

    client.post("/account/login/", WHO)

    assert "_auth_user_id" not in client.session
