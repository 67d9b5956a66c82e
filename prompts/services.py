"""The verbs of prompts that other artifacts do not have: their words, their editor."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import F

from prompts.models import Prompt, WorkingCopy
from versioning.lib.errors import DomainError, not_found
from versioning.versions import services as versions
from versioning.versions.models import Artifact, Version
from versioning.versions.services.steps import locked, move, note, number_of, version_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require

NAME_LIMIT, DESCRIPTION_LIMIT, TAG_LIMIT, TAGS_LIMIT = 200, 5_000, 50, 20


def create_prompt(
    actor: Actor, *, slug: str, name: str = "", description: str = "", tags: Iterable[str] = (),
    source: str = "", message: str = "",
) -> Prompt:  # fmt: skip
    """Make a prompt, and its v1 as a draft where a source is given. Errors: `slug_taken`, `invalid`."""
    words = clean_words(name=name or slug, description=description, tags=tags)
    with transaction.atomic():
        prompt = versions.create(
            actor, Prompt, kind="prompt", slug=slug, tenant=actor.workspace, **words
        )
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


def archive(actor: Actor, prompt: Prompt) -> Prompt:
    """Put a prompt away; its staging is cleared, its history stays. Not while it is live."""
    require(actor, Act.EDIT)
    with locked(actor, prompt) as row:
        if Prompt.objects.archived().filter(pk=row.pk).exists():
            raise DomainError("archived", "This is archived already.")
        live = number_of(row, row.live_id)
        if live:
            raise DomainError("live_in_the_way", f"v{live} is live. Unpublish it first.")
        act = note(actor, row, EventName.ARTIFACT_ARCHIVED).act_id
        staged = number_of(row, row.staging_id)
        if staged:
            note(
                actor, row, EventName.STAGING_CLEARED, from_number=staged, act_id=act,
                message="The prompt was archived",
            )  # fmt: skip
            move(row, staging=None, staging_since=None)
        Prompt.objects.filter(pk=row.pk).update(archived_at=actor.now())
    return Prompt.objects.get(pk=prompt.pk)


def unarchive(actor: Actor, prompt: Prompt) -> Prompt:
    """Take a prompt out of the archive, with all that it had but its staging."""
    require(actor, Act.EDIT)
    with locked(actor, prompt) as row:
        if not Prompt.objects.archived().filter(pk=row.pk).exists():
            raise DomainError("not_archived", "This is not archived.")
        Prompt.objects.filter(pk=row.pk).update(archived_at=None)
        note(actor, row, EventName.ARTIFACT_UNARCHIVED)
    return Prompt.objects.get(pk=prompt.pk)


def clean_words(**words: object) -> dict[str, object]:
    """Name, description and tags as they are kept, or `invalid` with the field."""
    limits = {"name": NAME_LIMIT, "description": DESCRIPTION_LIMIT}
    clean: dict[str, object] = {}
    for field, value in words.items():
        if field == "tags":
            clean[field] = _clean_tags(value)  # type: ignore[arg-type]
            continue
        text = str(value).strip()
        if "\0" in text or len(text) > limits[field] or (field == "name" and not text):
            raise DomainError(
                "invalid",
                f"The {field} has 1 to {limits[field]:,} characters and no NUL.",
                field=field,
            )
        clean[field] = text
    return clean


def _clean_tags(tags: Iterable[str]) -> list[str]:
    clean = list(dict.fromkeys(tag.strip().lower() for tag in tags if tag.strip()))
    if len(clean) > TAGS_LIMIT or any(len(tag) > TAG_LIMIT or "\0" in tag for tag in clean):
        raise DomainError(
            "invalid", f"At most {TAGS_LIMIT} tags of at most {TAG_LIMIT} characters.", field="tags"
        )
    return clean


def keep_typing(
    actor: Actor, prompt: Prompt, *, source: str, base: int | None, base_tag: str = "",
    expected: int | None = None,
) -> WorkingCopy:  # fmt: skip
    """Keep what a member is typing. `expected` is the copy's revision that the page last saw.

    Errors: `stale` when the same member types in another window; `invalid`.
    """
    require(actor, Act.SAVE_DRAFT)
    if "\0" in source or len(source) > 2_000_000:
        raise DomainError(
            "invalid", "The text is too long or holds the NUL character.", field="source"
        )
    with transaction.atomic():
        copy = WorkingCopy.objects.current(actor, prompt).select_for_update().first()
        if copy and expected is not None and copy.revision != expected:
            raise DomainError(
                "stale",
                "You are editing this prompt in another window too.",
                revision=copy.revision,
            )
        version = version_of(prompt, base) if base is not None else None
        if copy is None:
            return WorkingCopy.objects.create(
                workspace=actor.workspace, prompt=prompt, user=actor.user, source=source,
                base=version, base_tag=base_tag, updated_at=actor.now(),
            )  # fmt: skip
        copy.source, copy.base, copy.base_tag = source, version, base_tag
        copy.revision, copy.updated_at = copy.revision + 1, actor.now()
        copy.save(update_fields=["source", "base", "base_tag", "revision", "updated_at"])
    return copy


def open_version(actor: Actor, artifact: Artifact, version: Version) -> WorkingCopy:
    """Put a version's text into the member's editor; unsaved typing that lay there is kept aside."""
    require(actor, Act.SAVE_DRAFT)
    with transaction.atomic():
        prompt = Prompt.objects.get(pk=artifact.pk)
        _put_aside(actor, prompt)
        return WorkingCopy.objects.create(
            workspace=actor.workspace, prompt=prompt, user=actor.user, source=version.source,
            base=version, base_tag=version.tag, updated_at=actor.now(),
        )  # fmt: skip


def reopen_kept(actor: Actor, prompt: Prompt, copy_id: UUID) -> WorkingCopy:
    """Take back a copy that was kept aside; what is in the editor now is kept in its place."""
    require(actor, Act.SAVE_DRAFT)
    with transaction.atomic():
        kept = (
            WorkingCopy.objects.kept(actor, prompt).select_for_update().filter(pk=copy_id).first()
        )
        if kept is None:
            raise not_found()
        _put_aside(actor, prompt)
        kept.kept_at, kept.updated_at = None, actor.now()
        kept.save(update_fields=["kept_at", "updated_at"])
    return kept


def drop_kept(actor: Actor, prompt: Prompt, copy_id: UUID) -> None:
    """Throw a kept copy away, because its owner says so."""
    require(actor, Act.SAVE_DRAFT)
    if not WorkingCopy.objects.kept(actor, prompt).filter(pk=copy_id).delete()[0]:
        raise not_found()


def save(
    actor: Actor, prompt: Prompt, *, source: str, message: str, update: int | None = None,
    expected: str | None = None, base: int | None = None,
) -> Version:  # fmt: skip
    """The editor's Save: rewrite the draft `update`, or save a new version written from `base`.

    The member's working copy then stands on what was saved.
    """
    with transaction.atomic():
        if update is not None:
            version = versions.update_draft(
                actor, prompt, update, source=source, message=message, expected=expected
            )
        else:
            version = versions.save_version(
                actor, prompt, source=source, message=message, base=base
            )
        WorkingCopy.objects.current(actor, prompt).update(
            source=version.source, base=version, base_tag=version.tag,
            revision=F("revision") + 1, updated_at=actor.now(),
        )  # fmt: skip
    return version


def _put_aside(actor: Actor, prompt: Prompt) -> None:
    """Keep a copy that holds unsaved words; drop one that says what its version says."""
    copy = WorkingCopy.objects.current(actor, prompt).select_for_update(of=("self",)).first()
    if copy is None:
        return
    base = Version.objects.filter(pk=copy.base_id).only("source").first()
    if (base and base.source == copy.source) or not copy.source.strip():
        copy.delete()
        return
    copy.kept_at = actor.now()
    copy.save(update_fields=["kept_at"])
