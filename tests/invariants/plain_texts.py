"""Looking for a text in every column of every table: where a secret lies about."""

from django.db import connection


def places_of(marker: str) -> list[str]:
    """The tables that hold a text, in clear or as bytes, as far as this workspace is seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        asked = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table} t WHERE strpos(t::text, %s) > 0"
            " OR strpos(t::text, %s) > 0)"
            for table in tables
        )
        cursor.execute(asked, [marker, marker.encode().hex()] * len(tables))
        return [name for (name,) in cursor.fetchall()]
