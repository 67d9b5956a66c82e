"""What lies on a member's desk when the editor opens: a text, what it was written from, what is new since."""

from dataclasses import dataclass, replace
from datetime import datetime

from prompts.models import Prompt, WorkingCopy
from prompts.variables import variables_of
from versioning.versions.models import Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.policy import Act, may


@dataclass(frozen=True)
class Desk:
    """The editor's text and where it stands.

    `base` is the version that the text was written from and `tag` what that version's tag was then;
    `rewritten` when somebody rewrote it since; `newer` a version that was saved after it. `revision` is
    the working copy's, 0 for none. `unsaved` when the text is nobody's version yet.
    """

    source: str
    base: Version | None = None
    tag: str = ""
    revision: int = 0
    saved_at: datetime | None = None
    unsaved: bool = False
    rewritten: bool = False
    newer: Version | None = None
    kept: tuple[WorkingCopy, ...] = ()
    writable: bool = False

    @property
    def updates(self) -> bool:
        """Whether Save can rewrite the version that the text stands on."""
        return self.writable and self.base is not None and self.base.is_draft

    def typed(self, source: str) -> "Desk":
        """The same desk with another text on it."""
        return replace(self, source=source, unsaved=True)


def desk_of(actor: Actor, prompt: Prompt) -> Desk:
    """The member's working copy if there is one; else the newest draft, else live, else the newest."""
    writable = may(actor, Act.SAVE_DRAFT) and prompt.archived_at is None
    copies = WorkingCopy.objects.current(actor, prompt).select_related("base")
    copy = copies.first() if writable else None
    newest = Version.objects.of(prompt).newest_first().without_text().first()
    if copy is None:
        base = start_of(prompt)
        desk = Desk(base.source if base else "", base, base.tag if base else "")
    else:
        desk = _desk_of_copy(prompt, copy)
    newer = newest if newest and desk.base and newest.number > desk.base.number else None
    kept = tuple(WorkingCopy.objects.kept(actor, prompt).select_related("base")) if writable else ()
    return replace(desk, writable=writable, newer=newer, kept=kept)


def start_of(prompt: Prompt) -> Version | None:
    """The version that one begins to write from."""
    versions = Version.objects.of(prompt)
    draft = versions.drafts().newest_first().first()
    return draft or prompt.live or versions.newest_first().first()


def variables_against(source: str, base: str | None) -> list[dict[str, str]]:
    """The variables of a text as the editor lists them: those that came and went since `base` are marked."""
    now, before = variables_of(source), variables_of(source if base is None else base)
    listed = [
        {
            "name": name,
            "kind": "" if name in before else "p",
            "note": "used once" if uses == 1 else f"used {uses} times",
        }
        for name, uses in now.items()
    ]
    gone = [name for name in before if name not in now]
    return listed + [{"name": name, "kind": "m", "note": "no longer read"} for name in gone]


def size_of(source: str) -> dict[str, int]:
    """Characters, lines, and about how many tokens: a token is about four characters of English."""
    lines = source.count("\n") + 1 if source else 0
    return {"chars": len(source), "lines": lines, "tokens": -(-len(source) // 4)}


def _desk_of_copy(prompt: Prompt, copy: WorkingCopy) -> Desk:
    base = copy.base
    if base is None:
        return Desk(copy.source, None, "", copy.revision, copy.updated_at, unsaved=bool(copy.source.strip()))
    moved = copy.base_tag != base.tag
    if copy.source == base.source or (moved and _was_text_of(prompt, base, copy.source)):
        return Desk(base.source, base, base.tag, copy.revision)  # nothing typed: the draft as it is now
    return Desk(
        copy.source, base, copy.base_tag, copy.revision, copy.updated_at, unsaved=True, rewritten=moved
    )


def _was_text_of(prompt: Prompt, version: Version, source: str) -> bool:
    """Whether a text is what a draft said before somebody rewrote it: then nobody typed it here."""
    rewrites = Event.objects.of(prompt.pk).filter(
        name=EventName.VERSION_UPDATED, to_number=version.number, data__former__source=source
    )
    return rewrites.exists()
