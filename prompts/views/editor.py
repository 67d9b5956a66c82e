"""The editor: a text, what it stands on, and Save."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from prompts.desk import Desk, desk_of, size_of, variables_against
from prompts.forms import Typed
from prompts.models import Prompt, WorkingCopy
from prompts.views.entry import of_prompt, page_of
from versioning.lib.errors import DomainError, not_found
from versioning.lib.htmx import render_page
from versioning.versions.kinds import kind_of
from versioning.versions.models import Version
from versioning.versions.presenters.diffs import Text, show_texts
from versioning.versions.presenters.header import chips, header
from versioning.versions.uses import uses_of
from versioning.versions.views.entry import number_in, version_or_404
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may


@never_cache  # one that comes back from a browser's store would hold old tags
@require_safe
@of_prompt
def editor(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """The member's working copy, or a version to read (`?version=n`)."""
    number = number_in(request.GET, "version")
    if number or "version" in request.GET:
        version = version_or_404(prompt, number or 0)
        desk = Desk(version.source, version, version.tag)
        return show(request, actor, prompt, desk, reading=version)
    return show(request, actor, prompt, desk_of(actor, prompt))


def show(
    request: HttpRequest, actor: Actor, prompt: Prompt, desk: Desk, *, reading: Version | None = None,
    typed: Typed | None = None, error: DomainError | None = None,
) -> HttpResponse:  # fmt: skip
    """The editor with a desk on it; `typed` and `error` when a Save was refused."""
    shown = editor_context(actor, prompt, desk) | {"reading": reading, "typed": typed, "error": error}
    return render_page(request, "prompts/editor.html", shown, status=error.status if error else 200)


def editor_context(actor: Actor, prompt: Prompt, desk: Desk) -> dict[str, Any]:
    """What the editor's template is handed."""
    base = desk.base
    shown = header(actor, prompt, tab="editor", current=base.number if base else None)
    variables = variables_against(desk.source, base.source if base else None)
    return shown | {
        "prompt": prompt,
        "desk": desk,
        "base_source": base.source if base else "",
        "base_chips": chips(actor, prompt, base) if base else [],
        "variables": variables,
        "variables_count": sum(1 for variable in variables if variable["kind"] != "m"),
        "size": size_of(desk.source),
        "uses": uses_of(actor, prompt),
        "promote": _promotable(actor, prompt, shown) if desk.writable else None,
        "compare_newer": page_of(actor, prompt, "compare", base.number, desk.newer.number)
        if base and desk.newer
        else "",
    }


def _promotable(actor: Actor, prompt: Prompt, shown: dict[str, Any]) -> dict[str, str] | None:
    """The newest draft, where the actor may promote it."""
    quick = (shown["selector"] or {"quick": []})["quick"]
    draft = next((pick for pick in quick if "draft" in pick.chips), None)
    if draft is None or not may(actor, Act.PUBLISH):
        return None
    return {"label": draft.label, "url": page_of(actor, prompt, "promote", draft.number)}


@require_safe
@of_prompt
def kept(request: HttpRequest, actor: Actor, prompt: Prompt, copy: int) -> HttpResponse:
    """What a copy that was kept aside says, against what is in the editor now."""
    aside = WorkingCopy.objects.kept(actor, prompt).filter(pk=copy).first()
    if aside is None:
        raise not_found()
    desk = desk_of(actor, prompt)
    shown = header(actor, prompt, tab="editor", current=desk.base.number if desk.base else None)
    diff = show_texts(kind_of(prompt), Text("In the editor", desk.source), Text("Kept aside", aside.source))
    shown |= {"prompt": prompt, "copy": aside, "shown": diff}
    return render_page(request, "prompts/kept.html", shown)
