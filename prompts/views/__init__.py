"""The pages that prompts have beside the lifecycle."""

from prompts.views.about import archive, code, settings_page, unarchive
from prompts.views.editor import editor, kept
from prompts.views.listing import list_page, new
from prompts.views.typing import discard, drop, open_in_editor, reopen, save, typing

__all__ = [
    "archive", "code", "discard", "drop", "editor", "kept", "list_page", "new",
    "open_in_editor", "reopen", "save", "settings_page", "typing", "unarchive",
]  # fmt: skip
