"""The list of an agent's conversations: which of them, how many there are, and where it goes on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agents.models import Agent, Connector, Conversation
from agents.presenters.connectors import url_of
from agents.querysets import ConversationQuerySet
from versioning.versions.presenters.header import Links, many
from versioning.versions.views.entry import number_in
from versioning.workspaces.actor import Actor

PAGE = 50
FROM = {"live": "live", "staging": "staging", "pinned": "the connector's version", "split": "the split"}


@dataclass(frozen=True)
class Filter:
    """What the list's URL asks for."""

    number: int | None = None
    connector: UUID | None = None
    caller: str = ""

    @classmethod
    def of(cls, query: Any) -> "Filter":
        """From a query; what can be none says nothing."""
        caller = query.get("caller", "").replace("\0", "").strip()[:200]
        return cls(number_in(query, "version"), _id(query.get("connector", "")), caller)

    def query(self) -> dict[str, object]:
        """Its part of a query."""
        return {"version": self.number, "connector": self.connector, "caller": self.caller}

    @property
    def any(self) -> bool:
        """Whether it narrows at all."""
        return any(self.query().values())


@dataclass(frozen=True)
class Row:
    """A conversation in the list."""

    conversation: Conversation
    url: str
    version_url: str
    by: str  # the connector's name
    by_url: str
    served_from: str


def conversations_shown(actor: Actor, agent: Agent, asked: Filter, *, after: str = "") -> dict[str, Any]:
    """Rows from a cursor on, and the way to the next; how many there are is said of the whole list."""
    found = _matching(actor, agent, asked)
    cursor = _cursor(after)
    rows = found.older_than(*cursor) if cursor else found
    page = list(rows.newest_first().select_related("connector")[: PAGE + 1])
    links = Links(actor, agent)
    goes_on = len(page) > PAGE and _written(page[PAGE - 1])
    return {
        "rows": [_row(actor, agent, links, each) for each in page[:PAGE]], "asked": asked,
        "next_url": goes_on and links.to("conversations", **asked.query(), after=goes_on),
        "first_url": links.to("conversations", **asked.query()) if cursor else "",
        "form_url": links.to("conversations"),
    }  # fmt: skip


def counted(actor: Actor, agent: Agent, asked: Filter) -> str:
    """How many there are: "1,204 conversations", "3 conversations found"."""
    count = _matching(actor, agent, asked).counted()
    noun = "conversation" if count == 1 else "conversations"
    return f"{many(count)} {noun}{' found' if asked.any else ''}"


def begun_on(actor: Actor, agent: Agent, number: int) -> dict[str, str] | None:
    """How many conversations a version serves, and where they are listed; None for none."""
    asked = Filter(number=number)
    count = _matching(actor, agent, asked).counted()
    if not count:
        return None
    url = Links(actor, agent).to("conversations", **asked.query())
    return {"words": f"{many(count)} {'conversation' if count == 1 else 'conversations'}", "url": url}


def connectors_to_choose(agent: Agent, asked: Filter) -> list[dict[str, Any]]:
    """The connectors that the list can be narrowed to; removed ones too, for their conversations stay."""
    return [
        {
            "id": each.pk,
            "name": f"{each.name} (removed)" if each.removed_at else each.name,
            "chosen": each.pk == asked.connector,
        }
        for each in Connector.objects.of(agent).by_name()
    ]


def _matching(actor: Actor, agent: Agent, asked: Filter) -> ConversationQuerySet:
    rows: ConversationQuerySet = Conversation.objects.in_workspace(actor).of(agent)
    return rows.matching(number=asked.number, connector=asked.connector, caller=asked.caller)


def _row(actor: Actor, agent: Agent, links: Links, conversation: Conversation) -> Row:
    connector = conversation.connector
    in_use = connector is not None and connector.removed_at is None
    return Row(
        conversation, url_of(actor, agent, "conversation", conversation.pk),
        links.to("look", conversation.number), connector.name if connector else "",
        url_of(actor, agent, "connector", connector.pk) if connector and in_use else "",
        FROM.get(conversation.served_from, conversation.served_from),
    )  # fmt: skip


def _written(last: Conversation) -> str:
    return f"{last.started_at.isoformat()}~{last.pk}"


def _cursor(given: str) -> tuple[datetime, UUID] | None:
    """Where a list goes on; a cursor that says nothing begins at the top."""
    try:
        at, id = given.split("~")
        moment = datetime.fromisoformat(at.replace(" ", "+"))
        return (moment, UUID(id)) if moment.tzinfo else None
    except ValueError:
        return None


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
