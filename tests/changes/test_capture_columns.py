"""Every column of a tracked table is tracked, declared untracked, or a key: code, models and catalogue agree.

A column that somebody adds and forgets turns this file red, before its changes go unrecorded.
"""

import pytest
from django.db import DatabaseError, connections, transaction

from tests.changes.capture import NAMES, TRACKED
from tests.invariants.by_hand import answers
from versioning.changes.resources import KEYS, RESOURCES

COLUMNS = """
SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""
# What the WHEN of the trigger names.
WATCHED = """
SELECT DISTINCT a.attname::text FROM pg_trigger g
  JOIN pg_depend d ON d.classid = 'pg_trigger'::regclass AND d.objid = g.oid
   AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE g.tgrelid = %s::regclass AND g.tgname = 'z_track_update'
"""
TOLD = """
SELECT g.tgname::text, string_to_array(encode(g.tgargs, 'escape'), '\\000'), g.tgenabled::text
  FROM pg_trigger g WHERE g.tgrelid = %s::regclass AND g.tgfoid = 'capture_change'::regproc
 ORDER BY g.tgname
"""
CAPTURED = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'capture_change'::regproc
"""


def forgotten(resource, ask=answers):
    """What code, models and catalogue do not agree on, of one tracked table; nothing, as it should be."""
    there = {name for (name,) in ask(COLUMNS, resource.table)}
    keys = {*KEYS} if resource.is_part else {*KEYS} - {"agent_id"}
    said = {*resource.tracked, *resource.untracked, *keys}
    mapped = {field.column for field in resource.model._meta.local_concrete_fields}
    watched = {name for (name,) in ask(WATCHED, resource.table)}
    found = {f"{column}: the Resource does not say" for column in there - said}
    found |= {f"{column}: no such column" for column in said - there}
    found |= {f"{column}: twice" for column in {*resource.tracked} & {*resource.untracked}}
    found |= {f"{column}: model and table differ" for column in there ^ mapped}
    found |= {f"{column}: the trigger and the Resource differ" for column in watched ^ {*resource.tracked}}
    for name, (kind, hidden, *_), enabled in ask(TOLD, resource.table):
        if kind != resource.name or {*hidden.split(",")} != {*resource.hidden}:
            found.add(f"{name}: its arguments are not the Resource's")
        if enabled != "A":
            found.add(f"{name}: not always enabled")
    triggers = [name for name, *_ in ask(TOLD, resource.table)]
    if triggers != ["z_track_row", "z_track_update"]:
        found.add(f"{triggers}: two are needed")
    return sorted(found)


@pytest.mark.parametrize("name", NAMES)
def test_no_column_is_forgotten(cast, name):
    assert forgotten(RESOURCES[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_tracked_is_what_the_mission_says(name):
    assert {*RESOURCES[name].tracked} == TRACKED[name]


def test_the_tracked_tables_are_those_of_the_resources(cast):
    assert {table for (table,) in answers(CAPTURED)} == {each.table for each in RESOURCES.values()}
    assert {*RESOURCES} == {*NAMES}


FAULTS = {
    "ALTER TABLE builder_agents ADD COLUMN mood text": ["mood: model and table differ",
        "mood: the Resource does not say"],
    "ALTER TABLE builder_agents DROP COLUMN last_interaction": ["last_interaction: model and table differ",
        "last_interaction: no such column"],
    "ALTER TABLE builder_agents ENABLE TRIGGER z_track_update": ["z_track_update: not always enabled"],
    "DROP TRIGGER z_track_row ON builder_agents": ["['z_track_update']: two are needed"],
    "DROP TRIGGER z_track_update ON builder_agents; CREATE TRIGGER z_track_update AFTER UPDATE"
    " ON builder_agents FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)"
    " EXECUTE FUNCTION capture_change('agent', 'updated_at'); ALTER TABLE builder_agents ENABLE ALWAYS"
    " TRIGGER z_track_update": [
        *(f"{column}: the trigger and the Resource differ" for column in sorted(TRACKED["agent"] - {"name"})),
        "z_track_update: its arguments are not the Resource's",
    ],
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_forgotten_column_is_found(transactional_db, fault):
    """The planted faults: what a careless migration would leave behind."""
    with pytest.raises(RuntimeError), transaction.atomic(using="owner"):
        owner = connections["owner"].cursor()
        owner.execute(fault)

        def ask(question, *values):
            owner.execute(question, values)
            return owner.fetchall()

        assert forgotten(RESOURCES["agent"], ask) == sorted(FAULTS[fault])
        raise RuntimeError("put it back")


@pytest.mark.parametrize("name", NAMES)
def test_the_type_of_a_tracked_column_cannot_change_unseen(transactional_db, name):
    """PostgreSQL itself refuses, for the trigger names the column: untrack, alter, track."""
    resource = RESOURCES[name]
    widened = f"ALTER TABLE {resource.table} ALTER COLUMN {resource.tracked[0]} TYPE text USING NULL"
    with (
        pytest.raises(DatabaseError, match="used in a trigger definition"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as owner,
    ):
        owner.execute(widened)
