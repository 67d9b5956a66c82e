"""What the pages of connectors say: where callers come in, what they get, and what they got."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.urls import reverse

from agents.addresses import EXAMPLES
from agents.forms.connectors import Asked, plain
from agents.forms.fields import words_of
from agents.models import Agent, Channel, Connector, Conversation, Target
from agents.splitting import PLACES, sizes
from agents.targets import MOST, WHOLE, Aim, aim, moved_words, percent, sum_words, target_words
from versioning.lib.errors import DomainError
from versioning.versions.models import Version
from versioning.versions.presenters.header import Links
from versioning.workspaces.actor import Actor

ICONS = {Channel.SIP: "phone", Channel.PHONE: "phone", Channel.WEB: "globe", Channel.API: "code"}
OFFERED = 100  # locked versions that are offered for a target; any other can be typed


@dataclass(frozen=True)
class Way:
    """A version that callers of a connector get, or got: the share that it shall have, and has."""

    number: int
    url: str
    conversations_url: str
    count: int  # since the target is what it is
    total: int
    share: float = 0.0  # in percent of those
    wanted: float | None = None

    @property
    def wanted_words(self) -> str:
        """The share that it shall have: "80", "12.5"."""
        return percent(round((self.wanted or 0) * WHOLE))

    @property
    def words(self) -> str:
        """Its share: "79.6 %", or "none yet"."""
        return f"{self.share:.1f} %".replace(".0 %", " %") if self.count else "none"


@dataclass
class Line:
    """A connector in the list, and at the top of its page."""

    connector: Connector
    url: str
    icon: str
    channel: str
    target: str
    ways: list[Way] = field(default_factory=list)
    count: int = 0
    total: int = 0
    last: datetime | None = None


@dataclass(frozen=True)
class Outlook:
    """What saving would do: what a split adds up to, who moves, or why it would be refused."""

    sums: str = ""
    good: bool = True
    moved: str = ""
    problem: str = ""


def lines_of(actor: Actor, agent: Agent, connectors: Iterable[Connector]) -> list[Line]:
    """Connectors with what their callers got."""
    listed = list(connectors)
    tallies: dict[UUID, list[dict[str, Any]]] = {}
    rows = Conversation.objects.of(agent).filter(connector__in=[each.pk for each in listed])
    for tally in rows.tallied():
        tallies.setdefault(tally["connector_id"], []).append(tally)
    return [_line(actor, agent, each, tallies.get(each.pk, [])) for each in listed]


def words_for(agent: Agent, connector: Connector) -> str:
    """What callers get now, in words."""
    if connector.target != Target.LIVE:
        return target_words(connector.target, connector.split)
    live = agent.live.label if agent.live else "nothing, calls are refused"
    return f"What is live: {live}"


def form_of(agent: Agent, asked: Asked, error: DomainError | None = None) -> dict[str, Any]:
    """What the form of a connector shows."""
    locked = Version.objects.of(agent).exclude(locked_at=None).without_text().newest_first()[:OFFERED]
    at, words = words_of(error) if error else ("", "")
    return {
        "asked": asked, "channels": Channel.choices, "examples": _examples(), "offered": locked,
        "most": MOST, "full": len(asked.rows) >= MOST, "error": error,
        "errors": {at.partition(".")[0] or "form": words} if error else {},
    }  # fmt: skip


def outlook(agent: Agent, connector: Connector | None, asked: Asked) -> Outlook:
    """What saving a form would do to callers, said before it is saved."""
    places = sum(_places(weight) for _, weight in asked.rows)
    sums = sum_words(places) if asked.target == Target.SPLIT else ""
    good = places == PLACES or asked.target != Target.SPLIT
    if not good:
        return Outlook(sums, good)
    try:
        to = aim(agent, asked.target, asked.split, connector.places if connector else ())
    except DomainError as error:
        return Outlook(sums, good, problem=words_of(error)[1])
    return Outlook(sums, good, moved=_moved(connector, to))


def call_of(connector: Connector, server: str) -> str:
    """The call by which a program starts a conversation of a connector, ready to copy."""
    return (
        f"curl -X POST {server}/v1/connectors/{connector.pk}/conversations \\\n"
        '  -H "Authorization: Bearer $PREVISE_LIVE_KEY" \\\n'
        """  -d '{"caller": "+41791234567"}'"""
    )


def url_of(actor: Actor, agent: Agent, name: str, id: UUID) -> str:
    """The address of a page of a connector or a conversation."""
    return reverse(f"agents:{name}", args=[actor.workspace.slug, agent.slug, id])


def _moved(connector: Connector | None, to: Aim) -> str:
    if connector is None or (connector.target, connector.split) == (to.target, to.split):
        return ""
    return moved_words(connector, to)


def _line(actor: Actor, agent: Agent, connector: Connector, tallies: list[dict[str, Any]]) -> Line:
    links = Links(actor, agent)
    count = sum(tally["since"] for tally in tallies)
    return Line(
        connector=connector, url=url_of(actor, agent, "connector", connector.pk),
        icon=ICONS[Channel(connector.channel)], channel=connector.get_channel_display(),
        target=words_for(agent, connector), ways=_ways(links, connector, tallies, count), count=count,
        total=sum(tally["total"] for tally in tallies),
        last=max((tally["last"] for tally in tallies), default=None),
    )  # fmt: skip


def _ways(links: Links, connector: Connector, tallies: list[dict[str, Any]], count: int) -> list[Way]:
    """The versions of the target in its order, then those that callers got besides, newest first."""
    found = {tally["number"]: tally for tally in tallies}
    wanted = sizes(connector.places) if connector.target != Target.LIVE else {}
    order = [share["version"] for share in connector.split]
    order += sorted((n for n, tally in found.items() if n not in order and tally["since"]), reverse=True)
    ways = []
    for number in order:
        tally = found.get(number, {"since": 0, "total": 0})
        ways.append(
            Way(
                number, links.to("look", number),
                links.to("conversations", version=number, connector=connector.pk),
                tally["since"], tally["total"], 100 * tally["since"] / count if count else 0.0,
                wanted[number] / WHOLE if number in wanted else None,
            )
        )  # fmt: skip
    return ways


def _examples() -> str:
    return f"A phone number such as {EXAMPLES[Channel.PHONE]}, or {EXAMPLES[Channel.SIP]}, or the origin "\
           f"of a site such as {EXAMPLES[Channel.WEB]}. For the API any label."  # fmt: skip


def _places(weight: str) -> int:
    """A typed share as places, as well as it can be read; what cannot be read counts for nothing."""
    try:
        places = Decimal(plain(weight) or "0") * WHOLE
        return int(places) if places.is_finite() and 0 <= places <= 100 * PLACES else 0
    except InvalidOperation:
        return 0
