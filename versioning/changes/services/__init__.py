"""What can be done with the record: read, compare, restore, verify."""

from versioning.changes.services.reading import change_at, compare, history_of, state_at
from versioning.changes.services.restoring import Preview, Restored, preview, restore

__all__ = [
    "Preview", "Restored", "change_at", "compare", "history_of", "preview", "restore", "state_at",
]  # fmt: skip
