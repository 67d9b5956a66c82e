"""One agent: a workflow in markdown (its front matter, and `instructions`, the body), or an object alike.

`on` are its triggers, `tools` its tools, `mcp-servers` its servers.
"""

import re
from typing import Any

from agents.formats.collected import Collected
from agents.formats.servers import add_server, add_servers, is_server
from agents.models import AgentType, TriggerType
from agents.services.cleaning import BIO_LIMIT, NAME_LIMIT, TAG_LIMIT, TAGS_LIMIT

INSTRUCTIONS = ("instructions", "instruction", "system_prompt", "prompt")
SERVERS = ("mcp-servers", "mcp_servers", "mcpServers")
# What `llm_config` holds under the same name.
SETTINGS = (
    "engine", "frequency_penalty", "max_completion_tokens", "max_tokens", "presence_penalty", "provider",
    "reasoning_effort", "response_format", "seed", "stop", "temperature", "top_p",
)  # fmt: skip
TOOLS = re.compile(r"[\w.\-/:*]+(?:\s*,\s*[\w.\-/:*]+)*")  # `Read, Grep, Bash`
BY_HAND = {"alias", "command", "label_command", "slash_command", "workflow_dispatch"}
BY_NETWORK = {"repository_dispatch", "webhook"}
# What of `on` starts a workflow; the rest of it says when none shall start, and stays in `metadata.on`.
EVENTS = BY_HAND | BY_NETWORK | {
    "branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment",
    "deployment_status", "discussion", "discussion_comment", "fork", "gollum", "image_version",
    "issue_comment", "issues", "label", "merge_group", "milestone", "page_build", "project", "project_card",
    "project_column", "public", "pull_request", "pull_request_comment", "pull_request_review",
    "pull_request_review_comment", "pull_request_target", "push", "registry_package", "release", "schedule",
    "status", "watch", "workflow_call", "workflow_run",
}  # fmt: skip


def read(config: dict[str, Any]) -> Collected:
    """A workflow, or any other object that describes one agent."""
    into = Collected()
    rest = dict(config)
    if "on" in rest:
        into.own["type"] = AgentType.WORKFLOW.value
        _keep(rest, "on", add_triggers(into, rest.pop("on")))
    if _are_words(rest.get("triggers")):
        for word in rest.pop("triggers"):
            into.trigger(word, TriggerType.EVENT, None)
    rest = describe(into, rest)
    into.own["metadata"] = merged(rest)
    return into


def describe(into: Collected, found: dict[str, Any], within: str = "") -> dict[str, Any]:
    """Take out of an agent's description what has a place of its own; the rest is given back."""
    rest = dict(found)
    if not within:
        _own_words(into, rest)
        _own_model(into, rest)
    for name in ("tools", "toolsets", "extensions"):
        if name in rest:
            _keep(rest, name, _add_tools(into, rest.pop(name), within))
    for name in SERVERS:
        if name in rest:
            _keep(rest, name, add_servers(into, rest.pop(name), within))
    return rest


def merged(rest: dict[str, Any]) -> dict[str, Any]:
    """What stays as metadata; what a configuration itself calls so is not wrapped once more."""
    inner = rest.get("metadata")
    if not isinstance(inner, dict):
        return rest
    others = {name: value for name, value in rest.items() if name != "metadata"}
    return rest if others.keys() & inner.keys() else {**others, **inner}


def add_triggers(into: Collected, on: Any) -> Any:
    """Take triggers out of `on`: one for each event, and for each time of a schedule."""
    if isinstance(on, str) or (isinstance(on, list) and all(isinstance(each, str) for each in on)):
        on = dict.fromkeys([on] if isinstance(on, str) else on)
    if not isinstance(on, dict):
        return on
    for name in on.keys() & EVENTS:
        settings = on[name]
        several = name == "schedule" and isinstance(settings, list)
        for each in settings if several else [settings]:
            into.trigger(name, _kind_of(name), each)
    return {name: value for name, value in on.items() if name not in EVENTS} or None


def _kind_of(event: str) -> TriggerType:
    if event == "schedule":
        return TriggerType.SCHEDULE
    if event in BY_HAND:
        return TriggerType.MANUAL
    return TriggerType.WEBHOOK if event in BY_NETWORK else TriggerType.EVENT


def _own_words(into: Collected, rest: dict[str, Any]) -> None:
    title = "name" if "name" in rest else "title"
    for name, field, most in ((title, "name", NAME_LIMIT), ("description", "bio", BIO_LIMIT)):
        said = rest.get(name)
        if isinstance(said, str) and said.strip() and len(said) <= most:
            into.own[field] = rest.pop(name)
    tags = rest.get("tags")
    if isinstance(tags, list) and len(tags) <= TAGS_LIMIT and all(_is_tag(tag) for tag in tags):
        into.own["tags"] = list(dict.fromkeys(rest.pop("tags")))


def _are_words(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(each, str) and each for each in found)


def _is_tag(tag: Any) -> bool:
    return isinstance(tag, str) and tag == tag.strip().lower() and 0 < len(tag) <= TAG_LIMIT


def _own_model(into: Collected, rest: dict[str, Any]) -> None:
    config = into.own["llm_config"]
    for name in INSTRUCTIONS:
        if isinstance(rest.get(name), str):
            config["instructions"] = rest.pop(name)
            break
    if isinstance(rest.get("model"), str):
        config["model"] = rest.pop("model")
    for name in SETTINGS:
        if name in rest and fits(name, rest[name]):
            config[name] = rest.pop(name)


def fits(name: str, value: Any) -> bool:
    """Whether `llm_config` can hold a setting."""
    if name == "temperature":
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 2
    return True


def _add_tools(into: Collected, found: Any, within: str) -> Any:
    """Take tools out of a map by name, a list or words with commas; what is none of it is given back."""
    if isinstance(found, str) and TOOLS.fullmatch(found):
        found = [name.strip() for name in found.split(",")]
    if isinstance(found, dict):
        for name, each in found.items():
            if is_server(each):
                add_server(into, name, each, within)
            else:
                into.tool(_within(within, name), each)
        return None
    if not isinstance(found, list):
        return found
    strange = []
    for each in found:
        if isinstance(each, str):
            into.tool(_within(within, each), None)
        elif not isinstance(each, dict):
            strange.append(each)
        elif is_server(each):
            add_server(into, "", each, within)
        else:
            _add_tool(into, dict(each), within)
    return strange or None


def _add_tool(into: Collected, settings: dict[str, Any], within: str) -> None:
    """A tool of a list: called by its name, or by its type where it has none."""
    function = settings.get("function")
    if isinstance(function, dict) and not function.keys() & settings.keys():
        del settings["function"]
        settings |= function
    by = next((by for by in ("name", "type") if isinstance(settings.get(by), str)), "")
    into.tool(_within(within, settings.pop(by) if by else "tool"), settings)


def _within(within: str, name: str) -> str:
    return f"{within}/{name}" if within else name


def _keep(rest: dict[str, Any], name: str, left: Any) -> None:
    """What could not be taken out of a value stays under the name of the whole."""
    if left is not None:
        rest[name] = left
