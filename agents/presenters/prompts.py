"""The prompts that an agent names, and what is live of them now."""

from collections.abc import Iterable
from dataclasses import dataclass

from agents.forms.fields import VERSION
from agents.naming import LIVE
from versioning.versions.models import Artifact
from versioning.versions.presenters.header import Links
from versioning.workspaces.actor import Actor

MOST = 1_000  # prompts that the editor offers
IN_A_LIST = 100  # up to so many are a list to choose from; of more, one types a part


@dataclass(frozen=True)
class Named:
    """One row: a prompt, at `live` or a number, and what to say of that. `url` leads to what differs."""

    slug: str
    at: str
    note: str = ""
    newer: str = ""
    url: str = ""


class Offered:
    """The prompts of a workspace that an agent can name, with their live numbers."""

    def __init__(self, actor: Actor):
        rows = Artifact.objects.in_workspace(actor).filter(kind="prompt").order_by("slug")
        self.live = dict(rows.values_list("slug", "live__number")[:MOST])
        self.listed = len(self.live) <= IN_A_LIST
        self._actor = actor

    def named(self, rows: Iterable[tuple[str, str]]) -> list[Named]:
        """Rows with what is to be said of each."""
        return [self._named(slug, at) for slug, at in rows]

    def _named(self, slug: str, at: str) -> Named:
        live = self.live.get(slug)
        if slug not in self.live:
            return Named(slug, at)
        if at in ("", LIVE):
            return Named(slug, LIVE, f"follows live, now v{live}" if live else "has no live version yet")
        found = VERSION.fullmatch(at)
        number = int(found[1]) if found else 0
        if not number or not live:
            return Named(slug, at, "none of it is live now" if number else "")
        if number == live:
            return Named(slug, at, "live now")
        prompt = Artifact(kind="prompt", slug=slug)
        url = Links(self._actor, prompt).to("compare", number, live)
        return Named(slug, at, f"v{number}", f"v{live} is live now", url)
