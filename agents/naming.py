"""The prompts that an agent names: `llm_config.prompts` holds `{slug: "live"}` or `{slug: number}`.

`live` becomes a number when the agent is locked, and whenever its draft is served. What a prompt's
publication would change later is shown, and changes nothing by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F
from django.urls import reverse

from versioning.lib.errors import DomainError
from versioning.versions.models import Artifact, Version
from versioning.versions.uses import Use
from versioning.workspaces.actor import Actor

LIVE = "live"
MOST = 50


@dataclass(frozen=True)
class Named:
    """A prompt as an agent names it: the number that it is on, and the one that is live now."""

    slug: str
    wanted: str | int
    number: int | None
    live: int | None

    @property
    def newer(self) -> int | None:
        """The live number, where it is another one."""
        return self.live if self.live != self.number else None


def names_in(llm_config: dict[str, Any]) -> dict[str, str | int]:
    """The prompts that a configuration names."""
    found = llm_config.get("prompts")
    return found if isinstance(found, dict) else {}


def check_names(workspace: UUID, llm_config: dict[str, Any]) -> None:
    """Refuse names of prompts or versions that are not there. Error: `invalid` in `llm_config.prompts`."""
    named = llm_config.get("prompts")
    if named is None:
        return
    if not isinstance(named, dict) or len(named) > MOST:
        raise _wrong(f'It is an object such as {{"greeting": "live"}}, of at most {MOST} prompts.')
    prompts = _live_numbers(workspace, named)
    for slug, wanted in named.items():
        if slug not in prompts:
            raise _wrong(f"There is no prompt '{slug[:100]}' in this workspace.")
        if wanted == LIVE:
            continue
        if not isinstance(wanted, int) or isinstance(wanted, bool) or not 0 < wanted < 2**31:
            raise _wrong(f"For '{slug}' say \"live\" or the number of one of its versions.")
        if not _versions(workspace, slug).filter(number=wanted).exists():
            raise _wrong(f"There is no v{wanted} of the prompt '{slug}'.")


def resolved(workspace: UUID, llm_config: dict[str, Any], *, strictly: bool) -> dict[str, Any]:
    """The configuration with numbers for `live`.

    Strictly, a prompt that is not live, or a number that is still a draft, is refused: `prompt_not_live`,
    `not_frozen`. Otherwise what cannot be resolved stays as it is.
    """
    named = names_in(llm_config)
    if not named:
        return llm_config
    live = _live_numbers(workspace, named)
    numbers: dict[str, str | int] = {}
    for slug, wanted in named.items():
        numbers[slug] = live.get(slug) or LIVE if wanted == LIVE else wanted
        if strictly and numbers[slug] == LIVE:
            words = f"The prompt '{slug}' has no live version. Promote one, or name a version by its number."
            raise DomainError("prompt_not_live", words, prompt=slug)
        if strictly and wanted != LIVE:
            _refuse_draft(workspace, slug, wanted)
    return {**llm_config, "prompts": numbers}


def kept_live(workspace: UUID, now: dict[str, Any], back: dict[str, Any]) -> dict[str, Any]:
    """What a draft goes back to: a prompt that follows live, and stands on that number, goes on following."""
    named, was = names_in(back), names_in(now)
    if not named:
        return back
    live = _live_numbers(workspace, named)
    return {
        **back,
        "prompts": {
            slug: LIVE if was.get(slug) == LIVE and live.get(slug) == number else number
            for slug, number in named.items()
        },
    }


def named_by(actor: Actor, llm_config: dict[str, Any]) -> list[Named]:
    """The prompts that a configuration names, each with what is live now."""
    named = names_in(llm_config)
    live = _live_numbers(actor.workspace.id, named)
    return [
        Named(slug, wanted, live.get(slug) if wanted == LIVE else int(wanted), live.get(slug))
        for slug, wanted in sorted(named.items())
    ]


def agents_that_name(actor: Actor, artifact: Artifact) -> Iterable[Use]:
    """The agents whose draft or live version names a prompt."""
    from agents.canonical import parsed
    from agents.models import Agent

    if artifact.kind != "prompt":
        return
    agents = Agent.objects.in_workspace(actor).in_use().select_related("live").order_by("slug")
    drafts = agents.filter(llm_config__prompts__has_key=artifact.slug)
    served = agents.filter(live__source__contains=f'"{artifact.slug}":')
    for agent in _both(drafts, served):
        said = []
        wanted = names_in(agent.llm_config).get(artifact.slug)
        if wanted:
            said.append("its draft follows live" if wanted == LIVE else f"its draft is on v{wanted}")
        if agent.live:
            number = names_in(parsed(agent.live.source)["agent"]["llm_config"]).get(artifact.slug)
            if number:
                said.append(f"{agent.live.label}, which is live, is on v{number}")
        if said:
            url = reverse("agents:editor", args=[actor.workspace.slug, agent.slug])
            yield Use(agent.slug, agent.name, url, "; ".join(said))


def _both(drafts: Any, served: Any) -> list[Any]:
    found = {agent.pk: agent for agent in [*drafts, *served]}
    return sorted(found.values(), key=lambda agent: str(agent.slug))


def _live_numbers(workspace: UUID, slugs: Iterable[str]) -> dict[str, int | None]:
    """The live number of each prompt that is there."""
    rows = Artifact.objects.filter(workspace_id=workspace, kind="prompt", slug__in=[*slugs])
    return dict(rows.annotate(number=F("live__number")).values_list("slug", "number"))


def _versions(workspace: UUID, slug: str) -> Any:
    return Version.objects.filter(workspace_id=workspace, kind="prompt", artifact__slug=slug)


def _refuse_draft(workspace: UUID, slug: str, number: str | int) -> None:
    frozen = _versions(workspace, slug).filter(number=number).exclude(locked_at=None)
    if not frozen.exists():
        words = f"v{number} of the prompt '{slug}' is a draft, which can change. Promote it, or name another."
        raise DomainError("not_frozen", words, prompt=slug)


def _wrong(message: str) -> DomainError:
    return DomainError("invalid", message, field="llm_config.prompts")


def texts_of(actor: Actor, llm_config: dict[str, Any]) -> list[str]:
    """The texts of the prompts that a configuration names, in the order of their slugs."""
    found = []
    for named in named_by(actor, llm_config):
        text = _versions(actor.workspace.id, named.slug).filter(number=named.number)
        found += list(text.values_list("source", flat=True)[:1])
    return found
