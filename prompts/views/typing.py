"""What one does at the editor: type, save, discard, open, take back."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from prompts import services
from prompts.desk import Desk, desk_of
from prompts.forms import Typed
from prompts.models import Prompt
from prompts.views.editor import show
from prompts.views.entry import of_prompt, page_of
from versioning.lib.errors import DomainError
from versioning.lib.htmx import done, render_page
from versioning.lib.problems import problem
from versioning.versions.kinds import kind_of
from versioning.versions.models import Version
from versioning.versions.presenters.diffs import Text, show_texts
from versioning.versions.presenters.header import header
from versioning.versions.views.entry import version_or_404
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may, require


@require_POST
@of_prompt
def typing(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """Keep what is typed: by itself (JSON), or by *Keep without saving*. `over`: of two windows, this one."""
    typed, over = Typed.of(prompt, request.POST), request.POST.get("over", "")
    stands: dict[str, Any] = {"source": typed.source, "base": typed.base, "base_tag": typed.base_tag}
    url = page_of(actor, prompt, "editor")
    if over == "aside":
        services.keep_aside(actor, prompt, **stands)
        return done(request, url, said="Your text from the other window is kept aside.")
    if "application/json" not in request.headers.get("Accept", ""):
        services.keep_typing(actor, prompt, **stands, expected=typed.revision, take_over=True)
        return done(request, url, said="Kept in your working copy. It is no version; nothing serves it.")
    try:
        copy = services.keep_typing(
            actor, prompt, **stands, expected=typed.revision, take_over=over == "continue"
        )
    except DomainError as error:
        return problem(request, error)
    return JsonResponse({"revision": copy.revision, "saved_at": copy.updated_at})


@require_POST
@of_prompt
def save(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """Rewrite the draft, or save a new version. Refused, the typed text stays on the screen and is kept."""
    require(actor, Act.SAVE_DRAFT)
    typed = Typed.of(prompt, request.POST)
    try:
        version = services.save(
            actor, prompt, source=typed.source, base=typed.base, update=typed.base if typed.updates else None,
            message=typed.draft_message if typed.updates else typed.message,
            expected=request.headers.get("If-Match") or typed.base_tag or None, revision=typed.revision,
        )  # fmt: skip
    except DomainError as error:
        return _refused(request, actor, prompt, typed, error)
    url, promote = page_of(actor, prompt, "editor"), page_of(actor, prompt, "promote", version.number)
    words = "Updated {} (draft)." if typed.updates else "Saved {} (draft)."
    said = format_html(words, version.label)
    if may(actor, Act.PUBLISH):
        said += format_html(' <a class="link" href="{}">Promote {}…</a>', promote, version.label)
    return done(request, url, said=said)


def _refused(
    request: HttpRequest, actor: Actor, prompt: Prompt, typed: Typed, error: DomainError
) -> HttpResponse:
    """The text is kept in the working copy, and shown again with what to do."""
    with suppress(DomainError):  # what cannot be kept is still on the screen
        services.keep_typing(
            actor, prompt, source=typed.source, base=typed.base, base_tag=typed.base_tag,
            expected=typed.revision, take_over=True,
        )  # fmt: skip
    base = Version.objects.of(prompt).numbered(typed.base) if typed.base else None
    if error.code == "stale" and base:
        return _conflict(request, actor, prompt, typed, base)
    if error.code == "not_found":
        gone = f"v{typed.base} was deleted meanwhile. Save your text as a new version."
        error = DomainError("unchanged", gone) if typed.base else error
    desk = desk_of(actor, prompt)
    here = Desk(
        typed.source, base, typed.base_tag, desk.revision, desk.saved_at, True,
        newer=desk.newer, kept=desk.kept, writable=desk.writable,
    )  # fmt: skip
    return show(request, actor, prompt, here, typed=typed, error=error)


def _conflict(
    request: HttpRequest, actor: Actor, prompt: Prompt, typed: Typed, theirs: Version
) -> HttpResponse:
    """Somebody else saved first: both texts, their diff, and what to do. Nothing is lost."""
    diff = show_texts(kind_of(prompt), Text(theirs.label, theirs.source), Text("Yours", typed.source))
    revision = desk_of(actor, prompt).revision
    shown = header(actor, prompt, tab="editor", current=theirs.number)
    shown |= {"prompt": prompt, "theirs": theirs, "typed": typed, "revision": revision, "shown": diff}
    return render_page(request, "prompts/conflict.html", shown, status=412)


@require_POST
@of_prompt
def discard(request: HttpRequest, actor: Actor, prompt: Prompt) -> HttpResponse:
    """Back to the version's text; what was typed is kept aside and offered back."""
    typed = Typed.of(prompt, request.POST)
    given = {"source": typed.source} if "source" in request.POST else {}
    services.discard(actor, prompt, base=typed.base, base_tag=typed.base_tag, **given)
    label = f"the text of v{typed.base}" if typed.base else "the beginning"
    return done(request, page_of(actor, prompt, "editor"), said=f"Back to {label}. Your text is kept aside.")


@require_POST
@of_prompt
def open_in_editor(request: HttpRequest, actor: Actor, prompt: Prompt, number: int) -> HttpResponse:
    """A version's text into the editor; unsaved typing is kept aside."""
    version, typed = version_or_404(prompt, number), Typed.of(prompt, request.POST)
    if "source" in request.POST:  # sent from the editor: its last words are kept too
        services.keep_typing(
            actor, prompt, source=typed.source, base=typed.base, base_tag=typed.base_tag,
            expected=typed.revision, take_over=True,
        )  # fmt: skip
    services.open_version(actor, prompt, version)
    return done(request, page_of(actor, prompt, "editor"), said=f"{version.label} is in your editor.")


@require_POST
@of_prompt
def reopen(request: HttpRequest, actor: Actor, prompt: Prompt, copy: int) -> HttpResponse:
    """A text that was kept aside, back into the editor; what is there now is kept in its place."""
    services.reopen_kept(actor, prompt, copy)
    return done(request, page_of(actor, prompt, "editor"), said="Your text is back in the editor.")


@require_POST
@of_prompt
def drop(request: HttpRequest, actor: Actor, prompt: Prompt, copy: int) -> HttpResponse:
    """Throw away a text that was kept aside."""
    services.drop_kept(actor, prompt, copy)
    return done(request, page_of(actor, prompt, "editor"), said="Thrown away.")
