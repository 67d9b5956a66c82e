"""Blame of an agent: which version each field came with; of the draft, which Change made it what it is.

Locked versions are followed by their sources (versions/blame.py). What the draft has of its own was written
by Changes of its rows: these are undone one by one, newest first, and each field came with the Change that
undoing takes it away with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agents import naming
from agents.canonical import parsed, settled
from agents.models import Agent
from agents.tracked import AGENT, OF_SECTION
from versioning.changes.models import Change
from versioning.versions.blame import Came, Link, blame_fields, came_with, walk_of
from versioning.versions.diff.align import Budget
from versioning.versions.diff.trace import STEPS, Origin, Run
from versioning.versions.diff.trace_fields import Field, Fields
from versioning.versions.models import Version

MOST_CHANGES = 1_000
SECTION_OF = {resource.name: section for section, resource in OF_SECTION.items()}
UNKNOWN = Origin(-1)  # of the draft's own, what no Change says


@dataclass(frozen=True)
class Traced:
    """One field, and where it came from: each run of its lines with a version, or with a Change."""

    field: Field
    runs: list[tuple[Run, Change | None]]

    @property
    def resource_type(self) -> str:
        """The tracked row that it is of."""
        return OF_SECTION[self.field.section].name if self.field.section in OF_SECTION else AGENT.name


@dataclass(frozen=True)
class Blame:
    """A version of an agent, field by field, and the versions that its fields came with."""

    fields: list[Traced]
    came: dict[int, Came]
    walk: Sequence[Link]


def blame_agent(agent: Agent, version: Version) -> Blame:
    """Where each field of a version came from; the draft is given as its rows are (`as_rows_are`)."""
    walk = walk_of(agent, version)
    found = blame_fields(agent, version, walk)
    fields = Fields(parsed(version.source)).fields
    changes = _changes_of_draft(agent, version, fields, found.runs) if version.is_draft else {}
    traced = [
        Traced(field, changes[at] if at in changes else [(run, None) for run in runs])
        for at, (field, runs) in enumerate(zip(fields, found.runs, strict=True))
    ]
    return Blame(traced, came_with(agent, walk, found.numbers), walk)


def _changes_of_draft(
    agent: Agent, draft: Version, fields: list[Field], runs: Sequence[Sequence[Run]]
) -> dict[int, list[tuple[Run, Change | None]]]:  # fmt: skip
    """For each field of which something is the draft's own: its runs, with the Changes that made them."""
    own = {at for at, each in enumerate(runs) if any(run.origin.number == draft.number for run in each)}
    if not own:
        return {}
    places = {_place(field): at for at, field in enumerate(fields)}
    trace = Fields(parsed(draft.source), lambda field: places[_place(field)] in own)
    made: list[Change] = []
    budget = Budget(STEPS)
    for change, before in _undone(agent, draft):
        made.append(change)
        trace.back(before, len(made) - 1, budget)
        if not trace.open:
            break
    trace.end(UNKNOWN)
    return {at: list(_joined(runs[at], trace.fields[at].runs, draft.number, made)) for at in own}


def _place(field: Field) -> tuple[str, str, str]:
    return field.section, field.item.id if field.item else "", field.path


def _joined(
    by_version: Sequence[Run], by_change: Sequence[Run], own: int, made: Sequence[Change]
) -> Iterator[tuple[Run, Change | None]]:
    """The runs of one field: what is the draft's own by Changes, all else by versions."""
    for run in by_version:
        if run.origin.number != own:
            yield run, None
            continue
        for each in by_change:
            first = max(run.first, each.first)
            count = min(run.first + run.size, each.first + each.size) - first
            if count > 0:
                number = each.origin.number
                yield Run(first, count, run.origin), made[number] if number >= 0 else None


def _undone(agent: Agent, draft: Version) -> Iterator[tuple[Change, dict[str, Any]]]:
    """The Changes since the draft opened, newest first, each with what the configuration was before it.

    Prompts that are followed as they are live are read as they are now: what moved is no Change of the agent.
    """
    now = dict(parsed(draft.source))
    rows = Change.objects.filter(tenant_id=agent.tenant_id).of_agent(agent.pk).newest_first()
    if draft.forked_from_id:
        rows = rows.filter(created_at__gte=draft.created_at)
    for change in rows[:MOST_CHANGES].iterator(chunk_size=50):
        was = settled(change.data_before)
        if change.resource_type == AGENT.name:
            if was is None:
                now = {name: [] if isinstance(each, list) else {} for name, each in now.items()}
            else:
                now = {**now, "agent": _own(agent, was)}
        elif section := SECTION_OF.get(change.resource_type):
            others = [each for each in now[section] if each.get("id") != str(change.resource_id)]
            now = {**now, section: others if was is None else [*others, was]}
        yield change, now


def _own(agent: Agent, was: dict[str, Any]) -> dict[str, Any]:
    """The agent's own fields as a version has them."""
    config = was.get("llm_config")
    if not isinstance(config, dict):
        return was
    return {**was, "llm_config": naming.resolved(agent.tenant_id, config, strictly=False)}
