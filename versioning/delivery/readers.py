"""Whether a release has arrived, and who reads an artifact: what the server processes wrote down."""

from datetime import datetime, timedelta

from django.db.models import Max, Sum
from django.utils import timezone

from versioning.delivery.models import Client, Reads
from versioning.versions import readers
from versioning.versions.models import Artifact, Version
from versioning.versions.readers import Arrival, KeyUse, Pointer
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event, KeyKind

ACTIVE = timedelta(minutes=5)  # a client that was not seen for longer is none
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EMPTIED = {"live": EventName.VERSION_UNPUBLISHED, "staging": EventName.STAGING_CLEARED}


class Seen:
    """Answers from the tables that `note_readers` fills. See `versions/readers.py`."""

    def arrival(self, actor: Actor, artifact: Artifact, pointer: Pointer) -> Arrival:
        """The clients seen in the last five minutes, those that are behind first.

        Live keys are asked about live, test keys about staging. Where nothing is staged, or staging is
        switched off, a test key's client serves what it shall when it holds what is live.
        """
        now = timezone.now()
        staged = artifact.staging if actor.workspace.staging_enabled else None
        stands_on = artifact.live if pointer == "live" else staged
        wanted = stands_on or artifact.live
        moved = _moved(artifact, pointer, stands_on)
        kind = KeyKind.LIVE if pointer == "live" else KeyKind.TEST
        rows = (
            Client.objects.filter(workspace_id=actor.workspace.id, artifact_id=artifact.pk, key__kind=kind)
            .filter(seen_at__gt=now - ACTIVE)
            .select_related("key")
        )
        clients = [_client(each, wanted, now - moved) for each in rows]
        clients.sort(key=lambda each: (each.behind is None, each.key, str(each.key_id), each.instance))
        return Arrival(pointer, stands_on.number if stands_on else None, artifact.generation, clients)

    def uses(self, actor: Actor, artifact: Artifact) -> list[KeyUse]:
        """The keys that read it in the last 24 hours, the busiest first; counted by the hour."""
        since = timezone.now() - DAY
        rows = (
            Reads.objects.filter(workspace_id=actor.workspace.id, artifact_id=artifact.pk)
            .filter(hour__gt=since - HOUR, last_at__gt=since)
            .values("key_id", "key__name", "key__prefix", "key__kind")
            .annotate(reads=Sum("count"), last=Max("last_at"))
            .order_by("-reads", "-last", "key_id")
        )
        return [
            KeyUse(
                key_id=row["key_id"], key=row["key__name"], prefix=row["key__prefix"], kind=row["key__kind"],
                reads=row["reads"], last_at=row["last"],
            )
            for row in rows
        ]  # fmt: skip


def _moved(row: Artifact, pointer: Pointer, stands_on: Version | None) -> datetime:
    """Since when the pointer's clients shall be given what they now are: it moved, or its draft changed."""
    since = row.staging_since if pointer == "staging" and stands_on else row.live_since
    known = [since] if since else []
    if stands_on is None:
        emptied = Event.objects.of(row.pk).filter(name=EMPTIED[pointer])
        known += emptied.order_by("-sequence").values_list("created_at", flat=True)[:1]
    return max(known, default=row.created_at)


def _client(row: Client, wanted: Version | None, late: timedelta) -> readers.Client:
    holds = (row.number, row.digest)
    serves = holds == ((wanted.number, wanted.digest) if wanted else (None, ""))
    return readers.Client(
        key_id=row.key_id, key=row.key.name, instance=row.instance, generation=row.generation,
        number=row.number, since=row.since, seen_at=row.seen_at,
        behind=None if serves else max(late, timedelta(0)),
    )  # fmt: skip
