"""The timeline: pages, filters and search, at the same cost for a long history as for a short one.

Changes and Events are each walked by (created_at, their count, id). What a page asks for is looked for
among the newest rows first, one by one, which is all that a common filter or word needs; what is not found
there is found by an index, planned for the very question. The functions see what their owner sees, and
filter by `app_workspace()` themselves: under a forced policy no trigram would be looked up.

Each index is paid for by every write that it is about, so a plain edit pays for two: by person and by field.
How a row is called is looked up among the Changes that gave it a name. An Event that only echoes Changes
(a draft that was saved, a row that was restored) is in none of the indexes, for no timeline shows it.
"""

from django.db import migrations

ECHO = """(name IN ('artifact.created', 'artifact.changed', 'resource.restored')
  OR (name = 'version.updated' AND data ? 'section'))"""
TOLD = f"artifact_id IS NOT NULL AND NOT {ECHO}"
NAMED = "(operation = 'INSERT' OR changed_fields && '{name,schema_data,schema_type}')"
BEGAN = "changelog = 'As it was when its history began'"

TITLE = """
CREATE FUNCTION change_title(data jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(coalesce(data ->> 'name', coalesce(data -> 'schema_data' ->> 'title', '') || ' '
    || coalesce(data ->> 'schema_type', '')), 500)
$$;
CREATE FUNCTION texts_of(list jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array(SELECT jsonb_array_elements_text(list))
$$;
"""

INDEXES = f"""
CREATE INDEX change_by_person ON config_history (tenant_id, changed_by, created_at DESC);
CREATE INDEX change_fields ON config_history USING gin (tenant_id, changed_fields) WHERE operation = 'UPDATE';
CREATE INDEX change_of_prompt ON config_history (resource_id, created_at DESC) WHERE agent_id IS NULL;
CREATE INDEX change_made_or_gone ON config_history (tenant_id, operation, created_at DESC)
  WHERE operation <> 'UPDATE';
CREATE INDEX change_noted ON config_history USING gin (tenant_id, changelog gin_trgm_ops)
  WHERE changelog <> '';
CREATE INDEX change_named ON config_history USING gin (tenant_id, change_title(data_after) gin_trgm_ops)
  WHERE {NAMED};
CREATE INDEX change_by_login ON config_history (tenant_id, created_at DESC)
  WHERE changed_by IS NULL AND request_id = '';
CREATE INDEX change_began ON config_history (tenant_id, created_at) WHERE {BEGAN};
CREATE INDEX counter_by_type ON config_counter (tenant_id, resource_type);
CREATE INDEX gap_by_time ON config_history_gap (tenant_id, created_at DESC);

CREATE INDEX event_told ON workspaces_event (workspace_id, created_at DESC, sequence DESC) WHERE {TOLD};
CREATE INDEX event_told_of ON workspaces_event (artifact_id, created_at DESC, sequence DESC) WHERE {TOLD};
CREATE INDEX event_told_by_name ON workspaces_event (workspace_id, name, created_at DESC) WHERE {TOLD};
CREATE INDEX event_told_by_actor ON workspaces_event (workspace_id, actor_id, created_at DESC) WHERE {TOLD};
CREATE INDEX event_told_words ON workspaces_event
  USING gin (workspace_id, (message || ' ' || actor_label) gin_trgm_ops) WHERE {TOLD};
CREATE INDEX event_of_request ON workspaces_event (artifact_id, request_id);
"""

# The ids of the first rows of `source`, in the order of `key` ('' for none), that are as `wanted`: at most so
# many. They are looked for among the newest; where those promise enough, among some more; else by an index,
# for which `rarely` says the same once more. Nobody calls it but the functions below, whose SQL it runs.
PICK = """
CREATE FUNCTION pick_newest(source text, wanted text, rarely text, key text, newest integer, most integer)
  RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  walk text := 'SELECT array(SELECT r.id FROM (SELECT * FROM (%s) a ORDER BY %s LIMIT %s) r
    WHERE %s ORDER BY %s LIMIT %s)';
  found uuid[]; more boolean;
BEGIN
  IF wanted = '' THEN
    RETURN QUERY EXECUTE format('SELECT r.id FROM (%s) r %s LIMIT %s', source,
      CASE WHEN key <> '' THEN 'ORDER BY ' || key ELSE '' END, most);
    RETURN;
  END IF;
  EXECUTE format(walk, source, key, newest, wanted, key, most) INTO found;
  IF cardinality(found) < most THEN
    EXECUTE format('SELECT count(*) > %s FROM (SELECT FROM (%s) a LIMIT %s) r', newest, source, newest + 1)
      INTO more;
    IF more AND cardinality(found) * 5 >= most THEN
      EXECUTE format(walk, source, key, newest * 6, wanted, key, most) INTO found;
      more := cardinality(found) < most;
    END IF;
    IF more THEN
      RETURN QUERY EXECUTE format('WITH r AS MATERIALIZED (SELECT %s FROM (%s) r WHERE %s%s)
        SELECT r.id FROM r ORDER BY %s LIMIT %s', replace(key, ' DESC', ''), source, wanted, rarely, key, most);
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM unnest(found);
END $$;
REVOKE ALL ON FUNCTION pick_newest(text, text, text, text, integer, integer) FROM PUBLIC;

-- The resources of some types, or those ever called so; NULL where they are too many to be named.
CREATE FUNCTION resources_of(space uuid, agent uuid, types text[]) RETURNS uuid[] LANGUAGE sql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE WHEN count(*) <= 5000 THEN coalesce(array_agg(k.resource_id), '{}') END
    FROM (SELECT c.resource_id FROM config_counter c WHERE c.tenant_id = space
      AND c.resource_type = ANY (types) AND (agent IS NULL OR c.agent_id = agent) LIMIT 5001) k
$$;
CREATE FUNCTION resources_called(space uuid, pattern text) RETURNS uuid[] LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found uuid[];
BEGIN
  EXECUTE format('SELECT CASE WHEN count(*) <= 5000
      THEN coalesce(array_agg(DISTINCT n.resource_id), ''{}'') END
    FROM (SELECT resource_id FROM config_history WHERE tenant_id = %L AND NAMED
      AND change_title(data_after) ILIKE %L LIMIT 5001) n', space, pattern) INTO found;
  RETURN found;
END $$;
REVOKE ALL ON FUNCTION resources_of(uuid, uuid, text[]), resources_called(uuid, text) FROM PUBLIC;
""".replace("NAMED", NAMED.replace("'", "''"))

# `words`: for each word its pattern (`like`) and what it names: people, artifacts, fields, types, operations.
CHANGES = """
CREATE FUNCTION find_changes(
    agent uuid, prompt uuid, one uuid, types text[], act text, who text, person uuid, since timestamptz,
    until timestamptz, before_at timestamptz, before_version bigint, before_id uuid, words jsonb,
    sorted boolean, newest integer, most integer)
  RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space uuid := app_workspace();
  source text; wanted text := ''; rarely text := ''; word jsonb; ids uuid[]; ors text[]; named text;
BEGIN
  IF space IS NULL THEN RETURN; END IF;
  source := format('SELECT * FROM config_history WHERE tenant_id = %L', space);
  IF agent IS NOT NULL THEN source := source || format(' AND agent_id = %L', agent); END IF;
  IF prompt IS NOT NULL THEN
    source := source || format(' AND resource_id = %L AND agent_id IS NULL', prompt);
  END IF;
  IF since IS NOT NULL THEN source := source || format(' AND created_at >= %L', since); END IF;
  IF until IS NOT NULL THEN source := source || format(' AND created_at <= %L', until); END IF;
  IF before_at IS NOT NULL THEN
    source := source || format(
      ' AND created_at <= %1$L AND (created_at, version, id) < (%1$L, %2$L::bigint, %3$L)',
      before_at, before_version, before_id);
  END IF;
  IF one IS NOT NULL THEN wanted := wanted || format(' AND r.resource_id = %L', one); END IF;
  IF types IS NOT NULL THEN
    wanted := wanted || format(' AND r.resource_type = ANY (%L)', types);
    ids := resources_of(space, agent, types);
    IF ids IS NOT NULL THEN rarely := format(' AND r.resource_id = ANY (%L)', ids); END IF;
  END IF;
  IF act = 'RESTORED' THEN
    wanted := wanted || ' AND r.changelog <> '''' AND r.changelog LIKE ''Restored to %''';
  ELSIF act <> '' THEN
    wanted := wanted || format(' AND r.operation = %L AND r.changelog NOT LIKE ''Restored to %%''', act);
    IF act <> 'UPDATE' THEN wanted := wanted || ' AND r.operation <> ''UPDATE'''; END IF;
  END IF;
  IF who = 'person' THEN wanted := wanted || format(' AND r.changed_by = %L', person); END IF;
  IF who = 'program' THEN wanted := wanted || ' AND r.changed_by IS NULL AND r.request_id <> '''''; END IF;
  IF who = 'login' THEN wanted := wanted || ' AND r.changed_by IS NULL AND r.request_id = '''''; END IF;
  IF agent IS NULL AND prompt IS NULL THEN -- an index orders these of a workspace
    IF who = 'person' THEN source := source || format(' AND changed_by = %L', person);
    ELSIF who <> '' THEN source := source || ' AND changed_by IS NULL';
    ELSIF act IN ('INSERT', 'DELETE') THEN
      source := source || format(' AND operation = %L AND operation <> ''UPDATE''', act);
    END IF;
  END IF;
  FOR word IN SELECT * FROM jsonb_array_elements(words) LOOP
    ors := ARRAY[format('(r.changelog <> '''' AND r.changelog ILIKE %L)', word ->> 'like')];
    ids := resources_called(space, word ->> 'like');
    ors := ors || CASE WHEN ids IS NULL
      THEN format('change_title(coalesce(r.data_after, r.data_before)) ILIKE %L', word ->> 'like')
      ELSE format('r.resource_id = ANY (%L)', ids) END;
    IF word ? 'people' THEN
      ors := ors || format('r.changed_by = ANY (%L)', texts_of(word -> 'people'));
    END IF;
    IF word ? 'artifacts' THEN
      named := format('%L', texts_of(word -> 'artifacts'));
      ors := ors || ('r.agent_id = ANY (' || named || ')') || ('r.resource_id = ANY (' || named || ')');
    END IF;
    IF word ? 'fields' THEN
      ors := ors || format('(r.operation = ''UPDATE'' AND r.changed_fields && %L)',
        texts_of(word -> 'fields'));
    END IF;
    IF word ? 'operations' THEN
      ors := ors || format('(r.operation <> ''UPDATE'' AND r.operation = ANY (%L))',
        texts_of(word -> 'operations'));
    END IF;
    IF word ? 'types' THEN
      ids := resources_of(space, agent, texts_of(word -> 'types'));
      ors := ors || CASE WHEN ids IS NULL
        THEN format('r.resource_type = ANY (%L)', texts_of(word -> 'types'))
        ELSE format('r.resource_id = ANY (%L)', ids) END;
    END IF;
    wanted := wanted || ' AND (' || array_to_string(ors, ' OR ') || ')';
  END LOOP;
  RETURN QUERY SELECT * FROM pick_newest(source, substr(wanted, 6), rarely,
    CASE WHEN sorted OR wanted <> '' THEN 'created_at DESC, version DESC, id DESC' ELSE '' END,
    newest, most);
END $$;
"""

# Echoes are shown where they are older than the record of their artifact: none is looked for in a workspace
# that had no rows when recording began.
EVENTS = """
CREATE FUNCTION find_events(
    artifact uuid, names text[], who text, person uuid, since timestamptz, until timestamptz,
    before_at timestamptz, before_sequence bigint, before_id uuid, words jsonb,
    sorted boolean, newest integer, most integer)
  RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  space uuid := app_workspace();
  source text; wanted text := ''; word jsonb; ors text[]; began timestamptz; told uuid[];
  key text := '';
BEGIN
  IF space IS NULL OR who = 'login' THEN RETURN; END IF;
  source := format('SELECT * FROM workspaces_event WHERE workspace_id = %L', space);
  IF artifact IS NOT NULL THEN source := source || format(' AND artifact_id = %L', artifact); END IF;
  IF since IS NOT NULL THEN source := source || format(' AND created_at >= %L', since); END IF;
  IF until IS NOT NULL THEN source := source || format(' AND created_at <= %L', until); END IF;
  IF before_at IS NOT NULL THEN
    source := source || format(
      ' AND created_at <= %1$L AND (created_at, sequence, id) < (%1$L, %2$L, %3$L)',
      before_at, before_sequence, before_id);
  END IF;
  IF names IS NOT NULL THEN wanted := wanted || format(' AND r.name = ANY (%L)', names); END IF;
  IF who = 'person' THEN
    wanted := wanted || format(' AND r.actor_id = %L AND r.actor_kind <> ''key''', person);
  END IF;
  IF who = 'program' THEN wanted := wanted || ' AND r.actor_kind = ''key'''; END IF;
  IF artifact IS NULL AND who = 'person' THEN -- an index orders these of a workspace
    source := source || format(' AND actor_id = %L', person);
  END IF;
  FOR word IN SELECT * FROM jsonb_array_elements(words) LOOP
    ors := ARRAY[format('(r.message || '' '' || r.actor_label) ILIKE %L', word ->> 'like')];
    IF word ? 'names' THEN ors := ors || format('r.name = ANY (%L)', texts_of(word -> 'names')); END IF;
    IF word ? 'artifacts' THEN
      ors := ors || format('r.artifact_id = ANY (%L)', texts_of(word -> 'artifacts'));
    END IF;
    wanted := wanted || ' AND (' || array_to_string(ors, ' OR ') || ')';
  END LOOP;
  wanted := substr(wanted, 6);
  IF sorted OR wanted <> '' THEN key := 'created_at DESC, sequence DESC, id DESC'; END IF;
  told := array(SELECT * FROM pick_newest(source || ' AND TOLD', wanted, '', key, newest, most));
  SELECT max(created_at) INTO began FROM config_history WHERE tenant_id = space AND BEGAN;
  IF began IS NULL OR since > began THEN
    RETURN QUERY SELECT * FROM unnest(told);
    RETURN;
  END IF;
  source := source || format(' AND created_at < %L AND ECHO AND NOT EXISTS (SELECT FROM config_history h
    WHERE h.resource_id = workspaces_event.artifact_id AND h.resource_type IN (''agent'', ''prompt'')
      AND h.version = 1 AND h.created_at <= workspaces_event.created_at)', began);
  RETURN QUERY SELECT e.id FROM workspaces_event e
    WHERE e.id = ANY (told || array(SELECT * FROM pick_newest(source, wanted, '', key, newest, most)))
    ORDER BY e.created_at DESC, e.sequence DESC, e.id DESC LIMIT most;
END $$;
"""
for name, text in (("TOLD", TOLD), ("ECHO", ECHO)):
    EVENTS = EVENTS.replace(name, text.replace("'", "''"))
EVENTS = EVENTS.replace("BEGAN", BEGAN)

ASKED = "timestamptz, timestamptz, timestamptz, bigint, uuid, jsonb, boolean, integer, integer"
BOTH = (
    f"find_changes(uuid, uuid, uuid, text[], text, text, uuid, {ASKED}),"
    f" find_events(uuid, text[], text, uuid, {ASKED})"
)
GRANTS = f"""
REVOKE ALL ON FUNCTION {BOTH} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {BOTH} TO pv_rw;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0001_what_changed"),
        ("versions", "0002_find_versions"),  # with the extensions that a search needs
    ]

    operations = [
        migrations.RunSQL([TITLE, INDEXES, PICK, CHANGES, EVENTS, GRANTS], migrations.RunSQL.noop),
    ]
