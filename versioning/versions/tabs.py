"""The tabs of an artifact's pages that rooms above add."""

from dataclasses import dataclass

from versioning.workspaces.policy import Act


@dataclass(frozen=True)
class Tab:
    """A tab of every kind. `url_name` takes the workspace, the collection (`prompts`) and the slug."""

    label: str
    url_name: str
    after: str  # the URL name of the tab that it follows
    act: Act  # what one must be allowed to do to see it


_added: list[Tab] = []


def register(tab: Tab) -> None:
    """Called once by the room that has the page."""
    _added[:] = [one for one in _added if one.url_name != tab.url_name] + [tab]


def added_after(name: str) -> list[Tab]:
    """What follows a tab."""
    return [tab for tab in _added if tab.after == name]
