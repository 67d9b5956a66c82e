"""The Snapshots of an agent: their list, one of them, two compared, and the review before one is restored."""

from dataclasses import dataclass
from typing import Any

from agents.canonical import active, canonical
from agents.models import Agent, Snapshot
from agents.presenters.editor import look_page
from agents.services.restorable import check_plan
from agents.services.restoring import plan_of
from agents.services.snapshots import being_taken
from versioning.changes.presenters.restore import draft_in, plan_shown, publishable, stays
from versioning.lib.errors import DomainError
from versioning.versions.kinds import kind_of
from versioning.versions.models import Version
from versioning.versions.presenters.diffs import EMPTY, Shown, Text
from versioning.versions.presenters.fields import show_fields
from versioning.versions.presenters.header import Links, chips
from versioning.versions.presenters.look import Look
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event
from versioning.workspaces.policy import Act, may

PAGE = 50
NEAREST = 8  # Snapshots on each side that a picker names


@dataclass(frozen=True)
class Row:
    """A Snapshot in the list, or a publish (`event`) whose Snapshot is not there yet."""

    snapshot: Snapshot | None
    label: str  # of the version that went live
    version_url: str
    chips: list[str]
    message: str
    who: str
    at: Any
    url: str = ""
    restore_url: str = ""


def list_shown(actor: Actor, agent: Agent, *, before: int | None) -> dict[str, Any]:
    """The rows from a number downwards, and the way to the next."""
    rows = Snapshot.objects.in_workspace(actor).of(agent.pk)
    older = rows.filter(version_number__lt=before) if before else rows
    found = list(older.without_components().newest_first()[: PAGE + 1])
    goes_on, found = len(found) > PAGE, found[:PAGE]
    links = Links(actor, agent)
    pointed = _pointed(actor, agent)
    restores = may(actor, Act.EDIT) and not agent.archived_at
    shown = [] if before else [_waiting(links, pointed, event) for event in being_taken(agent)]
    shown += [_row(actor, agent, links, pointed, each, restores=restores) for each in found]
    return {
        "rows": shown,
        "next_url": links.to("snapshots", before=found[-1].version_number) if goes_on else "",
        "newest_url": links.to("snapshots") if before else "",
        "agent": agent,
    }


def counted(actor: Actor, agent: Agent) -> dict[str, Any]:
    """How many there are, and the newest two compared."""
    rows = Snapshot.objects.in_workspace(actor).of(agent.pk)
    newest = list(rows.newest_first().values_list("version_number", flat=True)[:2])
    pair = Links(actor, agent).to("compare_snapshots", newest[1], newest[0]) if len(newest) == 2 else ""
    return {"count": rows.count(), "compare_url": pair}


def snapshot_shown(
    actor: Actor, agent: Agent, snapshot: Snapshot, look: Look, *, against: str
) -> dict[str, Any]:  # fmt: skip
    """One of them: its four components, or (`against` the draft) what differs from the draft of today."""
    links, draft = Links(actor, agent), draft_of(agent)
    page, diffs = ("snapshot", snapshot.version_number), against == "draft"
    difference = show_fields(snapshot.configuration, _in_force(agent, draft), look)
    query = {"against": "draft"} if diffs else {}
    old, new = Text(f"snapshot {snapshot.version_number}", ""), Text(f"the draft {draft.label}", "")
    shown = _shown(old, new, difference, look, links, page, "#content", query)
    found = {
        "agent": agent, "snapshot": snapshot, "shown": shown, "diffs": diffs, "draft_label": draft.label,
        "difference": difference.count, "whole_url": links.to(*page),
        "draft_url": links.to(*page, against="draft"), "version_url": links.to("look", snapshot.number),
        "chips": _pointed(actor, agent).get(snapshot.number, []),
        "picks": _picks(actor, agent, snapshot.version_number),
        "restore_url": _restore_url(actor, agent, snapshot) if difference.count else "",
    }  # fmt: skip
    return found if diffs else look_page(actor, agent, _as_version(agent, snapshot)) | found


def _as_version(agent: Agent, snapshot: Snapshot) -> Version:
    """The version that went live, with what it was then."""
    version: Version = Version.objects.of(agent).without_text().get(number=snapshot.number)
    version.source = canonical(snapshot.configuration)
    return version


def pair_shown(actor: Actor, agent: Agent, old: Snapshot, new: Snapshot, look: Look) -> dict[str, Any]:
    """Two of them side by side."""
    links, one, other = Links(actor, agent), old.version_number, new.version_number
    page = ("compare_snapshots", one, other)
    fields = show_fields(old.configuration, new.configuration, look)
    shown = _shown(
        Text(f"snapshot {one}", ""), Text(f"snapshot {other}", ""), fields, look, links, page, "#compare", {}
    )
    shown.links["pair"] = links.to("compare_snapshots", one, other, **look.query())
    shown.links["swapped"] = links.to("compare_snapshots", other, one, **look.query())
    pointed = _pointed(actor, agent)
    return {
        "agent": agent, "shown": shown, "old": old, "new": new,
        "old_url": links.to("snapshot", one), "new_url": links.to("snapshot", other),
        "old_chips": pointed.get(old.number, []), "new_chips": pointed.get(new.number, []),
        "old_picks": _picks(actor, agent, other, one), "new_picks": _picks(actor, agent, one, other),
    }  # fmt: skip


def restoring(actor: Actor, agent: Agent, snapshot: Snapshot) -> dict[str, Any]:
    """What a restore would do to the draft, as its review says it."""
    links, draft = Links(actor, agent), draft_of(agent)
    plan = plan_of(agent, snapshot)
    try:
        check_plan(agent, plan)
        refusal = ""
    except DomainError as error:
        refusal = error.message
    number = snapshot.version_number
    return {
        "agent": agent, "snapshot": snapshot, "draft": draft, "plan": plan_shown(plan), "refusal": refusal,
        "effects": [
            f"Each row is recorded as a change, “Restored to snapshot {number}”. What it was stays "
            "in the history.",
            "Schemas that the snapshot has not are deactivated; triggers and MCP servers that it has not are "
            "deleted.",
            *stays(actor, agent, draft_in(agent)),
        ],
        "publish": publishable(actor, agent, draft), "sequence": agent.last_sequence,
        "action_url": links.to("restore_snapshot", number),
        "snapshot_url": links.to("snapshot", number),
        "snapshots_url": links.to("snapshots"), "editor_url": links.to("editor"), "list_url": links.list(),
        "list_label": kind_of(agent).namespace.capitalize(),
    }  # fmt: skip


def _in_force(agent: Agent, draft: Version) -> dict[str, Any]:
    """The draft's configuration as a Snapshot would hold it."""
    found = kind_of(agent).fields(draft.source) or {}
    return {**found, "schemas": active(found["schemas"])}


def _shown(
    old: Text | None, new: Text, fields: Any, look: Look, links: Links, page: tuple[Any, ...], target: str,
    query: dict[str, str],
) -> Shown:  # fmt: skip
    """A diff for templates/versions/fields.html, with the links of its controls."""
    now: dict[str, object] = {**query, **look.query()}
    name, *numbers = page
    found = {
        "here": links.to(name, *numbers, **now),
        "form": links.to(name, *numbers),
        "split": links.to(name, *numbers, **now | {"layout": ""}),
        "unified": links.to(name, *numbers, **now | {"layout": "unified"}),
        "whitespace": links.to(name, *numbers, **now | {"ws": "" if look.whitespace else 1}),
        "whole": links.to(name, *numbers, **now | {"whole": 1}),
    }
    hidden = [(key, value) for key, value in now.items() if value]
    return Shown(
        old=old, new=new, diff=EMPTY, look=look, changes=[], links=found, target=target, hidden=hidden,  # type: ignore[arg-type]
        fields=fields, noun="configuration",
    )  # fmt: skip


def _row(
    actor: Actor,
    agent: Agent,
    links: Links,
    pointed: dict[int, list[str]],
    snapshot: Snapshot,
    *,
    restores: bool,
) -> Row:
    number = snapshot.version_number
    return Row(
        snapshot, f"v{snapshot.number}", links.to("look", snapshot.number), pointed.get(snapshot.number, []),
        snapshot.message, snapshot.published_by, snapshot.published_at, links.to("snapshot", number),
        links.to("restore_snapshot", number) if restores else "",
    )  # fmt: skip


def _waiting(links: Links, pointed: dict[int, list[str]], event: Event) -> Row:
    number = event.to_number or 0
    return Row(
        None, f"v{number}", links.to("look", number), pointed.get(number, []), event.message,
        event.actor_label, event.created_at,
    )  # fmt: skip


def _pointed(actor: Actor, agent: Agent) -> dict[int, list[str]]:
    """The chips of the versions that pointers stand on."""
    found: dict[int, list[str]] = {}
    for version in (agent.live, agent.staging):
        if version:
            said = [chip for chip in chips(actor, agent, version) if chip in ("live", "staging")]
            found[version.number] = said
    return found


def _picks(actor: Actor, agent: Agent, number: int, chosen: int | None = None) -> list[tuple[int, str]]:
    """What a picker names: the Snapshots around one, which itself is left out."""
    rows = Snapshot.objects.in_workspace(actor).of(agent.pk).without_components()
    newer = list(rows.filter(version_number__gt=number).order_by("version_number")[:NEAREST])
    older = list(rows.filter(version_number__lt=number).newest_first()[:NEAREST])
    found = {each.version_number: each for each in [*newer[::-1], *older]}
    if chosen and chosen not in found:
        found |= {each.version_number: each for each in rows.filter(version_number=chosen)}
    return [(at, f"snapshot {at} (v{found[at].number})") for at in sorted(found, reverse=True)]


def _restore_url(actor: Actor, agent: Agent, snapshot: Snapshot) -> str:
    if not may(actor, Act.EDIT) or agent.archived_at:
        return ""
    return Links(actor, agent).to("restore_snapshot", snapshot.version_number)
