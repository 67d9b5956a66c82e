"""A team of agents: `agents` by name, `models` by name, and the servers and tools of each.

The first of them, or the one called `root`, is the agent; the others stay in `metadata.agents`, and their
tools and servers become rows that are called after them: `librarian/fetch`.
"""

from typing import Any

from agents.formats.collected import Collected
from agents.formats.single import describe, fits, merged

ROOT = "root"
OURS = {"alias", "instructions", "prompts"}  # names in `llm_config` that no model's entry may take


def is_team(config: dict[str, Any]) -> bool:
    """Whether a configuration describes several agents by name."""
    agents = config.get("agents")
    return isinstance(agents, dict) and any(isinstance(agent, dict) for agent in agents.values())


def read(config: dict[str, Any]) -> Collected:
    """A team as one agent."""
    into = Collected()
    rest = dict(config)
    agents = rest.pop("agents")
    first = next(name for name, agent in agents.items() if isinstance(agent, dict))
    root = ROOT if isinstance(agents.get(ROOT), dict) else first
    rest["agents"] = {root: describe(into, agents[root])} | {
        name: describe(into, agent, within=name) if isinstance(agent, dict) else agent
        for name, agent in agents.items()
        if name != root
    }
    if isinstance(rest.get("models"), dict):
        rest["models"] = _settle_model(into.own["llm_config"], rest["models"])
        if not rest["models"]:
            del rest["models"]
    into.own["metadata"] = merged(rest)
    return into


def _settle_model(config: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    """Put the settings of the agent's own model beside its instructions; the other models are given back."""
    alias = config.get("model")
    entry = models.get(alias) if isinstance(alias, str) else None
    if not isinstance(entry, dict) or not isinstance(entry.get("model"), str):
        return models
    if entry.keys() & (OURS | config.keys() - {"model"}):
        return models
    if not all(fits(name, value) for name, value in entry.items()):
        return models
    config |= entry
    config["alias"] = alias
    return {name: each for name, each in models.items() if name != alias}
