"""The verbs of connectors: made, changed, removed. A change of the target is a change of what is served."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from agents.addresses import clean_address
from agents.models import Agent, Channel, Connector, Target
from agents.targets import Aim, aim, target_words
from agents.values import check_text, refused
from versioning.lib.errors import DomainError, not_found
from versioning.versions.models import Artifact
from versioning.versions.services.steps import locked, note, refuse_archived
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.policy import Act, require

NAME_LIMIT = 100
MOST = 200  # connectors of one agent
OWN = ("name", "channel", "address", "target", "split")


def create_connector(
    actor: Actor, agent: Agent, *, name: str, channel: str, address: str = "", target: str = Target.LIVE,
    split: Any = (),
) -> Connector:  # fmt: skip
    """Make a way in for callers. `split` lists `{"version", "weight"}`; of one version the weight may miss.

    Errors: `invalid`, `not_frozen`, `archived`.
    """
    require(actor, Act.PUBLISH)
    with locked(actor, agent) as row:
        refuse_archived(row)
        if Connector.objects.of(agent).in_use().count() >= MOST:
            raise refused("name", f"An agent has at most {MOST} connectors. Remove one first.")
        own = _cleaned(name=name, channel=channel, address=address)
        _refuse_taken(actor, own)
        to = aim(agent, target, split)
        made = Connector.objects.create(
            workspace=actor.workspace, agent=agent, **own, target=to.target, split=to.split,
            places=to.places, target_since=actor.now(), created_at=actor.now(), changed_at=actor.now(),
        )  # fmt: skip
        made.refresh_from_db()
        _note(actor, row, EventName.CONNECTOR_CREATED, made, None, _own(made))
    return made


def change_connector(
    actor: Actor, agent: Agent, id: UUID, *, expected: int | None = None, **fields: Any
) -> Connector:
    """Change a connector; what is not given stays. `expected` is its revision as it was shown.

    A changed target goes with its `split`. Errors: `not_found`, `stale`, `unchanged`, `invalid`,
    `not_frozen`, `archived`.
    """
    require(actor, Act.PUBLISH)
    with locked(actor, agent) as row:
        refuse_archived(row)
        connector = connector_of(actor, agent, id)
        expect_revision(connector, expected)
        was = _own(connector)
        own = _cleaned(**{name: fields.get(name, was[name]) for name in ("name", "channel", "address")})
        _refuse_taken(actor, own, but=connector)
        to = aimed(agent, connector, fields)
        now = {**own, "target": to.target, "split": to.split}
        if now == was:
            raise DomainError("unchanged", f"Nothing differs from {connector.name}: nothing to save.")
        moved = (to.target, to.split) != (connector.target, connector.split)
        Connector.objects.filter(pk=connector.pk).update(
            **now, places=to.places, revision=F("revision") + 1, changed_at=actor.now(),
            **({"target_since": actor.now()} if moved else {}),
        )  # fmt: skip
        connector.refresh_from_db()
        _note(actor, row, EventName.CONNECTOR_CHANGED, connector, was, now)
    return connector


def remove_connector(actor: Actor, agent: Agent, id: UUID, *, expected: int | None = None) -> None:
    """End a way in: from now on it starts nothing. Its conversations stay. Errors as `change_connector`."""
    require(actor, Act.PUBLISH)
    with locked(actor, agent) as row:
        connector = connector_of(actor, agent, id)
        expect_revision(connector, expected)
        Connector.objects.filter(pk=connector.pk).update(
            removed_at=actor.now(), revision=F("revision") + 1, changed_at=actor.now()
        )
        _note(actor, row, EventName.CONNECTOR_REMOVED, connector, _own(connector), None)


def aimed(agent: Agent, connector: Connector, fields: dict[str, Any]) -> Aim:
    """What a change of a connector would aim at. Errors: `invalid`, `not_frozen`."""
    target = fields.get("target", connector.target)
    split = fields.get("split", connector.split if target == connector.target else ())
    return aim(agent, target, split, connector.places)


def connector_of(actor: Actor, agent: Agent, id: UUID) -> Connector:
    """A connector in use of an agent. Error: `not_found`."""
    found: Connector | None = Connector.objects.in_workspace(actor).of(agent).in_use().filter(pk=id).first()
    if found is None:
        raise not_found()
    return found


def expect_revision(connector: Connector, expected: int | None) -> None:
    """Refuse when it changed since the caller read it. Error: `stale`."""
    if expected is not None and expected != connector.revision:
        words = f"Somebody changed {connector.name} meanwhile. Look at it again, then save."
        raise DomainError("stale", words, revision=connector.revision)


def _cleaned(*, name: Any, channel: Any, address: Any) -> dict[str, str]:
    if not isinstance(name, str) or not isinstance(address, str):
        raise refused("name" if isinstance(address, str) else "address", "It must be a text.")
    words = " ".join(check_text(name, "name", most=NAME_LIMIT).split())
    if not words:
        raise refused("name", "It cannot be empty.")
    if channel not in Channel.values:
        raise refused("channel", f"It is one of: {', '.join(Channel.values)}.")
    return {"name": words, "channel": str(channel), "address": clean_address(channel, address)}


def _refuse_taken(actor: Actor, own: dict[str, str], *, but: Connector | None = None) -> None:
    """A SIP address or a phone number leads to one place. Of two agents at once the second waits here."""
    if own["channel"] not in (Channel.SIP, Channel.PHONE):
        return
    with connection.cursor() as cursor:
        wanted = f"{actor.workspace.id} {own['channel']} {own['address']}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [wanted])
    there = Connector.objects.in_workspace(actor).in_use().filter(
        channel=own["channel"], address=own["address"]
    )  # fmt: skip
    other = there.exclude(pk=but.pk if but else None).select_related("agent").first()
    if other:
        where = f"the connector “{other.name}” of {other.agent.slug}"
        raise refused("address", f"{own['address']} leads to {where} already.")


def _own(connector: Connector) -> dict[str, Any]:
    return {name: getattr(connector, name) for name in OWN}


def _note(
    actor: Actor, row: Artifact, name: EventName, connector: Connector,
    was: dict[str, Any] | None, now: dict[str, Any] | None,
) -> None:  # fmt: skip
    """Record it in the agent's sequence: all of it before and after, and what differs in words."""
    old, new = _said(was), _said(now)
    changes = {
        field: {"from": old[field], "to": new[field]} for field in new if old[field] != new[field]
    }  # fmt: skip
    note(
        actor, row, name, message=connector.name, connector=str(connector.pk),
        **{"from": was, "to": now}, changes=changes,
    )  # fmt: skip


def _said(own: dict[str, Any] | None) -> dict[str, str]:
    """A connector's fields in words, empty where there is none."""
    if own is None:
        return dict.fromkeys(("name", "channel", "address", "target"), "")
    words = {name: str(own[name]) for name in ("name", "channel", "address")}
    return words | {"target": target_words(own["target"], own["split"])}
