"""How tests speak to a command."""

import io
from typing import Any

from django.core.management import call_command


def say(*words: str, **options: Any) -> str:
    """Run a command; what it printed."""
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=out, **options)
    return out.getvalue()
