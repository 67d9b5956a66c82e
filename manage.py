#!/usr/bin/env python
"""Previse on the command line: `manage.py up` runs it, `manage.py help` lists the rest."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "versioning.settings")
    from versioning.lib.postgres import ensure_running

    if sys.argv[1:2] != ["stop"]:
        ensure_running()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
