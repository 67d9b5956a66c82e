"""The verbs of prompts that other artifacts do not have: their words, their editor."""

from prompts.services.editing import (
    discard,
    drop_kept,
    keep_aside,
    keep_typing,
    open_version,
    reopen_kept,
    save,
)
from prompts.services.words import change_prompt, create_prompt
from versioning.versions.services import archive, unarchive

__all__ = [
    "archive", "change_prompt", "create_prompt", "discard", "drop_kept", "keep_aside", "keep_typing",
    "open_version", "reopen_kept", "save", "unarchive",
]  # fmt: skip
