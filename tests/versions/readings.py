"""Who reads an artifact, for tests of what pages say of it: told by hand, or as servers write it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from versioning.delivery import models
from versioning.versions import readers
from versioning.versions.models import Artifact, Version
from versioning.versions.readers import Arrival, Client, KeyUse, Pointer


@dataclass
class Known:
    """What is known, by hand: the clients of each pointer, and the keys. `asked` counts the questions."""

    clients: dict[str, list[Client]] = field(default_factory=dict)
    keys: list[KeyUse] = field(default_factory=list)
    asked: int = 0

    def arrival(self, actor: Any, artifact: Artifact, pointer: Pointer) -> Arrival:
        """As it was told."""
        self.asked += 1
        version = artifact.live if pointer == "live" else artifact.staging
        number = version.number if version else None
        return Arrival(pointer, number, artifact.generation, self.clients.get(pointer, []))

    def uses(self, actor: Any, artifact: Artifact) -> list[KeyUse]:
        """As it was told."""
        return self.keys


@contextmanager
def knowing(known: Known) -> Iterator[Known]:
    """Nobody else is asked meanwhile."""
    before = readers.readers()
    readers.register(known)
    yield known
    readers.register(before)


def client(
    number: int | None = 1, *, behind: float | None = None, key: str = "program", instance: str = ""
) -> Client:
    """A client that serves a version, some seconds behind."""
    late = None if behind is None else timedelta(seconds=behind)
    now = timezone.now()
    return Client(uuid.uuid4(), key, instance, 1, number, now - timedelta(minutes=2), now, late)


def use(key: str, reads: int = 1, kind: str = "live") -> KeyUse:
    """A key that has just read it so many times."""
    at = timezone.now() - timedelta(seconds=20)
    return KeyUse(uuid.uuid4(), key, f"pv_{kind}_1a2b", kind, reads, at)


def seen(artifact: Any, key: Any, version: Version | None, *, instance: str = "", ago: float = 1) -> None:
    """A row as a server writes it of a client that it saw so many seconds ago."""
    at = timezone.now() - timedelta(seconds=ago)
    models.Client.objects.create(
        workspace_id=key.workspace_id, key=key, instance=instance, artifact_id=artifact.pk,
        generation=artifact.generation, number=version.number if version else None,
        digest=version.digest if version else "", served_from="live", since=at, seen_at=at,
    )  # fmt: skip


def read(artifact: Any, key: Any, count: int) -> None:
    """A row as a server writes it of a key that has read so many times in this hour."""
    now = datetime.now(UTC)
    models.Reads.objects.create(
        workspace_id=key.workspace_id, key=key, artifact_id=artifact.pk, count=count, last_at=now,
        hour=now.replace(minute=0, second=0, microsecond=0),
    )  # fmt: skip
