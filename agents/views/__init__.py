"""The pages that agents have beside the lifecycle."""

from agents.views.about import archive, code, copy, settings_page, unarchive
from agents.views.blame import blame
from agents.views.connectors import connector_page, connectors_page, new_connector, remove_connector
from agents.views.conversations import conversation_page, conversations_page
from agents.views.editor import editor, look, section
from agents.views.listing import list_page, new
from agents.views.parts import new_part, part, remove_part
from agents.views.snapshots import compare_snapshots, restore_snapshot, snapshot_page, snapshots_page

__all__ = [
    "archive", "blame", "code", "compare_snapshots", "connector_page", "connectors_page", "conversation_page",
    "conversations_page", "copy", "editor", "list_page", "look", "new", "new_connector", "new_part", "part",
    "remove_connector", "remove_part", "restore_snapshot", "section", "settings_page", "snapshot_page",
    "snapshots_page", "unarchive",
]  # fmt: skip
