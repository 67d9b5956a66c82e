"""What a kind's screens say of the shared lifecycle."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The words of one kind. `settled` is the chip of a frozen version that is not live.

    `shown` is the URL name of the page on which one version is looked at; `tabs` are the kind's own pages,
    by label and URL name (rooms above add theirs: `tabs.py`).
    """

    publish: str  # "Promote" v8…
    published: str  # "promoted"
    settled: str
    source: str  # what a version holds: "text"
    draft: str  # the selector's quick pick of the draft
    shown: str
    tabs: tuple[tuple[str, str], ...]


PROMPT = Words(
    "Promote", "promoted", settled="retired", source="text", draft="Latest draft", shown="version",
    tabs=(
        ("Editor", "editor"), ("Versions", "versions"), ("History", "history"), ("Settings", "settings"),
    ),
)  # fmt: skip
AGENT = Words(
    "Publish", "published", settled="locked", source="configuration", draft="Draft (latest)",
    shown="look",
    tabs=(
        ("Editor", "editor"), ("Versions", "versions"), ("History", "history"), ("Settings", "settings"),
    ),
)  # fmt: skip
