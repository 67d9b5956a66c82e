"""The pages that agents have beside the lifecycle."""

from agents.views.about import archive, code, copy, settings_page, unarchive
from agents.views.editor import editor, look
from agents.views.listing import list_page, new

__all__ = [
    "archive", "code", "copy", "editor", "list_page", "look", "new", "settings_page", "unarchive",
]  # fmt: skip
