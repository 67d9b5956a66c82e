"""Every process serves what was committed, whoever did it and whatever it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from prompts.services import create_prompt
from tests.delivery.house import House, until
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


def staged(house: House, prompt: Any) -> None:
    house.act(services.stage, prompt, 3)


def nothing(house: House, prompt: Any) -> None:
    """Nothing comes before."""


# Name, kind of the key, what comes before, the act, what to look at, and how that reads afterwards.
ACTS: list[tuple[str, str, Any, Any, Say, Any]] = [
    ("promote", "live", nothing, lambda h, p: h.act(services.promote, p, 3), number, 3),
    ("roll back", "live", nothing, lambda h, p: h.act(services.roll_back, p, 1), number, 1),
    ("unpublish", "live", nothing, lambda h, p: h.act(services.unpublish, p), code, "no_live_version"),
    ("stage", "test", nothing, lambda h, p: h.act(services.stage, p, 3), number, 3),
    ("unstage", "test", staged, lambda h, p: h.act(services.unstage, p), number, 2),
    ("promote under staging", "test", nothing, lambda h, p: h.act(services.promote, p, 3), number, 3),
    (
        "rewrite the staged draft", "test", staged,
        lambda h, p: h.act(services.update_draft, p, 3, source="Rewritten."),
        lambda answer: answer.json().get("content"), "Rewritten.",
    ),
    ("delete the staged draft", "test", staged, lambda h, p: h.act(services.delete_draft, p, 3), number, 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "before", "verb", "look", "expected"), ACTS, ids=[a[0] for a in ACTS]
)
def test_both_processes_serve_an_act_at_once(
    house: House, server: Server, other_server: Server,
    name: str, kind: str, before: Any, verb: Any, look: Say, expected: Any,
):  # fmt: skip
    prompt, key = house.prompt(live=2, drafts=1), house.key(kind)
    before(house, prompt)
    for one in (server, other_server):
        assert look(one.prompt(prompt.slug, key)) != expected

    verb(house, prompt)

    for one in (server, other_server):
        until(lambda: look(one.prompt(prompt.slug, key)) == expected)  # noqa: B023


def test_the_staging_switch_is_obeyed_at_once_and_back(server: Server, other_server: Server, house: House):
    other = House.build()
    prompt, key = other.prompt(live=1, drafts=1), other.key("test")
    other.act(services.stage, prompt, 2)
    both = (server, other_server)
    assert [one.prompt(prompt.slug, key).json()["served_from"] for one in both] == ["staging"] * 2

    for enabled, expected in ((False, "live"), (True, "staging")):
        other.act(change_workspace, staging_enabled=enabled)
        for one in both:
            until(lambda: one.prompt(prompt.slug, key).json()["served_from"] == expected)  # noqa: B023


def test_a_prompt_that_was_asked_for_too_early_is_found_once_it_is_there(house: House, server: Server):
    key = house.key()
    assert server.prompt("soon-there", key).json()["code"] == "not_found"

    house.act(create_prompt, slug="soon-there", source="Now.")

    until(lambda: server.prompt("soon-there", key).json()["code"] == "no_live_version")


def test_sql_that_goes_round_the_services_is_served_too(house: House, server: Server):
    prompt, key = house.prompt(live=2), house.key()
    assert server.prompt(prompt.slug, key).json()["number"] == 2

    with told(house.actor.workspace.id), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE versions_artifact a SET live_id = v.id FROM versions_version v"
            " WHERE a.id = %s AND v.artifact_id = a.id AND v.number = 1",
            [prompt.pk],
        )

    until(lambda: server.prompt(prompt.slug, key).json()["number"] == 1)


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
