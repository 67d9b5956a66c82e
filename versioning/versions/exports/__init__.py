"""A workspace's prompts and agents as files: written, packed, read back. The form: docs/exporting.md."""

from versioning.versions.exports.coming_in import import_export, import_file
from versioning.versions.exports.exporters import Exporter, Sealed, register
from versioning.versions.exports.files import entries
from versioning.versions.exports.folder import Written, write_folder
from versioning.versions.exports.packing import is_packed, pack
from versioning.versions.exports.reading import Export, open_folder, open_packed

__all__ = [
    "Export", "Exporter", "Sealed", "Written", "entries", "import_export", "import_file", "is_packed",
    "open_folder", "open_packed", "pack", "register", "write_folder",
]  # fmt: skip
