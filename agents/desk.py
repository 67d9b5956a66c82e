"""What lies on the desk when an agent's editor opens: the draft, where it stands, what changed in it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agents import naming
from agents.canonical import canonical, own_fields, parsed, part_fields
from agents.models import PARTS, Agent, AgentTrigger, McpServer, Part
from agents.secrets import last_fours, masked, references_in
from agents.services import section_of, tag_of
from versioning.lib.errors import DomainError, not_found
from versioning.versions.models import Version
from versioning.versions.presenters.since import Since, changes_since
from versioning.versions.presenters.standing import Draft
from versioning.versions.services.steps import digest_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, may

MODELS: dict[str, type[Part]] = {model.section: model for model in PARTS}
OBSERVED: dict[type[Part], tuple[str, ...]] = {
    AgentTrigger: ("trigger_count", "last_triggered_at"),
    McpServer: ("last_connected_at", "last_error", "tools_count"),
}
EMPTY = Since(dict.fromkeys(("identity", "model", *MODELS), 0), {}, {})


@dataclass
class Desk:
    """An agent's draft before somebody. `why_not` says why they cannot write; '' where they can.

    `served` is "live" or "staging" where a save changes what programs read, else ''.
    """

    actor: Actor
    agent: Agent
    draft: Version
    why_not: str
    served: str
    rows: dict[str, list[Part]]
    since: Since = field(default=EMPTY)
    former: dict[str, Any] = field(default_factory=dict)  # the configuration of `base`

    @property
    def served_words(self) -> str:
        """What a save means, where the draft is served."""
        words = {
            "live": f"{self.draft.label} is live: what is saved here is served at once.",
            "staging": f"{self.draft.label} is on staging: test keys get what is saved here at once.",
        }
        return words.get(self.served, "")

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """The draft's configuration, what it names by `live` as numbers."""
        return parsed(self.draft.source)

    @cached_property
    def last4(self) -> dict[str, str]:
        """The ends of the agent's secrets; none are asked for where none are named."""
        named = references_in([self.configuration["mcp_servers"], self.former.get("mcp_servers", [])])
        return last_fours(self.agent) if named else {}

    @cached_property
    def runtime(self) -> dict[str, dict[str, Any]]:
        """What the system observed of triggers and servers, by their ids."""
        return {
            str(part.id): {name: getattr(part, name) for name in OBSERVED.get(type(part), ())}
            for rows in self.rows.values()
            for part in rows
        }

    @property
    def base(self) -> Version | None:
        """The version that the draft was forked from."""
        return self.draft.forked_from

    @property
    def state(self) -> Draft:
        """How the draft stands, for the header."""
        return Draft(self.draft, self.base, self.since.total)

    def own(self, section: str) -> dict[str, Any]:
        """The fields of a section of the agent's own row, as stored."""
        return section_of(self.agent, section)

    def stored(self, section: str, id: str) -> dict[str, Any]:
        """A part's fields. Error: `not_found`."""
        for item in self.configuration[section]:
            if item["id"] == id:
                found: dict[str, Any] = item
                return found
        raise not_found()

    def gone(self, section: str) -> list[dict[str, Any]]:
        """The parts that the draft had when it was forked, and has no longer."""
        there = {item["id"] for item in self.configuration[section]}
        return [item for item in self.former.get(section, []) if item["id"] not in there]

    def shown(self, item: dict[str, Any]) -> dict[str, Any]:
        """A part's fields with masks in the place of secrets."""
        shown: dict[str, Any] = masked(item, self.last4)
        return shown

    def tag(self, section: str, id: str = "") -> str:
        """What a form carries of what it was shown; of a section of the agent's own, or of a part."""
        return tag_of(self.stored(section, id) if id else self.own(section))

    def count(self, section: str) -> int:
        """How many fields or parts of a section differ from what the draft was forked from."""
        metadata = int("metadata" in self.since.fields)
        if section == "metadata":
            return metadata
        return self.since.sections[section] - (metadata if section == "identity" else 0)


def desk_of(actor: Actor, agent: Agent) -> Desk:
    """The draft of an agent that comes from `Kind.find`, as its rows are."""
    draft = Version.objects.of(agent).drafts().select_related("forked_from").get()
    rows = {section: list(model.objects.of(agent)) for section, model in MODELS.items()}
    configuration = draft_configuration(agent, rows)
    draft.source = canonical(configuration)
    draft.digest = digest_of(draft.source)
    desk = Desk(actor, agent, draft, why_not(actor, agent, draft), served(actor, agent, draft), rows)
    if desk.base is not None and desk.base.digest != draft.digest:
        desk.former = parsed(desk.base.source)
        desk.since = changes_since(desk.former, desk.configuration)
    return desk


def draft_configuration(agent: Agent, rows: dict[str, list[Part]]) -> dict[str, Any]:
    """What `draft_of` reads from the database, of rows that were read already."""
    config = naming.resolved(agent.workspace_id, agent.llm_config, strictly=False)
    parts = {section: [part_fields(part) for part in found] for section, found in rows.items()}
    return {"agent": {**own_fields(agent), "llm_config": config}, **parts}


def why_not(actor: Actor, agent: Agent, draft: Version) -> str:
    """Why somebody cannot write to the draft, in words; '' where they can."""
    if agent.archived_at:
        return "The agent is archived: take it out of the archive to change it."
    if not may(actor, Act.SAVE_DRAFT):
        return f"Your role is {actor.role}: editors and higher change the draft."
    if agent.live_id == draft.pk and not may(actor, Act.PUBLISH):
        return "It is live, and this workspace protects live: admins and owners change it."
    return ""


def served(actor: Actor, agent: Agent, draft: Version) -> str:
    """Where the draft is served from: "live", "staging" or ''."""
    if agent.live_id == draft.pk:
        return "live"
    return "staging" if agent.staging_id == draft.pk and actor.workspace.staging_enabled else ""


def require_write(desk: Desk) -> None:
    """Refuse who cannot write to the draft. Errors: `archived`, `forbidden`."""
    if desk.why_not:
        raise DomainError("archived" if desk.agent.archived_at else "forbidden", desk.why_not)


def refuse_unaware(desk: Desk, said: str) -> None:
    """Refuse a save by somebody who was not told that it is served at once. Error: `stale`."""
    if desk.served and said != desk.served:
        what = f"{desk.draft.label} was {'published' if desk.served == 'live' else 'staged'} meanwhile"
        words = f"{what}: what you save is served at once. Save again to do that."
        raise DomainError("stale", words, tag=desk.draft.tag)
