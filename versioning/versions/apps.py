"""The room of versions."""

from django.apps import AppConfig


class Versions(AppConfig):
    """The room of versions."""

    name = "versioning.versions"
    label = "versions"
