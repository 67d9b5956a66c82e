"""What the database refuses to SQL that goes round the services."""

import uuid

import pytest
from django.db import DatabaseError, transaction

from tests.factories import make_prompt
from tests.invariants.by_hand import (
    APPEND_ONLY,
    FOREIGN_KEY,
    FROZEN,
    LIVE_DRAFT,
    NO_PRIVILEGE,
    OTHER,
    STALE,
    UNIQUE,
    refused,
    refused_to_owner,
)
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.services.steps import sqlstate
from versioning.workspaces.models import Event


@pytest.fixture
def prompt(cast):
    return make_prompt(cast.eve, live=2, drafts=1)


@pytest.mark.parametrize(
    "change",
    [
        "source = 'other'",
        "digest = 'other'",
        "message = 'other'",
        "author_name = 'other'",
        "number = 70",
        "locked_at = NULL",
        "created_at = now()",
        "revision = revision + 1",
    ],
)  # fmt: skip
def test_a_frozen_version_takes_no_update(prompt, change):
    refused(FROZEN, f"UPDATE versions_version SET {change} WHERE artifact_id = %s AND number = 1", prompt.pk)


def test_a_frozen_version_cannot_be_deleted(prompt):
    services_free = "DELETE FROM versions_version WHERE artifact_id = %s AND number = 1"
    refused(FROZEN, services_free, prompt.pk)


@pytest.mark.parametrize("pointer", ["live_id", "staging_id"])
def test_a_pointer_cannot_name_another_prompts_version(cast, prompt, pointer):
    other = Version.objects.of(make_prompt(cast.eve, live=1)).get()

    refused(FOREIGN_KEY, f"UPDATE versions_artifact SET {pointer} = %s WHERE id = %s", other.pk, prompt.pk)


def test_a_pointer_cannot_name_a_version_that_does_not_exist(prompt):
    sql = "UPDATE versions_artifact SET staging_id = %s WHERE id = %s"
    refused(FOREIGN_KEY, sql, uuid.uuid4(), prompt.pk)


def test_live_cannot_stand_on_a_draft_of_a_prompt(prompt):
    draft = Version.objects.of(prompt).drafts().get()

    refused(LIVE_DRAFT, "UPDATE versions_artifact SET live_id = %s WHERE id = %s", draft.pk, prompt.pk)


def test_there_is_no_second_number_7(cast):
    prompt = make_prompt(cast.eve, drafts=7)

    refused(
        UNIQUE,
        "INSERT INTO versions_version (id, artifact_id, workspace_id, kind, number, source, digest, message,"
        " author_name, revision, created_at, updated_at)"
        " SELECT gen_random_uuid(), artifact_id, workspace_id, kind, 7, 'x', 'x', '', 'x', 1, now(), now()"
        " FROM versions_version WHERE artifact_id = %s AND number = 7",
        prompt.pk,
    )


def test_a_version_cannot_move_to_another_prompt(cast, prompt):
    other = make_prompt(cast.eve, live=5)
    sql = "UPDATE versions_version SET artifact_id = %s, number = 70 WHERE artifact_id = %s AND number = 3"

    refused(OTHER, sql, other.pk, prompt.pk)


@pytest.mark.parametrize(
    "change", ["number = 70", "kind = 'agent'", "id = gen_random_uuid()", "workspace_id = gen_random_uuid()"]
)
def test_a_draft_too_is_the_same_version_for_life(prompt, change):
    refused(OTHER, f"UPDATE versions_version SET {change} WHERE artifact_id = %s AND number = 3", prompt.pk)


@pytest.mark.parametrize(
    "change",
    ["slug = 'other'", "kind = 'agent'", "id = gen_random_uuid()", "workspace_id = gen_random_uuid()"],
)
def test_a_prompt_is_the_same_artifact_for_life(prompt, change):
    refused(OTHER, f"UPDATE versions_artifact SET {change} WHERE id = %s", prompt.pk)


def test_pointers_cannot_be_written_back_by_a_stale_save(cast, prompt):
    stale = type(prompt).objects.get(pk=prompt.pk)
    services.unpublish(cast.eve, prompt)

    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        stale.save()

    assert sqlstate(caught.value) == STALE
    prompt.refresh_from_db()
    assert prompt.live is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workspaces_event SET message = 'other'",
        "DELETE FROM workspaces_event",
        "TRUNCATE workspaces_event",
    ],
)  # fmt: skip
def test_events_take_no_update_delete_or_truncate(prompt, statement):
    refused(NO_PRIVILEGE, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE versions_version DISABLE TRIGGER frozen_update",
        "ALTER TABLE versions_version NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON versions_version",
        "SET session_replication_role = replica",
        "SET ROLE pv_owner",
        "CREATE TEMP TABLE workspaces_event (id uuid)",
        "CREATE TABLE public.mine (id int)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    ],
)  # fmt: skip
def test_the_application_cannot_take_its_walls_down(prompt, statement):
    refused(NO_PRIVILEGE, statement)


def test_a_row_cannot_be_written_into_another_workspace(cast, prompt):
    with told(cast.elsewhere.id, cast.charlie.person_id):
        refused(
            NO_PRIVILEGE,
            "INSERT INTO workspaces_member (id, workspace_id, user_id, role) VALUES (%s, %s, %s, 'owner')",
            uuid.uuid4(), cast.demo.id, cast.charlie.person_id,
        )  # fmt: skip


def test_a_row_cannot_be_moved_into_another_workspace(cast, prompt):
    refused(NO_PRIVILEGE, "UPDATE workspaces_member SET workspace_id = %s", cast.elsewhere.id)


def test_without_a_workspace_there_are_no_rows(cast, prompt):
    with told(None):
        assert not Version.objects.exists()
        assert not Event.objects.exists()


def test_the_wall_is_what_hides_them(cast, prompt):
    """The planted fault of this file: without forced policies the same question finds rows."""
    with told(cast.elsewhere.id, operator=True):
        assert Version.objects.filter(workspace_id=cast.demo.id).exists()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workspaces_event SET message = 'x'",
        "DELETE FROM workspaces_event",
        "TRUNCATE workspaces_event CASCADE",
    ],
)
def test_the_owner_too_cannot_change_events(committed_cast, statement):
    refused_to_owner(APPEND_ONLY, statement)
