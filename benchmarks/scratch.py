"""A database of their own for the benchmarks, on the embedded server, made anew for each run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

NAME = "bench_previse"


@contextmanager
def scratch_database(settings: str = "versioning.settings") -> Iterator[None]:
    """An empty, migrated database; Django is set up on it inside the block, and it is dropped after."""
    from versioning.lib import postgres, roles

    server = postgres.Embedded(postgres.data_folder())
    server.start()
    admin = server.url("postgres", "postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        roles.create(connection, database=NAME)
    os.environ["DATABASE_URL"] = server.url("pv_app", NAME)
    os.environ["DATABASE_OWNER_URL"] = server.url("pv_owner", NAME)
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    try:
        yield
    finally:
        for alias in connections:
            connections[alias].close()
        connections["default"].close_pool()
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
