"""What is said of a prompt: made, described, put away and taken out again."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from prompts.models import Prompt
from versioning.changes.plan import Plan
from versioning.lib.errors import DomainError
from versioning.versions import services as versions
from versioning.versions.models import Artifact
from versioning.versions.services.steps import locked, note
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require

NAME_LIMIT, DESCRIPTION_LIMIT, TAG_LIMIT, TAGS_LIMIT = 200, 5_000, 50, 20
LIMITS = {"name": NAME_LIMIT, "description": DESCRIPTION_LIMIT}
# Addresses of pages beside those of the prompts themselves.
RESERVED = ("new", "import")


def create_prompt(
    actor: Actor, *, slug: str, name: str = "", description: str = "", tags: Iterable[str] = (),
    source: str = "", message: str = "",
) -> Prompt:  # fmt: skip
    """Make a prompt, and its v1 as a draft where a source is given. Errors: `slug_taken`, `invalid`."""
    require(actor, Act.EDIT)
    if slug in RESERVED:
        raise DomainError("invalid", f"'{slug}' names a page of Previse. Choose another slug.", field="slug")
    named = {"name": name} if name.strip() else {}
    words = {"name": slug} | clean_words(**named, description=description, tags=tags)
    with transaction.atomic():
        prompt = versions.create(actor, Prompt, kind="prompt", slug=slug, tenant=actor.workspace, **words)
        if source:
            versions.save_version(actor, prompt, source=source, message=message)
    prompt.refresh_from_db()
    return prompt


def change_prompt(
    actor: Actor, prompt: Prompt, *, name: str | None = None, description: str | None = None,
    tags: Iterable[str] | None = None,
) -> Prompt:  # fmt: skip
    """Rename or describe; what is not given stays. The slug never changes."""
    require(actor, Act.EDIT)
    given = {"name": name, "description": description, "tags": tags}
    words = clean_words(**{key: value for key, value in given.items() if value is not None})
    with locked(actor, prompt) as row:
        now = Prompt.objects.get(pk=row.pk)
        changes = {
            field: {"from": getattr(now, field), "to": value}
            for field, value in words.items()
            if value != getattr(now, field)
        }
        if changes:
            Prompt.objects.filter(pk=row.pk).update(**{f: c["to"] for f, c in changes.items()})
            note(actor, row, EventName.ARTIFACT_CHANGED, changes=changes)
    return Prompt.objects.get(pk=prompt.pk)


def clean_words(**words: Any) -> dict[str, Any]:
    """Name, description and tags as they are kept, or `invalid` with the field."""
    clean: dict[str, Any] = {}
    for field, value in words.items():
        if field == "tags":
            clean[field] = _clean_tags(value)
            continue
        text = str(value).strip()
        if not _keepable(text) or len(text) > LIMITS[field] or (field == "name" and not text):
            least = 1 if field == "name" else 0
            raise DomainError(
                "invalid",
                f"The {field} has {least} to {LIMITS[field]:,} characters, none of them NUL.",
                field=field,
            )
        clean[field] = text
    return clean


def check_restored(artifact: Artifact, plan: Plan) -> None:
    """Refuse a restore of words that could not be typed today. Error: `invalid`."""
    for step in plan.steps:
        words = {name: value for name, value in step.after.items() if name in ("tags", *LIMITS)}
        texts = [*(words.get("tags") or []), *(words[name] for name in LIMITS if name in words)]
        if words.get("tags", []) is None or not all(isinstance(text, str) for text in texts):
            raise DomainError("invalid", "A name, description or tag is a text.", field=min(words))
        clean_words(**words)


def _clean_tags(tags: Iterable[str]) -> list[str]:
    clean = list(dict.fromkeys(tag.strip().lower() for tag in tags if tag.strip()))
    if len(clean) > TAGS_LIMIT or any(len(tag) > TAG_LIMIT or not _keepable(tag) for tag in clean):
        raise DomainError(
            "invalid", f"At most {TAGS_LIMIT} tags of at most {TAG_LIMIT} characters.", field="tags"
        )
    return clean


def _keepable(text: str) -> bool:
    """Whether the database can hold it: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
