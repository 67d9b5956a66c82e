"""Histories of agents as other programs write them, in our own words; and what is found of them again."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "agents.jsonl"

WORKFLOW = {
    "description": "Sorts new issues.\n",
    "on": {
        "issues": {"types": ["opened", "reopened"]},
        "schedule": [{"cron": "0 3 * * 1"}, {"cron": "0 3 * * 4"}],
        "workflow_dispatch": None,
        "slash_command": {"name": "sort"},
        "reaction": "eyes",
        "stop-after": "+30d",
    },
    "permissions": {"contents": "read", "id-token": "write"},
    "safe-outputs": {"add-labels": {"max": 5}, "add-comment": None},
    "network": {"allowed": ["defaults", "node"]},
    "timeout-minutes": 10,
    "engine": "copilot",
    "tools": {
        "github": {"toolsets": ["issues"]}, "web-fetch": None, "bash": [":*"], "cache-memory": True,
        "shell": False,
    },
    "mcp-servers": {"search": {"url": "https://search.example/mcp", "headers": {"X-Team": "blue"}}},
    "instructions": "# Sorting\n\nRead the issue. Label it. Say why.\n",
}  # fmt: skip
TEAM = {
    "version": "2",
    "metadata": {"author": "the docs team", "readme": "Three agents."},
    "models": {
        "clever": {"provider": "anthropic", "model": "model-l", "max_tokens": 64000, "temperature": 0.7},
        "quick": {"provider": "openai", "model": "model-s", "top_p": 1.0},
    },
    "agents": {
        "root": {
            "name": "editor in chief", "model": "clever", "description": "Leads.",
            "instruction": "Ask, then edit.", "add_date": True, "sub_agents": ["librarian"],
            "toolsets": [
                {"type": "filesystem"},
                {"type": "mcp", "command": "uvx", "args": ["time-server"], "env": {"A": "b"}},
            ],
        },
        "librarian": {
            "model": "quick", "instruction": "Look it up.",
            "toolsets": [
                {"type": "mcp", "ref": "docker:wiki", "instruction": "Read only."},
                {"type": "fetch", "timeout": 9},
            ],
        },
    },
}  # fmt: skip
CHAT = {
    "name": "Planner", "description": "Plans.", "model": "model-m", "argument-hint": "the goal",
    "tools": [
        "search", "read/file",
        {"type": "function", "function": {
            "name": "weather", "description": "Tells the weather.",
            "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
        }},
        {"name": "remote", "url": "https://tools.example/mcp", "transport": "sse"},
    ],
    "handoffs": [{"label": "Build it", "agent": "builder"}],
    "instructions": "Plan first.",
}  # fmt: skip
RECIPE = {
    "version": "1.0.0", "title": "Release notes", "description": "Writes them.", "prompt": "Begin.",
    "extensions": [
        {"type": "builtin", "name": "developer", "timeout": 300},
        {"type": "stdio", "name": "git", "cmd": "uvx", "args": ["git-server"], "env_keys": ["GIT_TOKEN"]},
        {"type": "sse", "name": "wiki", "uri": "https://wiki.example/sse"},
    ],
    "triggers": ["release", "changelog"], "parameters": [{"key": "since", "requirement": "required"}],
    "settings": {"provider": "any", "temperature": 0.3},
}  # fmt: skip


def line(config: Any, number: int = 1, agent: str = "triage", **more: Any) -> str:
    """A line of a file of histories."""
    entry = {
        "agent": agent, "version": number, "message": f"Step {number}", "author": "contributor-01",
        "created": f"2025-04-{number:02}T17:19:55Z", "config": config,
    }  # fmt: skip
    return json.dumps(entry | more)


def prompt_line(number: int = 1, prompt: str = "greeting") -> str:
    """A line of a prompt, which may stand in the same file."""
    entry = {
        "prompt": prompt, "version": number, "message": "m", "author": "contributor-01",
        "created": f"2025-04-{number:02}T17:19:55Z", "source": f"Hello {number}.",
    }  # fmt: skip
    return json.dumps(entry)


def values_of(value: Any) -> Counter[str]:
    """Every plain value that stands in a value, counted, as JSON. What is null says nothing."""
    found: Counter[str] = Counter()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        elif each is not None:
            found[_plain(each)] += 1
    return found


def names_of(value: Any) -> set[str]:
    """Every name that stands in a value."""
    if isinstance(value, dict):
        return {*value, *(name for each in value.values() for name in names_of(each))}
    return {name for each in value for name in names_of(each)} if isinstance(value, list) else set()


def lost(config: dict[str, Any], configuration: dict[str, Any]) -> list[str]:
    """The values and names of a config that its imported form holds nowhere.

    A tool of a list gives its `type` (or name) to its row; a server gives `type: mcp` to its section; the
    names in RENAMED have fields of their own.
    """
    there = values_of(configuration) + Counter(_plain(name) for name in names_of(configuration))
    for section in ("schemas", "triggers", "mcp_servers"):
        for row in configuration[section]:
            called = row["schema_data"]["title"] if section == "schemas" else row["name"]
            parts = {re.sub(r" \d+$", "", called.rsplit("/", 1)[-1]), called.split("/", 1)[0]}
            there.update(_plain(part) for part in parts - {called})
    there[_plain("mcp")] += len(configuration["mcp_servers"])
    missing = [found for found, count in values_of(config).items() if there[found] < count]
    names = {_plain(name) for name in names_of(config) - RENAMED}
    return missing + sorted(names - there.keys())


RENAMED = {
    "description", "title", "instruction", "prompt", "models", "agents", "on", "triggers", "tools",
    "toolsets", "extensions", "mcp-servers", "command", "cmd", "url", "uri", "ref", "function", "parameters",
}  # fmt: skip


def _plain(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value, ensure_ascii=False)
