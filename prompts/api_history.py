"""REST: how a prompt's own row came to be (its name, description, tags, whether it is archived)."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from prompts.api import find
from versioning.changes import answers
from versioning.changes.resources import resource_named
from versioning.changes.schemas import (
    AsOfOut,
    AtQuery,
    ChangeEntryOut,
    ChangeOut,
    ComparedOut,
    CompareQuery,
    EventEntryOut,
    HistoryQuery,
    PlannedOut,
    RestoredLiveOut,
    RestoredOut,
    RollbackIn,
)
from versioning.lib.paging import Page
from versioning.lib.rest import MEMBERS
from versioning.workspaces.policy import Act

router = Router(tags=["Configuration history"])


@router.get(
    "/{slug}/history", response=Page[EventEntryOut | ChangeEntryOut | ChangeOut], exclude_unset=True,
    summary="List a prompt's history",
)  # fmt: skip
def list_prompt_history(request: HttpRequest, slug: str, page: Query[HistoryQuery]) -> dict[str, Any]:
    """The changes of its row, newest first; with the Events, if they are asked for.

    Each item then has an `entry`: `change` or `event`. Its texts are in `/versions`. Viewers may; keys with
    the scope `history`.
    """
    actor, prompt = find(request, slug, Act.READ)
    return answers.list_history(actor, page, prompt)


@router.get("/{slug}/history/compare", response=ComparedOut, summary="Compare two versions of a prompt's row")
def compare_prompt_changes(request: HttpRequest, slug: str, page: Query[CompareQuery]) -> ComparedOut:
    """Field by field. Viewers may; keys with the scope `history`."""
    actor, prompt = find(request, slug, Act.READ)
    return answers.compare_versions(actor, resource_named("prompt"), prompt.pk, page.old, page.new)


@router.get("/{slug}/history/{int:version}", response=ChangeOut, summary="Read a version of a prompt's row")
def read_prompt_change(request: HttpRequest, slug: str, version: int) -> ChangeOut:
    """What it was before and after. Viewers may; keys with the scope `history`."""
    actor, prompt = find(request, slug, Act.READ)
    return answers.get_version(actor, resource_named("prompt"), prompt.pk, version)


@router.post(
    "/{slug}/history/rollback", auth=MEMBERS, response=PlannedOut | RestoredLiveOut | RestoredOut,
    summary="Restore a prompt's row",
)  # fmt: skip
def rollback_prompt_row(
    request: HttpRequest, slug: str, payload: RollbackIn
) -> PlannedOut | RestoredLiveOut | RestoredOut:  # fmt: skip
    """Makes name, description, tags and whether it is archived what they were; texts and pointers stay.

    `publish` is refused, for a prompt's row has nothing to publish. Editors may.
    """
    actor, prompt = find(request, slug, Act.EDIT)
    return answers.rollback_version(actor, resource_named("prompt"), prompt.pk, payload)


@router.get("/{slug}/as-of", response=AsOfOut, summary="What a prompt was at a moment")
def prompt_as_of(request: HttpRequest, slug: str, page: Query[AtQuery]) -> AsOfOut:
    """Its row then, with its version, and what was live and staged.

    Viewers may; keys with the scope `history`.
    """
    actor, prompt = find(request, slug, Act.READ)
    return answers.as_of(actor, prompt, page.at)
