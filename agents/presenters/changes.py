"""What pages of agents say beside rows: how far drafts have come."""

from collections.abc import Iterable
from uuid import UUID

from agents import naming
from agents.canonical import parsed
from agents.models import Agent
from versioning.versions.models import Version
from versioning.versions.presenters.since import changes_since
from versioning.workspaces.actor import Actor


def changes_of(actor: Actor, agents: Iterable[Agent]) -> dict[UUID, tuple[int, int]]:
    """How many changes each agent's draft holds, and since which number; drafts that equal it are left out.

    Read from what was stored when a draft was last saved, the prompts that it follows as they are live now.
    """
    known = {agent.pk: agent for agent in agents}
    named = {slug for agent in known.values() for slug in naming.followed(agent.llm_config)}
    live = naming.live_numbers(actor.workspace.id, named)
    found: dict[UUID, tuple[int, int]] = {}
    drafts = Version.objects.filter(artifact_id__in=known).drafts().exclude(forked_from=None)
    for draft in drafts.select_related("forked_from"):
        base, now = draft.forked_from, parsed(draft.source)
        config = now["agent"]["llm_config"]
        for slug in naming.followed(known[draft.artifact_id].llm_config):
            config["prompts"][slug] = live.get(slug) or naming.LIVE
        count = changes_since(parsed(base.source), now).total if base else 0
        if base and count:
            found[draft.artifact_id] = count, base.number
    return found
