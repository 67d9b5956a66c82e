"""REST: the changes of the whole workspace, as one timeline."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from versioning.changes import answers
from versioning.changes.schemas import ChangeEntryOut, ChangeOut, EventEntryOut, HistoryQuery
from versioning.lib.paging import Page
from versioning.workspaces.actor import actor_of

router = Router(tags=["Configuration history"])


@router.get(
    "/history", response=Page[EventEntryOut | ChangeEntryOut | ChangeOut], exclude_unset=True,
    summary="List the workspace's history",
)  # fmt: skip
def list_history(request: HttpRequest, page: Query[HistoryQuery]) -> dict[str, Any]:
    """All changes of agents, their parts and prompts, newest first; with the Events, if asked for.

    Each item then has an `entry`: `change` or `event`. Viewers may; keys with the scope `history`.
    """
    return answers.list_history(actor_of(request), page)
