"""Every transition of an artifact, and nothing else: drafts, locks, and the two pointers."""

from versioning.versions.services.archiving import archive, unarchive
from versioning.versions.services.artifacts import create, import_versions, remark
from versioning.versions.services.drafts import delete_draft, save_version, update_draft
from versioning.versions.services.live import promote, roll_back, unpublish
from versioning.versions.services.one_draft import lock, revert
from versioning.versions.services.staging import stage, unstage

__all__ = [
    "archive", "create", "delete_draft", "import_versions", "lock", "promote", "remark", "revert",
    "roll_back", "save_version", "stage", "unarchive", "unpublish", "unstage", "update_draft",
]  # fmt: skip
