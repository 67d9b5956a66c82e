"""The Versions tab's table: label, status, message, author, time."""

from collections.abc import Iterable

import django_tables2 as tables  # type: ignore[import-untyped]

from versioning.versions.presenters.rows import Row


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
