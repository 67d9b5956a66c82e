"""The pages of the lifecycle, for any kind of artifact."""

from versioning.versions.views.blame import blame
from versioning.versions.views.clients import clients
from versioning.versions.views.compare import compare
from versioning.versions.views.drafts import lock, revert
from versioning.versions.views.exporting import download_export, export
from versioning.versions.views.find import find
from versioning.versions.views.importing import import_page
from versioning.versions.views.listing import version, versions
from versioning.versions.views.moves import delete, promote, rollback, stage, unpublish, unstage

__all__ = [
    "blame", "clients", "compare", "delete", "download_export", "export", "find", "import_page", "lock",
    "promote", "revert", "rollback", "stage", "unpublish", "unstage", "version", "versions",
]  # fmt: skip
