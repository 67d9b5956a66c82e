"""The verbs of agents that other artifacts do not have: their rows, their connectors."""

from agents.services.agents import change_agent, copy_agent, create_agent, section_of
from agents.services.parts import add_part, change_part, remove_part
from agents.services.tags import tag_of

__all__ = [
    "add_part", "change_agent", "change_part", "copy_agent", "create_agent", "remove_part", "section_of",
    "tag_of",
]  # fmt: skip
