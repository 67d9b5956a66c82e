"""Previse for Python: read prompts and agents as they are served.

from previse import Previse

Previse("pv_live_…").prompt("greeting").render(name="Ada")
"""

from previse.aio import AsyncPrevise
from previse.client import Previse
from previse.common import VERSION as __version__
from previse.errors import (
    NotFound,
    NotPublished,
    PreviseError,
    Unauthorized,
    Unreachable,
    VariableError,
)
from previse.events import (
    DiskFailed,
    Event,
    FallbackUsed,
    Preloaded,
    Read,
    ReadFailed,
    Refreshed,
    RefreshFailed,
)
from previse.things import Agent, Prompt

__all__ = [
    "Agent",
    "AsyncPrevise",
    "DiskFailed",
    "Event",
    "FallbackUsed",
    "NotFound",
    "NotPublished",
    "Preloaded",
    "Previse",
    "PreviseError",
    "Prompt",
    "Read",
    "ReadFailed",
    "RefreshFailed",
    "Refreshed",
    "Unauthorized",
    "Unreachable",
    "VariableError",
    "__version__",
]
