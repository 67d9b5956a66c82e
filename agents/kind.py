"""What the lifecycle asks of an agent."""

import json
from collections.abc import Mapping
from re import Pattern
from typing import Any

from agents import naming
from versioning.lib.errors import DomainError
from versioning.versions.kinds import Ask, Change, Pinned
from versioning.versions.models import Artifact, Version
from versioning.versions.querysets import KindQuerySet
from versioning.versions.words import AGENT
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

SOURCE_LIMIT = 1_000_000
# What of `llm_config` is no parameter of a request to a model.
NOT_SENT = ("model", "instructions", "prompts", "provider", "time_limit")
PARAMS = (
    "temperature", "top_p", "max_tokens", "max_completion_tokens", "frequency_penalty", "presence_penalty",
    "seed", "stop", "reasoning_effort", "response_format",
)  # fmt: skip


class AgentKind:
    """An agent's versions are configurations; its rows are the one draft."""

    name = "agent"
    noun = "agent"
    namespace = "agents"
    one_draft = True
    words = AGENT
    marks: Pattern[str] | None = None

    def artifacts(self, actor: Actor) -> KindQuerySet:
        """The agents of the actor's workspace."""
        from agents.models import Agent

        found: KindQuerySet = Agent.objects.in_workspace(actor)
        return found

    def find(self, actor: Actor, slug: str) -> Artifact | None:
        """The agent of that slug with its pointers, its name and when it was archived."""
        return self.artifacts(actor).with_pointers().filter(slug=slug).first()

    def changes(self, old: str, new: str) -> list[Change]:
        """Nothing that callers must pass: they hand an agent no variables."""
        return []

    def fields(self, source: str) -> dict[str, Any] | None:
        """The configuration, to be compared field by field."""
        from agents.canonical import parsed

        return parsed(source) if source else {}

    def validate(self, source: str) -> str:
        """A configuration as text, if it is not too long to be kept."""
        if len(source) > SOURCE_LIMIT:
            words = f"A configuration has at most {SOURCE_LIMIT:,} characters; this one has {len(source):,}."
            raise DomainError("invalid", words, field="llm_config")
        return source

    def snapshot(self, artifact: Artifact, *, served: bool) -> str:
        """The canonical form of the rows, the prompts that they name resolved (strictly, if `served`)."""
        from agents.canonical import canonical, rows_of
        from agents.models import Agent

        agent = Agent.objects.get(pk=artifact.pk)
        found = rows_of(agent)
        config = naming.resolved(artifact.workspace_id, agent.llm_config, strictly=served)
        found["agent"] = {**found["agent"], "llm_config": config}
        return self.validate(canonical(found))

    def literal(self, artifact: Artifact) -> str:
        """The canonical form of the rows, with `live` where they say so."""
        from agents.canonical import canonical, rows_of
        from agents.models import Agent

        return canonical(rows_of(Agent.objects.get(pk=artifact.pk)))

    def pinned(self, artifact: Artifact) -> Pinned:
        """The prompts that the draft names, each with the number that it becomes; or which has none."""
        from agents.models import Agent

        return naming.pinned(artifact.workspace_id, Agent.objects.get(pk=artifact.pk).llm_config)

    def put_back(self, artifact: Artifact, source: str) -> None:
        """Make the rows those of a configuration; parts keep their ids, runtime columns their values."""
        from agents.services.rows import write

        write(artifact, source)

    def delivered(self, source: str) -> dict[str, object]:
        """What a program gets: the configuration, of its schemas those in force; secrets as references."""
        from agents.canonical import active, parsed

        found = parsed(source)
        return {"content": {**found, "schemas": active(found["schemas"])}}

    def inputs(self, source: str) -> list[str]:
        """None: an agent is asked as it is."""
        return []

    def ask(self, actor: Actor, source: str, values: Mapping[str, str], said: str) -> Ask:
        """The instructions and the texts of the named prompts as system messages, then what was said."""
        from agents.canonical import parsed

        if not said.strip():
            raise DomainError("invalid", "Say something to the agent.", field="input")
        config = parsed(source)["agent"]["llm_config"]
        instructions = str(config.get("instructions") or "")
        texts = [instructions, *naming.texts_of(actor, config)]
        messages = [{"role": "system", "content": text} for text in texts if text.strip()]
        params = {name: config[name] for name in PARAMS if name in config}
        model = config.get("model")
        return Ask(
            [*messages, {"role": "user", "content": said}], model if isinstance(model, str) else "", params
        )

    def published(self, artifact: Artifact, event: Event) -> None:
        """A Snapshot of what went live; one that fails stops no publish, and is taken later."""
        from agents.services.snapshots import take

        take(artifact, event)

    def after_rollback(self, actor: Actor, artifact: Artifact, version: Version) -> None:
        """Nothing: the draft stays as it is."""

    def counts(self, artifact: Artifact) -> dict[str, int]:
        """The Snapshots, and the connectors in use."""
        from agents.models import Connector, Snapshot

        return {
            "snapshots": Snapshot.objects.of(artifact.pk).count(),
            "connectors": Connector.objects.filter(agent_id=artifact.pk).in_use().count(),
        }

    def archived_at(self, artifact: Artifact) -> object:
        """When it was archived; None while it is in use."""
        from agents.models import Agent

        if isinstance(artifact, Agent):
            return artifact.archived_at
        return Agent.objects.values_list("archived_at", flat=True).get(pk=artifact.pk)


def shown(value: Any) -> str:
    """A value as people read and write it: JSON with its names in order."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
