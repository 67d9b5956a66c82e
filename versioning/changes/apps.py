"""The room of changes."""

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate


class Changes(AppConfig):
    """Tells the database at every migration run whether a change that cannot be recorded is refused."""

    name = "versioning.changes"
    label = "changes"

    def ready(self) -> None:
        from versioning.workspaces.policy import Act
        from versioning.workspaces.views import frame

        post_migrate.connect(say_mode, sender=apps.get_app_config("changes"))
        frame.register("changes:health", "Health", act=Act.MANAGE)


def say_mode(using: str, **_: object) -> None:
    """Tell the database what HISTORY_STRICT says here. Only its owner can."""
    from django.conf import settings

    if using != "owner":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('config_mode')")
        if cursor.fetchone()[0]:
            cursor.execute(
                "INSERT INTO config_mode (id, strict) VALUES (true, %s)"
                " ON CONFLICT (id) DO UPDATE SET strict = EXCLUDED.strict",
                [settings.HISTORY_STRICT],
            )
