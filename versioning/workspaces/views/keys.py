"""Settings → API keys: what programs read and write with."""

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
from versioning.workspaces.forms import KeyForm, attempt
from versioning.workspaces.models import ApiKey
from versioning.workspaces.policy import Act, require
from versioning.workspaces.services.keys import create_key, revoke_key
from versioning.workspaces.subjects import subjects
from versioning.workspaces.views.frame import framed, url

ASKED = ("name", "kind", "scopes", "expires_at")


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The keys, working ones first; none of them can be read again."""
    actor = actor_of(request)
    require(actor, Act.MANAGE)
    return _page(request, actor, KeyForm())


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make a key, and show it this once, with a line that tries it."""
    actor, form = actor_of(request), KeyForm(request.POST)
    require(actor, Act.MANAGE)
    made = attempt(form, lambda: create_key(actor, **_asked(form)))
    if made is None:
        return _page(request, actor, form, status=422)
    key, secret = made
    example = subjects().example(actor)
    where = f"{settings.PUBLIC_URL}/v1/{example or 'prompts/SLUG'}"
    curl = f'curl -H "Authorization: Bearer {secret}" \\\n  {where}'
    page = framed(
        actor, "keys", key=key, secret=secret, curl=curl, example=example, back_url=url(actor, "keys")
    )
    return once.shown_once(render(request, "workspaces/key_made.html", page))


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Ask, then end a key at once."""
    actor = actor_of(request)
    require(actor, Act.MANAGE)
    if request.method == "POST":
        key = revoke_key(actor, key_id)
        return done(request, url(actor, "keys"), said=f"The key “{key.name}” is revoked")
    found = ApiKey.objects.in_workspace(actor).newest_first().filter(pk=key_id).first()
    if found is None:
        raise not_found()
    return render(request, "workspaces/revoke_key.html", {"key": found, "cancel_url": url(actor, "keys")})


def _asked(form: KeyForm) -> dict[str, Any]:
    return {field: form.cleaned_data[field] for field in ASKED}


def _page(request: HttpRequest, actor: Actor, form: KeyForm, status: int = 200) -> HttpResponse:
    found = ApiKey.objects.in_workspace(actor).newest_first()
    return render(
        request, "workspaces/keys.html", framed(actor, "keys", keys=found, form=form), status=status
    )
