"""The Clients page: who reads an artifact, what each serves now, and which keys read it in the last day."""

from dataclasses import dataclass
from typing import Any

from versioning.versions.models import Artifact
from versioning.versions.presenters.arrival import Line, arrivals, lasting, line_of, staged
from versioning.versions.presenters.code import address, curl
from versioning.versions.presenters.header import Links
from versioning.versions.readers import Arrival, Client, readers
from versioning.workspaces.actor import Actor

MOST = 100  # clients of a pointer that are listed at once


@dataclass(frozen=True)
class Row:
    """A client. `chip` says how what it serves stands, `late` for how long it waits, '' where it does not."""

    client: Client
    chip: str
    late: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One pointer: its sentence and its clients, those that wait first; `more` are not listed."""

    line: Line
    rows: list[Row]
    count: int

    @property
    def more(self) -> int:
        """How many clients are not listed."""
        return self.count - len(self.rows)


def clients_page(actor: Actor, artifact: Artifact, *, whole: bool) -> dict[str, Any]:
    """What templates/versions/clients.html shows beside the header; `whole`: however many there are."""
    links = Links(actor, artifact)
    apart = staged(actor, artifact)
    sections = [
        _section(arrival, artifact, whole=whole)
        for arrival in arrivals(actor, artifact, every=True)
        if arrival.clients or arrival.pointer == "live" or apart
    ]
    long = any(len(section.rows) > MOST for section in sections)
    return {
        "sections": sections,
        "uses": readers().uses(actor, artifact),
        "clients_url": links.to("clients"),
        "whole_url": links.to("clients", all=1),
        "call": curl(address(artifact), "LIVE"),
        # A list that somebody asked for in full is left as it is: it is long, and they read in it.
        "polls": not long and any(section.line.behind for section in sections),
    }


def _section(arrival: Arrival, artifact: Artifact, *, whole: bool) -> Section:
    wanted = arrival.number or (artifact.live.number if artifact.live else None)
    status = "staging" if arrival.pointer == "staging" and arrival.number else "live"
    ordered = sorted(arrival.clients, key=_late_first)
    listed = ordered if whole else ordered[:MOST]
    return Section(line_of(arrival), [_row(one, wanted, status) for one in listed], len(ordered))


def _late_first(client: Client) -> tuple[float, str, str]:
    late = client.behind.total_seconds() if client.behind is not None else -1
    return -late, client.key.lower(), client.instance


def _row(client: Client, wanted: int | None, status: str) -> Row:
    """A client beside the number that it shall serve, and the chip of that number."""
    same = client.number is not None and client.number == wanted
    chip = "not_live" if client.number is None else status if same else "retired"
    if client.behind is None:
        return Row(client, chip, "")
    # A draft that is served and was saved again: the number is the same, the text is not.
    return Row(client, chip, lasting(client.behind), "an earlier save" if same else "")
