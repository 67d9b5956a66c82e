"""The pages that agents have beside the lifecycle."""

from agents.views.about import archive, code, copy, settings_page, unarchive
from agents.views.editor import editor, look, section
from agents.views.listing import list_page, new
from agents.views.parts import new_part, part, remove_part

__all__ = [
    "archive", "code", "copy", "editor", "list_page", "look", "new", "new_part", "part", "remove_part",
    "section", "settings_page", "unarchive",
]  # fmt: skip
