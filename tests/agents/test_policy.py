"""Permissions of agents: each cell of the table, asked of the services themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from agents.models import Agent, AgentTrigger, Connector
from agents.services import add_part, change_agent, change_part, copy_agent, create_agent, remove_part
from agents.services.connectors import change_connector, create_connector, remove_connector
from tests.cast import Cast
from tests.factories import make_agent
from tests.kept import begin_with
from tests.refusals import refused
from tests.workspaces.test_policy import FROM, KEYS, PEOPLE, actor_named, told_to_each
from versioning.lib.errors import DomainError
from versioning.playground.services import start_runs
from versioning.versions import services
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace


@dataclass
class World:
    """What the acts are done to."""

    desk: Agent  # v1 and v2 locked, v2 live, the draft v3 changed
    open: Agent  # its draft v2, changed, is live itself
    staged: Agent  # its draft v1 is on staging
    way: Connector  # of desk


Verb = Callable[[Actor, World], Any]


def trigger(agent: Agent) -> Any:
    return AgentTrigger.objects.of(agent).get().pk


EDIT: dict[str, Verb] = {
    "create": lambda a, w: create_agent(a, slug="another"),
    "copy": lambda a, w: copy_agent(a, w.desk, slug="another", source=draft_of(w.desk).source),
    "lock": lambda a, w: services.lock(a, w.desk),
    "revert": lambda a, w: services.revert(a, w.desk),
    "archive": lambda a, w: services.archive(a, w.staged),
    "stage the draft": lambda a, w: services.stage(a, w.desk, 3),
    "stage a draft that is live": lambda a, w: services.stage(a, w.open, 2),
    "unstage": lambda a, w: services.unstage(a, w.staged),
    "lock a draft that is staged": lambda a, w: services.lock(a, w.staged),
    "save a draft that is staged": lambda a, w: change_agent(a, w.staged, bio="Something new."),
    "try the draft": lambda a, w: start_runs(a, w.desk, [3], said="Hello?", values={}),
}
SAVE_DRAFT: dict[str, Verb] = {
    "save": lambda a, w: change_agent(a, w.desk, bio="Something new."),
    "add a part": lambda a, w: add_part(a, w.desk, AgentTrigger, name="another"),
    "change a part": lambda a, w: change_part(a, w.desk, AgentTrigger, trigger(w.desk), name="another"),
    "remove a part": lambda a, w: remove_part(a, w.desk, AgentTrigger, trigger(w.desk)),
}
PUBLISH: dict[str, Verb] = {
    "publish": lambda a, w: services.promote(a, w.desk, 1),
    "lock and publish": lambda a, w: services.promote(a, w.desk, 3),
    "roll back": lambda a, w: services.roll_back(a, w.desk, 1),
    "unpublish": lambda a, w: services.unpublish(a, w.desk),
    "save a draft that is live": lambda a, w: change_agent(a, w.open, bio="Something new."),
    "add to a draft that is live": lambda a, w: add_part(a, w.open, AgentTrigger, name="another"),
    "lock a draft that is live": lambda a, w: services.lock(a, w.open),
    "revert a draft that is live": lambda a, w: services.revert(a, w.open),
    "create a connector": lambda a, w: create_connector(a, w.desk, name="line", channel="api"),
    "change a connector": lambda a, w: change_connector(a, w.desk, w.way.pk, name="another"),
    "remove a connector": lambda a, w: remove_connector(a, w.desk, w.way.pk),
}
VERBS = EDIT | SAVE_DRAFT | PUBLISH
# A key has the right to save drafts; that these are served is what stands against it.
SERVED = ("save a draft that is staged", "save a draft that is live", "add to a draft that is live")


def make_world(cast: Cast) -> World:
    desk = make_agent(cast.alice, locked=2, live=2)
    change_agent(cast.alice, desk, bio="Changed.")
    opened = make_agent(cast.alice, locked=1)
    change_agent(cast.alice, opened, bio="Changed.")
    services.promote(cast.alice, opened, 2, lock=False)
    staged = make_agent(cast.alice)
    services.stage(cast.alice, staged, 1)
    return World(desk, opened, staged, create_connector(cast.alice, desk, name="way in", channel="api"))


made, scene, cast = begin_with(make_world)


@pytest.fixture
def world(scene: tuple[Cast, World]) -> World:
    return scene[1]


def allowed(verb: str, *, protected: bool) -> tuple[str, ...]:
    """Who may, by the table of the specification."""
    if verb in PUBLISH:
        return FROM["admin" if protected else "editor"]
    return (*FROM["editor"], "key drafts") if verb in SAVE_DRAFT else FROM["editor"]


def code_for(who: str, verb: str) -> str:
    """Why not: a key without its scope is told so, all else is forbidden."""
    scoped = verb in SAVE_DRAFT or verb in SERVED
    return "missing_scope" if who in ("key", "key history") and scoped else "forbidden"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("protected", [False, True], ids=["open", "protected"])
def test_each_verb_is_open_to_whom_the_table_says(cast: Cast, world: World, verb: str, protected: bool):
    Workspace.objects.update(protect_live=protected)
    told = told_to_each(cast, lambda actor: VERBS[verb](actor, world))

    may = allowed(verb, protected=protected)
    assert told == {who: "done" if who in may else code_for(who, verb) for who in PEOPLE + KEYS}


@pytest.mark.parametrize("who", ["operator", "alice"])
def test_where_live_is_protected_nobody_publishes_the_draft_itself(cast: Cast, world: World, who: str):
    Workspace.objects.update(protect_live=True)
    actor = replace(actor_named(cast, who), workspace=Workspace.objects.get(pk=cast.demo.pk))

    with refused("live_protected"):
        services.promote(actor, world.desk, 3, lock=False)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("create", "copy")])
def test_what_belongs_to_another_workspace_does_not_exist(cast: Cast, world: World, verb: str):
    with pytest.raises(DomainError) as caught:
        VERBS[verb](cast.charlie, world)

    assert (caught.value.code, caught.value.message) == ("not_found", "Resource not found")
