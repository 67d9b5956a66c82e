"""`manage.py doctor`: what is right with this installation, what is not, and what to do about it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from versioning.management.checks import examine

SIGNS = {"good": "ok     ", "warning": "warning", "bad": "WRONG  "}


class Command(BaseCommand):
    """Prints one line a finding; fails when something is wrong, not for warnings."""

    help = "Check this installation and say in words what to do. Exit code 1 when something is wrong."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {"good": self.style.SUCCESS, "warning": self.style.WARNING, "bad": self.style.ERROR}
        wrong = 0
        for finding in examine():
            self.stdout.write(
                f"{styles[finding.level](SIGNS[finding.level])}  {finding.about + ':':<14} {finding.words}"
            )
            wrong += finding.level == "bad"
        if wrong:
            raise CommandError(f"{wrong} of these must be put right.")
