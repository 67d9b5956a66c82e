"""Which artifacts name which: asked of the kinds that can name others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from versioning.versions.models import Artifact
    from versioning.workspaces.actor import Actor


@dataclass(frozen=True)
class Use:
    """One artifact that names another: which, from where on, and the number that it is on."""

    slug: str
    name: str
    url: str
    words: str  # "its draft follows live", "v42, live, is on v8"


type Finder = Callable[["Actor", "Artifact"], Iterable[Use]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Called once by each app whose artifacts can name others."""
    _finders.append(finder)


def uses_of(actor: "Actor", artifact: "Artifact") -> list[Use]:
    """The artifacts of the workspace that name this one."""
    return [use for finder in _finders for use in finder(actor, artifact)]
