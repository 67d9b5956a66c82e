"""The room of webhooks."""

from django.apps import AppConfig


class Webhooks(AppConfig):
    """WHO IS TOLD: every Event, written down for each endpoint that wants it in the act's own transaction."""

    name = "versioning.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Be told of every Event; tell the rooms below what of this one they show: a page of Settings."""
        from versioning.webhooks.outbox import owe
        from versioning.workspaces.policy import Act
        from versioning.workspaces.services import record
        from versioning.workspaces.views import frame

        record.register(owe)
        frame.register("webhooks:endpoints", "Webhooks", act=Act.MANAGE)
