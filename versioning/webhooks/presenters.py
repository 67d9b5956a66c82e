"""What the pages of webhooks say: how a webhook goes, and how far a delivery is."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone

from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.subjects import Subject, subjects
from versioning.workspaces.words import did

NAMED = 2  # Events that a list names; the others it counts
ICONS = {"delivered": "check", "retrying": "refresh", "waiting": "clock", "failed": "close"}


class EndpointState(StrEnum):
    """How a webhook goes."""

    UNTRIED = "untried"
    WORKING = "working"
    FAILING = "failing"
    DISABLED = "disabled"


def state_of(endpoint: Endpoint) -> EndpointState:
    """How it goes, of one that was read `with_state()`."""
    row: Any = endpoint
    if endpoint.disabled_at:
        return EndpointState.DISABLED
    if row.failing_since:
        return EndpointState.FAILING
    return EndpointState.WORKING if row.reached_at else EndpointState.UNTRIED


def url_of(actor: Actor, name: str, *args: object) -> str:
    """A page of webhooks in the actor's workspace."""
    return reverse(f"webhooks:{name}", args=[actor.workspace.slug, *args])


@dataclass(frozen=True)
class EndpointShown:
    """A webhook as a page shows it."""

    endpoint: Endpoint
    state: EndpointState
    url: str
    title: str
    wants: str
    wants_all: str
    owed: int
    reached_at: datetime | None
    failing_since: datetime | None
    failing: str

    @classmethod
    def of(cls, actor: Actor, endpoint: Endpoint) -> Self:
        """One that was read `with_state()`, or was made just now."""
        url, since = url_of(actor, "endpoint", endpoint.pk), getattr(endpoint, "failing_since", None)
        made = not hasattr(endpoint, "owed")
        labels = [_label(name) for name in endpoint.events if name in EventName.values]
        return cls(
            endpoint, EndpointState.UNTRIED if made else state_of(endpoint), url, _short(endpoint.url),
            _some(labels) if labels else "Every Event", ", ".join(endpoint.events) or "every Event",
            getattr(endpoint, "owed", 0), getattr(endpoint, "reached_at", None), since,
            how_long(timezone.now() - since) if since else "",
        )  # fmt: skip

    @property
    def former_signs(self) -> bool:
        """Whether the secret before still signs."""
        until = self.endpoint.former_until
        return bool(until and until > timezone.now())


@dataclass(frozen=True)
class AttemptShown:
    """One request, and what came back."""

    attempt: Attempt
    good: bool
    answer: str
    took: str

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """An attempt in words."""
        good = bool(attempt.status and 200 <= attempt.status < 300 and not attempt.error)
        return cls(attempt, good, answered(attempt), milliseconds(attempt.milliseconds))


@dataclass(frozen=True)
class DeliveryShown:
    """A delivery as a row and as a page show it."""

    delivery: Delivery
    url: str
    state: str
    icon: str
    did: str
    subject: Subject | None
    subject_url: str
    last: AttemptShown | None
    under_way: bool
    next_try: str
    endpoint: Endpoint

    @classmethod
    def of(
        cls, actor: Actor, endpoint: Endpoint, delivery: Delivery, last: Attempt | None, subject: Any = ...
    ) -> Self:
        """A delivery with its Event; what that is about is looked up where it is not given."""
        event, now = delivery.event, timezone.now()
        if subject is ...:
            about = event.artifact_id
            subject = subjects().named(actor, [about]).get(about) if about else None
        due = delivery.due_at if not endpoint.disabled_at else None
        number = event.to_number if event.name != EventName.VERSION_DELETED else None
        return cls(
            delivery, url_of(actor, "delivery", endpoint.pk, delivery.pk), delivery.state,
            ICONS[delivery.state], did(event, subject.published) if subject else did(event), subject,
            (subject.version_url(number) if number else subject.url) if subject else "",
            AttemptShown.of(last) if last else None, bool(due and due <= now),
            f"in {how_long(due - now)}" if due and due > now else "", endpoint,
        )  # fmt: skip

    @property
    def redeliver_url(self) -> str:
        """Where it is asked for again."""
        return f"{self.url}redeliver/"

    @property
    def may_again(self) -> bool:
        """Whether asking for it would do anything."""
        return not (self.under_way or self.endpoint.disabled_at)

    def log(self, attempts: list[Attempt]) -> list[AttemptShown]:
        """Every attempt, the last first."""
        return [AttemptShown.of(attempt) for attempt in attempts]

    def sent(self, attempts: list[Attempt]) -> dict[str, Any]:
        """What is sent: the headers by which a receiver knows it, and the body."""
        body = self.delivery.body
        stamp = int(attempts[0].started_at.timestamp()) if attempts else None
        return {
            "id": str(self.delivery.event_id), "timestamp": stamp, "body": body, "pretty": _pretty(body),
            "size": len(body.encode()) if body else 0,
        }  # fmt: skip


def answered(attempt: Attempt) -> str:
    """What came back, in words: "503 Service Unavailable", or why nothing did."""
    if attempt.status is None:
        return attempt.error or "no answer"
    try:
        words = HTTPStatus(attempt.status).phrase
    except ValueError:
        words = ""
    return f"{attempt.status} {words}".strip()


def milliseconds(count: int) -> str:
    """How long that was: "214 ms", "3.1 s"."""
    return f"{count} ms" if count < 1000 else f"{count / 1000:.1f} s"


def how_long(span: Any) -> str:
    """A span in its largest unit: "12 s", "4 min", "3 hours", "2 days"."""
    seconds = max(int(span.total_seconds()), 1)
    for size, noun in ((86_400, "day"), (3600, "hour")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
    return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"


def _short(url: str) -> str:
    """An address as one knows it again: without its scheme and what may be secret in its query."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}".rstrip("/")


def _label(name: str) -> str:
    """What an Event says by itself: "made live", and "member joined" where one word says too little."""
    label, noun = str(EventName(name).label), name.partition(".")[0]
    return label if " " in label or noun == "version" else f"{noun} {label}"


def _some(labels: list[str]) -> str:
    """A few of the Events: "made live, rolled back and 3 more"."""
    first, more = labels[:NAMED], len(labels) - NAMED
    if more == 1:
        first, more = labels, 0
    said = ", ".join(first[:-1]) + (" and " if len(first) > 1 else "") + first[-1]
    said = f"{', '.join(first)} and {more} more" if more > 0 else said
    return said[:1].upper() + said[1:]


def _pretty(body: str | None) -> str:
    """A body as one reads it."""
    try:
        return json.dumps(json.loads(body or ""), indent=2, ensure_ascii=False)
    except ValueError:
        return body or ""
