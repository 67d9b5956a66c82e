"""The Versions tab's search: the newest numbers that hold every word, as many as are asked for.

The owner sees every row, so the function filters by the workspace itself, and its indexes count. The
newest versions are read one by one, which is all that a common word needs; what is older than those is
found by trigrams, planned for the very words. Left to itself the planner takes every word for a rare one.
"""

from django.db import migrations

FIND = """
CREATE FUNCTION find_versions(
    artifact uuid, patterns text[], in_text boolean, below integer, newest integer, most integer)
  RETURNS SETOF integer LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  pattern text;
  words text := 'true';
  lowest integer;
  found integer;
BEGIN
  FOREACH pattern IN ARRAY patterns LOOP
    words := words || format(
      ' AND ((''v'' || v.number::text || '' '' || v.message || '' '' || v.author_name) ILIKE %L', pattern);
    IF in_text THEN words := words || format(' OR v.source ILIKE %L', pattern); END IF;
    words := words || ')';
  END LOOP;
  RETURN QUERY EXECUTE '
    WITH v AS MATERIALIZED (SELECT n.number, n.message, n.author_name' ||
      CASE WHEN in_text THEN ', n.source' ELSE '' END || ' FROM versions_version n
      WHERE n.artifact_id = $1 AND n.workspace_id = app_workspace() AND n.number < $2
      ORDER BY n.number DESC LIMIT $3)
    SELECT v.number FROM v WHERE ' || words || ' ORDER BY v.number DESC LIMIT $4'
    USING artifact, below, newest, most;
  GET DIAGNOSTICS found = ROW_COUNT;
  SELECT min(n.number) INTO lowest FROM (SELECT v.number FROM versions_version v
    WHERE v.artifact_id = artifact AND v.workspace_id = app_workspace() AND v.number < below
    ORDER BY v.number DESC LIMIT newest) n;
  IF found >= most OR lowest IS NULL THEN RETURN; END IF;
  RETURN QUERY EXECUTE 'WITH older AS MATERIALIZED (SELECT v.number FROM versions_version v
    WHERE v.artifact_id = $1 AND v.workspace_id = app_workspace() AND v.number < $2 AND ' || words ||
    ') SELECT number FROM older ORDER BY number DESC LIMIT $3' USING artifact, lowest, most - found;
END $$;
REVOKE ALL ON FUNCTION find_versions(uuid, text[], boolean, integer, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_versions(uuid, text[], boolean, integer, integer, integer) TO pv_rw;
"""
GONE = "DROP FUNCTION find_versions(uuid, text[], boolean, integer, integer, integer)"


class Migration(migrations.Migration):
    dependencies = [("versions", "0001_artifacts_and_versions")]

    operations = [migrations.RunSQL(FIND, GONE)]
