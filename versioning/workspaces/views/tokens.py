"""Settings → Assistants (MCP): the tokens by which members' assistants enter."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from versioning.lib.errors import not_found
from versioning.lib.htmx import done
from versioning.workspaces import once
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.forms import TokenForm, attempt
from versioning.workspaces.services.tokens import make_token, revoke_token, tokens_of
from versioning.workspaces.views.frame import framed, url


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One's own tokens; of everyone for admins. None of them can be read again."""
    return _page(request, actor_of(request), TokenForm())


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make a token, and show it this once, with what the usual clients ask for."""
    actor, form = actor_of(request), TokenForm(request.POST)
    made = attempt(form, lambda: make_token(actor, **form.cleaned_data))
    if made is None:
        return _page(request, actor, form, status=422)
    token, secret = made
    page = framed(
        actor, "tokens", token=token, secret=secret, address=_address(),
        clients=_clients(actor, secret), back_url=url(actor, "tokens"),
    )  # fmt: skip
    return once.shown_once(render(request, "workspaces/tokens_made.html", page))


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Ask, then end a token at once."""
    actor = actor_of(request)
    if request.method == "POST":
        token = revoke_token(actor, token_id)
        return done(request, url(actor, "tokens"), said=f"The token “{token.name}” is revoked")
    found = tokens_of(actor).filter(pk=token_id).first()
    if found is None:
        raise not_found()
    page = {
        "token": found, "mine": found.member.user_id == actor.person_id, "cancel_url": url(actor, "tokens"),
    }  # fmt: skip
    return render(request, "workspaces/tokens_revoke.html", page)


def _page(request: HttpRequest, actor: Actor, form: TokenForm, status: int = 200) -> HttpResponse:
    rows = [
        {"token": token, "mine": token.member.user_id == actor.person_id}
        for token in tokens_of(actor).newest_first()
    ]
    page = framed(actor, "tokens", rows=rows, form=form, address=_address())
    return render(request, "workspaces/tokens.html", page, status=status)


def _address() -> str:
    return f"{settings.PUBLIC_URL}/mcp"


def _clients(actor: Actor, secret: str) -> list[dict[str, Any]]:
    """What the usual clients are told, ready to paste."""
    name, header = f"previse-{actor.workspace.slug}", f"Bearer {secret}"
    server = {"type": "http", "url": _address(), "headers": {"Authorization": header}}
    command = f'claude mcp add --transport http {name} {_address()} \\\n  --header "Authorization: {header}"'
    return [
        {"label": "Claude Code, in a terminal", "text": command},
        {
            "label": "Cursor (.cursor/mcp.json), and other clients with an mcpServers file",
            "text": json.dumps({"mcpServers": {name: server}}, indent=2),
        },
        {
            "label": "VS Code (.vscode/mcp.json)",
            "text": json.dumps({"servers": {name: server}}, indent=2),
        },
    ]
