"""REST: prompts, their versions, and what is served of them. Every endpoint calls one verb."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from prompts import services as words
from prompts.models import Prompt
from prompts.schemas import (
    ComparedOut,
    CompareQuery,
    PromptChangesIn,
    PromptIn,
    PromptOut,
    PromptQuery,
    PromptVersionOut,
    RolledBackOut,
)
from versioning.lib.errors import not_found
from versioning.lib.paging import Page, PageQuery, paged
from versioning.lib.rest import IF_MATCH, MEMBERS, expected_tag
from versioning.versions import services as versions
from versioning.versions.api import events_of
from versioning.versions.api_import import NDJSON, ImportOut, imported
from versioning.versions.diff import compare_safely
from versioning.versions.models import Version
from versioning.versions.schemas import (
    DraftIn,
    EventOut,
    MomentQuery,
    MoveIn,
    PromoteIn,
    RollBackIn,
    ServedAtOut,
    StageIn,
    VersionIn,
    VersionQuery,
)
from versioning.versions.services.artifacts import SLUG
from versioning.versions.services.steps import version_of
from versioning.workspaces.actor import Actor, actor_of
from versioning.workspaces.policy import Act, require

router = Router(tags=["Prompts"])
history = Router(tags=["Versions"])
pointers = Router(tags=["Pointers"])
past = Router(tags=["Events"])
NO_REASON, NO_REVIEW = MoveIn(), PromoteIn()  # their bodies may be left out


@router.get("", response=Page[PromptOut], exclude_unset=True, summary="List prompts")
def list_prompts(request: HttpRequest, page: Query[PromptQuery]) -> dict[str, Any]:
    """Newest first. Viewers may; keys with the scope `history`."""
    actor = actor_of(request)
    require(actor, Act.READ)
    rows = Prompt.objects.in_workspace(actor).showing(page.show).search(page.q)
    shown = rows.with_pointers().with_version_count()
    return paged(shown, page, (f"{page.sort}_at", "pk"), lambda prompt: PromptOut.of(actor, prompt))


@router.post("", auth=MEMBERS, response={201: PromptOut}, summary="Create a prompt")
def create_prompt(request: HttpRequest, payload: PromptIn, response: HttpResponse) -> Status[PromptOut]:
    """Editors may. With a `source` it begins with the draft v1; nothing is live yet."""
    actor = actor_of(request)
    prompt = words.create_prompt(actor, **payload.dict())
    response["Location"] = f"/api/prompts/{prompt.slug}"
    return Status(201, _now(actor, prompt))


@router.post("/import", auth=MEMBERS, response=ImportOut, summary="Import histories", openapi_extra=NDJSON)
def import_prompts(request: HttpRequest) -> ImportOut:
    """The body is NDJSON of at most 50 MB, a version a line; or the .zip of an export (`GET /api/export`).

    A line has `prompt` (slug), `version`, `message`, `author`, `created` and `source`; lines of agents may
    stand between them. Versions come in frozen, the last one live. A prompt comes in whole or not at all;
    what is there already is left alone, so that a second import adds nothing. Editors may.
    """
    return imported(request, "prompt")


@router.get("/{slug}", response=PromptOut, summary="Read a prompt")
def read_prompt(request: HttpRequest, slug: str) -> PromptOut:
    """With what is live and staged. Viewers may; keys with the scope `history`."""
    actor, prompt = find(request, slug, Act.READ)
    return _now(actor, prompt)


@router.patch("/{slug}", auth=MEMBERS, response=PromptOut, summary="Rename, describe or archive a prompt")
def change_prompt(request: HttpRequest, slug: str, payload: PromptChangesIn) -> PromptOut:
    """What is not sent stays; the slug never changes. Editors may."""
    actor, prompt = find(request, slug, Act.EDIT)
    given = payload.dict(exclude_none=True)
    archived = given.pop("archived", None)
    with transaction.atomic():
        words.change_prompt(actor, prompt, **given)
        if archived is not None and archived != bool(prompt.archived_at):
            (words.archive if archived else words.unarchive)(actor, prompt)
    return _now(actor, prompt)


@history.get("/{slug}/versions", response=Page[PromptVersionOut], exclude_unset=True, summary="List versions")
def list_versions(request: HttpRequest, slug: str, page: Query[VersionQuery]) -> dict[str, Any]:
    """Newest first. Viewers may; keys with the scope `history`."""
    actor, prompt = find(request, slug, Act.READ)
    rows = Version.objects.of(prompt).search(prompt, page.q, in_text=page.text).with_fork()
    text = page.include == "source"

    def show(version: Version) -> dict[str, Any]:
        return PromptVersionOut.of(actor, prompt, version, text=text).model_dump(exclude_unset=True)

    return paged(rows, page, ("number",), show)


@history.post("/{slug}/versions", response={201: PromptVersionOut}, summary="Save a new version")
def save_version(
    request: HttpRequest, slug: str, payload: VersionIn, response: HttpResponse
) -> Status[PromptVersionOut]:
    """The next number, as a draft. Editors may; keys with the scope `drafts`."""
    actor, prompt = find(request, slug, Act.SAVE_DRAFT)
    version = versions.save_version(actor, prompt, **payload.dict())
    response["Location"] = f"/api/prompts/{slug}/versions/{version.number}"
    return Status(201, _version(actor, prompt, version.number, response))


@history.get("/{slug}/versions/{int:n}", response=PromptVersionOut, summary="Read a version")
def read_version(request: HttpRequest, slug: str, n: int, response: HttpResponse) -> PromptVersionOut:
    """With its source. `ETag` is its tag. Viewers may; keys with the scope `history`."""
    actor, prompt = find(request, slug, Act.READ)
    return _version(actor, prompt, n, response)


@history.patch(
    "/{slug}/versions/{int:n}", response=PromptVersionOut, summary="Rewrite a draft", openapi_extra=IF_MATCH
)
def update_draft(
    request: HttpRequest, slug: str, n: int, payload: DraftIn, response: HttpResponse
) -> PromptVersionOut:
    """Until it is promoted. Send `If-Match`, so that nobody's words are lost.

    Editors may; keys with the scope `drafts`, where it is not served.
    """
    actor, prompt = find(request, slug, Act.SAVE_DRAFT)
    expected = expected_tag(request, payload.expected_version)
    versions.update_draft(actor, prompt, n, source=payload.source, message=payload.message, expected=expected)
    return _version(actor, prompt, n, response)


@history.delete(
    "/{slug}/versions/{int:n}",
    auth=MEMBERS,
    response=PromptOut,
    summary="Delete a draft",
    openapi_extra=IF_MATCH,
)
def delete_draft(request: HttpRequest, slug: str, n: int, expected_version: str | None = None) -> PromptOut:
    """Its number stays empty; where staging stood on it, staging is cleared. Editors may."""
    actor, prompt = find(request, slug, Act.EDIT)
    versions.delete_draft(actor, prompt, n, expected=expected_tag(request, expected_version))
    return _now(actor, prompt)


@pointers.post(
    "/{slug}/versions/{int:n}/promote",
    auth=MEMBERS,
    response=PromptOut,
    summary="Promote a version",
    openapi_extra=IF_MATCH,
)
def promote(request: HttpRequest, slug: str, n: int, payload: PromoteIn = NO_REVIEW) -> PromptOut:
    """Makes it live; a draft is frozen by it, for good. Editors may; admins where live is protected."""
    actor, prompt = find(request, slug, Act.PUBLISH)
    expected = expected_tag(request, payload.expected_version)
    versions.promote(
        actor, prompt, n, message=payload.message, expected=expected, generation=payload.generation
    )
    return _now(actor, prompt)


@pointers.post("/{slug}/rollback", auth=MEMBERS, response=RolledBackOut, summary="Roll back")
def roll_back(request: HttpRequest, slug: str, payload: RollBackIn) -> RolledBackOut:
    """Points live at an older version that was live, and puts its source into your editor.

    Newer versions and drafts stay. Editors may; admins where live is protected.
    """
    actor, prompt = find(request, slug, Act.PUBLISH)
    versions.roll_back(actor, prompt, payload.version, message=payload.message, generation=payload.generation)
    return RolledBackOut(
        message=f"Live is v{payload.version} again", restored=_now(actor, prompt),
        restored_to_version=payload.version,
    )  # fmt: skip


@pointers.post("/{slug}/unpublish", auth=MEMBERS, response=PromptOut, summary="Unpublish")
def unpublish(request: HttpRequest, slug: str, payload: MoveIn = NO_REASON) -> PromptOut:
    """Clears live: reads answer 404 `no_live_version`. Editors may; admins where live is protected."""
    actor, prompt = find(request, slug, Act.PUBLISH)
    versions.unpublish(actor, prompt, message=payload.message, generation=payload.generation)
    return _now(actor, prompt)


@pointers.put("/{slug}/staging", auth=MEMBERS, response=PromptOut, summary="Set staging")
def stage(request: HttpRequest, slug: str, payload: StageIn) -> PromptOut:
    """Points staging at any version, a draft too. Editors may."""
    actor, prompt = find(request, slug, Act.STAGE)
    versions.stage(actor, prompt, payload.version, generation=payload.generation)
    return _now(actor, prompt)


@pointers.delete("/{slug}/staging", auth=MEMBERS, response=PromptOut, summary="Clear staging")
def unstage(request: HttpRequest, slug: str, generation: int | None = None) -> PromptOut:
    """Test keys then read what is live. Editors may."""
    actor, prompt = find(request, slug, Act.STAGE)
    versions.unstage(actor, prompt, generation=generation)
    return _now(actor, prompt)


@history.get("/{slug}/compare", response=ComparedOut, summary="Compare two versions")
def compare(request: HttpRequest, slug: str, page: Query[CompareQuery]) -> ComparedOut:
    """Lines aligned, changed words marked, variables added and removed.

    Viewers may; keys with the scope `history`.
    """
    actor, prompt = find(request, slug, Act.READ)
    before, after = version_of(prompt, page.old), version_of(prompt, page.new)
    diff = compare_safely(before.source, after.source, context=page.context)
    return ComparedOut.of(actor, prompt, before, after, diff, full=page.full)


@past.get("/{slug}/events", response=Page[EventOut], exclude_unset=True, summary="List a prompt's Events")
def list_prompt_events(request: HttpRequest, slug: str, page: Query[PageQuery]) -> dict[str, Any]:
    """Every act on it, newest first. Viewers may; keys with the scope `history`."""
    _, prompt = find(request, slug, Act.READ)
    return events_of(prompt, page)


@past.get("/{slug}/live", response=ServedAtOut, summary="What was live at a moment")
def served_at(request: HttpRequest, slug: str, page: Query[MomentQuery]) -> ServedAtOut:
    """What was live and staged then, who put it there and why.

    Viewers may; keys with the scope `history`.
    """
    _, prompt = find(request, slug, Act.READ)
    return ServedAtOut.of(prompt, page.at)


def find(request: HttpRequest, slug: str, act: Act) -> tuple[Actor, Prompt]:
    """Who asks, and the prompt; refused before it is looked up, lest a 403 tell that it is there."""
    actor = actor_of(request)
    require(actor, act)
    found = Prompt.objects.in_workspace(actor).filter(slug=slug).first() if SLUG.fullmatch(slug) else None
    if found is None:
        raise not_found()
    return actor, found


def _now(actor: Actor, prompt: Prompt) -> PromptOut:
    """The prompt as it now is."""
    rows = Prompt.objects.in_workspace(actor).with_pointers().with_version_count()
    return PromptOut.of(actor, rows.get(pk=prompt.pk))


def _version(actor: Actor, prompt: Prompt, number: int, response: HttpResponse) -> PromptVersionOut:
    """The version as it now is, its tag in `ETag`."""
    version = Version.objects.of(prompt).with_fork().numbered(number)
    if version is None:
        raise not_found()
    response["ETag"] = version.tag
    prompt.refresh_from_db(fields=["live", "staging"])
    return PromptVersionOut.of(actor, prompt, version)
