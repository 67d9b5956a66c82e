"""Tables: the versions of an artifact, and the artifacts of a kind."""

from collections.abc import Iterable
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

from versioning.versions.kinds import kind_of
from versioning.versions.models import Version
from versioning.versions.presenters.rows import Row
from versioning.workspaces.actor import Actor

PER_PAGE = 50
MOST_PAGES = 100_000
NONE = mark_safe('<span class="muted">–</span>')
NOT_STAGED = mark_safe('<span class="muted" title="Staging is not set: it serves live">–</span>')


class VersionTable(tables.Table):  # type: ignore[misc]
    """Versions, newest first. Its template draws each as a row that opens to a diff."""

    label = tables.Column(verbose_name="Version")
    status = tables.Column()
    message = tables.Column(empty_values=(None,))
    author = tables.Column()
    at = tables.Column(verbose_name="Saved")

    class Meta:
        template_name = "versions/table.html"
        orderable = False
        row_attrs = {"id": lambda record: f"v{record.number}", "data-row": lambda record: record.number}

    def __init__(self, rows: Iterable[Row]):
        super().__init__(rows)


def attrs(name: str, cell: str = "", number: bool = False) -> dict[str, dict[str, str]]:
    """The classes of a column: that of its head, and that of its cells."""
    end = " num" if number else ""
    return {"th": {"class": f"c-{name}{end}"}, "td": {"class": f"{cell or name}{end}"}}


class ArtifactTable(tables.Table):  # type: ignore[misc]
    """Name, what is live and staged, the last change, by whom and when; a kind adds what it has besides."""

    slug = tables.Column(verbose_name="Name", attrs=attrs("name"))
    live = tables.Column(orderable=False, empty_values=(), attrs=attrs("live"))
    staging = tables.Column(orderable=False, empty_values=(), attrs=attrs("staging"))
    newest_message = tables.Column(verbose_name="Last change", orderable=False, attrs=attrs("msg"))
    newest_author = tables.Column(verbose_name="Author", orderable=False, attrs=attrs("who"))
    changed_at = tables.Column(verbose_name="Changed", attrs=attrs("when", number=True))

    class Meta:
        attrs = {"class": "grid-table list"}

    def __init__(self, actor: Actor, artifacts: Any, **kwargs: Any):
        self.actor = actor
        hidden = () if actor.workspace.staging_enabled else ("staging",)
        super().__init__(artifacts, exclude=hidden, default=NONE, **kwargs)

    def render_slug(self, value: str, record: Any) -> SafeString:
        """The slug as the row's link, its name beside it where that says more."""
        url = reverse(f"{kind_of(record).namespace}:editor", args=[self.actor.workspace.slug, value])
        if not name_beside(record):
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

    def render_newest_message(self, value: str) -> SafeString:
        """One line of it; the whole on hover."""
        return format_html('<span class="clip" title="{}">{}</span>', value, value.split("\n")[0])

    def render_changed_at(self, value: datetime) -> str:
        """How long ago, the date on hover."""
        return render_to_string("components/when.html", {"at": value})

    def order_slug(self, artifacts: Any, descending: bool) -> tuple[Any, bool]:
        """By slug, which is unique."""
        return artifacts.order_by("-slug" if descending else "slug"), True

    def order_changed_at(self, artifacts: Any, descending: bool) -> tuple[Any, bool]:
        """By time; the slug breaks ties, so that pages do not overlap."""
        by = F("changed_at").desc() if descending else F("changed_at").asc()
        return artifacts.order_by(by, "slug"), True


def name_beside(artifact: Any) -> str:
    """The name, where it says more than the slug."""
    name: str = artifact.name
    return "" if "-".join(name.lower().split()) == artifact.slug else name


def paged[T: ArtifactTable](request: HttpRequest, table: T) -> T:
    """The rows that the request asks for, 50 at a time."""
    table.request = request
    given = request.GET.get("page", "")
    page = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    rows = {"per_page": PER_PAGE, "paginator_class": tables.LazyPaginator}
    try:
        table.paginate(page=min(max(page, 1), MOST_PAGES), **rows)
    except EmptyPage:
        table.paginate(page=1, **rows)
    return table
