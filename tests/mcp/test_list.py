"""What is offered: exactly eight tools, each with all that a client can be told of it."""

import jsonschema
import pytest

from tests.mcp.assistant import message, post
from versioning.changes.tools import TOOLS

READS = {
    "list_versions": "List versions",
    "get_version": "Get a version",
    "compare_versions": "Compare two versions",
    "list_agent_history": "List an agent's history",
    "list_snapshots": "List snapshots",
    "get_snapshot": "Get a snapshot",
}
WRITES = {"rollback_version": "Restore a version", "rollback_snapshot": "Restore a snapshot"}
ALL = [
    "list_versions", "get_version", "compare_versions", "rollback_version", "list_agent_history",
    "list_snapshots", "get_snapshot", "rollback_snapshot",
]  # fmt: skip


@pytest.fixture
def tools(world):
    return world.of(world.cast.bob).tools()


def test_members_are_offered_the_eight_of_the_seed_in_its_order(world):
    for actor in world.cast.everyone():
        assert list(world.of(actor).tools()) == ALL


def test_keys_are_not_even_shown_the_two_that_write(world):
    for scopes in ((), ("history",), ("history", "drafts")):
        assert list(world.by(world.key(*scopes)).tools()) == [name for name in ALL if name in READS]


def test_titles_and_all_four_hints_are_said(tools):
    for name, tool in tools.items():
        reads = name in READS
        assert tool.title == (READS | WRITES)[name]
        assert tool.annotations.model_dump() == {
            "title": tool.title, "read_only_hint": reads, "destructive_hint": not reads,
            "idempotent_hint": reads, "open_world_hint": False,
        }  # fmt: skip


def test_descriptions_are_for_a_model_that_has_seen_nothing_else(tools):
    for tool in tools.values():
        assert 80 < len(tool.description) < 1000, tool.name
    assert all("dry_run" in tools[name].description for name in WRITES)


def test_every_argument_is_described_and_unknown_ones_are_not_taken(tools):
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        assert tool.input_schema["additionalProperties"] is False, tool.name
        for name, argument in tool.input_schema["properties"].items():
            assert argument.get("description"), (tool.name, name)


@pytest.mark.parametrize(
    ("name", "required", "optional"),
    [
        ("list_versions", {"resource_type", "resource_id"}, {"agent_id", "limit", "offset", "cursor"}),
        ("get_version", {"resource_type", "resource_id", "version"}, {"agent_id"}),
        (
            "compare_versions", {"resource_type", "resource_id", "from_version", "to_version"}, {"agent_id"}
        ),
        (
            "rollback_version", {"resource_type", "resource_id", "target_version"},
            {"agent_id", "expected_version", "dry_run", "reason", "publish", "fields"},
        ),
        (
            "list_agent_history", {"agent_id"},
            {
                "limit", "offset", "cursor", "resource_type", "act", "changed_by", "from", "to", "q",
                "include",
            },
        ),
        ("list_snapshots", {"agent_id"}, {"limit", "offset", "cursor"}),
        ("get_snapshot", {"snapshot_id"}, {"agent_id"}),
        (
            "rollback_snapshot", {"snapshot_id"},
            {"agent_id", "expected_version", "dry_run", "reason", "publish"},
        ),
    ],
)  # fmt: skip
def test_arguments_are_those_of_the_seed_and_of_rest(tools, name, required, optional):
    schema = tools[name].input_schema

    assert set(schema["required"]) == required
    assert set(schema["properties"]) == required | optional


def test_resource_types_are_listed_as_an_enum(tools):
    types = tools["list_versions"].input_schema["properties"]["resource_type"]["enum"]

    assert set(types) == {"agent", "schema", "trigger", "mcp_server", "prompt"}


def test_output_schemas_are_objects_for_every_age_of_client(tools):
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.output_schema["type"] == "object", tool.name
    assert set(tools["compare_versions"].output_schema["properties"]) == {"success", "comparison"}


def test_the_list_is_the_same_each_time_and_kept_for_this_caller_alone(world):
    answers = [post(world.server, world.token(world.cast.bob), message("tools/list")).json() for _ in "12"]

    assert answers[0] == answers[1]
    assert (answers[0]["result"]["cacheScope"], answers[0]["result"]["ttlMs"]) == ("private", 300_000)


def test_discovery_says_what_is_served(world):
    found = post(world.server, world.token(world.cast.bob), message("server/discover")).json()["result"]

    assert found["supportedVersions"] == ["2026-07-28"]
    assert set(found["capabilities"]) == {"tools", "prompts"}
    assert "dry_run" in found["instructions"]
    assert found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "previse"


def test_schemas_are_made_once_and_not_at_every_call():
    assert all(tool.input_schema is tool.input_schema for tool in TOOLS)
    assert all(tool.output_schema is tool.output_schema for tool in TOOLS)
