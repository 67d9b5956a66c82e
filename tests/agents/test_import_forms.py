"""How configurations of other programs become ours: every form, and that nothing of them is lost."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.canonical import canonical, parsed
from agents.importing import AgentImporter
from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from tests.agents.histories import CHAT, RECIPE, SHARED, TEAM, WORKFLOW, line, lost
from tests.cast import Cast
from versioning.lib.errors import DomainError
from versioning.versions.importing import Line, import_history
from versioning.versions.models import Version

STRUCTURE = ('""', '"agent"', '"remote"')  # names that lead to a place which our form has by itself


def imported(cast: Cast, config: dict[str, Any]) -> dict[str, Any]:
    """A configuration as its v1 holds it."""
    [result] = import_history(cast.eve, [line(config)])
    assert not result.problem, result
    return json.loads(Version.objects.get(kind="agent", number=1).source)


def test_a_workflow_has_its_triggers_tools_and_servers_as_rows(cast: Cast):
    imported(cast, WORKFLOW)

    agent = Agent.objects.get()
    triggers = {row.name: (row.trigger_type, row.trigger_config) for row in AgentTrigger.objects.of(agent)}
    tools = {row.name: (row.metadata, row.is_active) for row in AgentSchema.objects.of(agent)}
    server = McpServer.objects.of(agent).get()
    assert (agent.name, agent.bio, agent.type) == ("triage", "Sorts new issues.\n", "workflow")
    assert agent.llm_config == {"engine": "copilot", "instructions": WORKFLOW["instructions"]}
    assert triggers == {
        "issues": ("event", {"types": ["opened", "reopened"]}),
        "schedule": ("schedule", {"cron": "0 3 * * 1"}),
        "schedule 2": ("schedule", {"cron": "0 3 * * 4"}),
        "workflow_dispatch": ("manual", {}),
        "slash_command": ("manual", {"name": "sort"}),
    }
    assert tools == {
        "github": ({"toolsets": ["issues"]}, True), "web-fetch": ({}, True), "bash": ({"bash": [":*"]}, True),
        "cache-memory": ({"cache-memory": True}, True), "shell": ({"shell": False}, False),
    }  # fmt: skip
    assert (server.name, server.endpoint, server.transport) == (
        "search", "https://search.example/mcp", "streamable_http",
    )  # fmt: skip
    assert agent.metadata == {
        "on": {"reaction": "eyes", "stop-after": "+30d"}, "permissions": WORKFLOW["permissions"],
        "safe-outputs": WORKFLOW["safe-outputs"], "network": WORKFLOW["network"], "timeout-minutes": 10,
    }  # fmt: skip


def test_a_team_is_its_first_agent_and_the_others_stay_in_its_metadata(cast: Cast):
    imported(cast, TEAM)

    agent = Agent.objects.get()
    servers = {row.name: (row.endpoint, row.transport, row.config) for row in McpServer.objects.of(agent)}
    assert (agent.name, agent.bio, agent.type) == ("editor in chief", "Leads.", "assistant")
    assert agent.llm_config == {
        "alias": "clever", "model": "model-l", "provider": "anthropic", "max_tokens": 64000,
        "temperature": 0.7, "instructions": "Ask, then edit.",
    }  # fmt: skip
    assert {row.name for row in AgentSchema.objects.of(agent)} == {"filesystem", "librarian/fetch"}
    assert servers == {
        "time-server": ("uvx", "stdio", {"args": ["time-server"], "env": {"A": "b"}}),
        "librarian/wiki": ("docker:wiki", "stdio", {"instruction": "Read only."}),
    }
    assert agent.metadata == {
        "author": "the docs team", "readme": "Three agents.", "version": "2",
        "models": {"quick": TEAM["models"]["quick"]},
        "agents": {
            "root": {"add_date": True, "sub_agents": ["librarian"]},
            "librarian": {"model": "quick", "instruction": "Look it up."},
        },
    }  # fmt: skip


def test_a_chat_agent_has_its_tools_by_name_with_the_parameters_that_it_tells(cast: Cast):
    imported(cast, CHAT)

    agent = Agent.objects.get()
    tools = {row.name: row.schema_data for row in AgentSchema.objects.of(agent)}
    assert agent.llm_config == {"model": "model-m", "instructions": "Plan first."}
    assert set(tools) == {"search", "read/file", "weather"}
    assert tools["weather"]["properties"] == {"place": {"type": "string"}}
    assert McpServer.objects.of(agent).get().transport == "sse"


def test_a_recipe_has_its_extensions_as_servers_and_tools_and_its_words_as_triggers(cast: Cast):
    imported(cast, RECIPE)

    agent = Agent.objects.get()
    servers = {row.name: (row.endpoint, row.transport) for row in McpServer.objects.of(agent)}
    assert agent.name == "Release notes"
    assert agent.llm_config == {"instructions": "Begin."}
    assert servers == {"git": ("uvx", "stdio"), "wiki": ("https://wiki.example/sse", "sse")}
    assert [row.name for row in AgentSchema.objects.of(agent)] == ["developer"]
    assert {row.name for row in AgentTrigger.objects.of(agent)} == {"release", "changelog"}


@pytest.mark.parametrize(
    "tools", ["Read, Grep,Bash", ["Read", "Grep", "Bash"], {"Read": None, "Grep": {}, "Bash": None}]
)
def test_tools_are_rows_however_they_are_listed(cast: Cast, tools: Any):
    imported(cast, {"tools": tools})

    assert {row.name for row in AgentSchema.objects.all()} == {"Read", "Grep", "Bash"}


def test_our_own_form_comes_back_as_it_was_under_ids_of_its_own(cast: Cast):
    was = imported(cast, TEAM)

    [result] = import_history(cast.eve, [line(was, agent="copy")])

    copy = Agent.objects.get(slug="copy")
    now = json.loads(Version.objects.get(artifact=copy, number=1).source)
    assert not result.problem
    assert without_ids(now) == without_ids(was)
    assert ids(now).isdisjoint(ids(was))


@pytest.mark.parametrize("config", [WORKFLOW, TEAM, CHAT, RECIPE], ids=["workflow", "team", "chat", "recipe"])
def test_nothing_of_a_configuration_is_lost(cast: Cast, config: dict[str, Any]):
    assert lost(config, imported(cast, config)) == []


def test_the_check_for_what_is_lost_finds_what_is_lost(cast: Cast):
    found = imported(cast, WORKFLOW)
    found["agent"]["metadata"].pop("network")

    assert sorted(lost(WORKFLOW, found)) == ['"allowed"', '"defaults"', '"network"', '"node"']


@pytest.mark.parametrize(
    "config",
    [
        {}, {"tools": None, "on": True}, {"tools": "all of them", "mcp-servers": ["a", {"url": "x"}]},
        {"on": ["push", "pull_request"]}, {"on": {"push": 5, "schedule": "daily"}, "name": "n" * 300},
        {"agents": {}, "models": []}, {"agents": {"a": "text", "b": {"model": 7, "tools": [1, {"x": 1}]}}},
        {"agents": [{"name": "a"}], "model": ["a", "b"], "temperature": "hot", "tags": ["UP", 4]},
        {"tools": {"t" * 500: {"a": 1}, "": 7}, "description": "d" * 30_000, "metadata": 5},
        {"metadata": {"timeout": 2}, "timeout": 1, "instructions": ["a", "b"]},
        {"models": {"m": {"model": "x", "temperature": 9}}, "agents": {"root": {"model": "m"}}},
        {"mcpServers": {"a": {"command": ["npx", "x"], "disabled": True}, "b": 4, "c": {"type": "http"}}},
        {"mcp-servers": [{"url": "localhost:3000"}, {"remote": {"url": "https://a.example/x"}}, {}]},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": 5}}, ["nested"]]},
        {"agent": {"name": 5, "unknown": 1}, "schemas": []}, {"title": 5, "triggers": ["a", 4]},
        {"extensions": [{"type": "sse"}, {"type": "stdio", "cmd": ["x"]}], "title": "a", "name": "b"},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_form_expects_is_kept_all_the_same(cast: Cast, config: dict[str, Any]):
    found = imported(cast, config)

    assert [each for each in lost(config, found) if each not in STRUCTURE] == []


def test_a_draft_of_an_imported_agent_could_have_been_typed(cast: Cast):
    """The importer holds rows against the rules for what is typed; here is one that breaks them."""
    bad = {"agent": {"type": "robot"}, "schemas": [], "triggers": [], "mcp_servers": []}

    [result] = import_history(cast.eve, [line(bad)])

    assert result.problem.startswith("Line 1: type: It is one of: assistant")
    assert not Agent.objects.exists()


NAMES = [
    "$secret", "Authorization", "agent", "agents", "alias", "api_key", "args", "command", "description",
    "engine", "env", "extensions", "function", "headers", "instructions", "llm_config", "mcp",
    "mcp-servers", "metadata", "model", "models", "name", "on", "parameters", "password", "prompt",
    "push", "root", "schedule", "schema_data", "schemas", "tags", "temperature", "title", "tools",
    "toolsets", "transport", "triggers", "type", "url",
]  # fmt: skip
TOKEN = "ghp_" + "a1B2" * 9
WORDS = [
    "x", "mcp", "sse", "https://h.example/mcp", f"https://h.example/mcp?token={TOKEN}", f"Bearer {TOKEN}",
    f"say {TOKEN} twice", "--api-key", "Read, Grep", "", "live",
]  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(0, 3), st.sampled_from(WORDS)),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inside, max_size=4),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=7))
def test_whatever_a_config_holds_it_comes_in_or_is_refused_and_leaks_nothing(config: dict[str, Any]):
    source, said = outcome(config)

    assert TOKEN not in source
    assert TOKEN not in said
    assert source == "" or canonical(parsed(source)) == source


def outcome(config: dict[str, Any]) -> tuple[str, str]:
    """The source that a config becomes, and what is said of it; of what is refused there is no source."""
    importer, artifact = AgentImporter(), Agent(pk=UUID(int=1), slug="any", last_number=1)
    try:
        lines = [Line(1, importer.check(config), "", "", None)]  # type: ignore[arg-type]
        [version], notes = importer.history(None, artifact, lines)  # type: ignore[arg-type]
    except DomainError as error:
        return "", error.message
    return version.source, "".join(notes)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared histories are not beside this clone")
def test_nothing_of_the_real_histories_is_lost(cast: Cast):
    entries = [json.loads(each) for each in SHARED.read_text(encoding="utf-8").splitlines()]
    importer, agents = AgentImporter(), {}
    for entry in entries:
        agents.setdefault(entry["agent"], []).append(entry)

    for slug, history in agents.items():
        lines = [Line(0, importer.check(each["config"]), "", "", None) for each in history]  # type: ignore
        artifact = Agent(pk=UUID(int=1), slug=slug, last_number=1)
        versions, notes = importer.history(cast.eve, artifact, lines)
        assert notes == []
        for entry, version in zip(history, versions, strict=True):
            assert lost(entry["config"], json.loads(version.source)) == [], (slug, entry["version"])


def without_ids(configuration: dict[str, Any]) -> dict[str, Any]:
    return {
        section: [{**row, "id": ""} for row in found] if isinstance(found, list) else found
        for section, found in configuration.items()
    }


def ids(configuration: dict[str, Any]) -> set[str]:
    return {row["id"] for found in configuration.values() if isinstance(found, list) for row in found}
