"""Exports in folders: written, read back, and changed by hand."""

import hashlib
import json
from pathlib import Path

from tests.commands.say import say
from versioning.lib.transaction import told
from versioning.versions.models import Artifact, Version
from versioning.workspaces.models import Event, Workspace


def export(folder: Path, workspace: str = "demo") -> str:
    return say("export", str(folder), f"--workspace={workspace}")


def bring(folder: Path, workspace: str = "elsewhere") -> str:
    return say("import_history", str(folder), f"--workspace={workspace}")


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and ".git/" not in str(each)
    }


def seal(folder: Path) -> None:
    """Write the manifest of what is there, as somebody does who changed a file by purpose."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {path}\n"
        for path, content in files(folder).items()
        if path != "MANIFEST.sha256"
    ]
    (folder / "MANIFEST.sha256").write_text("".join(lines))


def rewrite(folder: Path, path: str, **changed: object) -> None:
    file = folder / path
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    seal(folder)


def state(workspace: Workspace) -> list[object]:
    with told(workspace.id):
        return [
            list(Artifact.objects.order_by("pk").values()), list(Version.objects.order_by("pk").values()),
            Event.objects.count(),
        ]  # fmt: skip
