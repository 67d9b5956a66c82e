#!/usr/bin/env python
"""Previse on the command line: `manage.py up` runs it, `manage.py help` lists the rest."""

import os
import sys

WITHOUT_DATABASE = ("stop", "database_roles", "help", "--help", "-h", "version", "--version")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "versioning.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from versioning.lib.postgres import NotStarted, ensure_running

    try:
        if sys.argv[1:] and sys.argv[1] not in WITHOUT_DATABASE:
            ensure_running()
        execute_from_command_line(sys.argv)
    except (NotStarted, ImproperlyConfigured) as error:
        sys.exit(f"previse: {error}")


if __name__ == "__main__":
    main()
