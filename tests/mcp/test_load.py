"""The SDK is heavy: what is not the serving process does without it."""

import subprocess
import sys

from tests.server import ROOT

HEAVY = ("mcp", "mcp_types", "versioning.mcp")


def test_pages_rest_and_commands_do_not_load_it():
    code = (
        "import django, sys; django.setup()\n"
        "import versioning.urls, versioning.api, versioning.management.commands.up\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
