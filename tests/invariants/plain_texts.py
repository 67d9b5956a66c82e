"""Looking for a text in every column of every table: where a secret lies about."""

from tests.invariants.audit import prepared

TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
   AND has_table_privilege(oid, 'SELECT') ORDER BY 1
"""


def places_of(marker: str) -> list[str]:
    """The tables that hold a text, in clear or as bytes, as far as this workspace is seen."""
    tables = [name for (name,) in prepared(TABLES)]
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table} t"
        " WHERE strpos(t::text, %(marker)s) > 0 OR strpos(t::text, %(bytes)s) > 0)"
        for table in tables
    )
    return [name for (name,) in prepared(asked, {"marker": marker, "bytes": marker.encode().hex()})]
