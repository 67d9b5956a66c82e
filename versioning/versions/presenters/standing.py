"""The chosen version of an artifact with one draft: how it stands, and what one may do with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.since import changes_since
from versioning.versions.services.one_draft import as_rows_are
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may

if TYPE_CHECKING:
    from versioning.versions.presenters.header import Links


@dataclass(frozen=True)
class Draft:
    """The one draft as its rows are. `changes` counts fields and items that differ from its base."""

    version: Version
    base: Version | None
    changes: int

    @property
    def words(self) -> str:
        """How far it is from there: "5 changes since v43"."""
        if self.base is None:
            return "the first version"
        many = "no" if not self.changes else f"{self.changes:,}"
        return f"{many} {'change' if self.changes == 1 else 'changes'} since {self.base.label}"


@dataclass(frozen=True)
class Button:
    """A button of the header: a link to the page that reviews or confirms the act."""

    label: str
    url: str
    icon: str = ""
    look: str = ""  # "primary", "quiet", or plain


@dataclass(frozen=True)
class Standing:
    """When the chosen version was saved or locked, and by whom; `note` where a save is served at once.

    `others` are the pointers that stand elsewhere: the chip and the label of each.
    """

    words: str
    at: datetime | None
    by: str = ""
    note: str = ""
    others: tuple[tuple[str, str], ...] = ()


def draft_state(artifact: Artifact, version: Version | None = None) -> Draft:
    """The draft of an artifact of a kind that has one; `version` where its row is known already."""
    draft = as_rows_are(artifact, version or Version.objects.of(artifact).drafts().get())
    base = draft.forked_from
    if base is None or base.digest == draft.digest:
        return Draft(draft, base, 0)
    fields = kind_of(artifact).fields
    return Draft(draft, base, changes_since(fields(base.source) or {}, fields(draft.source) or {}).total)


def standing(actor: Actor, artifact: Artifact, version: Version) -> Standing:
    """How a version stands."""
    others = _elsewhere(actor, artifact, version)
    if not version.is_draft:
        return Standing("Locked", version.locked_at, version.author_name, others=others)
    served = artifact.live_id == version.pk
    saved = version.revision > 1 or version.forked_from_id is None
    note = "each save is live at once" if served else ""
    return Standing("Saved" if saved else "Opened", version.updated_at, note=note, others=others)


def _elsewhere(actor: Actor, artifact: Artifact, version: Version) -> tuple[tuple[str, str], ...]:
    """The pointers that do not stand on a version."""
    live, staging = artifact.live, artifact.staging if actor.workspace.staging_enabled else None
    found = [] if live else [("not_live", "")]
    found += [("live", live.label)] if live and live.pk != version.pk else []
    found += [("staging", staging.label)] if staging and staging.pk != version.pk else []
    return tuple(found)


def buttons(
    actor: Actor, artifact: Artifact, links: "Links", version: Version, draft: Draft, *, main: bool
) -> list[Button]:
    """What one may do with a version, where it can act. `main`: publishing is what the page is for."""
    live, publishes = artifact.live_id == version.pk, may(actor, Act.PUBLISH)
    publish = kind_of(artifact).words.publish
    found = []
    if version.is_draft and may(actor, Act.EDIT) and (publishes or not live):
        if draft.base and draft.changes:
            found.append(Button("Revert", links.to("revert"), "undo", "quiet"))
        found.append(Button("Lock", links.to("lock"), "lock"))
    if not version.is_draft:
        found.append(Button("Compare with draft", links.to("compare", version.number, draft.version.number)))
    if publishes and live:
        found.append(Button("Unpublish…", links.to("unpublish")))
    elif publishes:
        url, look = links.to("promote", version.number), "primary" if main else ""
        found.append(Button(f"{publish}…", url, "", look))
    return found
