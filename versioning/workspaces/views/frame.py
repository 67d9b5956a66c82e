"""What the pages of Settings share: the tabs, the verbs of a list's row."""

from typing import Any

from django.urls import reverse

from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may

TABS = {
    "workspaces:settings": "General",
    "workspaces:members": "Members",
    "workspaces:keys": "API keys",
    "workspaces:tokens": "Assistants (MCP)",
    "workspaces:log": "Log",
}


# Tabs for those alone who may do this.
ONLY: dict[str, Act] = {"workspaces:keys": Act.MANAGE}


def register(url_name: str, label: str, *, act: Act | None = None) -> None:
    """Add a page of Settings that a room above has, for who may do `act`; its view gets the same frame."""
    TABS[url_name] = label
    if act:
        ONLY[url_name] = act


def url(actor: Actor, name: str, *args: Any) -> str:
    """An address of this room, in the actor's workspace."""
    return reverse(f"workspaces:{name}", args=[actor.workspace.slug, *args])


def framed(actor: Actor, tab: str, **context: Any) -> dict[str, Any]:
    """A page's context with the tabs of Settings around it. `tab` is its URL name."""
    at = tab if ":" in tab else f"workspaces:{tab}"
    tabs = [
        {"label": label, "url": reverse(name, args=[actor.workspace.slug]), "current": name == at}
        for name, label in TABS.items()
        if name not in ONLY or may(actor, ONLY[name])
    ]
    return {"tabs": tabs, "title": TABS[at]} | context
