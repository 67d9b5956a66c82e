"""What a newcomer finds of agents in the workspace `demo`: three that Northlamp lets work with its prompts.

Like the prompts, they are made through the services, by the people who would have made them, under the
dates on which they would have. Beside the acts of a story an agent's has: `writes` (its instructions),
`sets` (its own fields, as JSON), `adds`, `changes` and `removes` a schema, trigger or server, `locks`,
`publishes` and `stages`.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from agents import services as agents
from agents.models import Agent, AgentSchema, AgentTrigger, McpServer, Part
from versioning.versions import services as versions
from versioning.versions.story import Step, Story, stories_in
from versioning.workspaces.actor import Actor

PARTS: dict[str, type[Part]] = {"schema": AgentSchema, "trigger": AgentTrigger, "server": McpServer}


def fill(people: dict[str, Actor]) -> None:
    """Play every story, after those of the prompts: agents name them by what is live."""
    now = timezone.now()
    for story in stories():
        play(story, people, now)


def stories() -> list[Story]:
    """All of them, as they lie beside this file."""
    return stories_in(Path(__file__).parent)


def play(story: Story, people: dict[str, Actor], now: datetime) -> Agent:
    """One agent, from its creation to its last act."""
    first = story.steps[0]
    words: dict[str, Any] = {name: value for name, value in story.words.items() if name != "tags"}
    agent = agents.create_agent(
        people[first.who].dated(first.at(now)), slug=story.slug, tags=story.tags, **words
    )
    for step in story.steps:
        _act(step, people[step.who].dated(step.at(now)), agent)
        agent.refresh_from_db()
    return agent


def _act(step: Step, actor: Actor, agent: Agent) -> None:
    """Perform a step by the verb that it names."""
    verb, _, part = step.verb.partition(" ")
    match verb:
        case "writes":
            text = step.text(agent.llm_config.get("instructions", ""))
            config = {**agent.llm_config, "instructions": text}
            agents.change_agent(actor, agent, section="model", llm_config=config)
        case "sets":
            _set(actor, agent, json.loads(step.body))
        case "adds":
            agents.add_part(actor, agent, PARTS[part], **_fields(part, step))
        case "changes":
            found = _part(agent, part, step.words)
            agents.change_part(actor, agent, PARTS[part], found.pk, **json.loads(step.body))
        case "removes":
            agents.remove_part(actor, agent, PARTS[part], _part(agent, part, step.words).pk)
        case "locks":
            versions.lock(actor, agent, message=step.words)
        case "publishes":
            versions.promote(actor, agent, step.number, message=step.words)
        case "stages":
            versions.stage(actor, agent, step.number)
        case _:
            raise ValueError(f"no such act: {step.verb}")


def _set(actor: Actor, agent: Agent, fields: dict[str, Any]) -> None:
    """Own fields; of the settings of the model only those that are said."""
    if "llm_config" in fields:
        fields["llm_config"] = {**agent.llm_config, **fields["llm_config"]}
    agents.change_agent(actor, agent, **fields)


def _fields(part: str, step: Step) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(step.body)
    if part == "schema":
        return {**fields, "schema_data": {"title": step.words, **fields["schema_data"]}}
    return {"name": step.words, **fields}


def _part(agent: Agent, part: str, name: str) -> Part:
    """The part of that name."""
    found: Part = next(found for found in PARTS[part].objects.of(agent) if str(found) == name)
    return found
