"""What is not tracked leaves no record, and costs none: the trigger is not even called."""

import pytest

from tests.changes.capture import NAMES, NEVER, by_owner, by_sql, make_row
from tests.invariants.by_hand import answers
from versioning.changes.models import Change, Counter
from versioning.changes.resources import RESOURCES
from versioning.lib.transaction import told

# What the system writes while it works, by the tables that have it.
OBSERVED = {
    "agent": "total_interactions = 7, success_rate = 0.5, avg_response_time = 1.5, last_interaction = now(),"
    " updated_at = now(), archived_at = now()",
    "schema": "updated_at = now(), created_at = now()",
    "trigger": "trigger_count = 7, last_triggered_at = now(), updated_at = now(), created_at = now()",
    "mcp_server": "last_connected_at = now(), last_error = 'refused', tools_count = 7, updated_at = now(),"
    " created_at = now()",
}


def fired(statement, *values):
    """The triggers that a statement called, as EXPLAIN ANALYZE tells it."""
    (plan,) = answers("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, *values)
    return [trigger["Trigger Name"] for trigger in plan[0][0]["Triggers"] if trigger["Calls"]]


@pytest.mark.parametrize("name", OBSERVED)
def test_what_the_system_observes_makes_no_record(cast, name):
    row = make_row(cast.eve, name)
    before = (Change.objects.count(), list(Counter.objects.order_by("pk").values_list("last", flat=True)))

    by_sql(f"UPDATE {row.table} SET {OBSERVED[name]} WHERE id = %s", row.id)

    after = (Change.objects.count(), list(Counter.objects.order_by("pk").values_list("last", flat=True)))
    assert after == before
    assert {part.split(" = ")[0] for part in OBSERVED[name].split(", ")} == set(row.resource.untracked)


def test_all_that_the_mission_excludes_is_excluded():
    untracked = {column for resource in RESOURCES.values() for column in resource.untracked}

    assert untracked >= NEVER
    assert not any(set(resource.tracked) & NEVER for resource in RESOURCES.values())


@pytest.mark.parametrize("name", OBSERVED)
def test_what_the_system_observes_does_not_even_fire_the_trigger(cast, name):
    row = make_row(cast.eve, name)
    tracked = row.resource.tracked[0]

    assert fired(f"UPDATE {row.table} SET {OBSERVED[name]} WHERE id = %s", row.id) == []
    assert fired(f"UPDATE {row.table} SET {tracked} = {tracked} WHERE id = %s", row.id) == []
    assert row.counted == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_tracked_column_does_fire_it(cast, name):
    """Without this the one above would hold of no trigger at all."""
    row = make_row(cast.eve, name)

    assert fired(f"DELETE FROM {row.table} WHERE id = %s", row.id)[-1] == "z_track_row"


@pytest.mark.parametrize("name", NAMES)
def test_a_save_of_all_columns_with_observed_ones_changed_alone_makes_no_record(cast, name):
    row = make_row(cast.eve, name)
    thing = row.objects.get()

    if hasattr(thing, "updated_at"):
        thing.updated_at = thing.updated_at.replace(year=2001)
    thing.save()

    assert row.counted == 1


@pytest.mark.parametrize("name", ["agent", "prompt"])
def test_what_only_the_parent_says_makes_no_record(committed_cast, name):
    cast = committed_cast
    with told(cast.demo.id):
        row = make_row(cast.eve, name)
        by_sql("UPDATE versions_artifact SET changed_at = now(), last_sequence = 90 WHERE id = %s", row.id)
        by_sql(
            "UPDATE versions_artifact a SET staging_id = v.id FROM versions_version v"
            " WHERE v.artifact_id = a.id AND a.id = %s", row.id,
        )  # fmt: skip
    by_owner("ALTER TABLE versions_artifact DISABLE TRIGGER same_for_life")
    try:
        by_owner("UPDATE versions_artifact SET slug = 'renamed' WHERE id = %s", row.id)
    finally:
        by_owner("ALTER TABLE versions_artifact ENABLE ALWAYS TRIGGER same_for_life")

    with told(cast.demo.id):
        assert row.objects.get().slug == "renamed"
        assert row.counted == 1
