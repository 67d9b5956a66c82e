"""Factories (factory-boy) that build through the services: no test holds an impossible state."""

from typing import Any

import factory

from agents.models import Agent
from agents.services import change_agent, create_agent
from prompts.models import Prompt
from prompts.services import create_prompt
from versioning.versions import services
from versioning.versions.models import Version


class PromptFactory(factory.Factory):
    """`PromptFactory(actor=…)`: a prompt with its draft v1, or without versions for `source=''`."""

    class Meta:
        model = Prompt

    slug = factory.Sequence(lambda n: f"prompt-{n}")
    source = "Hello {{ name }}.\nHow can I help?\n"

    @classmethod
    def _create(cls, model_class: type, *args: Any, actor: Any, **fields: Any) -> Prompt:
        return create_prompt(actor, **fields)


class VersionFactory(factory.Factory):
    """`VersionFactory(actor=…, prompt=…)`: the next draft of a prompt."""

    class Meta:
        model = Version

    source = factory.Sequence(lambda n: f"Hello {{{{ name }}}}.\nThis is text number {n}.\n")
    message = factory.Sequence(lambda n: f"Text number {n}")

    @classmethod
    def _create(cls, model_class: type, *args: Any, actor: Any, prompt: Prompt, **fields: Any) -> Version:
        return services.save_version(actor, prompt, **fields)


def make_prompt(actor: Any, *, live: int | None = None, drafts: int = 0, **fields: Any) -> Prompt:
    """A prompt with v1 … v`live` published in turn, and `drafts` drafts after them."""
    prompt = PromptFactory(actor=actor, **fields)
    for number in range(1, (live or 0) + 1):
        if number > 1:
            VersionFactory(actor=actor, prompt=prompt)
        services.promote(actor, prompt, number)
    for _ in range(drafts if live else max(0, drafts - 1)):
        VersionFactory(actor=actor, prompt=prompt)
    prompt.refresh_from_db()
    return prompt


class AgentFactory(factory.Factory):
    """`AgentFactory(actor=…)`: an agent with its draft v1, a schema, a trigger and an MCP server."""

    class Meta:
        model = Agent

    slug = factory.Sequence(lambda n: f"agent-{n}")
    name = "Front desk"
    bio = "Answers the phone."
    llm_config = factory.LazyFunction(
        lambda: {"model": "small", "temperature": 0.2, "instructions": "Be brief.\nBe kind."}
    )
    parts = factory.LazyFunction(
        lambda: {
            "schemas": [{"schema_data": {"title": "order", "type": "object"}, "schema_type": "input"}],
            "triggers": [
                {"name": "nightly", "trigger_type": "schedule", "trigger_config": {"cron": "0 3 * * *"}}
            ],
            "mcp_servers": [{"name": "tools", "endpoint": "https://tools.example/mcp"}],
        }
    )

    @classmethod
    def _create(cls, model_class: type, *args: Any, actor: Any, **fields: Any) -> Agent:
        return create_agent(actor, **fields)


def make_agent(actor: Any, *, locked: int = 0, live: int | None = None, **fields: Any) -> Agent:
    """An agent with v1 … v`locked` locked in turn (each with a bio of its own), and `live` published."""
    agent = AgentFactory(actor=actor, **fields)
    for number in range(1, locked + 1):
        if number > 1:
            change_agent(actor, agent, bio=f"Answers the phone, in way {number}.")
        services.lock(actor, agent, message=f"Lock {number}")
    if live:
        services.promote(actor, agent, live)
    agent.refresh_from_db()
    return agent
