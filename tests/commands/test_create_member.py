"""`create_member`: a person, an account where there is none, a place in a workspace."""

import io

import pytest
from django.core.management.base import CommandError

from tests.commands.say import say
from versioning.workspaces.models import Event, Member, User


def with_password(monkeypatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))


def test_it_makes_an_account_that_can_sign_in(cast, monkeypatch):
    with_password(monkeypatch, "a long enough passphrase")

    say(
        "create_member",
        "Zoe@Example.com",
        "--workspace=demo",
        "--role=editor",
        "--password-stdin",
        "--name=Zoe",
    )

    member = Member.objects.get(user__email="zoe@example.com")
    assert (member.workspace, member.role) == (cast.demo, "editor")
    assert member.user.check_password("a long enough passphrase")
    assert not member.user.is_superuser


def test_it_is_recorded_as_the_operators_act(cast):
    say("create_member", "zoe@example.com", "--workspace=demo", "--role=viewer")

    event = Event.objects.in_workspace(cast.alice).newest_first()[0]
    assert (event.name, event.actor_kind, event.via) == ("member.joined", "operator", "command")


def test_without_a_password_it_says_how_they_get_one(cast):
    said = say("create_member", "zoe@example.com", "--workspace=demo", "--role=viewer")

    assert not User.objects.get(email="zoe@example.com").has_usable_password()
    assert "changepassword" in said


def test_somebody_from_another_workspace_keeps_their_account(cast):
    say("create_member", "charlie@example.com", "--workspace=demo", "--role=admin")

    assert Member.objects.in_workspace(cast.alice).get(user=cast.charlie.user).role == "admin"


def test_a_password_for_an_account_that_has_one_is_refused(cast, monkeypatch):
    with_password(monkeypatch, "a long enough passphrase")

    with pytest.raises(CommandError, match="has an account"):
        say("create_member", "charlie@example.com", "--workspace=demo", "--role=admin", "--password-stdin")


def test_a_member_already_is_refused(cast):
    with pytest.raises(CommandError, match="is a member already"):
        say("create_member", "bob@example.com", "--workspace=demo", "--role=admin")


def test_a_bad_address_and_a_bad_password_leave_nothing_behind(cast, monkeypatch):
    people = User.objects.count()
    with_password(monkeypatch, "short")

    with pytest.raises(CommandError, match="too short"):
        say("create_member", "zoe@example.com", "--workspace=demo", "--role=viewer", "--password-stdin")
    with pytest.raises(CommandError, match="valid email"):
        say("create_member", "zoe", "--workspace=demo", "--role=viewer")

    assert User.objects.count() == people


def test_an_unknown_workspace_is_named_with_what_to_do(cast):
    with pytest.raises(CommandError, match="create_workspace nowhere"):
        say("create_member", "zoe@example.com", "--workspace=nowhere", "--role=viewer")


def test_a_closed_workspace_takes_nobody(cast):
    from versioning.workspaces.services.workspaces import close_workspace

    close_workspace(cast.alice, confirm="demo")

    with pytest.raises(CommandError, match="is closed"):
        say("create_member", "zoe@example.com", "--workspace=demo", "--role=viewer")
