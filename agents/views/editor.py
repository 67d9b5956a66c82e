"""The editor of an agent's draft, section by section; and any version of it, to be looked at."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agents.desk import Desk, desk_of, refuse_unaware
from agents.forms import OWN, EditorForm
from agents.models import Agent
from agents.presenters.clash import clash_of
from agents.presenters.editor import about, editor_page, look_page, section_to_show
from agents.presenters.rows import Row
from agents.presenters.sections import Section, own_form, own_section
from agents.services import change_agent
from agents.views.entry import as_it_is, of_agent, page_of
from versioning.lib.errors import DomainError, not_found
from versioning.lib.htmx import done, render_page, wants_part
from versioning.versions.presenters.header import header
from versioning.versions.views.entry import version_or_404
from versioning.workspaces.actor import Actor

FATAL = ("forbidden", "not_found")  # refusals after which there is nothing to go on with


@never_cache  # one that comes back from a browser's store would hold old tags
@require_safe
@of_agent
def editor(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """The draft, in sections that are saved one by one."""
    return show(request, desk_of(actor, agent))


@require_safe
@of_agent
def look(request: HttpRequest, actor: Actor, agent: Agent, number: int) -> HttpResponse:
    """A version, to be read. The draft is in its editor."""
    version = version_or_404(agent, number)
    if version.is_draft:
        return HttpResponseRedirect(page_of(actor, agent, "editor"))
    shown = header(actor, agent, tab="editor", current=number)
    return render_page(request, "agents/look.html", shown | look_page(actor, agent, version))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_agent
def section(request: HttpRequest, actor: Actor, agent: Agent, name: str) -> HttpResponse:
    """One section of the agent's own fields: as it is, or saved."""
    if name not in OWN:
        raise not_found()
    desk = desk_of(actor, agent)
    if request.method != "POST":
        return show(request, desk, section=section_to_show(desk, name))
    form, expected = own_form(desk, name, request.POST), request.POST.get("expected", "")

    def save(**fields: Any) -> None:
        refuse_unaware(desk, request.POST.get("served", ""))
        change_agent(actor, agent, section=name, expected=expected, **fields)

    error = refusal_of(form, save)
    if error is None:
        return _saved(request, actor, agent, name)
    return _refused(request, actor, agent, name, form, error)


def refusal_of(form: EditorForm, save: Callable[..., object], *, new: bool = False) -> DomainError | None:
    """Save what a form says; or why not, which the form then shows at the field that it is about."""
    if not form.is_valid():
        return DomainError("invalid", "Nothing was saved: see what is marked.")
    try:
        save(**(form.kept() if new else form.changed()))
    except DomainError as error:
        if error.code in FATAL:
            raise
        if error.code != "invalid":
            return error
        form.blame(error)
        return DomainError("invalid", "Nothing was saved: see what is marked.")
    return None


def show(
    request: HttpRequest, desk: Desk, *, section: Section | None = None, row: Row | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The editor, with a section or a part as it is given; of a fragment, that alone."""
    part = "section" if section else "part" if row else ""
    if part and wants_part(request):
        shown = about(desk) | {"section": section, "row": row, "fragment": True}
    else:
        shown = header(desk.actor, desk.agent, tab="editor", current=desk.draft.number, draft=desk.state)
        shown |= editor_page(desk, section=section, opened=row)
    return render_page(request, "agents/editor.html", shown, part=part, status=status)


def after_save(
    request: HttpRequest, desk: Desk, *, url: str, section: Section | None = None, row: Row | None = None
) -> HttpResponse:
    """Back to where one was. With htmx, that alone; the header then asks for itself anew."""
    if not wants_part(request):
        return done(request, url, said=f"Saved in {desk.draft.label}. {desk.served_words}".strip())
    answer = show(request, desk, section=section, row=row)
    answer["HX-Trigger"] = json.dumps({"version-changed": {}})
    return answer


def _saved(request: HttpRequest, actor: Actor, agent: Agent, name: str) -> HttpResponse:
    desk = desk_of(actor, as_it_is(actor, agent))
    section = own_section(desk, name)
    section.saved = True
    return after_save(request, desk, url=page_of(actor, agent, "editor") + f"#{name}", section=section)


def _refused(
    request: HttpRequest, actor: Actor, agent: Agent, name: str, form: EditorForm, error: DomainError
) -> HttpResponse:
    """The section with what was typed; where somebody else saved first, with theirs beside it."""
    desk = desk_of(actor, as_it_is(actor, agent))
    if error.code == "unchanged":
        section = own_section(desk, name)
        section.said = error.message
        return show(request, desk, section=section)
    clash = None
    if error.code == "stale" and request.POST.get("expected") != desk.tag(name):
        form, clash = clash_of(agent, name, own_form(desk, name, request.POST))
    section = own_section(desk, name, form)
    section.error, section.clash = error, clash
    return show(request, desk, section=section, status=error.status)
