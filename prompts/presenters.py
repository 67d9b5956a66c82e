"""What pages of prompts show beside rows: the calls that read a prompt, and what they are answered."""

import json
from dataclasses import dataclass
from datetime import UTC

from prompts.models import Prompt
from prompts.variables import variables_of
from versioning.workspaces.actor import Actor

EXCERPT = 72


@dataclass(frozen=True)
class Call:
    """One way to read a prompt: what it is for, the line to copy, what to know of it."""

    title: str
    line: str
    note: str = ""


def calls_of(actor: Actor, prompt: Prompt, server: str) -> list[Call]:
    """The calls that read this prompt, with its own slug and this server's address."""
    url = f"{server}/v1/prompts/{prompt.slug}"
    number = prompt.live.number if prompt.live else 1
    calls = [
        Call(
            "What is live", _curl("PREVISE_LIVE_KEY", url),
            "With a live key (pv_live_…). It gets the live version and never anything else.",
        ),
        Call(
            "What is staged", _curl("PREVISE_TEST_KEY", url),
            "With a test key (pv_test_…). It gets staging; where staging is not set, or is off, it gets live "
            "and the answer says so in served_from.",
        ),
        Call(
            "One version", _curl("PREVISE_LIVE_KEY", f"'{url}?version={number}'"),
            "A version that was live once, by its number. It never changes, so it may be kept for good.",
        ),
        Call(
            "Only if it changed",
            _curl("PREVISE_LIVE_KEY", f"-i {url} \\\n  -H 'If-None-Match: \"…\"'"),
            "Send the ETag of the last answer: 304 and no body while it is still the same.",
        ),
    ]  # fmt: skip
    return calls if actor.workspace.staging_enabled else [calls[0], *calls[2:]]


def answer_to(prompt: Prompt) -> str:
    """What a live key is answered, with the text cut short; for a prompt that is not live, as it would be."""
    live = prompt.live
    source = live.source if live else "Hello {{ name }}."
    cut = source if len(source) <= EXCERPT else source[:EXCERPT].rstrip() + "…"
    since = prompt.live_since.astimezone(UTC).isoformat().replace("+00:00", "Z") if prompt.live_since else "…"
    answer = {
        "kind": "prompt", "slug": prompt.slug, "label": live.label if live else "v1",
        "number": live.number if live else 1, "content": cut, "variables": list(variables_of(source)),
        "served_from": "live", "generation": prompt.generation, "since": since,
        "digest": live.digest[:12] + "…" if live else "…", "stale": False,
    }  # fmt: skip
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _curl(key: str, rest: str) -> str:
    return f'curl {rest} \\\n  -H "Authorization: Bearer ${key}"'
