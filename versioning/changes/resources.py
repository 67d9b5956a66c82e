"""What is tracked: a row whose every change is recorded. The rooms of prompts and agents say which."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from versioning.lib.errors import not_found

if TYPE_CHECKING:
    from versioning.changes.plan import Plan
    from versioning.versions.models import Artifact


def _takes_all(artifact: "Artifact", plan: "Plan") -> None:
    """Nothing is refused."""


@dataclass(frozen=True)
class Resource:
    """A kind of tracked row.

    `name` is what `resource_type` says. `tracked` are the columns whose change is recorded; `untracked`
    those that leave no record, for the system writes them while it works. Every column is one or the
    other, or one of KEYS (a test compares them with the database). `label` names a row by its data.
    `check` refuses a restore of what could not be typed today (`invalid`).
    """

    name: str
    noun: str
    plural: str
    icon: str
    model: type[Model]
    kind: str  # of the artifact that it is, or is a part of
    tracked: tuple[str, ...]
    untracked: tuple[str, ...]
    label: Callable[[Mapping[str, Any]], str]
    switched: tuple[str, ...] = ()  # tracked moments that only verbs of their own set: `archived_at`
    check: Callable[["Artifact", "Plan"], None] = _takes_all

    @property
    def table(self) -> str:
        """The name of its table."""
        return self.model._meta.db_table

    @property
    def is_part(self) -> bool:
        """Whether it belongs to an artifact, and can be created and deleted by itself."""
        return self.name != self.kind

    @property
    def hidden(self) -> list[str]:
        """The columns that `data_before` and `data_after` leave out."""
        return [*self.untracked, "tenant_id"]


KEYS = ("id", "agent_id", "tenant_id")
RESOURCES: dict[str, Resource] = {}


def register(*resources: Resource) -> None:
    """Called once by each room that has tracked rows."""
    RESOURCES.update({resource.name: resource for resource in resources})


def resource_named(name: str, *, kind: str = "") -> Resource:
    """The resource of that type (of that kind of artifact); `not_found` where there is none."""
    found = RESOURCES.get(name)
    if found is None or (kind and found.kind != kind):
        raise not_found()
    return found
