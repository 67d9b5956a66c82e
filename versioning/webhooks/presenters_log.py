"""The log of deliveries: which of them, how many there are, and where it goes on."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from versioning.lib.paging import COUNTED, counted
from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.presenters import ICONS, DeliveryShown, url_of
from versioning.webhooks.querysets import IN_STATE, DeliveryQuerySet
from versioning.workspaces.actor import Actor
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.subjects import subjects

PAGE = 50


@dataclass(frozen=True)
class Asked:
    """What the log's URL asks for; what can be none says nothing."""

    state: str = ""
    name: str = ""
    after: int = 0

    @classmethod
    def of(cls, query: Any) -> Self:
        """From a query."""
        state, name, after = (query.get(key, "") for key in ("state", "event", "after"))
        return cls(
            state if state in IN_STATE else "", name if name in EventName.values else "",
            int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
        )  # fmt: skip

    @property
    def narrows(self) -> bool:
        """Whether some are left out."""
        return bool(self.state or self.name)

    def query(self, **changed: Any) -> str:
        """As a query, with something of it changed; '' for none."""
        given = {"state": self.state, "event": self.name} | changed
        found = urlencode({name: value for name, value in given.items() if value})
        return f"?{found}" if found else ""


def log_of(actor: Actor, endpoint: Endpoint, asked: Asked) -> dict[str, Any]:
    """A page of the log, and the way to the next; how many there are is said of the whole list."""
    rows: DeliveryQuerySet = Delivery.objects.in_workspace(actor).of(endpoint)
    rows = rows.matching(state=asked.state, name=asked.name)
    following = rows.filter(pk__lt=asked.after) if asked.after else rows
    found = list(following.newest_first().defer("body")[: PAGE + 1])
    page, here = found[:PAGE], url_of(actor, "endpoint", endpoint.pk)
    return {
        "rows": _shown(actor, endpoint, page), "asked": asked, "here": here,
        "states": [(state, icon, here + asked.query(state=state)) for state, icon in ICONS.items()],
        "all_url": here + asked.query(state=""),
        "next_url": here + asked.query(after=page[-1].pk) if len(found) > PAGE else "",
        "first_url": here + asked.query() if asked.after else "",
        "count_text": _said(counted(rows), found=asked.narrows),
    }  # fmt: skip


def _shown(actor: Actor, endpoint: Endpoint, page: list[Delivery]) -> list[DeliveryShown]:
    """Rows with their Events, last attempts and what they are about, in a query each for all of them."""
    rows = Event.objects.in_workspace(actor).filter(pk__in=[each.event_id for each in page])
    events, last = rows.without_texts().in_bulk(), Attempt.objects.last_of(page)
    for each in page:
        each.event = events[each.event_id]
    ids = {event.artifact_id for event in events.values() if event.artifact_id}
    named: dict[Any, Any] = subjects().named(actor, ids)
    return [
        DeliveryShown.of(actor, endpoint, each, last.get(each.pk), named.get(each.event.artifact_id))
        for each in page
    ]


def _said(count: int, *, found: bool) -> str:
    many = f"more than {COUNTED:,}" if count > COUNTED else f"{count:,}"
    return f"{many} {'delivery' if count == 1 else 'deliveries'}{' found' if found else ''}"
