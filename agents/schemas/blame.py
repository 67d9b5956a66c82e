"""What programs read about the blame of an agent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from ninja import Field, Schema

from agents.blame import Traced, blame_agent
from agents.models import Agent
from versioning.changes.models import Change
from versioning.changes.who import makers
from versioning.versions.diff.field_data import PLAIN
from versioning.versions.diff.values import masked
from versioning.versions.models import Version
from versioning.versions.presenters.header import Links
from versioning.versions.schemas_blame import CameOut, RunOut, came_out, cut
from versioning.workspaces.actor import Actor


class FieldRunOut(RunOut):
    """Lines of a field that came with one version; of the draft's own, with one Change."""

    change: UUID | None = Field(description="Of the draft: the Change that did it; null where none says it.")


class BlamedOut(Schema):
    """One field. A text has a run for each place that its lines came from, any other value one run."""

    path: str = Field(examples=["llm_config.temperature"])
    resource_type: str = Field(examples=["agent"])
    resource_id: UUID
    value: Any = Field(description="Secrets are masked.")
    runs: list[FieldRunOut]


class MadeOut(Schema):
    """A Change that the draft's own came with."""

    id: UUID
    resource_type: str = Field(examples=["agent"])
    resource_id: UUID
    version: int = Field(examples=[4])
    by: str = Field(examples=["Eve"])
    changelog: str
    at: datetime
    url: str = Field(description="Its place in the history.")


class AgentBlameOut(Schema):
    """Which version each field of a configuration came with."""

    number: int = Field(examples=[8])
    label: str = Field(examples=["v8"])
    fields: list[BlamedOut]
    versions: list[CameOut] = Field(description="Those that the runs name, newest first.")
    changes: list[MadeOut] = Field(description="Those that the runs name, newest first.")

    @classmethod
    def of(cls, actor: Actor, agent: Agent, version: Version) -> "AgentBlameOut":
        """The blame of a version, or of the draft as its rows are."""
        found, links = blame_agent(agent, version), Links(actor, agent)
        changes = {change.pk: change for each in found.fields for _, change in each.runs if change}
        return cls(
            number=version.number, label=version.label,
            fields=[_field(agent, traced) for traced in found.fields],
            versions=came_out(links, found.came.values()), changes=_made(links, list(changes.values())),
        )  # fmt: skip


def _field(agent: Agent, traced: Traced) -> BlamedOut:
    field = traced.field
    lines = cut(field.text) if field.lines else [""]
    return BlamedOut(
        path=_path(traced), resource_type=traced.resource_type, value=masked(field.value),
        resource_id=UUID(field.item.id) if field.item else agent.pk,
        runs=[
            FieldRunOut(**RunOut.of(run, lines).dict(), change=change.pk if change else None)
            for run, change in traced.runs
        ],
    )  # fmt: skip


def _path(traced: Traced) -> str:
    """As a diff says it: `bio`, `triggers.nightly.enabled`."""
    field = traced.field
    if field.section == PLAIN and field.item is None:
        return field.path
    label = f".{field.item.label}" if field.item else ""
    twin = f" ({field.item.id[:8]})" if field.item and field.item.twin else ""
    return f"{field.section}{label}{twin}.{field.path}"


def _made(links: Links, changes: list[Change]) -> list[MadeOut]:
    who, history = makers(changes), settings.PUBLIC_URL + links.to("history")
    return [
        MadeOut(
            id=each.pk, resource_type=each.resource_type, resource_id=each.resource_id, version=each.version,
            by=who[each.pk].label, changelog=each.changelog, at=each.created_at,
            url=f"{history}?open={each.pk}",
        )
        for each in sorted(changes, key=lambda each: each.created_at, reverse=True)
    ]  # fmt: skip
