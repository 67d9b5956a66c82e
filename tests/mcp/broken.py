"""Previse with faults planted: one tool and the prompts fail, another finds no database."""

from dataclasses import replace
from typing import Any, NoReturn

from django.db import OperationalError

from versioning import asgi, mcp


def _failing(*given: Any) -> NoReturn:
    raise RuntimeError("planted")


def _without_database(*given: Any) -> NoReturn:
    raise OperationalError("planted")


mcp.TOOLS["list_versions"] = replace(mcp.TOOLS["list_versions"], run=_failing)
mcp.TOOLS["get_snapshot"] = replace(mcp.TOOLS["get_snapshot"], run=_without_database)
mcp.list_prompts = _failing
application = asgi.application
