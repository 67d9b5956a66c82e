"""`manage.py verify_history`: whether the record of every workspace is whole; what is not is named."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from versioning.changes.services.health import verified
from versioning.changes.services.verifying import Finding, Report
from versioning.lib.transaction import told
from versioning.management.operator import OperatorCommand
from versioning.workspaces.models import Workspace


class Command(OperatorCommand):
    """Verifies one workspace after the other, and keeps what it found for the Health page."""

    help = (
        "Verify the configuration history: every number recorded, every record following from the one before "
        "it, every row what its last record says. Exit code 1 where something is found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this one; all, if left out")

    def act(self, *, workspace: str | None, **_: Any) -> None:
        found = 0
        for one in _workspaces(workspace):
            with told(one.id):
                kept, report = verified(one.id, "verify_history")
            found += len(report.findings)
            self.stdout.write(f"{one.slug:<24} {_summary(report)} ({kept.seconds:.1f} s)")
            for finding in report.findings:
                self.stdout.write(f"    {_line(finding)}")
            if report.more:
                self.stdout.write("    There is more of it; this is the beginning.")
        if found:
            raise CommandError(f"The history is not whole: {_counted(found, 'fault')}; see above.")


def _workspaces(slug: str | None) -> Iterator[Workspace]:
    """That one, or all; closed ones too, for their history is kept."""
    with told(operator=True):
        rows = Workspace.objects.order_by("slug")
        found = list(rows.filter(slug=slug) if slug else rows)
    if slug and not found:
        raise CommandError(f"There is no workspace '{slug}'.")
    yield from found


def _summary(report: Report) -> str:
    what = f"{_counted(report.resources, 'resource')}, {_counted(report.records, 'record')}"
    return f"{what}: {_counted(len(report.findings), 'fault') if report.findings else 'whole'}"


def _line(finding: Finding) -> str:
    version = f" version {finding.version}" if finding.version else ""
    return f"{finding.code:<8} {finding.resource_type} {finding.resource_id}{version}: {finding.words}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
