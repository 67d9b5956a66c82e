"""The top of the house: commands, and what every migration run must do about grants."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

BEFORE = """
GRANT USAGE ON SCHEMA public TO pv_rw;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO pv_rw;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO pv_rw;
"""
AFTER = "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM pv_rw"


class Previse(AppConfig):
    """Grants the application's role what it needs, and no more, around every migration run."""

    name = "versioning"

    def ready(self) -> None:
        anchor = apps.get_app_config("workspaces")  # the signals skip an app without models
        pre_migrate.connect(_grant, sender=anchor)
        post_migrate.connect(_revoke, sender=anchor)


def _grant(using: str, **_: Any) -> None:
    if using == "owner":
        with connections[using].cursor() as cursor:
            cursor.execute(BEFORE)


def _revoke(using: str, **_: Any) -> None:
    if using == "owner":
        with connections[using].cursor() as cursor:
            cursor.execute(AFTER)
