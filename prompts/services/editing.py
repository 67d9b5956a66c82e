"""The verbs of the editor: what is typed is kept, opened, put aside, taken back, saved."""

from django.db import transaction
from django.db.models import F

from prompts.models import Prompt, WorkingCopy
from versioning.lib.errors import DomainError, not_found
from versioning.versions import services as versions
from versioning.versions.models import Artifact, Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import User
from versioning.workspaces.policy import Act, require

TYPING_LIMIT = 2_000_000


def keep_typing(
    actor: Actor, prompt: Prompt, *, source: str, base: int | None, base_tag: str = "",
    expected: int | None = None, take_over: bool = False,
) -> WorkingCopy:  # fmt: skip
    """Keep what a member is typing. `expected` is the copy's revision that the page last saw, 0 for none.

    Errors: `stale` when the same member typed in another window since (`take_over`: that text is kept
    aside instead); `invalid`.
    """
    require(actor, Act.SAVE_DRAFT)
    _refuse_unkeepable(source)
    with transaction.atomic():
        copy = _current(actor, prompt)
        if copy and expected is not None and copy.revision != expected:
            if not take_over:
                words = "You are editing this prompt in another window too."
                raise DomainError("stale", words, revision=copy.revision)
            if copy.source != source:
                before = _put_aside(actor, prompt, "typed in another window")
                return _write(actor, prompt, source, base, base_tag, before)
        if copy is None:
            return _write(actor, prompt, source, base, base_tag, 0)
        copy.source, copy.base, copy.base_tag = source, _version(prompt, base), base_tag
        copy.revision, copy.updated_at = copy.revision + 1, actor.now()
        copy.save(update_fields=["source", "base", "base_tag", "revision", "updated_at"])
    return copy


def open_version(actor: Actor, artifact: Artifact, version: Version, *, why: str = "") -> WorkingCopy:
    """Put a version's text into the member's editor; unsaved typing that lay there is kept aside."""
    require(actor, Act.SAVE_DRAFT)
    with transaction.atomic():
        prompt = Prompt.objects.get(pk=artifact.pk)
        revision = _put_aside(actor, prompt, why or f"{version.label} was opened")
        return _write(actor, prompt, version.source, version.number, version.tag, revision)


def discard(
    actor: Actor, prompt: Prompt, *, source: str | None = None, base: int | None, base_tag: str = ""
) -> WorkingCopy | None:
    """Go back to the version that one writes from. The typed text (`source`, if given) is kept aside."""
    require(actor, Act.SAVE_DRAFT)
    with transaction.atomic():
        if source is not None:
            keep_typing(actor, prompt, source=source, base=base, base_tag=base_tag)
        version = _version(prompt, base)
        if version:
            return open_version(actor, prompt, version, why="you discarded it")
        _put_aside(actor, prompt, "you discarded it")
    return None


def keep_aside(
    actor: Actor, prompt: Prompt, *, source: str, base: int | None, base_tag: str = ""
) -> WorkingCopy:
    """Keep a text beside the working copy, to be offered back: that of a second window, say."""
    require(actor, Act.SAVE_DRAFT)
    _refuse_unkeepable(source)
    return WorkingCopy.objects.create(
        workspace=actor.workspace, prompt=prompt, user=_person(actor), source=source,
        base=_version(prompt, base), base_tag=base_tag, updated_at=actor.now(),
        kept_at=actor.now(), kept_why="typed in another window",
    )  # fmt: skip


def reopen_kept(actor: Actor, prompt: Prompt, copy_id: int) -> WorkingCopy:
    """Take back a copy that was kept aside; what is in the editor now is kept in its place."""
    require(actor, Act.SAVE_DRAFT)
    with transaction.atomic():
        mine = WorkingCopy.objects.kept(actor, prompt).select_for_update(of=("self",))
        kept: WorkingCopy | None = mine.filter(pk=copy_id).first()
        if kept is None:
            raise not_found()
        before = _put_aside(actor, prompt, "you brought another text back")
        kept.kept_at, kept.kept_why, kept.updated_at = None, "", actor.now()
        kept.revision = max(before, kept.revision) + 1
        kept.save(update_fields=["kept_at", "kept_why", "updated_at", "revision"])
    return kept


def drop_kept(actor: Actor, prompt: Prompt, copy_id: int) -> None:
    """Throw a kept copy away, because its owner says so."""
    require(actor, Act.SAVE_DRAFT)
    if not WorkingCopy.objects.kept(actor, prompt).filter(pk=copy_id).delete()[0]:
        raise not_found()


def save(
    actor: Actor, prompt: Prompt, *, source: str, message: str, update: int | None = None,
    expected: str | None = None, base: int | None = None, revision: int | None = None,
) -> Version:  # fmt: skip
    """The editor's Save: rewrite the draft `update`, or save a new version written from `base`.

    The member's working copy then stands on what was saved; where it is not the one that the page saw
    (`revision`), it is kept aside. A base that was deleted meanwhile is none.
    """
    with transaction.atomic():
        if revision is not None and WorkingCopy.objects.current(actor, prompt).exists():
            keep_typing(
                actor, prompt, source=source, base=base, base_tag=expected or "", expected=revision,
                take_over=True,
            )  # fmt: skip
        if update is not None:
            version = versions.update_draft(
                actor, prompt, update, source=source, message=message, expected=expected
            )
        else:
            there = _version(prompt, base)
            version = versions.save_version(
                actor, prompt, source=source, message=message, base=there.number if there else None
            )
        WorkingCopy.objects.current(actor, prompt).update(
            source=version.source, base=version, base_tag=version.tag,
            revision=F("revision") + 1, updated_at=actor.now(),
        )  # fmt: skip
    return version


def _write(
    actor: Actor, prompt: Prompt, source: str, base: int | None, base_tag: str, before: int
) -> WorkingCopy:
    """A new working copy; its revision goes on from that of the one before, so that no window mistakes it."""
    return WorkingCopy.objects.create(
        workspace=actor.workspace, prompt=prompt, user=_person(actor), source=source,
        revision=before + 1, base=_version(prompt, base), base_tag=base_tag, updated_at=actor.now(),
    )  # fmt: skip


def _put_aside(actor: Actor, prompt: Prompt, why: str) -> int:
    """Keep a copy that holds unsaved words; drop one that says what its version says. Its revision."""
    copy = _current(actor, prompt)
    if copy is None:
        return 0
    base = copy.base
    if (base and base.source == copy.source) or not copy.source.strip():
        copy.delete()
    else:
        copy.kept_at, copy.kept_why = actor.now(), why
        copy.save(update_fields=["kept_at", "kept_why"])
    return copy.revision


def _current(actor: Actor, prompt: Prompt) -> WorkingCopy | None:
    """The actor's copy, locked until the act is committed."""
    return WorkingCopy.objects.current(actor, prompt).select_for_update(of=("self",)).first()


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise DomainError("forbidden", "Only a member has an editor. Save a version instead.")
    return actor.user


def _version(prompt: Prompt, number: int | None) -> Version | None:
    return Version.objects.of(prompt).numbered(number) if number is not None else None


def _refuse_unkeepable(source: str) -> None:
    halves = any("\ud800" <= character <= "\udfff" for character in source)
    if "\0" in source or halves or len(source) > TYPING_LIMIT:
        raise DomainError("invalid", "The text is too long or holds the NUL character.", field="source")
