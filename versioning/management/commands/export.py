"""`manage.py export DIR --workspace demo`: a workspace's prompts and agents as files."""

import os
import zipfile
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from versioning.management.operator import OperatorCommand, entered, takes_workspace
from versioning.versions.exports import entries, pack, write_folder
from versioning.versions.exports.files import MARK


class Command(OperatorCommand):
    """Exports a workspace into a folder or a .zip."""

    help = (
        "Write the prompts and agents of a workspace as files, with their histories, in a fixed order and "
        "with fixed bytes: nothing changed, nothing differs. Into a folder that holds an export already, it "
        "replaces what that one wrote and touches nothing else. No credential is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", nargs="?", help="the folder to write into")
        parser.add_argument("--zip", metavar="FILE", dest="packed", help="write one .zip instead")
        takes_workspace(parser)

    def act(self, *, folder: str | None, packed: str | None, workspace: str, **_: Any) -> None:
        if bool(folder) == bool(packed):
            raise CommandError("Name a folder, or a file by --zip.")
        try:
            with entered(workspace) as actor:
                if packed:
                    count = _pack(actor, Path(packed))
                    said = f"{count:,} files in {packed}."
                else:
                    done = write_folder(entries(actor), Path(folder or ""))
                    said = f"{done.files:,} files in {folder}: "
                    said += f"{done.changed:,} written, {done.removed:,} removed."
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        self.stdout.write(said)


def _pack(actor: Any, file: Path) -> int:
    """Write a .zip whole or not at all; only another export is written over."""
    if file.exists() and not _is_export(file):
        raise CommandError(f"{file} is there already, and no export wrote it. Name another file.")
    beside = file.with_name(f".{file.name}.writing")
    try:
        with open(beside, "wb") as opened:
            count = pack(entries(actor), opened)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _is_export(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return MARK in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False
