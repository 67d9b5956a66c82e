"""Use in code: the calls by which programs read an artifact, ready to copy, and what they are answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import header
from versioning.workspaces.actor import Actor

EXCERPT = 72  # characters of a text that an example shows


@dataclass(frozen=True)
class Call:
    """One way to ask: what it is for, the line to copy, what to know of it."""

    title: str
    line: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page: calls, or an answer with what its fields mean."""

    title: str
    intro: str
    calls: Sequence[Call] = ()
    answer: str = ""
    facts: Sequence[tuple[str, str]] = ()


# What every read answers beside its content; and how reads of every kind are refused.
FACTS: tuple[tuple[str, str], ...] = (
    (
        "served_from",
        SafeString(
            "<code>live</code> or <code>staging</code>; <code>pinned</code> for a version that was asked for "
            "by number."
        ),
    ),
    ("generation", "Grows whenever what is served changes: of two answers, the higher is the newer."),
    ("since", "Since when this version is what is served."),
    (
        "stale",
        SafeString(
            "<code>true</code> with <code>stale_for</code> seconds: the database is away, this is the last "
            "known answer."
        ),
    ),
)


def code_page(
    actor: Actor, artifact: Artifact, sections: Sequence[Section], refusals: Sequence[tuple[str, str, str]]
) -> dict[str, Any]:
    """What templates/versions/code.html shows. `refusals` are statuses, codes and what to do."""
    noun = kind_of(artifact).noun
    told = (
        ("404", "not_found", f"There is no such {noun} or version for this key."),
        ("401", "unauthorized", "The key is missing, wrong, revoked or expired."),
    )
    return header(actor, artifact, tab="code") | {
        "sections": sections,
        "refusals": [*refusals, *told],
        "noun": noun,
        "keys_url": reverse("workspaces:keys", args=[actor.workspace.slug]),
    }


def reading(actor: Actor, artifact: Artifact, *, pinned: int | None, settled: str) -> Section:
    """The calls that read an artifact. `pinned` is a number that can be asked for, `settled` what it is."""
    url = address(artifact)
    calls = [
        Call(
            "What is live", curl(url, "LIVE"),
            "With a live key (pv_live_…). It gets the live version and never anything else.",
        )
    ]  # fmt: skip
    if actor.workspace.staging_enabled:
        note = (
            "With a test key (pv_test_…). It gets staging; where staging is not set, or is off, it gets live "
            "and the answer says so in served_from."
        )
        calls.append(Call("What is staged", curl(url, "TEST"), note))
    if pinned:
        note = f"{settled}, by its number. It never changes, so it may be kept for good."
        calls.append(Call("One version", curl(f"'{url}?version={pinned}'", "LIVE"), note))
    calls.append(
        Call(
            "Only if it changed", curl(f"-i {url} \\\n  -H 'If-None-Match: \"…\"'", "LIVE"),
            "Send the ETag of the last answer: 304 and no body while it is still the same.",
        )
    )  # fmt: skip
    words = f"Programs read the {kind_of(artifact).noun} by its slug, with a key of this workspace."
    return Section("Read it", words, calls)


def example(artifact: Artifact, live: Version | None, **content: Any) -> str:
    """What a live key is answered; for an artifact that is not live, as it would be."""
    since = artifact.live_since if live else None
    return written(
        {
            "kind": artifact.kind, "slug": artifact.slug, "label": live.label if live else "v1",
            "number": live.number if live else 1, **content, "served_from": "live",
            "generation": artifact.generation, "since": moment(since), "digest": short(live), "stale": False,
        }
    )  # fmt: skip


def address(artifact: Artifact) -> str:
    """Where programs read an artifact."""
    return f"{settings.PUBLIC_URL}/v1/{kind_of(artifact).namespace}/{artifact.slug}"


def curl(rest: str, kind: str) -> str:
    """A line for a shell that has a key of that kind in its environment."""
    return f'curl {rest} \\\n  -H "Authorization: Bearer $PREVISE_{kind}_KEY"'


def short(version: Version | None) -> str:
    """A digest cut short."""
    return version.digest[:12] + "…" if version else "…"


def moment(at: datetime | None) -> str:
    """A moment as answers write it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else "…"


def abridged(value: Any) -> Any:
    """A value with its long texts and long lists cut short."""
    if isinstance(value, str):
        return value if len(value) <= EXCERPT else value[:EXCERPT].rstrip() + "…"
    if isinstance(value, dict):
        return {name: abridged(each) for name, each in value.items()}
    if isinstance(value, list):
        return [abridged(each) for each in value[:1]] + ([f"… {len(value) - 1} more"] if value[1:] else [])
    return value


def written(value: Any) -> str:
    """JSON as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2)
