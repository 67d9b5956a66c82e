"""How a diff is looked at, as its URL says it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Look:
    """How a diff is shown: side by side or unified, with whitespace, with all that could be folded."""

    layout: str = "split"
    whitespace: bool = False
    whole: bool = False

    @classmethod
    def of(cls, query: Any) -> "Look":
        """The look that a query asks for; what it does not know is as usual."""
        layout = "unified" if query.get("layout") == "unified" else "split"
        return cls(layout, query.get("ws") == "1", query.get("whole") == "1")

    def query(self) -> dict[str, object]:
        """Its part of a query; what is as usual says nothing."""
        layout = "unified" if self.layout == "unified" else ""
        return {"layout": layout, "ws": int(self.whitespace) or "", "whole": int(self.whole) or ""}

    def in_one_column(self) -> "Look":
        """The same where only one side is there."""
        return Look("unified", self.whitespace, self.whole)
