"""`create_workspace`: the operator's way to a new tenant."""

import pytest
from django.core.management.base import CommandError

from tests.commands.say import say
from versioning.lib.transaction import told
from versioning.workspaces.models import Event, Workspace


def test_it_makes_a_workspace_and_records_the_operator(cast):
    said = say("create_workspace", "acme", "--name", "Acme & Sons")

    with told(operator=True):
        workspace = Workspace.objects.get(slug="acme")
        event = Event.objects.get(workspace=workspace)
    assert workspace.name == "Acme & Sons"
    assert (event.name, event.actor_kind, event.via) == ("workspace.created", "operator", "command")
    assert "acme" in said


@pytest.mark.parametrize("slug", ["Acme", "a b", "-a", "a" * 51, "é"])
def test_a_bad_slug_is_refused_in_words(cast, slug):
    with pytest.raises(CommandError, match="lower-case letters"):
        say("create_workspace", "--", slug)


def test_a_taken_slug_is_refused(cast):
    with pytest.raises(CommandError, match="There is a workspace 'demo' already"):
        say("create_workspace", "demo")
