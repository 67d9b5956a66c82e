"""Permissions: each cell of the table, asked of the services themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction

from prompts import services as prompts
from tests.cast import Cast, join
from tests.factories import make_prompt
from tests.kept import begin_with
from tests.keys import key_actor
from versioning.lib.errors import DomainError
from versioning.playground import services as playground
from versioning.playground.models import Run
from versioning.versions import services as versions
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import ApiKey, Event, Member, Role, Workspace
from versioning.workspaces.policy import Act, may
from versioning.workspaces.services import keys, members
from versioning.workspaces.services.workspaces import change_workspace, close_workspace


@dataclass
class World:
    """What the acts are done to."""

    live: Any  # v2 live, v3 a draft, staged on v3
    spare: Any  # v1 a draft
    dan: Member
    key: ApiKey
    run: Run  # of v3, a preview
    invite: Any


def build_world(cast: Cast) -> World:
    live, spare = make_prompt(cast.alice, live=2, drafts=1), make_prompt(cast.alice)
    versions.stage(cast.alice, live, 3)
    dan = Member.objects.get(user=join(cast.demo, "dan", Role.VIEWER).user)
    key, _ = keys.create_key(cast.alice, name="to revoke", kind="live")
    [run] = playground.start_runs(cast.alice, live, [3], values={"name": "Ann"})
    playground.change_provider(cast.alice, base_url="https://api.example/v1", model="tiny", key="")
    return World(live, spare, dan, key, run, members.invite(cast.alice, role="viewer")[0])


made, scene, cast = begin_with(build_world)


@pytest.fixture
def world(scene: tuple[Cast, World]) -> World:
    return scene[1]


Verb = Callable[[Actor, World], Any]

EDIT: dict[str, Verb] = {
    "create a prompt": lambda a, w: prompts.create_prompt(a, slug="another", source="Hello"),
    "rename": lambda a, w: prompts.change_prompt(a, w.live, name="Another name"),
    "archive": lambda a, w: prompts.archive(a, w.spare),
    "import": lambda a, w: versions.import_versions(a, w.spare, []),
    "delete a draft": lambda a, w: versions.delete_draft(a, w.spare, 1),
    "stage": lambda a, w: versions.stage(a, w.live, 2),
    "unstage": lambda a, w: versions.unstage(a, w.live),
}
TRY: dict[str, Verb] = {
    "try a version": lambda a, w: playground.start_runs(a, w.live, [3], values={"name": "Ann"}),
    "stop a run": lambda a, w: playground.stop_run(a, w.run.pk),
    "read a run": lambda a, w: playground.run_of(a, w.run.pk),
}
SAVE_DRAFT: dict[str, Verb] = {
    "save a version": lambda a, w: versions.save_version(a, w.live, source="Something new"),
    "rewrite a draft": lambda a, w: versions.update_draft(a, w.spare, 1, source="Something new"),
}
PUBLISH: dict[str, Verb] = {
    "promote": lambda a, w: versions.promote(a, w.live, 3),
    "roll back": lambda a, w: versions.roll_back(a, w.live, 1),
    "unpublish": lambda a, w: versions.unpublish(a, w.live),
}
MANAGE: dict[str, Verb] = {
    "change the settings": lambda a, w: change_workspace(a, name="Another name"),
    "invite": lambda a, w: members.invite(a, role="admin"),
    "revoke an invite": lambda a, w: members.revoke_invite(a, w.invite.pk),
    "change a role": lambda a, w: members.change_role(a, w.dan.pk, "editor"),
    "remove a member": lambda a, w: members.remove_member(a, w.dan.pk),
    "create a key": lambda a, w: keys.create_key(a, name="another", kind="test"),
    "revoke a key": lambda a, w: keys.revoke_key(a, w.key.pk),
    "set the model server": lambda a, w: playground.change_provider(
        a, base_url="https://other.example/v1", model="x", key=""
    ),
    "remove the model server": lambda a, w: playground.remove_provider(a),
}
OWN: dict[str, Verb] = {
    "make an owner": lambda a, w: members.change_role(a, w.dan.pk, "owner"),
    "invite an owner": lambda a, w: members.invite(a, role="owner"),
    "close the workspace": lambda a, w: close_workspace(a, confirm=a.workspace.slug),
}
VERBS = EDIT | TRY | SAVE_DRAFT | PUBLISH | MANAGE | OWN

PEOPLE = ("operator", "alice", "ada", "eve", "bob")  # owner's rights, owner, admin, editor, viewer
KEYS = ("key", "key history", "key drafts")
FROM = {"viewer": PEOPLE, "editor": PEOPLE[:4], "admin": PEOPLE[:3], "owner": PEOPLE[:2]}


def allowed(verb: str, *, protected: bool) -> tuple[str, ...]:
    """Who may, by the table of the specification."""
    if verb in EDIT | TRY:
        return FROM["editor"]
    if verb in SAVE_DRAFT:
        return (*FROM["editor"], "key drafts")
    if verb in PUBLISH:
        return FROM["admin" if protected else "editor"]
    return FROM["admin" if verb in MANAGE else "owner"]


def actor_named(cast: Cast, name: str) -> Actor:
    if name == "operator":
        return Actor.of_operator(cast.demo, via="admin")
    if name in KEYS:
        return key_actor(cast, scopes=name.split()[1:])
    return getattr(cast, name)


def code_for(who: str, verb: str) -> str:
    """Why not: a key without its scope is told so, all else is forbidden."""
    return "missing_scope" if who in KEYS and verb in SAVE_DRAFT else "forbidden"


def told_to_each(cast: Cast, ask: Callable[[Actor], Any]) -> dict[str, str]:
    """What each person and key is told: `done`, or the code of the refusal, which records nothing."""
    told = {}
    for who in PEOPLE + KEYS:
        point = transaction.savepoint_create()
        actor = replace(actor_named(cast, who), workspace=Workspace.objects.get(pk=cast.demo.pk))
        before = Event.objects.count()
        try:
            ask(actor)
            told[who] = "done"
        except DomainError as error:
            told[who] = error.code
            assert Event.objects.count() == before
        transaction.savepoint_rollback(point)
    return told


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("protected", [False, True], ids=["open", "protected"])
def test_each_verb_is_open_to_whom_the_table_says(cast, world, verb, protected):
    Workspace.objects.update(protect_live=protected)
    told = told_to_each(cast, lambda actor: VERBS[verb](actor, world))

    may = allowed(verb, protected=protected)
    assert told == {who: "done" if who in may else code_for(who, verb) for who in PEOPLE + KEYS}


@pytest.mark.parametrize("who", PEOPLE + KEYS)
def test_tokens_of_their_own_are_for_members(cast, who):
    assert may(actor_named(cast, who), Act.CONNECT) == (who in FROM["viewer"])


@pytest.mark.parametrize("who", PEOPLE + KEYS)
def test_reading_is_for_members_and_keys_with_the_scope_history(cast, who):
    actor = actor_named(cast, who)

    answer = may(actor, Act.READ)

    assert answer == (who in (*FROM["viewer"], "key history"))


def test_a_missing_scope_is_named(cast):
    prompt, actor = make_prompt(cast.alice), key_actor(cast, scopes=["history"])

    with pytest.raises(DomainError) as caught:
        versions.save_version(actor, prompt, source="Something new")

    assert caught.value.data == {"scope": "drafts"}


def test_a_key_writes_to_no_draft_that_is_staged(cast):
    prompt, actor = make_prompt(cast.alice), key_actor(cast, scopes=["drafts"])
    versions.stage(cast.alice, prompt, 1)

    with pytest.raises(DomainError) as caught:
        versions.update_draft(actor, prompt, 1, source="Something new")

    assert caught.value.code == "forbidden"


@pytest.mark.parametrize("who", ["alice", "ada", "eve", "bob"])
def test_anyone_may_leave(cast, who):
    second = join(cast.demo, "second", Role.OWNER)
    actor = getattr(cast, who)
    mine = Member.objects.get(user=actor.user, workspace=cast.demo)

    members.remove_member(actor, mine.pk)

    assert not Member.objects.filter(pk=mine.pk).exists()
    assert Member.objects.filter(user=second.user).exists()


@pytest.mark.parametrize("role", Role.values)
def test_an_admin_touches_every_role_but_owner(cast, world, role):
    Member.objects.filter(pk=world.dan.pk).update(role=role)

    refused = None
    try:
        members.change_role(cast.ada, world.dan.pk, "viewer")
    except DomainError as error:
        refused = error.code

    assert refused == ("forbidden" if role == "owner" else None)


@pytest.mark.parametrize("verb", [*list(EDIT)[1:], *TRY, *SAVE_DRAFT, *PUBLISH])
def test_what_belongs_to_another_workspace_does_not_exist(cast, world, verb):
    with pytest.raises(DomainError) as caught:
        VERBS[verb](cast.charlie, world)

    assert (caught.value.code, caught.value.message) == ("not_found", "Resource not found")
