"""Runs as a table: which version, what was asked, how it went."""

from datetime import datetime
from typing import Any

import django_tables2 as tables  # type: ignore[import-untyped]
from django.core.paginator import EmptyPage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from versioning.playground.models import Run
from versioning.playground.presenters import STATUS_WORDS, excerpt, took
from versioning.playground.states import RunStatus
from versioning.workspaces.actor import Actor

PER_PAGE, MOST_PAGES = 25, 10_000


def _attrs(name: str, number: bool = False) -> dict[str, dict[str, str]]:
    end = " num" if number else ""
    return {"th": {"class": f"c-{name}{end}"}, "td": {"class": f"{name}{end}"}}


class RunTable(tables.Table):  # type: ignore[misc]
    """Runs, newest first. A row opens the run with its answer."""

    number = tables.Column(verbose_name="Version", attrs=_attrs("version"))
    artifact = tables.Column(verbose_name="Of", attrs=_attrs("of"))
    asked = tables.Column(verbose_name="Asked", empty_values=(), attrs=_attrs("asked"))
    model = tables.Column(verbose_name="Model", attrs=_attrs("model"))
    status = tables.Column(verbose_name="Answer", attrs=_attrs("how"))
    actor_label = tables.Column(verbose_name="Tried by", attrs=_attrs("who"))
    created_at = tables.Column(verbose_name="When", attrs=_attrs("when", number=True))

    class Meta:
        attrs = {"class": "grid-table runs"}
        orderable = False

    def __init__(self, actor: Actor, runs: Any, *, everywhere: bool, **kwargs: Any):
        self.workspace = actor.workspace
        super().__init__(runs, exclude=() if everywhere else ("artifact",), default="–", **kwargs)

    def render_number(self, record: Run) -> SafeString:
        """The version as the row's link, the one beside it named."""
        url = reverse("playground:run", args=[self.workspace.slug, record.pk])
        other = getattr(record, "other", None)
        beside = format_html(' <span class="muted">beside v{}</span>', other) if other else ""
        return format_html('<span class="name"><a href="{}">{}</a></span>{}', url, record.label, beside)

    def render_artifact(self, record: Run) -> str:
        """Which one."""
        return str(record.artifact.slug)

    def render_asked(self, record: Run) -> SafeString | str:
        """A line of it."""
        line = excerpt(record)
        return format_html('<span class="clip" title="{}">{}</span>', line, line) if line else "–"

    def render_status(self, record: Run) -> SafeString | str:
        """How long it took, or what went wrong."""
        words = STATUS_WORDS[record.state]
        if record.state == RunStatus.DONE:
            return took(record.started_at, record.finished_at)
        style = "bad" if record.state == RunStatus.FAILED else "muted"
        return format_html('<span class="{}" title="{}">{}</span>', style, record.problem, words)

    def render_created_at(self, value: datetime) -> str:
        """How long ago, the date on hover."""
        return render_to_string("components/when.html", {"at": value})


def run_table(request: HttpRequest, actor: Actor, runs: Any, *, everywhere: bool = False) -> RunTable:
    """The rows that the request asks for, newest first; `everywhere` says of which artifact each is."""
    rows = runs.for_lists().newest_first()
    table = RunTable(actor, rows.select_related("artifact") if everywhere else rows, everywhere=everywhere)
    table.request = request
    given = request.GET.get("page", "")
    page = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    cut = {"per_page": PER_PAGE, "paginator_class": tables.LazyPaginator}
    try:
        table.paginate(page=min(max(page, 1), MOST_PAGES), **cut)
    except EmptyPage:
        table.paginate(page=1, **cut)
    return table
