"""The way in and out: a wrong password, an invite, a second factor, signing out."""

import base64
import hmac
import re
import time

from playwright.sync_api import expect

from tests.cast import PASSWORD
from versioning.workspaces.services.members import invite


def sign_in(page, email, password):
    page.goto("/account/login/")
    fill_in(page, email, password)


def fill_in(page, email, password):
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_wrong_password_is_said_and_lets_nobody_in(browsers):
    page = browsers.nobody()

    sign_in(page, "alice@example.com", "not this one")

    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("Email")).to_have_value("alice@example.com")
    page.goto("prompts/")
    assert "/account/login/" in page.url


def test_one_arrives_where_one_wanted_to_go(browsers, world):
    world.prompt("wanted", live=1)
    page = browsers.nobody()
    page.goto("prompts/wanted/versions/")

    fill_in(page, "bob@example.com", PASSWORD)

    expect(page.locator("#v1")).to_be_visible()
    assert page.url.endswith("/prompts/wanted/versions/")


def test_signing_out_closes_every_page(browsers):
    page = browsers.nobody()
    sign_in(page, "eve@example.com", PASSWORD)
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()

    page.locator(".side summary.me").click()
    page.locator(".side").get_by_role("button", name="Sign out").click()
    expect(page.locator(".side summary.me")).to_have_count(0)
    page.goto("prompts/")

    assert "/account/login/" in page.url


def test_an_invite_link_is_made_copied_and_makes_an_account(browsers, world):
    admin = browsers.of(world.cast.ada)
    admin.goto("settings/members/")
    admin.get_by_label("For whom").fill("Dora")
    admin.get_by_role("button", name="Make the link").click()
    link = admin.get_by_label("the invite link", exact=True).inner_text()
    assert link.startswith(f"{world.server.url}/invite/")

    page = browsers.nobody()
    page.goto(link)
    page.get_by_label("Name").fill("Dora")
    page.get_by_label("Email").fill("dora@example.com")
    page.get_by_label("Password").fill("a long and lovely password")
    page.get_by_role("button", name="Create account and join").click()

    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    expect(page.locator(".side summary.me")).to_contain_text("Dora")
    admin.goto("settings/members/")
    expect(admin.get_by_role("row", name=re.compile("Dora.*dora@example.com"))).to_be_visible()


def test_an_invite_works_once(browsers, watch, world):
    watch.expect("410")
    secret = world.act(world.cast.alice, invite, role="viewer")[1]
    first, second = browsers.of(world.cast.charlie), browsers.nobody()

    first.goto(f"/invite/{secret}/")
    first.get_by_role("button", name="Join demo").click()
    expect(first.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    second.goto(f"/invite/{secret}/")

    expect(second.get_by_role("heading", name="This invite does not work any more")).to_be_visible()


def test_an_authenticator_app_is_set_up_with_a_picture_and_asked_for_at_the_next_sign_in(browsers):
    page = browsers.nobody()
    sign_in(page, "bob@example.com", PASSWORD)
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    page.goto("/account/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    picture = page.get_by_role("img", name="QR code of the secret below")
    expect(picture.locator("svg")).to_be_visible()
    assert picture.locator("svg path, svg rect").first.bounding_box()["width"] > 50
    secret = page.get_by_label("Secret", exact=True).inner_text()

    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name=re.compile("Recovery codes"))).to_be_visible()

    other = browsers.nobody()
    sign_in(other, "bob@example.com", PASSWORD)
    expect(other.get_by_role("heading", name="Second step")).to_be_visible()
    expect(other.get_by_role("button", name="Use a passkey or security key")).to_have_count(0)
    other.goto("prompts/")
    assert "/account/2fa/authenticate/" in other.url


def test_a_passkey_is_added_and_opens_the_door_by_itself(browsers, world):
    home = world.server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to a number
    page = browsers.nobody()
    give_passkeys(page)
    page.goto(f"{home}/account/login/")
    fill_in(page, "ada@example.com", PASSWORD)
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    page.goto(f"{home}/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Thumb")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name=re.compile("Recovery codes"))).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{home}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{home}/account/login/")
    fill_in(page, "ada@example.com", PASSWORD)
    page.get_by_role("button", name="Use a passkey or security key").click()

    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()


def test_a_page_that_was_left_open_says_that_one_is_signed_out(browsers, watch, world):
    world.prompt("left", live=1)
    page = browsers.nobody()
    sign_in(page, "eve@example.com", PASSWORD)
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    page.goto("prompts/left/")

    page.context.clear_cookies()
    page.get_by_label("Text of the prompt").fill("Typed after the session ended\n")

    watch.expect("401|403|beforeunload")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Not saved: you are signed out.")


def give_passkeys(page):
    """A computer that reads fingerprints, and likes each one."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    reader = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": reader})


def code_of(secret):
    """The six digits that an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
