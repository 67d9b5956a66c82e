"""Agents as other programs write them down, read as configurations of ours: docs/importing.md.

Nothing of a configuration is lost: what has no place of its own stays in `metadata`, under its own name.
"""

from typing import Any

from agents.formats import own, single, team
from agents.formats.collected import Collected


def read(config: dict[str, Any]) -> Collected:
    """A configuration of any form; its name is empty where it says none. Error: `invalid`."""
    if own.is_ours(config):
        return own.read(config)
    if team.is_team(config):
        return team.read(config)
    return single.read(config)


__all__ = ["Collected", "read"]
