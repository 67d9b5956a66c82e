"""The schemas, triggers and MCP servers of an agent's draft: added, changed, removed."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agents import services
from agents.desk import MODELS, desk_of, refuse_unaware, require_write
from agents.models import Agent
from agents.presenters.clash import clash_of
from agents.presenters.rows import NEW, Row
from agents.presenters.sections import line_of, open_row, page_of_part, part_form, removal
from agents.views.editor import after_save, refusal_of, show
from agents.views.entry import as_it_is, of_parts, page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page, wants_part
from versioning.versions.presenters.header import header
from versioning.workspaces.actor import Actor

REMOVED = "Somebody removed it meanwhile. What you typed is here: saving adds it again."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_parts
def new_part(request: HttpRequest, actor: Actor, agent: Agent, section: str) -> HttpResponse:
    """Add a part."""
    desk = desk_of(actor, agent)
    require_write(desk)
    if request.method != "POST":
        closed = wants_part(request) and "closed" in request.GET
        return show(request, desk, row=Row(section, NEW, "") if closed else open_row(desk, section, NEW))
    form = part_form(desk, section, NEW, request.POST)
    made: list[Any] = []

    def save(**fields: Any) -> None:
        refuse_unaware(desk, request.POST.get("served", ""))
        made.append(services.add_part(actor, agent, MODELS[section], **fields))

    error = refusal_of(form, save, new=True)
    if error is None:
        return _saved(request, actor, agent, section, str(made[0].pk), added=True)
    row = open_row(desk, section, NEW, form)
    row.error = error
    return show(request, desk, row=row, status=error.status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_parts
def part(request: HttpRequest, actor: Actor, agent: Agent, section: str, part: UUID) -> HttpResponse:
    """One part: opened (`?closed=1` in its line again), or saved."""
    desk, id = desk_of(actor, agent), str(part)
    there = any(item["id"] == id for item in desk.configuration[section])
    if request.method == "POST" and there:
        return _change(request, actor, agent, section, id)
    if request.method == "POST":
        row = open_row(desk, section, NEW, part_form(desk, section, NEW, request.POST))
        row.error, row.instead_of = DomainError("stale", REMOVED), id
        return show(request, desk, row=row, status=row.error.status)
    if desk.why_not or "closed" in request.GET:
        row = line_of(desk, section, desk.stored(section, id))
        return show(request, desk, row=row if wants_part(request) else None)
    return show(request, desk, row=open_row(desk, section, id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_parts
def remove_part(request: HttpRequest, actor: Actor, agent: Agent, section: str, part: UUID) -> HttpResponse:
    """Confirm, then take a part out of the draft."""
    desk, error = desk_of(actor, agent), None
    require_write(desk)
    if request.method == "POST":
        try:
            refuse_unaware(desk, request.POST.get("served", ""))
            services.remove_part(
                actor, agent, MODELS[section], part, expected=request.POST.get("expected", "")
            )
            said = f"Removed from {desk.draft.label}. {desk.served_words}".strip()
            return done(request, page_of(actor, agent, "editor") + f"#{section}", said=said)
        except DomainError as refused:
            if refused.code != "stale":
                raise
            error, desk = refused, desk_of(actor, as_it_is(actor, agent))
    shown = header(actor, agent, tab="editor", current=desk.draft.number, draft=desk.state)
    shown |= removal(desk, section, str(part)) | {"error": error}
    return render_page(request, "agents/remove.html", shown, status=error.status if error else 200)


def _change(request: HttpRequest, actor: Actor, agent: Agent, section: str, id: str) -> HttpResponse:
    desk = desk_of(actor, agent)
    form, expected = part_form(desk, section, id, request.POST), request.POST.get("expected", "")

    def save(**fields: Any) -> None:
        refuse_unaware(desk, request.POST.get("served", ""))
        services.change_part(actor, agent, MODELS[section], UUID(id), expected=expected, **fields)

    error = refusal_of(form, save)
    if error is None:
        return _saved(request, actor, agent, section, id)
    desk = desk_of(actor, as_it_is(actor, agent))
    if error.code == "unchanged":
        row = open_row(desk, section, id)
        row.said = error.message
        return show(request, desk, row=row)
    clash = None
    if error.code == "stale" and expected != desk.tag(section, id):
        form, clash = clash_of(agent, section, part_form(desk, section, id, request.POST))
    row = open_row(desk, section, id, form)
    row.error, row.clash = error, clash
    return show(request, desk, row=row, status=error.status)


def _saved(
    request: HttpRequest, actor: Actor, agent: Agent, section: str, id: str, *, added: bool = False
) -> HttpResponse:
    """The part in its line again, which says so."""
    desk = desk_of(actor, as_it_is(actor, agent))
    row = line_of(desk, section, desk.stored(section, id))
    row.saved, row.added = True, added
    return after_save(request, desk, url=page_of_part(desk, section, id), row=row)
