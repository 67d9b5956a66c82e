"""The room of webhooks."""

from django.apps import AppConfig


class Webhooks(AppConfig):
    """WHO IS TOLD: every Event, written down for each endpoint that wants it in the act's own transaction."""

    name = "versioning.webhooks"
    label = "webhooks"
