"""What is another workspace's does not exist, in whatever place its name is put."""

import json

import pytest

from agents.models import AgentTrigger
from agents.services import change_agent
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def theirs(world):
    """Charlie's agent in `elsewhere`, its trigger, its Snapshot and a prompt, by their ids."""
    charlie = world.cast.charlie
    agent = world.act(charlie, make_agent, locked=1, live=1, slug="theirs", bio="Their secret bio")
    world.act(charlie, change_agent, agent, bio="Another secret bio")
    prompt = world.act(charlie, make_prompt, slug="their-prompt", source="Their secret text", live=1)
    with told(world.cast.elsewhere.id):
        trigger = AgentTrigger.objects.get(agent_id=agent.pk)
        snapshot = agent.snapshots.get()
    return {
        "agent": str(agent.pk), "slug": "theirs", "trigger": str(trigger.pk), "snapshot": str(snapshot.pk),
        "prompt": str(prompt.pk), "prompt_slug": "their-prompt",
    }  # fmt: skip


def calls(ids):
    for type_, id in (
        ("agent", ids["agent"]), ("agent", ids["slug"]), ("trigger", ids["trigger"]),
        ("prompt", ids["prompt"]), ("prompt", ids["prompt_slug"]),
    ):  # fmt: skip
        of = {"resource_type": type_, "resource_id": id}
        yield "list_versions", of
        yield "get_version", {**of, "version": 1}
        yield "compare_versions", {**of, "from_version": 1, "to_version": 2}
        yield "rollback_version", {**of, "target_version": 1}
        yield "rollback_version", {**of, "target_version": 1, "dry_run": True}
    for agent in (ids["agent"], ids["slug"]):
        yield "list_agent_history", {"agent_id": agent}
        yield "list_snapshots", {"agent_id": agent}
        yield "get_snapshot", {"agent_id": agent, "snapshot_id": "1"}
        yield "rollback_snapshot", {"agent_id": agent, "snapshot_id": ids["snapshot"]}
    yield "get_snapshot", {"snapshot_id": ids["snapshot"]}
    yield "rollback_snapshot", {"snapshot_id": ids["snapshot"], "dry_run": True}


def test_its_owner_reads_all_of_it(world, theirs):
    charlie = world.of(world.cast.charlie)

    for name, arguments in calls(theirs):
        if not name.startswith("rollback") and not (
            name == "compare_versions" and arguments["resource_type"] != "agent"
        ):
            charlie.said(name, **arguments)


def test_a_stranger_gets_the_answer_for_what_never_was(world, theirs):
    async def all_of_them(client):
        return [await client.call_tool(name, arguments) for name, arguments in calls(theirs)]

    async def nothing(client):
        return await client.call_tool("get_snapshot", {"snapshot_id": NOBODY})

    for assistant in (world.of(world.cast.alice), world.by(world.jwt(world.cast.alice))):
        never = assistant.do(nothing)
        for result in assistant.do(all_of_them):
            assert result.is_error
            assert result.content[0].text == never.content[0].text
    assert json.loads(never.content[0].text)["title"] == "Resource not found"


def test_a_strangers_key_reads_nothing_of_it_either(world, theirs):
    assistant = world.by(world.key("history"))

    for name, arguments in calls(theirs):
        if not name.startswith("rollback"):
            assert assistant.refused(name, **arguments)["code"] == "not_found"


def test_ones_own_agent_opens_no_way_to_anothers_rows(world, theirs):
    world.act(world.cast.eve, make_agent, slug="ours", locked=1, live=1)
    alice = world.of(world.cast.alice)

    mixed = [
        ("get_version", {
            "agent_id": "ours", "resource_type": "trigger", "resource_id": theirs["trigger"], "version": 1,
        }),
        ("get_snapshot", {"agent_id": "ours", "snapshot_id": theirs["snapshot"]}),
        ("rollback_snapshot", {"agent_id": "ours", "snapshot_id": theirs["snapshot"]}),
    ]  # fmt: skip
    for name, arguments in mixed:
        assert alice.refused(name, **arguments)["code"] == "not_found"


def test_its_prompts_are_neither_listed_nor_rendered(world, theirs):
    alice = world.of(world.cast.alice)

    assert "their-prompt" not in alice.prompts()
    assert "their-prompt" in world.of(world.cast.charlie).prompts()


def test_a_filter_by_its_person_finds_nothing_here(world, theirs):
    world.act(world.cast.eve, make_agent, slug="filtered")

    found = world.of(world.cast.alice).said(
        "list_agent_history", agent_id="filtered", changed_by=str(world.cast.charlie.id)
    )

    assert found["total"] == 0


def test_a_cursor_of_theirs_shows_nothing_of_theirs(world, theirs):
    charlie, alice = world.of(world.cast.charlie), world.of(world.cast.alice)
    world.act(world.cast.eve, make_agent, slug="cursored")
    cursor = charlie.said("list_agent_history", agent_id="theirs", limit=1)["next_cursor"]

    page = alice.said("list_agent_history", agent_id="cursored", cursor=cursor)

    assert "secret bio" not in str(page)
