"""What people write of a connector: read here, judged by the services."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from agents.models import Channel, Connector, Target
from agents.targets import MOST

VERSION = re.compile(r"v?\s*(\d{1,9})", re.IGNORECASE)
SPARE = 2  # empty rows of a new split


@dataclass(frozen=True)
class Asked:
    """A connector as its form says it. `rows` are the shares of a split, as they were typed."""

    name: str = ""
    channel: str = Channel.PHONE
    address: str = ""
    target: str = Target.LIVE
    version: str = ""
    rows: list[tuple[str, str]] = field(default_factory=lambda: [("", "")] * SPARE)

    @classmethod
    def of(cls, data: QueryDict) -> "Asked":
        """What was typed."""
        versions, weights = data.getlist("share_version"), data.getlist("share_weight")
        rows = [(v.strip()[:20], w.strip()[:20]) for v, w in zip(versions, weights, strict=False)][:MOST]
        if data.get("act") == "more" or not rows:
            rows = [*rows, *[("", "")] * (1 if rows else SPARE)][:MOST]
        return cls(
            name=data.get("name", ""), channel=data.get("channel", ""), address=data.get("address", ""),
            target=data.get("target", ""), version=data.get("version", "").strip()[:20], rows=rows,
        )  # fmt: skip

    @classmethod
    def now(cls, connector: Connector) -> "Asked":
        """A connector as it is."""
        rows = [(f"v{each['version']}", str(each["weight"])) for each in connector.split]
        return cls(
            connector.name, connector.channel, connector.address, connector.target,
            version=rows[0][0] if connector.target == Target.VERSION else "",
            rows=[*rows, *[("", "")] * (SPARE - len(rows))],
        )  # fmt: skip

    @property
    def split(self) -> list[dict[str, Any]]:
        """The shares that were filled in, as the services take them."""
        if self.target == Target.VERSION:
            return [{"version": _number(self.version)}] if self.version else []
        if self.target != Target.SPLIT:
            return []
        return [
            {"version": _number(version), "weight": plain(weight)}
            for version, weight in self.rows
            if version or weight
        ]

    def fields(self) -> dict[str, Any]:
        """All of it, as the services take it."""
        own = {"name": self.name, "channel": self.channel, "address": self.address}
        return own | {"target": self.target, "split": self.split}


def plain(weight: str) -> str:
    """A percentage as it is computed with: "12,5 %" is 12.5."""
    return weight.removesuffix("%").strip().replace(",", ".")


def _number(text: str) -> int | str:
    """A version's number where a text is one; what is none is left to the services to refuse."""
    found = VERSION.fullmatch(text)
    return int(found[1]) if found else text
