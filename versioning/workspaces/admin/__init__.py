"""Django admin of this room: people, workspaces with all in them, keys, Events. Secrets are shown nowhere."""

from versioning.workspaces.admin import people, tenancy

__all__ = ["people", "tenancy"]
