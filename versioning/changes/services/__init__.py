"""What can be done with the record: read, compare, restore, verify."""

from versioning.changes.services.reading import change_at, compare, history_of, state_at
from versioning.changes.services.restoring import Restored, restore

__all__ = ["Restored", "change_at", "compare", "history_of", "restore", "state_at"]
