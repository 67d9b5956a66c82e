"""The room of workspaces."""

from django.apps import AppConfig


class Workspaces(AppConfig):
    """The room of workspaces."""

    name = "versioning.workspaces"
    label = "workspaces"
