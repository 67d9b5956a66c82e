"""What the operator's database role cannot do either, going round the services."""

import pytest
from django.db import DatabaseError, connection

from tests.factories import make_prompt
from versioning.lib.transaction import told

REFUSED = {
    "a frozen version is not changed": "UPDATE versions_version SET number = 99 WHERE locked_at IS NOT NULL",
    "a frozen version is not deleted": "DELETE FROM versions_version WHERE locked_at IS NOT NULL",
    "an Event is not rewritten": "UPDATE workspaces_event SET message = 'x'",
    "an Event is not deleted": "DELETE FROM workspaces_event",
    "a draft does not go live": (
        "UPDATE versions_artifact SET live_id = v.id FROM versions_version v"
        " WHERE v.artifact_id = versions_artifact.id AND v.locked_at IS NULL"
    ),
    "a generation does not go back": "UPDATE versions_artifact SET generation = -1",
}


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses_it_to_the_operator(cast, sql):
    make_prompt(cast.alice, live=1, drafts=1)

    with pytest.raises(DatabaseError), told(None, operator=True), connection.cursor() as cursor:
        cursor.execute(sql)


def test_outside_of_the_admin_nothing_is_seen_without_a_workspace(cast):
    make_prompt(cast.alice, live=1)

    with told(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM versions_version), (SELECT count(*) FROM workspaces_member)"
        )
        seen = cursor.fetchone()

    assert seen == (0, 0)
