"""What the pages of Settings share: the tabs, the verbs of a list's row."""

from typing import Any

from django.urls import reverse

from versioning.workspaces.actor import Actor

TABS = {"settings": "General", "members": "Members", "keys": "API keys", "log": "Log"}


def url(actor: Actor, name: str, *args: Any) -> str:
    """An address of this room, in the actor's workspace."""
    return reverse(f"workspaces:{name}", args=[actor.workspace.slug, *args])


def framed(actor: Actor, tab: str, **context: Any) -> dict[str, Any]:
    """A page's context with the tabs of Settings around it."""
    tabs = [{"label": label, "url": url(actor, name), "current": name == tab} for name, label in TABS.items()]
    return {"tabs": tabs, "title": TABS[tab]} | context
