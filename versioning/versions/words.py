"""What a kind's screens say of the shared lifecycle: one table for each kind, sentences and all.

In the sentences `{label}` is the version that they are about, and `{next}` the draft that opens after it.
"""

from dataclasses import dataclass

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Words:
    """The words of one kind.

    `shown` is the URL name of the page on which one version is looked at; `tabs` are the kind's own pages,
    by label and URL name (rooms above add theirs: `tabs.py`).
    """

    publish: str  # "Promote" v8…
    publishing: str
    published: str
    settled: str  # the chip of a frozen version that is not live
    frozen: str  # "frozen" on 3 May
    source: str  # what a version holds
    draft: str  # the selector's quick pick of the draft
    shown: str
    tabs: tuple[tuple[str, str], ...]
    readers: str  # what gets the live version
    first: str  # nothing is live, and it goes live
    freezes: str  # a draft goes live
    stays: tuple[str, ...]  # what a move of live leaves alone
    rolls_back: tuple[str, ...]
    unpublished: SafeString  # what readers get when nothing is live
    refused: str  # the same in short
    former: str  # the link to what an act replaced


PROMPT = Words(
    publish="Promote", publishing="promoting", published="promoted", settled="retired", frozen="frozen",
    source="text", draft="Latest draft", shown="version",
    tabs=(
        ("Editor", "editor"), ("Versions", "versions"), ("History", "history"), ("Clients", "clients"),
        ("Settings", "settings"),
    ),
    readers="Production reads",
    first="Nothing is live now. Production reads get {label}.",
    freezes="{label} is frozen from then on: to change it, save a new version.",
    stays=(),
    rolls_back=(
        "The text of {label} goes into your editor. Unsaved typing there is kept and offered back.",
        "Newer versions and drafts stay, and can be promoted again.",
    ),
    unpublished=SafeString("From then on every production read answers <code>404 no_live_version</code>"),
    refused="reads answer no_live_version",
    former="The text that it replaced",
)  # fmt: skip
AGENT = Words(
    publish="Publish", publishing="publishing", published="published", settled="locked", frozen="locked",
    source="configuration", draft="Draft (latest)", shown="look",
    tabs=(
        ("Editor", "editor"), ("Versions", "versions"), ("History", "history"), ("Snapshots", "snapshots"),
        ("Connectors", "connectors"), ("Conversations", "conversations"), ("Clients", "clients"),
        ("Settings", "settings"),
    ),
    readers="New conversations",
    first="Nothing is live now, so calls are refused. New conversations get {label}.",
    freezes="{label} is locked: it can never be changed again. The draft {next} opens, forked from it.",
    stays=("Conversations that run stay on the version that they began with.",),
    rolls_back=("The draft stays as it is. Newer versions stay too, and can be published again.",),
    unpublished=SafeString(
        "From then on calls are refused with <code>409 no_live_version</code>, and reading the agent answers "
        "<code>404 no_live_version</code>. Conversations that run go on, and so do connectors that stand on "
        "versions of their own"
    ),
    refused="calls are refused with no_live_version",
    former="What changed",
)  # fmt: skip
