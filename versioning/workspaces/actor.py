"""Who is asking now, as one value that every service takes first."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from django.http import HttpRequest
from django.utils import timezone

from versioning.lib.transaction import tell_actor
from versioning.workspaces.models import ApiKey, Member, Role, User, Workspace


@dataclass(frozen=True)
class Actor:
    """A member, a key or the operator, in one workspace, in one request.

    `at` is set by imports alone: the moment that the record shall bear. Everyone else acts now.
    """

    workspace: Workspace
    kind: str  # member | key | operator
    id: uuid.UUID | None  # of the person, or of the key
    label: str
    via: str  # web | rest | mcp | admin | command
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    role: Role | None = None
    user: User | None = None
    key_kind: str = ""
    scopes: tuple[str, ...] = ()
    at: datetime | None = None

    @classmethod
    def of_member(cls, member: Member, *, via: str, request_id: str = "") -> Self:
        """A person acting in a workspace by their role there."""
        return cls(
            workspace=member.workspace, kind="member", id=member.user_id, via=via,
            label=member.user.display_name, user=member.user, role=Role(member.role),
            request_id=request_id or uuid.uuid4().hex,
        )  # fmt: skip

    @classmethod
    def of_key(cls, key: ApiKey, *, via: str, request_id: str = "") -> Self:
        """A program acting by its key."""
        return cls(
            workspace=key.workspace, kind="key", id=key.id, via=via, label=f"key {key.name}",
            key_kind=key.kind, scopes=tuple(key.scopes), request_id=request_id or uuid.uuid4().hex,
        )  # fmt: skip

    @classmethod
    def of_operator(
        cls, workspace: Workspace, *, via: str, user: User | None = None, request_id: str = ""
    ) -> Self:
        """A superuser in Django admin, or a management command: an owner's rights anywhere."""
        return cls(
            workspace=workspace, kind="operator", id=user.id if user else None, via=via, user=user,
            label=f"{user.display_name} (operator)" if user else "operator", role=Role.OWNER,
            request_id=request_id or uuid.uuid4().hex,
        )  # fmt: skip

    @property
    def person_id(self) -> uuid.UUID | None:
        """The id that `changed_by` records: of the person, none for a key."""
        return self.user.id if self.user else None

    def tell(self) -> None:
        """Let the changes of this transaction be recorded as this actor's, until another one is told."""
        tell_actor(self.person_id, self.request_id, self.at.isoformat() if self.at else "")

    def now(self) -> datetime:
        """The moment that this act is recorded under."""
        return self.at or timezone.now()

    def dated(self, at: datetime) -> Self:
        """The same actor, acting at a moment of the past."""
        return replace(self, at=at)


def actor_of(request: HttpRequest) -> Actor:
    """Who sent a request, as the middleware found out."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
