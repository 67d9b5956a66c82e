"""The list of prompts as a table."""

from datetime import datetime
from typing import Any

import django_tables2 as tables  # type: ignore[import-untyped]
from django.core.paginator import EmptyPage
from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from prompts.models import Prompt
from versioning.versions.models import Version
from versioning.workspaces.actor import Actor

PER_PAGE = 50
MOST_PAGES = 100_000
NONE = mark_safe('<span class="muted">–</span>')
NOT_STAGED = mark_safe('<span class="muted" title="Staging is not set: it serves live">–</span>')


def _attrs(name: str, cell: str = "", number: bool = False) -> dict[str, dict[str, str]]:
    end = " num" if number else ""
    return {"th": {"class": f"c-{name}{end}"}, "td": {"class": f"{cell or name}{end}"}}


class PromptTable(tables.Table):  # type: ignore[misc]
    """Name, what is live and staged, drafts, the last change, by whom and when."""

    slug = tables.Column(verbose_name="Name", attrs=_attrs("name"))
    live = tables.Column(orderable=False, empty_values=(), attrs=_attrs("live"))
    staging = tables.Column(orderable=False, empty_values=(), attrs=_attrs("staging"))
    draft_count = tables.Column(verbose_name="Drafts", orderable=False, attrs=_attrs("drafts", number=True))
    newest_message = tables.Column(verbose_name="Last change", orderable=False, attrs=_attrs("msg"))
    newest_author = tables.Column(verbose_name="Author", orderable=False, attrs=_attrs("who"))
    changed_at = tables.Column(verbose_name="Changed", attrs=_attrs("when", number=True))

    class Meta:
        attrs = {"class": "grid-table list"}

    def __init__(self, actor: Actor, prompts: Any, **kwargs: Any):
        self.workspace = actor.workspace
        hidden = () if actor.workspace.staging_enabled else ("staging",)
        super().__init__(prompts, exclude=hidden, default=NONE, **kwargs)

    def render_slug(self, value: str, record: Prompt) -> SafeString:
        """The slug as the row's link, its name beside it where that says more."""
        url = reverse("prompts:editor", args=[self.workspace.slug, value])
        if "-".join(record.name.lower().split()) == value:
            return format_html('<a href="{}" title="{}">{}</a>', url, value, value)
        return format_html(
            '<a href="{}" title="{} ({})">{}</a> <span class="muted small-t">{}</span>',
            url, record.name, value, value, record.name,
        )  # fmt: skip

    def render_live(self, value: Version | None) -> str:
        """The live version's chip, or the words."""
        chip = {"status": "live", "label": value.label} if value else {"status": "not_live"}
        return render_to_string("components/chip.html", chip)

    def render_staging(self, value: Version | None) -> str:
        """The staged version's chip."""
        chip = {"status": "staging", "label": value.label if value else ""}
        return render_to_string("components/chip.html", chip) if value else NOT_STAGED

    def render_draft_count(self, value: int) -> str:
        """A number where there is one."""
        return f"{value:,}" if value else NONE

    def render_newest_message(self, value: str) -> SafeString:
        """One line of it; the whole on hover."""
        return format_html('<span class="clip" title="{}">{}</span>', value, value.split("\n")[0])

    def render_changed_at(self, value: datetime) -> str:
        """How long ago, the date on hover."""
        return render_to_string("components/when.html", {"at": value})

    def order_slug(self, prompts: Any, descending: bool) -> tuple[Any, bool]:
        """By slug, which is unique."""
        return prompts.order_by("-slug" if descending else "slug"), True

    def order_changed_at(self, prompts: Any, descending: bool) -> tuple[Any, bool]:
        """By time; the slug breaks ties, so that pages do not overlap."""
        by = F("changed_at").desc() if descending else F("changed_at").asc()
        return prompts.order_by(by, "slug"), True


def prompt_table(request: HttpRequest, actor: Actor, prompts: Any) -> PromptTable:
    """The rows that the request asks for: newest change first, 50 at a time."""
    table = PromptTable(actor, prompts, order_by=request.GET.get("sort") or "-changed_at")
    table.request = request
    given = request.GET.get("page", "")
    page = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    rows = {"per_page": PER_PAGE, "paginator_class": tables.LazyPaginator}
    try:
        table.paginate(page=min(max(page, 1), MOST_PAGES), **rows)
    except EmptyPage:
        table.paginate(page=1, **rows)
    return table
