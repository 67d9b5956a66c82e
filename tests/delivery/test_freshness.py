"""Every process serves what was committed, whoever did it and whatever it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from agents.services import change_agent, create_agent
from prompts.services import create_prompt
from tests.delivery.house import KINDS, House, until
from tests.server import Server
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.workspaces.models import ApiKey
from versioning.workspaces.services.keys import revoke_key
from versioning.workspaces.services.workspaces import change_workspace, close_workspace

Say = Callable[[Any], Any]


def number(answer: Any) -> Any:
    return answer.json().get("number")


def code(answer: Any) -> Any:
    return answer.json().get("code")


def bio(answer: Any) -> Any:
    return answer.json().get("content", {}).get("agent", {}).get("bio")


def staged(house: House, thing: Any) -> None:
    house.act(services.stage, thing, 3)


def draft_live(house: House, agent: Any) -> None:
    house.act(services.promote, agent, 3, lock=False)


def nothing(house: House, thing: Any) -> None:
    """Nothing comes before."""


# Name, kind of the key, what comes before, the act, what to look at, and how that reads afterwards.
COMMON: list[tuple[str, str, Any, Any, Say, Any]] = [
    ("promote", "live", nothing, lambda h, p: h.act(services.promote, p, 3), number, 3),
    ("roll back", "live", nothing, lambda h, p: h.act(services.roll_back, p, 1), number, 1),
    ("unpublish", "live", nothing, lambda h, p: h.act(services.unpublish, p), code, "no_live_version"),
    ("stage", "test", nothing, lambda h, p: h.act(services.stage, p, 3), number, 3),
    ("unstage", "test", staged, lambda h, p: h.act(services.unstage, p), number, 2),
    ("promote under staging", "test", nothing, lambda h, p: h.act(services.promote, p, 3), number, 3),
]  # fmt: skip
OF_PROMPTS = [
    (
        "rewrite the staged draft", "test", staged,
        lambda h, p: h.act(services.update_draft, p, 3, source="Rewritten."),
        lambda answer: answer.json().get("content"), "Rewritten.",
    ),
    ("delete the staged draft", "test", staged, lambda h, p: h.act(services.delete_draft, p, 3), number, 2),
]  # fmt: skip
OF_AGENTS = [
    ("publish the draft itself", "live", nothing, draft_live, number, 3),
    ("save the live draft", "live", draft_live, lambda h, a: h.act(change_agent, a, bio="New."), bio, "New."),
    ("save the staged draft", "test", staged, lambda h, a: h.act(change_agent, a, bio="New."), bio, "New."),
    (
        "revert the staged draft", "test",
        lambda h, a: (h.act(change_agent, a, bio="New."), staged(h, a)),
        lambda h, a: h.act(services.revert, a), bio, "Answers the phone, in way 2.",
    ),
]  # fmt: skip
ACTS = [(kind, *act) for act in COMMON for kind in KINDS]
ACTS += [("prompt", *act) for act in OF_PROMPTS] + [("agent", *act) for act in OF_AGENTS]


@pytest.mark.parametrize(
    ("kind", "name", "key_kind", "before", "verb", "look", "expected"), ACTS,
    ids=[f"{act[0]}: {act[1]}" for act in ACTS],
)  # fmt: skip
def test_both_processes_serve_an_act_at_once(
    house: House, server: Server, other_server: Server, kind: str,
    name: str, key_kind: str, before: Any, verb: Any, look: Say, expected: Any,
):  # fmt: skip
    thing, key = house.thing(kind, live=2), house.key(key_kind)
    before(house, thing)
    for one in (server, other_server):
        until(lambda: look(one.read(kind, thing.slug, key)) != expected)  # noqa: B023

    verb(house, thing)

    for one in (server, other_server):
        until(lambda: look(one.read(kind, thing.slug, key)) == expected)  # noqa: B023


def test_a_locked_number_can_be_read_at_once(house: House, server: Server, other_server: Server):
    """What answered 404 a moment ago, in both processes, and was asked for again and again."""
    agent, key = house.agent(live=1), house.key()
    both = (server, other_server)
    assert [one.read("agent", agent.slug, key, version=2).status_code for one in both] == [404, 404]
    before = server.read("agent", agent.slug, key).json()["generation"]

    house.act(services.lock, agent)

    for one in both:
        until(lambda: one.read("agent", agent.slug, key, version=2).status_code == 200)  # noqa: B023
    until(lambda: server.read("agent", agent.slug, key).json()["generation"] > before)


@pytest.mark.parametrize("kind", KINDS)
def test_the_staging_switch_is_obeyed_at_once_and_back(
    server: Server, other_server: Server, house: House, kind: str
):
    other = House.build()
    thing, key = other.thing(kind), other.key("test")
    other.act(services.stage, thing, 2)
    both = (server, other_server)
    assert [one.read(kind, thing.slug, key).json()["served_from"] for one in both] == ["staging"] * 2

    for enabled, expected in ((False, "live"), (True, "staging")):
        other.act(change_workspace, staging_enabled=enabled)
        for one in both:
            until(lambda: one.read(kind, thing.slug, key).json()["served_from"] == expected)  # noqa: B023


@pytest.mark.parametrize(("kind", "make"), [("prompt", create_prompt), ("agent", create_agent)])
def test_what_was_asked_for_too_early_is_found_once_it_is_there(
    house: House, server: Server, kind: str, make: Any
):
    key = house.key()
    assert server.read(kind, "soon-there", key).json()["code"] == "not_found"

    house.act(make, slug="soon-there")

    until(lambda: server.read(kind, "soon-there", key).json()["code"] == "no_live_version")


@pytest.mark.parametrize("kind", KINDS)
def test_sql_that_goes_round_the_services_is_served_too(house: House, server: Server, kind: str):
    prompt, key = house.thing(kind, live=2), house.key()
    assert server.read(kind, prompt.slug, key).json()["number"] == 2

    with told(house.actor.workspace.id), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE versions_artifact a SET live_id = v.id FROM versions_version v"
            " WHERE a.id = %s AND v.artifact_id = a.id AND v.number = 1",
            [prompt.pk],
        )

    until(lambda: server.read(kind, prompt.slug, key).json()["number"] == 1)


def test_an_act_that_is_taken_back_before_its_commit_changes_nothing(house: House, server: Server):
    prompt, key = house.prompt(live=1, drafts=1), house.key()
    before = server.prompt(prompt.slug, key)

    class Taken(Exception):
        pass

    def promote_and_fail(actor: Any) -> None:
        services.promote(actor, prompt, 2)
        assert server.prompt(prompt.slug, key).content == before.content
        raise Taken

    with pytest.raises(Taken):
        house.act(promote_and_fail)

    assert server.prompt(prompt.slug, key).content == before.content


def test_a_revoked_key_is_dead_in_both_processes_at_once(house: House, server: Server, other_server: Server):
    prompt, (key, key_id) = house.prompt(), house.key_with_id()
    assert [one.prompt(prompt.slug, key).status_code for one in (server, other_server)] == [200, 200]

    house.act(revoke_key, key_id)

    for one in (server, other_server):
        until(lambda: one.prompt(prompt.slug, key).status_code == 401)  # noqa: B023


def test_a_key_dies_by_the_clock_at_its_very_second(house: House, server: Server):
    prompt = house.prompt()
    end = timezone.now() + timedelta(seconds=1.5)
    key = house.key(expires_at=end)
    assert server.prompt(prompt.slug, key).status_code == 200

    until(lambda: server.prompt(prompt.slug, key).status_code == 401, within=4)

    assert abs((timezone.now() - end).total_seconds()) < 1


def test_a_key_whose_life_was_lengthened_works_again(house: House, server: Server):
    prompt = house.prompt()
    key, key_id = house.key_with_id(expires_at=timezone.now() + timedelta(seconds=0.3))
    until(lambda: server.prompt(prompt.slug, key).status_code == 401)

    with told(house.actor.workspace.id):
        ApiKey.objects.filter(pk=key_id).update(expires_at=timezone.now() + timedelta(hours=1))

    until(lambda: server.prompt(prompt.slug, key).status_code == 200)


def test_a_closed_workspace_has_no_living_key(server: Server, other_server: Server, house: House):
    other = House.build()
    prompt, keys = other.prompt(), (other.key("live"), other.key("test"))
    for one in (server, other_server):
        assert [one.prompt(prompt.slug, key).status_code for key in keys] == [200, 200]

    other.act(close_workspace, confirm=other.actor.workspace.slug)

    for one in (server, other_server):
        until(lambda: [one.prompt(prompt.slug, key).status_code for key in keys] == [401, 401])  # noqa: B023
        assert one.prompt(prompt.slug, keys[0], version=1).status_code == 401
