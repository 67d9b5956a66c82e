"""What every page is handed beside its own: where one is, who one is, what one may."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from agents.models import Agent
from prompts.models import Prompt
from versioning.workspaces.once import fresh_key
from versioning.workspaces.policy import Act, abilities, may
from versioning.workspaces.services.workspaces import workspaces_of

THEMES = ("system", "light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html; see its header comment."""
    theme = request.COOKIES.get("theme", "system")
    common: dict[str, Any] = {
        "once_key": SimpleLazyObject(fresh_key),
        "theme": theme if theme in THEMES else "system",
        "workspace": None,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return common
    common["workspaces"] = SimpleLazyObject(lambda: workspaces_of(user.pk))
    actor = getattr(request, "actor", None)
    if actor is None or actor.via != "web":
        return common | {"member": {"display_name": user.display_name, "email": user.email, "role": ""}}
    slug = actor.workspace.slug
    prompts = reverse("prompts:list", args=[slug])
    return common | {
        "workspace": actor.workspace,
        "member": {"display_name": user.display_name, "email": user.email, "role": actor.role},
        "can": abilities(actor),
        "jump_url": reverse("versions:find", args=[slug]),
        "nav": SimpleLazyObject(lambda: _nav(request, actor, prompts)),
    }


def _nav(request: HttpRequest, actor: Any, prompts: str) -> list[dict[str, Any]]:
    settings = reverse("workspaces:settings", args=[actor.workspace.slug])
    agents = reverse("agents:list", args=[actor.workspace.slug])
    entries: list[tuple[str, str, str, int | None]] = [
        ("Prompts", prompts, "prompt", Prompt.objects.in_workspace(actor).in_use().count()),
        ("Agents", agents, "agent", Agent.objects.in_workspace(actor).in_use().count()),
    ]
    entries.append(("History", reverse("changes:timeline", args=[actor.workspace.slug]), "history", None))
    if may(actor, Act.TRY):
        url = reverse("playground:home", args=[actor.workspace.slug])
        entries.append(("Playground", url, "flask", None))
    entries.append(("Settings", settings, "settings", None))
    return [
        {"label": label, "url": url, "icon": icon, "count": n, "current": request.path.startswith(url)}
        for label, url, icon, n in entries
    ]
