"""MCP tokens: made by members for their assistants, shown once, ended at once."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.cast import join
from tests.keys import key_actor
from tests.refusals import refused
from versioning.workspaces import keys as form
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event, Member, MemberToken, Once, User
from versioning.workspaces.services.members import remove_member
from versioning.workspaces.services.tokens import make_token, revoke_token, tokens_of
from versioning.workspaces.services.workspaces import close_workspace
from versioning.workspaces.tokens import actor_of_bearer

ASKED = {"name": "Claude", "days": "30"}
TOKEN = re.compile(r"pv_mcp_[0-9A-Za-z]{42}")


def enter(secret, via="mcp"):
    return actor_of_bearer(secret, via=via, request_id="r")


def test_who_bears_a_token_is_its_member_over_mcp(cast):
    _, secret = make_token(cast.bob, name="Claude")

    actor = enter(secret)

    assert (actor.kind, actor.person_id, actor.role, actor.via) == ("member", cast.bob.id, "viewer", "mcp")
    assert actor.workspace == cast.demo
    assert MemberToken.objects.get().last_used_at


def test_only_its_digest_is_kept_and_the_act_is_recorded(cast):
    token, secret = make_token(cast.eve, name=" Claude ", days=7)

    event = Event.objects.get(name="token.created")
    assert form.well_formed_token(secret)
    assert bytes(token.digest) == form.digest(secret)
    assert (token.name, token.prefix) == ("Claude", secret[:11])
    assert event.data == {"token": str(token.pk), "token_name": "Claude", "days": 7}
    assert secret not in str(event.data)


@pytest.mark.parametrize("days", [1, 30, 90])
def test_it_lasts_as_many_days_as_asked(cast, days):
    token, _ = make_token(cast.bob, name="Claude", days=days)

    left = token.expires_at - timezone.now()
    assert timedelta(days=days) - timedelta(minutes=1) < left <= timedelta(days=days)


@pytest.mark.parametrize(
    "wrong", [{"days": 91}, {"days": 0}, {"days": -1}, {"name": " "}, {"name": "x" * 101}]
)
def test_one_that_is_not_sound_is_not_made(cast, wrong):
    with refused("invalid"):
        make_token(cast.bob, **{"name": "Claude", **wrong})

    assert not MemberToken.objects.exists()


def test_the_database_keeps_none_longer_than_90_days(cast):
    token, _ = make_token(cast.bob, name="Claude", days=90)

    with pytest.raises(DatabaseError), transaction.atomic():
        MemberToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(days=91))


def test_neither_a_key_nor_the_operator_makes_one(cast):
    for actor in (key_actor(cast, scopes=["history"]), Actor.of_operator(cast.demo, via="admin")):
        with refused("forbidden"):
            make_token(actor, name="Claude")


def test_rest_refuses_it_and_says_where_it_opens(cast):
    _, secret = make_token(cast.alice, name="Claude")

    with refused("unauthorized") as caught:
        enter(secret, via="rest")

    assert "/mcp" in caught.value.message


def test_a_revoked_one_opens_nothing(cast):
    token, secret = make_token(cast.bob, name="Claude")

    revoke_token(cast.bob, token.pk)

    with refused("unauthorized"):
        enter(secret)
    assert Event.objects.get(name="token.revoked").data["token_name"] == "Claude"
    with refused("key_revoked"):
        revoke_token(cast.bob, token.pk)


def test_an_expired_one_opens_nothing(cast):
    token, secret = make_token(cast.bob, name="Claude")
    MemberToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    with refused("unauthorized"):
        enter(secret)


def test_it_ends_with_the_membership_and_stays_dead_after_a_return(cast):
    _, secret = make_token(cast.bob, name="Claude")
    remove_member(cast.alice, Member.objects.get(user=cast.bob.user).pk)

    with refused("unauthorized"):
        enter(secret)
    Member.objects.create(workspace=cast.demo, user=cast.bob.user, role="viewer")
    with refused("unauthorized"):
        enter(secret)


def test_it_ends_with_the_account_and_with_the_workspace(cast):
    _, secret = make_token(cast.bob, name="Claude")
    User.objects.filter(pk=cast.bob.id).update(is_active=False)
    with refused("unauthorized"):
        enter(secret)
    User.objects.filter(pk=cast.bob.id).update(is_active=True)

    close_workspace(cast.alice, confirm="demo")

    with refused("unauthorized"):
        enter(secret)


def test_a_changed_password_does_not_end_it(cast):
    _, secret = make_token(cast.bob, name="Claude")
    cast.bob.user.set_password("another horse battery")
    cast.bob.user.save()

    assert enter(secret).person_id == cast.bob.id


def test_the_role_is_the_one_of_now(cast):
    _, secret = make_token(cast.bob, name="Claude")
    Member.objects.filter(user=cast.bob.user).update(role="admin")

    assert enter(secret).role == "admin"


@pytest.mark.parametrize("wrong", ["", "x", "pv_mcp_", "\N{ARABIC-INDIC DIGIT ONE}" * 42])
def test_a_mistyped_one_is_refused_without_a_question(cast, wrong, django_assert_num_queries):
    _, secret = make_token(cast.bob, name="Claude")
    mistyped = "pv_mcp_" + wrong if wrong else secret[:-1] + ("a" if secret[-1] != "a" else "b")

    with django_assert_num_queries(0), refused("unauthorized"):
        enter(mistyped)


def test_members_see_their_own_and_admins_everyones(cast):
    for actor in cast.everyone():
        make_token(actor, name=actor.label)

    seen = {actor.label: {token.name for token in tokens_of(actor)} for actor in cast.everyone()}

    everyone = {actor.label for actor in cast.everyone()}
    assert seen == {"Alice": everyone, "Ada": everyone, "Eve": {"Eve"}, "Bob": {"Bob"}}


def test_an_admin_ends_anyones_and_an_editor_only_their_own(cast):
    token, _ = make_token(cast.bob, name="Claude")

    with refused("not_found"):
        revoke_token(cast.eve, token.pk)
    assert revoke_token(cast.ada, token.pk).revoked_at


def test_another_workspace_never_sees_it(cast):
    token, _ = make_token(cast.bob, name="Claude")

    with refused("not_found"):
        revoke_token(cast.charlie, token.pk)


def test_it_is_bound_to_a_member_of_its_own_workspace(cast):
    token, _ = make_token(cast.bob, name="Claude")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE pv_operator")
        cursor.execute(
            "UPDATE workspaces_membertoken SET workspace_id = %s WHERE id = %s",
            [cast.elsewhere.pk, token.pk],
        )


def test_the_page_shows_it_once_with_what_clients_ask_for(cast, web):
    answer = web.of(cast.bob).post("settings/tokens/create/", **ASKED, once="first")

    page = answer.content.decode()
    secret = TOKEN.search(page).group()
    assert enter(secret).person_id == cast.bob.id
    assert answer["Cache-Control"] == "no-store"
    assert Once.objects.get(key="first").body is None
    assert "claude mcp add" in page
    assert "mcpServers" in page
    assert "/mcp" in page
    assert not TOKEN.search(web.of(cast.bob).get("settings/tokens/").content.decode())


def test_the_page_lists_whose_tokens_one_may_end(cast, web):
    make_token(cast.bob, name="Bobs")
    make_token(cast.alice, name="Alices")

    of_bob = web.of(cast.bob).get("settings/tokens/").content.decode()
    of_ada = web.of(cast.ada).get("settings/tokens/").content.decode()

    assert ("Bobs" in of_bob, "Alices" in of_bob) == (True, False)
    assert ("Bobs" in of_ada, "Alices" in of_ada) == (True, True)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"days": "91"}, {"days": "soon"}, {"days": ""}])
def test_the_page_says_what_is_wrong_beside_the_field(cast, web, wrong):
    answer = web.post("settings/tokens/create/", **ASKED | wrong)

    assert answer.status_code == 422
    assert not MemberToken.objects.exists()


def test_the_page_asks_before_it_ends_one(cast, web):
    token, _ = make_token(cast.alice, name="Claude")
    path = f"settings/tokens/{token.pk}/revoke/"

    asked, revoked = web.get(path), web.post(path)

    assert "Revoke “Claude”?" in asked.content.decode()
    assert revoked.status_code == 303
    assert MemberToken.objects.get().state == "revoked"
    assert [web.of(cast.bob).get(path).status_code, web.of(cast.bob).post(path).status_code] == [404, 404]


def test_the_log_says_it_in_words(cast, web):
    token, _ = make_token(cast.bob, name="Claude")
    revoke_token(replace(cast.ada, via="mcp"), token.pk)

    page = web.get("settings/log/").content.decode()

    assert "made the MCP token “Claude”" in page
    assert "revoked the MCP token “Claude”" in page


def test_a_second_member_has_tokens_of_their_own(cast):
    dan = join(cast.demo, "dan", "editor")
    make_token(dan, name="Claude")

    assert [token.member.user_id for token in tokens_of(dan)] == [dan.id]
