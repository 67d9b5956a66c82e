"""Tokens: who gets one, what it opens, when it ends."""

from datetime import timedelta

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.cast import PASSWORD
from versioning.lib.crypto import derived
from versioning.lib.transaction import told
from versioning.workspaces import tokens
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Member
from versioning.workspaces.services.members import add_member

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


def sign_in(rest, name: str = "eve", password: str = PASSWORD, **more):
    return rest.nobody().post("auth/token", username=f"{name}@example.com", password=password, **more)


def code_of_now() -> str:
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(SECRET, counters[len(counters) // 2]))


def forged(actor, **changes):
    claims = jwt.decode(tokens.issue(actor.user, "demo"), options={"verify_signature": False})
    return {name: value for name, value in (claims | changes).items() if value is not None}


def test_signing_in_gives_tokens_for_ones_only_workspace(rest, cast):
    body = sign_in(rest, "eve").json()

    assert (body["token_type"], body["expires_in"], body["workspace"], body["role"]) == (
        "Bearer", 3600, "demo", "editor",
    )  # fmt: skip
    assert type(rest)(cast, body["access"]).get("prompts").status_code == 200


def test_the_address_is_taken_in_any_case(rest):
    assert (
        rest.nobody().post("auth/token", username=" EVE@example.COM ", password=PASSWORD).status_code == 200
    )


def test_with_several_workspaces_one_must_be_named(rest, cast):
    with told(cast.elsewhere.id):
        add_member(Actor.of_operator(cast.elsewhere, via="command"), cast.eve.user, "viewer")

    unnamed, foreign = sign_in(rest), sign_in(rest, workspace="nowhere")
    named = sign_in(rest, workspace="elsewhere").json()

    assert (unnamed.status_code, unnamed.json()["workspaces"]) == (422, ["demo", "elsewhere"])
    assert (foreign.status_code, foreign.json()["workspaces"]) == (422, ["demo", "elsewhere"])
    assert (named["workspace"], named["role"]) == ("elsewhere", "viewer")


def test_a_foreign_workspace_and_one_that_never_was_are_refused_alike(rest):
    assert sign_in(rest, workspace="elsewhere").content == sign_in(rest, workspace="nowhere").content


@pytest.mark.parametrize(("name", "password"), [("eve", "wrong"), ("nobody", PASSWORD), ("eve", "")])
def test_a_wrong_password_and_an_unknown_account_are_answered_alike(rest, name, password):
    answer = sign_in(rest, name, password)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.content == sign_in(rest, "eve", "wrong").content


def test_an_account_that_is_switched_off_gets_no_token(rest, cast):
    cast.eve.user.is_active = False
    cast.eve.user.save()

    assert sign_in(rest).status_code == 401


def test_who_is_a_member_of_nothing_is_told_so(rest, cast):
    Member.objects.filter(user=cast.eve.user).delete()

    answer = sign_in(rest)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_second_factor_is_asked_for_and_takes_its_code_once(rest, cast):
    TOTP.activate(cast.eve.user, SECRET)
    code = code_of_now()

    missing, wrong = sign_in(rest), sign_in(rest, otp="000000")
    right, again = sign_in(rest, otp=code), sign_in(rest, otp=code)

    assert (missing.status_code, missing.json()["code"]) == (401, "otp_required")
    assert (wrong.json()["code"], right.status_code, again.status_code) == ("unauthorized", 200, 401)


def test_a_recovery_code_is_taken_once(rest, cast):
    TOTP.activate(cast.eve.user, SECRET)
    code = RecoveryCodes.activate(cast.eve.user).generate_codes()[0]

    first, second = sign_in(rest, otp=code), sign_in(rest, otp=code)

    assert (first.status_code, second.status_code) == (200, 401)
    assert Authenticator.objects.get(type="recovery_codes").last_used_at


def test_a_password_alone_never_passes_a_security_key(rest, cast):
    Authenticator.objects.create(user=cast.eve.user, type="webauthn", data={"name": "key", "credential": {}})

    codes = [sign_in(rest).json()["code"], sign_in(rest, otp="123456").json()["code"]]

    assert codes == ["otp_required", "unauthorized"]


def test_ten_failures_stop_one_address_and_no_other(rest):
    failures = [sign_in(rest, password="wrong").status_code for _ in range(10)]

    stopped = sign_in(rest)
    elsewhere = Client(REMOTE_ADDR="203.0.113.9").post(
        "/api/auth/token", {"username": "eve@example.com", "password": PASSWORD}, "application/json"
    )

    assert failures == [401] * 10
    assert (stopped.status_code, stopped.json()["code"]) == (429, "rate_limited")
    assert 0 < int(stopped["Retry-After"]) <= 301
    assert (elsewhere.status_code, sign_in(rest, "bob").status_code) == (200, 200)


@pytest.mark.parametrize("address", ["", "not an address", "::1", "fe80::1%eth0"])
def test_a_strange_address_is_no_failure_of_ours(rest, address):
    body = {"username": "eve@example.com", "password": "wrong"}

    answer = Client(REMOTE_ADDR=address).post("/api/auth/token", body, "application/json")

    assert answer.status_code in (401, 403)


def test_signing_in_forgets_former_failures(rest):
    for _ in range(9):
        sign_in(rest, password="wrong")
    sign_in(rest)

    assert [sign_in(rest, password="wrong").status_code, sign_in(rest).status_code] == [401, 200]


def test_a_refresh_token_renews_and_reads_nothing(rest, cast):
    first = sign_in(rest).json()

    renewed = rest.nobody().post("auth/refresh", refresh=first["refresh"])
    swapped = rest.nobody().post("auth/refresh", refresh=first["access"])
    read_by_refresh = type(rest)(cast, first["refresh"]).get("prompts")

    assert renewed.json()["refresh"] == first["refresh"]
    assert type(rest)(cast, renewed.json()["access"]).get("prompts").status_code == 200
    assert (swapped.status_code, read_by_refresh.status_code) == (401, 401)


def test_membership_role_and_account_are_read_at_every_call(rest, cast):
    eve = rest.of(cast.eve)
    before = eve.post("prompts", slug="a").status_code

    Member.objects.filter(user=cast.eve.user).update(role="viewer")
    as_viewer = eve.post("prompts", slug="b").status_code
    Member.objects.filter(user=cast.eve.user).delete()
    as_stranger = eve.get("prompts").status_code

    assert (before, as_viewer, as_stranger) == (201, 403, 401)


def test_a_new_password_ends_every_token(rest, cast):
    tokens_of_eve = sign_in(rest).json()
    cast.eve.user.set_password("another password, longer")
    cast.eve.user.save()

    read = type(rest)(cast, tokens_of_eve["access"]).get("prompts")
    renewed = rest.nobody().post("auth/refresh", refresh=tokens_of_eve["refresh"])

    assert (read.status_code, renewed.status_code) == (401, 401)


def test_the_hour_of_a_token_ends(rest, cast):
    past = timezone.now() - timedelta(hours=1, seconds=1)
    claims = forged(cast.eve, iat=past, exp=past + timedelta(hours=1))
    late = jwt.encode(claims, derived("tokens"), "HS256")

    answer = type(rest)(cast, late).get("prompts")

    assert (answer.status_code, "refresh" in answer.json()["title"]) == (401, True)


def test_forged_tokens_open_nothing(rest, cast):
    key, good = derived("tokens"), forged(cast.eve)
    bad = [
        jwt.encode(good, "x" * 32, "HS256"),
        jwt.encode(good, None, "none"),
        jwt.encode(good, key * 2, "HS512"),
        jwt.encode(good | {"aud": "other"}, key, "HS256"),
        jwt.encode(good | {"iss": "other"}, key, "HS256"),
        jwt.encode(good | {"typ": "mcp"}, key, "HS256"),
        jwt.encode(good | {"workspace": "elsewhere"}, key, "HS256"),
        jwt.encode(good | {"seal": "0" * 32}, key, "HS256"),
        jwt.encode(good, "x" * 32, "HS256", headers={"kid": "../../../dev/null"}),
        *[jwt.encode(forged(cast.eve, **{name: None}), key, "HS256") for name in tokens.CLAIMS],
    ]

    codes = {type(rest)(cast, token).get("prompts").status_code for token in bad}

    assert type(rest)(cast, jwt.encode(good, key, "HS256")).get("prompts").status_code == 200
    assert codes == {401}


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", "Basic YWxpY2U6cGFzcw==", "Bearer é", "Bearer a.b.c", "Bearer pv_live_",
        "Bearer " + "x" * 100_000, "Bearer pv_live_" + "0" * 42, "Bearer pv_live_" + "٣" * 42, "Token abc",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused_with_what_to_send(rest, header):
    answer = Client().get("/api/prompts", headers={"Authorization": header.encode().decode("latin-1")})

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer["WWW-Authenticate"] == 'Bearer realm="previse"'


def test_a_mistyped_key_is_refused_without_a_look_at_the_keys(rest, cast, django_assert_num_queries):
    key = rest.with_key("history").bearer
    mistyped = key[:-1] + ("0" if key[-1] != "0" else "1")

    with django_assert_num_queries(5):  # the transaction and what it is told, and nothing else
        answer = type(rest)(cast, mistyped).get("prompts")

    assert answer.status_code == 401


def test_a_session_of_the_browser_opens_nothing_here(rest, web):
    answer = web.client.get("/api/prompts")

    assert answer.status_code == 401
