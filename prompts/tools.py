"""Prompts for assistants: what is served, rendered with their arguments. Who reads `/v1` may, and members."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce

from prompts.models import Prompt
from prompts.variables import filled, variables_of
from versioning.lib.errors import DomainError, not_found
from versioning.versions.models import Version
from versioning.versions.services.artifacts import SLUG, SLUG_LIMIT
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import KeyKind

LISTED = 100
LARGEST = 1_000_000  # characters of a rendered text: a value may stand in it many times


@dataclass(frozen=True)
class Offered:
    """A prompt that is served, with the variables of its text."""

    slug: str
    name: str
    description: str
    variables: list[str]


@dataclass(frozen=True)
class Rendered:
    """A prompt's text with its arguments in it."""

    description: str
    text: str


def list_prompts(actor: Actor, after: str = "") -> tuple[list[Offered], str]:
    """The prompts that are served, by slug, and the slug after which the next ones stand; '' at the end."""
    rows = list(_served(actor).filter(slug__gt=after).order_by("slug")[: LISTED + 1])
    shown = rows[:LISTED]
    ids = [row.served_id for row in shown]
    texts = dict(Version.objects.filter(pk__in=ids).values_list("pk", "source"))
    offered = [
        Offered(row.slug, row.name, row.description, list(variables_of(texts[row.served_id])))
        for row in shown
    ]
    return offered, shown[-1].slug if len(rows) > LISTED else ""


def render_prompt(actor: Actor, slug: str, values: Mapping[str, str]) -> Rendered:
    """A prompt's text, rendered. Errors: `not_found`, `no_live_version`, `invalid`, `too_large`."""
    sound = SLUG.fullmatch(slug) and len(slug) <= SLUG_LIMIT
    prompt: Any = _served(actor, idle=True).filter(slug=slug).first() if sound else None
    if prompt is None:
        raise not_found()
    if prompt.served_id is None:
        raise DomainError("no_live_version", "Nothing of this is live.")
    text = Version.objects.values_list("source", flat=True).get(pk=prompt.served_id)
    uses = variables_of(text)
    _check(uses, values)
    if len(text) + sum(len(values[name]) * times for name, times in uses.items()) > LARGEST:
        raise DomainError("too_large", f"The text would be longer than {LARGEST:,} characters.")
    return Rendered(prompt.description or prompt.name, filled(text, values))


def _served(actor: Actor, *, idle: bool = False) -> Any:
    """Prompts with the version that this actor is served: to a test key what is staged, as in `/v1`."""
    staged = actor.kind == "key" and actor.key_kind == KeyKind.TEST and actor.workspace.staging_enabled
    pointer = Coalesce("staging_id", "live_id") if staged else F("live_id")
    rows = Prompt.objects.in_workspace(actor).annotate(served_id=pointer)
    return rows if idle else rows.exclude(served_id=None)


def _check(uses: Mapping[str, int], values: Mapping[str, str]) -> None:
    """Each variable has a value, and each value a variable. Error: `invalid`."""
    missing = [name for name in uses if name not in values]
    if missing:
        raise DomainError("invalid", f"Missing argument: {', '.join(missing)}.", field=missing[0])
    unknown = sorted(set(values) - set(uses))
    if unknown:
        takes = f"It takes {', '.join(uses)}." if uses else "It takes none."
        raise DomainError("invalid", f"Unknown argument: {unknown[0][:100]}. {takes}", field=unknown[0][:100])
