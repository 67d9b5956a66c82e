"""A row of the Versions tab: what it says of a version, and what may be done with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Status, Version
from versioning.versions.presenters.header import Links, chips
from versioning.versions.presenters.standing import Draft, draft_state
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may


@dataclass(frozen=True)
class Action:
    """Something to do with a version: a link to a review ("…"), or a button that acts at once."""

    label: str
    long: str
    url: str
    posts: bool = False
    main: bool = False
    danger: bool = False
    staging: bool = False
    plain: bool = False


@dataclass
class Row:
    """One version in a list. `diff` is there where the row is open."""

    version: Version
    label: str
    number: int
    status: list[str]
    message: SafeString
    author: SafeString
    at: datetime
    url: str
    close_url: str
    list_url: str
    actions: list[Action]
    instead: str = ""  # where there is no message
    snippet: SafeString | str = ""
    diff: Any = None
    chart: Any = field(default=None, repr=False)

    @property
    def quick(self) -> list[Action]:
        """What a closed row offers: its main act, and staging before it."""
        return [a for a in self.actions if a.staging] + [a for a in self.actions if a.main]

    @property
    def rest(self) -> list[Action]:
        """What a phone keeps in a menu."""
        return self.actions[3:]


class RowMaker:
    """Makes the rows of one artifact for one actor; `query` is what their links keep of the page's."""

    def __init__(
        self, actor: Actor, artifact: Artifact, *, words: str = "", query: dict[str, Any],
        draft: Draft | None = None,
    ):  # fmt: skip
        self.actor, self.artifact, self.links = actor, artifact, Links(actor, artifact)
        self._words, self._query = words.split()[:10], query
        self._can = {act: may(actor, act) for act in Act}
        self._kind, self._draft = kind_of(artifact), draft
        self._archived = bool(self._kind.archived_at(artifact))

    def rows(self, versions: Iterable[Version]) -> list[Row]:
        """Closed rows."""
        return [self.row(version) for version in versions]

    def row(self, version: Version, diff: Any = None) -> Row:
        """A row; open where a diff is given."""
        to, number = self.links.to, version.number
        return Row(
            version=version, label=version.label, number=number,
            status=chips(self.actor, self.artifact, version),
            message=marked(version.message.split("\n", 1)[0], self._words), instead=self._instead(version),
            author=marked(version.author_name, self._words), at=version.updated_at,
            url=to("version", number, **self._query),
            close_url=to("version", number, closed=1, **self._query),
            list_url=to("versions", **self._query),
            actions=self._actions(version), snippet=self._snippet(version), diff=diff,
        )  # fmt: skip

    def _instead(self, version: Version) -> str:
        """What stands in the place of a message: how far the one draft has come."""
        if not (self._kind.one_draft and version.is_draft):
            return "No message"
        self._draft = self._draft or draft_state(self.artifact)
        words = self._draft.words
        return words[0].upper() + words[1:]

    def _actions(self, version: Version) -> list[Action]:
        if self._archived:
            return []
        to, number, label = self.links.to, version.number, version.label
        found: list[Action] = []
        if self._can[Act.PUBLISH]:
            name = pointer_act(self.artifact, version)
            publish = self._kind.words.publish
            words, long, url = {
                "unpublish": ("Unpublish…", "Unpublish…", to("unpublish")),
                "rollback": ("Roll back…", f"Roll back to {label}…", to("rollback", number)),
                "promote": (f"{publish}…", f"{publish} {label}…", to("promote", number)),
            }[name]
            found.append(Action(words, long, url, main=True, plain=name == "unpublish"))
        if self._can[Act.STAGE] and self.actor.workspace.staging_enabled:
            staged = self.artifact.staging_id == version.pk
            words = "Clear staging" if staged else "Set as staging"
            url = to("unstage") if staged else to("stage", number)
            found.append(Action(words, words, url, posts=True, staging=True))
        if self._kind.one_draft:
            url = to("editor") if version.is_draft else to(self._kind.words.shown, number)
            found.append(Action("Open", "Open in editor" if version.is_draft else f"Open {label}", url))
            return found
        if self._can[Act.SAVE_DRAFT]:
            found.append(Action("Open in editor", "Open in editor", to("open", number), posts=True))
        if self._can[Act.EDIT] and version.is_draft:
            found.append(Action("Delete draft…", "Delete draft…", to("delete", number), danger=True))
        return found

    def _snippet(self, version: Version) -> SafeString | str:
        """The line of the text in which a word was found, where the text was searched."""
        passage = " ".join((getattr(version, "snippet", None) or "").split())
        return marked(f"…{passage.partition(' ')[2]}…" if passage else "", self._words)


def pointer_act(artifact: Artifact, version: Version) -> str:
    """Which act on the live pointer a version offers: promote, rollback or unpublish."""
    status = version.status_in(artifact)
    if status == Status.LIVE:
        return "unpublish"
    older = artifact.live is not None and version.number < artifact.live.number
    return "rollback" if older and status == Status.RETIRED else "promote"


def marked(text: str, words: list[str]) -> SafeString:
    """A text for HTML, with the words that were searched for marked, in any case."""
    low = text.lower()
    if len(low) != len(text):  # a letter that grows in lower case: positions would not fit
        return mark_safe(escape(text))  # noqa: S308
    inside = bytearray(len(text))
    for word in words:
        at = low.find(word.lower())
        while at >= 0:
            inside[at : at + len(word)] = b"\1" * len(word)
            at = low.find(word.lower(), at + 1)
    if not any(inside):
        return mark_safe(escape(text))  # noqa: S308
    pieces: list[str] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or inside[at] != inside[start]:
            piece = escape(text[start:at])
            pieces.append(f"<mark>{piece}</mark>" if inside[start] else piece)
            start = at
    return mark_safe("".join(pieces))  # noqa: S308  each piece was escaped
