"""Workspaces that are full of odd things, made by the services, to be exported and read back."""

import random
from contextlib import suppress
from typing import Any

from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from agents.services import change_agent, create_agent
from agents.services.parts import add_part, change_part, remove_part
from prompts.models import Prompt
from prompts.services import archive, change_prompt, create_prompt
from versioning.lib.errors import DomainError
from versioning.versions import services
from versioning.versions.models import Artifact, Version
from versioning.workspaces.actor import Actor

TEXTS = (
    "Hello {{ name }}.", "CRLF\r\nline\r\n", "lone\rCR", "no end", "ends\n\n\n", "\ufeffBOM", " \t blank",
    "U+2028\u2028and\u2029and\x85", "日本語 🎭 e\u0301", "\x1b[31m\x01\x7f", '"quotes" \\ and {braces}',
    "<script>&amp;", "%s {0} $HOME `x`", "x" * 5_000,
)  # fmt: skip
WORDS = ("", "Why", "Line\nand line", "Ünïcödé 🎭", '"\\', "\r\n inside \r\n it", "{}[]")
SECRET = "sk-live-" + "Zq9" * 12


def fill(actor: Actor, seed: int) -> None:
    """Prompts and agents that were worked on in every way, in an order that the seed decides."""
    dice = random.Random(seed)
    for at in range(3):
        _prompt(actor, dice, f"prompt-{at}")
    for at in range(2):
        _agent(actor, dice, f"agent-{at}")


def _text(dice: random.Random) -> str:
    return dice.choice(TEXTS) + str(dice.randrange(10**6))


def _prompt(actor: Actor, dice: random.Random, slug: str) -> None:
    prompt = create_prompt(
        actor, slug=slug, name=_text(dice).strip()[:100], description=dice.choice(WORDS),
        tags=["ünï", "b", "a"][: dice.randrange(4)],
    )  # fmt: skip
    change_prompt(actor, prompt, name="Name " + dice.choice(WORDS).strip())
    for _ in range(dice.randrange(12)):
        _attempt(dice.choice(ON_PROMPTS), actor, prompt, dice)
    if dice.random() < 0.3:
        _attempt(lambda *_: services.unpublish(actor, prompt), actor, prompt, dice)
        _attempt(lambda *_: archive(actor, prompt), actor, prompt, dice)


def _agent(actor: Actor, dice: random.Random, slug: str) -> None:
    agent = create_agent(actor, slug=slug, name="Name", bio=_text(dice))
    for _ in range(4 + dice.randrange(14)):
        _attempt(dice.choice(ON_AGENTS), actor, Agent.objects.get(pk=agent.pk), dice)


def _attempt(act: Any, actor: Actor, thing: Artifact, dice: random.Random) -> None:
    """Do it, where it can be done now."""
    with suppress(DomainError):
        act(actor, thing, dice)


def _number(thing: Artifact, dice: random.Random) -> int:
    return dice.choice(list(Version.objects.of(thing).values_list("number", flat=True)) or [1])


def _save(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    base = _number(thing, dice) if thing.last_number and dice.random() < 0.7 else None
    there = Version.objects.of(thing).filter(number=base).exists()
    services.save_version(
        actor, thing, source=_text(dice), message=dice.choice(WORDS), base=base if there else None
    )  # fmt: skip


def _rewrite(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    services.update_draft(actor, thing, _number(thing, dice), source=_text(dice))


def _delete(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    services.delete_draft(actor, thing, _number(thing, dice))


def _publish(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    services.promote(actor, thing, _number(thing, dice), message=dice.choice(WORDS), lock=dice.random() < 0.6)


def _publish_the_draft(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    services.promote(actor, thing, thing.last_number, lock=False)


def _stage(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    services.stage(actor, thing, _number(thing, dice))


def _unpublish(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    services.unpublish(actor, thing)


def _lock(actor: Actor, thing: Artifact, dice: random.Random) -> None:
    services.lock(actor, thing, message=dice.choice(WORDS))


def _own(actor: Actor, thing: Any, dice: random.Random) -> None:
    prompts = list(Prompt.objects.in_workspace(actor).values_list("slug", flat=True))
    named = {slug: dice.choice(["live", 1, 2]) for slug in prompts[: dice.randrange(3)]}
    config = {"model": "small", "temperature": 0.5, "big": 2.0, "deep": {"a": [1, None, True, 1e-7]}}
    change_agent(
        actor, thing, bio=_text(dice), tags=["b", "a"], metadata={"ö": dice.choice(WORDS)},
        llm_config={**config, "instructions": _text(dice), "prompts": named},
    )  # fmt: skip


def _add(actor: Actor, thing: Any, dice: random.Random) -> None:
    """Often two of one name, which only their ids tell apart."""
    which = dice.randrange(3)
    if which == 0:
        data = {"title": "order", "type": "object", "description": _text(dice)}
        add_part(actor, thing, AgentSchema, schema_data=data, is_active=dice.random() < 0.5)
    elif which == 1:
        add_part(actor, thing, AgentTrigger, name="nightly", description=_text(dice))
    else:
        config = {"headers": {"Authorization": f"Bearer {SECRET}{dice.randrange(99)}"}, "token": SECRET}
        where = "https://tools.example/mcp"
        add_part(actor, thing, McpServer, name="tools", endpoint=where, config=config)


def _remove(actor: Actor, thing: Any, dice: random.Random) -> None:
    server = McpServer.objects.of(thing).order_by("id").first()
    if server:
        remove_part(actor, thing, McpServer, server.pk)


def _change(actor: Actor, thing: Any, dice: random.Random) -> None:
    server = McpServer.objects.of(thing).order_by("-id").first()
    if server:
        config = {"token": SECRET + str(dice.randrange(99))}
        change_part(actor, thing, McpServer, server.pk, config=config)


ON_PROMPTS = (_save, _save, _save, _rewrite, _delete, _publish, _publish, _stage, _unpublish)
ON_AGENTS = (
    _own, _own, _add, _add, _add, _remove, _change, _lock, _lock, _publish, _publish_the_draft, _stage,
    _unpublish,
)  # fmt: skip
