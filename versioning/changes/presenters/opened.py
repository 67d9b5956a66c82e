"""One Change, open: its field diff, who made it and how, and the ways back to before and after it."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from versioning.changes.models import Change, Counter
from versioning.changes.presenters.asked import Asked
from versioning.changes.presenters.shown import Shown, show_change
from versioning.changes.presenters.stream import Line, changes_by, lines_of
from versioning.changes.resources import RESOURCES
from versioning.lib.errors import not_found
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may


@dataclass(frozen=True)
class Opened:
    """What an open row shows. `restores` are the versions that can be gone back to."""

    shown: Shown
    before: str
    after: str
    restores: list[tuple[int, str]]
    gone: bool  # the row is deleted now
    newest: int
    only_url: str  # the history of this row alone
    noun: str


def change_or_404(actor: Actor, artifact: Artifact | None, given: str) -> Change:
    """The Change of that id, if it is the artifact's. Error: `not_found`."""
    try:
        rows = Change.objects.in_workspace(actor).filter(pk=UUID(given))
    except ValueError:
        raise not_found() from None
    change = rows.first()
    if change is None or (artifact and (change.agent_id or change.resource_id) != artifact.pk):
        raise not_found()
    found: Change = change
    return found


def line_of(
    actor: Actor, change: Change, artifact: Artifact | None, asked: Asked, path: str, *, opened: bool
) -> Line:
    """The line of one Change, closed or open."""
    (line,) = lines_of(actor, changes_by([change.pk]), artifact, asked, path)
    if opened:
        line.opened = open_change(actor, change, path)
        line.url, line.close_url = asked.to(path), asked.to(path, closed=change.pk)
    return line


def open_change(actor: Actor, change: Change, path: str) -> Opened:
    """What the open row of a Change shows."""
    counter = Counter.objects.filter(
        tenant_id=change.tenant_id, resource_type=change.resource_type, resource_id=change.resource_id
    ).first()
    newest = counter.last if counter else change.version
    rows = Change.objects.in_workspace(actor).of(change.resource_type, change.resource_id)
    gone = not rows.filter(version=newest, data_after__isnull=False).exists()
    version = change.version
    return Opened(
        shown=show_change(change, f"What version {version} changed"),
        before=f"Version {version - 1}" if change.data_before is not None else "",
        after=f"Version {version}" if change.data_after is not None else "",
        restores=_restores(actor, change, newest), gone=gone, newest=newest,
        only_url=Asked(resource=str(change.resource_id)).to(path),
        noun=RESOURCES[change.resource_type].noun if change.resource_type in RESOURCES else "row",
    )  # fmt: skip


def _restores(actor: Actor, change: Change, newest: int) -> list[tuple[int, str]]:
    """The versions to go back to, with their pages: the one before, and this one unless it is the newest."""
    artifact = _artifact(actor, change)
    resource = RESOURCES.get(change.resource_type)
    if artifact is None or resource is None or not may(actor, Act.EDIT):
        return []
    found = []
    if change.data_before is not None and change.version > 1:
        found.append(change.version - 1)
    if change.data_after is not None and change.version < newest:
        found.append(change.version)
    name = f"{kind_of(artifact).namespace}:restore"
    where = [actor.workspace.slug, artifact.slug, change.resource_type, change.resource_id]
    return [(version, reverse(name, args=[*where, version])) for version in found]


def _artifact(actor: Actor, change: Change) -> Artifact | None:
    """The artifact that a Change is about, unless its draft takes no restore: that of an archived agent."""
    whole = Artifact.objects.in_workspace(actor).filter(pk=change.agent_id or change.resource_id).first()
    found: Artifact | None = kind_of(whole).find(actor, whole.slug) if whole else None
    if found is None or (kind_of(found).one_draft and kind_of(found).archived_at(found)):
        return None
    return found
