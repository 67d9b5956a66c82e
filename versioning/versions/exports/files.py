"""The files of an export, in a fixed order and with fixed bytes.

Each artifact is read as it stands at one moment. Agents come before prompts, so that every version of a
prompt which an agent's locked version names is there when the prompts are read.
"""

import hashlib
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from versioning.versions.exports.exporters import Exporter, by_folder
from versioning.versions.kinds import KINDS
from versioning.versions.models import Artifact, Version
from versioning.versions.services.steps import locked, number_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

FORMAT, FORM = "previse-export", 1
MARK, MANIFEST, HISTORY = "previse.json", "MANIFEST.sha256", "history.jsonl"
SLUG = r"[a-z0-9]+(?:[-_.][a-z0-9]+)*"
# Every path that an export writes, and no other: what a manifest names beside these is never touched.
PATH = re.compile(
    rf"{re.escape(MARK)}|README\.md|\.gitattributes"
    rf"|(?P<folder>prompts|agents)/(?P<slug>{SLUG})/(?:prompt\.json|agent\.json|history\.jsonl"
    r"|v[1-9][0-9]{0,9}(?:\.served)?\.(?:txt|json))"
)
TOGETHER = 20  # texts that are read at once
README = """# An export of Previse

Prompts and agents with their histories: messages, authors, dates, drafts, and which version is live or
staged. `prompts/SLUG/prompt.json` and `agents/SLUG/agent.json` say where the pointers stand,
`history.jsonl` has a line for each version, and `v3.txt` (of agents `v3.json`) is version 3.

Credentials are not here: where `{"$secret": …}` stands, one was kept apart, and is entered again after an
import. Neither are members, keys, webhooks, connectors, conversations, and the record of who changed what.

`manage.py import_history FOLDER --workspace NAME` reads it back. `sha256sum -c MANIFEST.sha256` tells whether
anything was changed since.
"""


@dataclass(frozen=True)
class Entry:
    """A file: its path, and its bytes."""

    path: str
    content: bytes

    @property
    def digest(self) -> str:
        """The sha256 of the bytes, in hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def line(self) -> bytes:
        """Its line in the manifest, as `sha256sum` writes it."""
        return f"{self.digest}  {self.path}\n".encode()


def entries(actor: Actor) -> Generator[Entry]:
    """All files of the actor's workspace but the manifest, which whoever writes them makes of them."""
    require(actor, Act.EDIT)
    yield Entry(MARK, as_json({"format": FORMAT, "version": FORM}))
    yield Entry(".gitattributes", b"* -text\n")  # git must not turn the ends of lines
    yield Entry("README.md", README.encode())
    for exporter in by_folder():
        there = Artifact.objects.in_workspace(actor).filter(kind=exporter.kind)
        for slug in sorted(there.values_list("slug", flat=True)):
            artifact = KINDS[exporter.kind].find(actor, slug)
            if artifact:
                yield from _held(actor, exporter, artifact)


def _held(actor: Actor, exporter: Exporter, artifact: Artifact) -> Iterator[Entry]:
    """The files of an artifact, which nobody changes meanwhile; afterwards it is let go at once."""
    with transaction.atomic():
        with locked(actor, artifact):
            now = KINDS[exporter.kind].find(actor, artifact.slug)
            assert now
            yield from _files(exporter, now)
        transaction.set_rollback(True)  # nothing was written; what was locked is free


def _files(exporter: Exporter, artifact: Artifact) -> Iterator[Entry]:
    folder = f"{exporter.folder}/{artifact.slug}"
    kind = KINDS[exporter.kind]
    versions = Version.objects.of(artifact).order_by("number")
    history = list(versions.without_text().with_fork())
    about = {
        "slug": artifact.slug, **exporter.about(artifact), "archived": bool(kind.archived_at(artifact)),
        "live": number_of(artifact, artifact.live_id), "staging": number_of(artifact, artifact.staging_id),
        "last_number": artifact.last_number,
    }  # fmt: skip
    yield Entry(f"{folder}/{kind.noun}.json", as_json(about))
    yield Entry(f"{folder}/{HISTORY}", b"".join(_line(version) for version in history))
    turn = exporter.portable(artifact)
    for at in range(0, len(history), TOGETHER):
        for version in versions.filter(pk__in=[each.pk for each in history[at : at + TOGETHER]]):
            name, served = f"{folder}/v{version.number}", ""
            source = version.source
            if version.is_draft and kind.one_draft:
                source = kind.literal(artifact)
                served = version.source if version.pk in (artifact.live_id, artifact.staging_id) else ""
            yield Entry(f"{name}{exporter.ending}", turn(source).encode())
            if served and served != source:
                yield Entry(f"{name}.served{exporter.ending}", turn(served).encode())


def _line(version: Version) -> bytes:
    line = {
        "version": version.number, "from": version.forked_from.number if version.forked_from else None,
        "author": version.author_name, "message": version.message, "created": _moment(version.created_at),
        "updated": _moment(version.updated_at),
        "locked": _moment(version.locked_at) if version.locked_at else None,
    }  # fmt: skip
    return (json.dumps(line, ensure_ascii=False) + "\n").encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_json(value: Any) -> bytes:
    """A value as people read it."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
