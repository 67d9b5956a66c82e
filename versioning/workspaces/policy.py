"""Permissions: one table, asked by every face."""

from dataclasses import dataclass
from enum import StrEnum

from versioning.lib.errors import DomainError
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Role, Scope


class Act(StrEnum):
    """What one may be allowed to do."""

    READ = "read"
    MEET = "meet"  # see who the members are
    CONNECT = "connect"  # make MCP tokens of one's own
    EDIT = "edit"  # create, rename, archive, import, delete a draft
    SAVE_DRAFT = "save_draft"
    STAGE = "stage"
    TRY = "try"  # the playground: ask a model what a version makes of it
    PUBLISH = "publish"  # publish, roll back, unpublish, write to a draft that is live
    MANAGE = "manage"  # settings, members, keys
    OWN = "own"  # make an owner, close the workspace


@dataclass(frozen=True)
class Rule:
    """Who may: from which role upwards, from which role where live is protected, with which scope."""

    role: Role
    protected: Role | None = None
    scope: Scope | None = None


TABLE = {
    Act.READ: Rule(Role.VIEWER, scope=Scope.HISTORY),
    Act.MEET: Rule(Role.VIEWER),
    Act.CONNECT: Rule(Role.VIEWER),
    Act.EDIT: Rule(Role.EDITOR),
    Act.SAVE_DRAFT: Rule(Role.EDITOR, scope=Scope.DRAFTS),
    Act.STAGE: Rule(Role.EDITOR),
    Act.TRY: Rule(Role.EDITOR),
    Act.PUBLISH: Rule(Role.EDITOR, protected=Role.ADMIN),
    Act.MANAGE: Rule(Role.ADMIN),
    Act.OWN: Rule(Role.OWNER),
}

RANK = {role: rank for rank, role in enumerate(Role)}


def needed(actor: Actor, act: Act) -> Role:
    """The least role that may do this in the actor's workspace."""
    rule = TABLE[act]
    return rule.protected if rule.protected and actor.workspace.protect_live else rule.role


def may(actor: Actor, act: Act) -> bool:
    """Whether the actor may do this."""
    if actor.kind == "key":
        return TABLE[act].scope in actor.scopes
    return actor.role is not None and RANK[actor.role] >= RANK[needed(actor, act)]


def require(actor: Actor, act: Act) -> None:
    """Refuse, with what is missing: `missing_scope` to a key, `forbidden` to a person."""
    if may(actor, act):
        return
    rule = TABLE[act]
    if actor.kind == "key" and rule.scope:
        raise DomainError("missing_scope", f"This key lacks the scope '{rule.scope}'.", scope=rule.scope)
    if actor.kind == "key":
        raise DomainError("forbidden", "A key cannot do this. Sign in as a member.")
    role = needed(actor, act)
    why = " because this workspace protects live" if role != rule.role else ""
    raise DomainError("forbidden", f"Only the role {role} or higher can do this{why}.", role=role)


def abilities(actor: Actor) -> dict[str, bool]:
    """What a template may show: every act with its answer."""
    return {act.value: may(actor, act) for act in Act}
