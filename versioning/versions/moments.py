"""What was served at a moment of the past, read from the Events."""

from datetime import UTC, datetime

from django.utils import timezone

from versioning.lib.errors import DomainError
from versioning.versions.models import Artifact
from versioning.workspaces.events import MOVES_LIVE, MOVES_STAGING
from versioning.workspaces.models import Event


def moves_at(artifact: Artifact, at: datetime) -> tuple[Event | None, Event | None]:
    """The last moves of live and of staging by that moment, itself included."""
    moved = Event.objects.of(artifact.pk).before(at).order_by("-sequence")
    return moved.filter(name__in=MOVES_LIVE).first(), moved.filter(name__in=MOVES_STAGING).first()


def moment(text: str, field: str) -> datetime:
    """A moment as a caller wrote it: ISO 8601, UTC where no offset is given; '' is now.

    A plus sign that was not escaped arrives as a space, and is taken for what it was. Error: `invalid`.
    """
    if not text:
        return timezone.now()
    try:
        at = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        title = f"{field} is a moment such as 2026-03-01T14:03:00+01:00, not {text[:60]!r}."
        raise DomainError("invalid", title, field=field) from error
