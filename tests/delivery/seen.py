"""What a server process writes down, as tests write it: who holds what."""

import json
from typing import Any

from django.db import connection

from versioning.versions.models import Artifact, Version
from versioning.workspaces.models import ApiKey


def sighting(
    key: ApiKey, artifact: Artifact, number: int | None = None, *, instance: str = "web-1", ago: float = 0,
    since: float = 0, count: int = 1, **other: Any,
) -> dict[str, Any]:  # fmt: skip
    """A client that holds a version; None for one that was told that nothing is live."""
    held = Version.objects.of(artifact).get(number=number) if number else None
    artifact.refresh_from_db(fields=["generation"])
    return {
        "key": str(key.pk), "instance": instance, "artifact": str(artifact.pk), "count": count,
        "generation": artifact.generation, "number": number, "digest": held.digest if held else "",
        "served_from": "live", "since": max(since, ago), "seen": ago, **other,
    }  # fmt: skip


def note(*rows: dict[str, Any], tidy: bool = False) -> None:
    """As a process does, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT note_readers(%s, %s)", [json.dumps(rows), tidy])
