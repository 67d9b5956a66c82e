"""Eight writers at once: every committed change is recorded, once, under the next number of its resource.

A tenth of what `python -m benchmarks.history_writers` does, and the designs that lose records under it.
"""

import pytest
from django.db import connections

from benchmarks.history_writers import build, problems, write
from tests.changes.capture import by_owner
from versioning.lib.transaction import told

FAILS_NOW_AND_THEN = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.version % 7 = 3 THEN RAISE EXCEPTION 'now and then'; END IF; RETURN NEW; END $$;
CREATE TRIGGER fail BEFORE INSERT ON config_history FOR EACH ROW EXECUTE FUNCTION fail();
"""
# A first draft of the record: the number is the next of the whole agent, and every error is swallowed.
SWALLOWED = """
CREATE OR REPLACE FUNCTION capture_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE r record; aid uuid; number integer; BEGIN
  IF TG_OP = 'DELETE' THEN r := OLD; ELSE r := NEW; END IF;
  aid := coalesce((to_jsonb(r) ->> 'agent_id')::uuid, r.id);
  SELECT coalesce(max(version), 0) + 1 INTO number FROM public.config_history WHERE agent_id = aid;
  INSERT INTO public.config_history (id, resource_type, resource_id, agent_id, tenant_id, version, operation,
      data_before, data_after, changelog, db_role, request_id, created_at)
    VALUES (gen_random_uuid(), TG_ARGV[0], r.id, aid, r.tenant_id, number, TG_OP,
      CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - string_to_array(TG_ARGV[1], ',') END,
      CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - string_to_array(TG_ARGV[1], ',') END,
      'swallowed', session_user, '', clock_timestamp());
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN RETURN NULL;
END $$;
CREATE UNIQUE INDEX swallowed ON config_history (agent_id, version) WHERE changelog = 'swallowed';
"""


@pytest.fixture
def world(committed_cast):
    """Rows that all share, and rows of each of eight."""
    with told(committed_cast.demo.id):
        return build(committed_cast.eve, writers=8)


@pytest.fixture
def author(transactional_db):
    """The text of the function that writes records; it is put back at the end."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('capture_change'::regproc)")
        (text,) = cursor.fetchone()
    yield text
    by_owner(text)
    by_owner("DROP FUNCTION IF EXISTS fail CASCADE")
    by_owner("DROP INDEX IF EXISTS swallowed")


def test_of_two_thousand_edits_by_eight_writers_each_is_recorded(world):
    before = world.records()

    edits = write(world, 2_000, seconds=120)

    assert edits == 2_000
    assert problems(world, before + edits) == []


def test_where_recording_fails_now_and_then_every_gap_is_named_under_writers(world, author):
    by_owner(FAILS_NOW_AND_THEN)
    before = world.records()

    edits = write(world, 400, seconds=120)

    lost = before + edits - world.records()
    found = problems(world, world.records())
    assert edits == 400
    assert lost > 10
    assert len([line for line in found if line.startswith("gap:")]) == lost
    assert {line.split(":")[0] for line in found if "do not count" not in line} == {"gap"}


def test_a_number_taken_inside_the_handler_loses_silently(world, author):
    """The planted fault: the number goes with the record, so that no gap shows. The count does."""
    by_owner(FAILS_NOW_AND_THEN)
    taking = author[
        author.index("  INSERT INTO public.config_counter") : author.index("  BEGIN\n    IF TG_OP <> ")
    ]
    inside = author.replace(taking, "").replace(
        "  BEGIN\n    IF TG_OP <> ", "  BEGIN\n" + taking + "    IF TG_OP <> "
    )
    by_owner(inside)
    before = world.records()

    edits = write(world, 400, seconds=120)

    assert any("were committed and" in line for line in problems(world, before + edits))


def test_numbers_of_a_whole_agent_with_errors_swallowed_lose_records(world, author):
    """The planted fault: two take one number, the second record is refused, and nobody hears of it."""
    by_owner(SWALLOWED)
    before = world.records()

    edits = write(world, 600, seconds=120)

    found = problems(world, before + edits)
    assert any("were committed and" in line for line in found)
    assert any(line.startswith(("broken", "differs")) for line in found)
