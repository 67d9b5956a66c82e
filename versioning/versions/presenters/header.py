"""The header of an artifact's pages: its name, its pointers, the version selector, its tabs."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Status, Version
from versioning.versions.presenters.arrival import told
from versioning.versions.presenters.standing import Button, Draft, buttons, draft_state, standing
from versioning.versions.querysets import COUNTED, LAST
from versioning.versions.tabs import added_after
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may

NEWEST = 10


class Links:
    """The addresses of one artifact's pages, whatever its kind."""

    def __init__(self, actor: Actor, artifact: Artifact):
        self._at = (actor.workspace.slug, artifact.slug)
        self._workspace = actor.workspace.slug
        self._namespace = kind_of(artifact).namespace
        self._halves: dict[str, tuple[str, str]] = {}

    def to(self, name: str, *numbers: int, **query: object) -> str:
        """The address of a page; query values that say nothing are left out."""
        path = self._of_version(name, *numbers) if len(numbers) == 1 else self._reverse(name, *numbers)
        return _asking(path, query)

    def _reverse(self, name: str, *numbers: int) -> str:
        return reverse(f"{self._namespace}:{name}", args=[*self._at, *numbers])

    def _of_version(self, name: str, number: int) -> str:
        """A page of rows asks for hundreds of these: each name is reversed once."""
        if name not in self._halves:
            before, _, after = self._reverse(name, LAST).rpartition(str(LAST))
            self._halves[name] = before, after
        before, after = self._halves[name]
        return f"{before}{number}{after}"

    def of_room(self, url_name: str, **query: object) -> str:
        """The address of a page that a room above has for every kind; see `versions/tabs.py`."""
        workspace, slug = self._at
        return _asking(reverse(url_name, args=[workspace, self._namespace, slug]), query)

    def list(self) -> str:
        """The address of the list of all artifacts of this kind."""
        return reverse(f"{self._namespace}:list", args=[self._workspace])


def _asking(path: str, query: dict[str, object]) -> str:
    said = {key: value for key, value in query.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(said)}" if said else path


@dataclass(frozen=True)
class Pick:
    """One entry of the version selector."""

    number: int
    label: str
    url: str
    chips: list[str]
    at: Any
    word: str = ""
    said: str = ""  # in the place of the date
    current: bool = False


def header(
    actor: Actor, artifact: Artifact, *, tab: str, current: int | None = None, count: int | None = None,
    draft: Draft | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What templates/versions/header.html shows. `artifact` comes from `Kind.find`.

    `tab` is the page's URL name, '' for none; `current` the number that the page is about; `count` the
    number of versions, and `draft` how the one draft stands, where the page knows them already.
    """
    links = Links(actor, artifact)
    newest = list(Version.objects.of(artifact).without_text().beside_latest_draft(NEWEST))
    if count is None:
        count = Version.objects.of(artifact).counted()
    chosen = current or (newest[0].number if newest else None)
    live, staging = (pointed.number if pointed else None for pointed in (artifact.live, artifact.staging))
    staged = staging if actor.workspace.staging_enabled else None
    known = _known(artifact, newest, chosen)
    draft = draft or _draft_of(artifact, newest)
    archived_at = kind_of(artifact).archived_at(artifact)
    counts = {"versions": count, **kind_of(artifact).counts(artifact)}
    offered = _offered(actor, artifact, links, known.get(chosen or 0), draft, main=tab == "editor")
    if tab == "history" and counts.get("snapshots") and may(actor, Act.EDIT) and not archived_at:
        # On a phone the tab beside it leads there.
        restore = Button("Restore a snapshot…", links.to("snapshots"), "undo", "quiet wide-only")
        offered["buttons"] = [restore, *offered["buttons"]]
    return offered | {
        "artifact": artifact,
        "words": kind_of(artifact).words,
        "draft": draft,
        "said": live is not None and live == chosen and not staged,  # by the selector's own chips
        # The Clients page says it itself; what is archived is not served.
        "arrival": None if tab == "clients" or archived_at else told(actor, artifact, links),
        "archived": bool(archived_at),
        "archived_at": archived_at,
        "unarchive_url": links.to("unarchive"),
        "live": live,
        "staging": staging,
        "selector": _selector(actor, artifact, links, newest, known, chosen, draft),
        "count_words": named(count),
        "tabs": _tabs(actor, artifact, links, tab, current, counts),
        "list_url": links.list(),
        "list_label": kind_of(artifact).namespace.capitalize(),
        "code_url": links.to("code"),
        "header_url": links.to("versions", tab=tab, current=current),
        "versions_url": links.to("versions"),
        "blame_url": links.to("blame", chosen) if chosen else "",
    }  # fmt: skip


def _offered(
    actor: Actor, artifact: Artifact, links: Links, chosen: Version | None, draft: Draft | None, *, main: bool
) -> dict[str, Any]:
    """What the header says and offers of the chosen version, where the kind has one draft."""
    if chosen is None or draft is None or kind_of(artifact).archived_at(artifact):
        return {"standing": None, "buttons": []}
    return {
        "standing": standing(actor, artifact, chosen),
        "buttons": buttons(actor, artifact, links, chosen, draft, main=main),
    }


def _tabs(
    actor: Actor, artifact: Artifact, links: Links, tab: str, current: int | None, counts: dict[str, int]
) -> list[dict[str, Any]]:
    """Those of the kind, and those that rooms above add for who may use them."""
    found: list[dict[str, Any]] = []
    kind = kind_of(artifact)
    for label, name in kind.words.tabs:
        found.append(
            {"label": label, "url": links.to(name), "current": name == tab,
             "count": many(counts[name]) if name in counts else ""}
        )  # fmt: skip
        found += [
            {"label": added.label, "url": links.of_room(added.url_name, v=current),
             "current": added.url_name == tab, "count": ""}
            for added in added_after(name)
            if may(actor, added.act)
        ]  # fmt: skip
    return found


def many(count: int) -> str:
    """A count as it is read; what was not counted to its end says so."""
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def named(count: int) -> str:
    """A count with its noun: "1 version", "10,000+ versions"."""
    return f"{many(count)} version" if count == 1 else f"{many(count)} versions"


def chips(actor: Actor, artifact: Artifact, version: Version) -> list[str]:
    """The words of a version's chips: its status, and staging beside it, where that is on.

    Where a kind has one draft, live is a chip beside the state, for a draft may be live.
    """
    kind = kind_of(artifact)
    staged = ["staging"] if actor.workspace.staging_enabled and artifact.staging_id == version.pk else []
    status = version.status_in(artifact)
    if kind.one_draft:
        state = "draft" if version.is_draft else kind.words.settled
        return [state, *staged, *(["live"] if status == Status.LIVE else [])]
    found = [str(status.value), *staged]
    return found if status == Status.LIVE else found[::-1]


def _draft_of(artifact: Artifact, newest: list[Version]) -> Draft | None:
    """The one draft as its rows are, where the kind has one."""
    if not kind_of(artifact).one_draft:
        return None
    return draft_state(artifact, next((version for version in newest if version.is_draft), None))


def _known(artifact: Artifact, newest: list[Version], chosen: int | None) -> dict[int, Version]:
    """The versions that the header may speak of, by number."""
    known = {version.number: version for version in newest}
    for pointed in (artifact.live, artifact.staging):
        if pointed:
            known.setdefault(pointed.number, pointed)
    if chosen not in known:
        other = Version.objects.of(artifact).without_text().numbered(chosen) if chosen else None
        if other:
            known[other.number] = other
    return known


def _selector(
    actor: Actor, artifact: Artifact, links: Links, newest: list[Version], known: dict[int, Version],
    chosen: int | None, state: Draft | None,
) -> dict[str, Any] | None:  # fmt: skip
    """The menu: quick picks first, then the newest versions. None where there is no version."""
    if not newest:
        return None
    kind = kind_of(artifact)

    def pick(version: Version, *, at: Any = None, word: str = "", said: str = "") -> Pick:
        edits = kind.one_draft and version.is_draft
        url = links.to("editor") if edits else links.to(kind.words.shown, version.number)
        return Pick(
            version.number, version.label, url, chips(actor, artifact, version), at or version.updated_at,
            word, said, version.number == chosen,
        )  # fmt: skip

    draft = next((version for version in newest if version.is_draft), None)
    quick = [pick(draft, word=kind.words.draft, said=state.words if state else "")] if draft else []
    if artifact.live:
        quick.append(pick(artifact.live, at=artifact.live_since, word="Live"))
    if artifact.staging and actor.workspace.staging_enabled:
        quick.append(pick(artifact.staging, at=artifact.staging_since, word="Staging"))
    current = known.get(chosen or 0)
    return {
        "current": pick(current) if current else None,
        "quick": quick,
        "newest": [pick(version) for version in newest[:NEWEST]],
    }
