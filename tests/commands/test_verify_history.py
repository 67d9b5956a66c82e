"""`verify_history`: each workspace in a line, each fault in another; the exit code says whether one was."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.changes.capture import by_owner
from tests.commands.say import say
from tests.factories import make_agent
from versioning.changes.models import Verification
from versioning.lib.transaction import told
from versioning.management import checks


@pytest.fixture
def agent(committed_cast):
    with told(committed_cast.demo.id):
        return make_agent(committed_cast.eve, slug="desk", parts={})


def raise_counter(agent):
    by_owner("UPDATE config_counter SET last = 2 WHERE resource_id = %s", agent.pk)


def levels(check):
    return {finding.level: finding.words for finding in check()}


def test_each_workspace_is_a_line_and_what_was_found_is_kept(committed_cast, agent):
    said = say("verify_history")

    assert "1 resource, 1 record: whole" in said
    assert "0 resources, 0 records: whole" in said
    with told(committed_cast.demo.id):
        kept = Verification.objects.get()
        assert (kept.found, kept.asked_by) == (0, "verify_history")


def test_one_workspace_may_be_named(committed_cast, agent):
    said = say("verify_history", "--workspace", "demo")

    assert said.startswith("demo ")
    assert "elsewhere" not in said
    with pytest.raises(CommandError, match="no workspace 'nowhere'"):
        say("verify_history", "--workspace", "nowhere")


def test_each_fault_is_named_all_workspaces_are_looked_at_and_the_command_fails(
    committed_cast, agent, capsys
):
    raise_counter(agent)

    with pytest.raises(CommandError, match="1 fault; see above"):
        call_command("verify_history")

    said = capsys.readouterr().out
    assert f"lost     agent {agent.pk} version 2: Its record is gone" in said
    assert "elsewhere" in said
    with told(committed_cast.demo.id):
        assert Verification.objects.get().found == 1


def test_a_closed_workspace_is_verified_too(committed_cast, agent):
    by_owner("UPDATE workspaces_workspace SET closed_at = now() WHERE slug = 'demo'")

    assert "1 resource, 1 record: whole" in say("verify_history", "--workspace", "demo")


def test_doctor_says_that_nothing_is_missing(committed_cast, agent):
    assert levels(checks.history) == {"good": "Nothing is known to be missing in any workspace (2)."}


def test_doctor_names_the_workspace_whose_changes_were_not_recorded(committed_cast, agent):
    by_owner("UPDATE config_counter SET last = 2, lost = '{2}' WHERE resource_id = %s", agent.pk)

    assert levels(checks.history) == {"warning": "demo: 1 change could not be recorded."}


def test_doctor_remembers_what_a_verification_found(committed_cast, agent):
    raise_counter(agent)
    with pytest.raises(CommandError):
        say("verify_history")

    assert levels(checks.history) == {"warning": "demo: The last verification found 1 fault."}


def test_doctor_names_a_mode_that_the_database_was_not_told(committed_cast, settings):
    settings.HISTORY_STRICT = True

    assert "Run: manage.py migrate" in levels(checks.history)["warning"]


def test_doctor_finds_a_trigger_that_does_not_fire(committed_cast):
    by_owner("ALTER TABLE builder_agents DISABLE TRIGGER z_track_row")
    try:
        found = levels(checks.history)
    finally:
        by_owner("ALTER TABLE builder_agents ENABLE ALWAYS TRIGGER z_track_row")

    assert "builder_agents: z_track_row" in found["bad"]
    assert "good" not in found
