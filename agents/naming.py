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
from versioning.versions.kinds import Pinned
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
    """The prompts that a configuration names. What an import brought in another form names none."""
    found = llm_config.get("prompts") if isinstance(llm_config, dict) else None
    if not isinstance(found, dict):
        return {}
    return {slug: wanted for slug, wanted in found.items() if wanted == LIVE or _is_number(wanted)}


def followed(llm_config: dict[str, Any]) -> list[str]:
    """The prompts among them that are named as they are live."""
    return [slug for slug, wanted in names_in(llm_config).items() if wanted == LIVE]


def check_names(workspace: UUID, llm_config: dict[str, Any]) -> None:
    """Refuse names of prompts or versions that are not there. Error: `invalid` in `llm_config.prompts`."""
    named = llm_config.get("prompts")
    if named is None:
        return
    if not isinstance(named, dict) or len(named) > MOST:
        raise _wrong(f'It is an object such as {{"greeting": "live"}}, of at most {MOST} prompts.')
    prompts = live_numbers(workspace, named)
    for slug, wanted in named.items():
        if slug not in prompts:
            raise _wrong(f"There is no prompt '{slug[:100]}' in this workspace.")
        if wanted != LIVE and not (_is_number(wanted) and 0 < wanted < 2**31):
            raise _wrong(f"For '{slug}' say \"live\" or the number of one of its versions.")
    there = _there(workspace, named)
    for slug, wanted in named.items():
        if wanted != LIVE and (slug, wanted) not in there:
            raise _wrong(f"There is no v{wanted} of the prompt '{slug}'.")


def resolved(workspace: UUID, llm_config: dict[str, Any], *, strictly: bool) -> dict[str, Any]:
    """The configuration with numbers for `live`.

    Strictly, a prompt that is not live, or a number that is still a draft, is refused: `prompt_not_live`,
    `not_frozen`. Otherwise what cannot be resolved stays as it is.
    """
    named = names_in(llm_config)
    if not named:
        return llm_config
    live = live_numbers(workspace, named)
    numbers = {slug: live.get(slug) or LIVE if wanted == LIVE else wanted for slug, wanted in named.items()}
    if strictly:
        _refuse_unfrozen(workspace, numbers)
    return {**llm_config, "prompts": {**llm_config["prompts"], **numbers}}


def pinned(workspace: UUID, llm_config: dict[str, Any]) -> Pinned:
    """What becomes of each named prompt when the configuration is locked or served, or why it cannot be."""
    try:
        numbers = names_in(resolved(workspace, llm_config, strictly=True))
    except DomainError as error:
        return Pinned(problem=error.message)
    return Pinned(
        [
            f"The prompt {slug} becomes v{numbers[slug]}, which is live now."
            if wanted == LIVE
            else f"The prompt {slug} stays on v{wanted}."
            for slug, wanted in sorted(names_in(llm_config).items())
        ]
    )


def kept_live(workspace: UUID, now: dict[str, Any], back: dict[str, Any]) -> dict[str, Any]:
    """What a draft goes back to: a prompt that follows live, and stands on that number, goes on following."""
    named, was = names_in(back), names_in(now)
    if not named:
        return back
    live = live_numbers(workspace, named)
    return {
        **back,
        "prompts": back["prompts"]
        | {
            slug: LIVE if was.get(slug) == LIVE and live.get(slug) == number else number
            for slug, number in named.items()
        },
    }


def named_by(actor: Actor, llm_config: dict[str, Any]) -> list[Named]:
    """The prompts that a configuration names, each with what is live now."""
    named = names_in(llm_config)
    live = live_numbers(actor.workspace.id, named)
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


def live_numbers(workspace: UUID, slugs: Iterable[str]) -> dict[str, int | None]:
    """The live number of each prompt that is there."""
    rows = Artifact.objects.filter(workspace_id=workspace, kind="prompt", slug__in=[*slugs])
    return dict(rows.annotate(number=F("live__number")).values_list("slug", "number"))


def _versions(workspace: UUID) -> Any:
    return Version.objects.filter(workspace_id=workspace, kind="prompt")


def _there(workspace: UUID, named: dict[str, Any]) -> dict[tuple[str, int], bool]:
    """The versions that are named by their numbers, of those that are there; each: whether it is frozen."""
    numbers = {wanted for wanted in named.values() if wanted != LIVE}
    rows = _versions(workspace).filter(artifact__slug__in=[*named], number__in=numbers)
    found = rows.values_list("artifact__slug", "number", "locked_at")
    return {(slug, number): locked_at is not None for slug, number, locked_at in found}


def _refuse_unfrozen(workspace: UUID, named: dict[str, str | int]) -> None:
    """What is served must not move: a name without a number, or the number of a draft, is refused."""
    there = _there(workspace, named)
    for slug, number in named.items():
        if number == LIVE:
            words = f"The prompt '{slug}' has no live version. Promote one, or name a version by its number."
            raise DomainError("prompt_not_live", words, prompt=slug)
        if not there.get((slug, int(number))):
            what = "a draft, which can change" if (slug, number) in there else "not there any more"
            words = f"v{number} of the prompt '{slug}' is {what}. Promote one, or name another."
            raise DomainError("not_frozen", words, prompt=slug)


def _is_number(wanted: Any) -> bool:
    return isinstance(wanted, int) and not isinstance(wanted, bool)


def _wrong(message: str) -> DomainError:
    return DomainError("invalid", message, field="llm_config.prompts")


def texts_of(actor: Actor, llm_config: dict[str, Any]) -> list[str]:
    """The texts of the prompts that a configuration names, in the order of their slugs."""
    found = []
    for named in named_by(actor, llm_config):
        text = _versions(actor.workspace.id).filter(artifact__slug=named.slug, number=named.number)
        found += list(text.values_list("source", flat=True)[:1])
    return found
