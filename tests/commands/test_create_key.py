"""`create_key`: prints the key alone, so that a script can take it."""

from datetime import timedelta

import pytest
from django.core.management.base import CommandError
from django.utils import timezone

from tests.commands.say import say
from versioning.workspaces import keys
from versioning.workspaces.models import ApiKey, Event


def test_it_prints_the_key_and_nothing_else(cast):
    printed = say("create_key", "--workspace=demo", "--kind=live")

    secret = printed.removesuffix("\n")
    assert keys.well_formed(secret)
    assert secret.startswith("pv_live_")
    assert bytes(ApiKey.objects.get().digest) == keys.digest(secret)


def test_it_takes_scopes_a_name_and_an_end(cast):
    say(
        "create_key",
        "--workspace=demo",
        "--kind=test",
        "--scope=history",
        "--scope=drafts",
        "--name=CI",
        "--days=30",
    )

    key = ApiKey.objects.get()
    assert (key.kind, key.name, key.scopes) == ("test", "CI", ["drafts", "history"])
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_it_is_recorded_as_the_operators_act(cast):
    say("create_key", "--workspace=demo", "--kind=live")

    event = Event.objects.in_workspace(cast.alice).newest_first()[0]
    assert (event.name, event.actor_kind, event.via) == ("key.created", "operator", "command")


@pytest.mark.parametrize("days", ["0", "-1", "3651"])
def test_a_key_lasts_one_day_to_ten_years(cast, days):
    with pytest.raises(CommandError, match="1 to 3650 days"):
        say("create_key", "--workspace=demo", "--kind=live", f"--days={days}")


def test_an_unknown_kind_or_scope_is_refused(cast):
    with pytest.raises(CommandError, match="invalid choice"):
        say("create_key", "--workspace=demo", "--kind=staging")
    with pytest.raises(CommandError, match="invalid choice"):
        say("create_key", "--workspace=demo", "--kind=live", "--scope=everything")
