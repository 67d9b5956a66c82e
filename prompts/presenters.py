"""What pages of prompts show beside rows: the calls that read a prompt, and what they are answered."""

from typing import Any

from prompts.models import Prompt
from prompts.variables import variables_of
from versioning.versions.presenters.code import FACTS, Section, abridged, code_page, example, reading
from versioning.workspaces.actor import Actor

UNPUBLISHED = "The prompt is there, and nothing of it is live. Promote a version, or use your fallback."


def calls_of(actor: Actor, prompt: Prompt) -> dict[str, Any]:
    """The page *Use in code* of a prompt."""
    number = prompt.live.number if prompt.live else 1
    words = "JSON. Fill in the variables where you use it; Previse sends the text as it was saved."
    sections = [
        reading(actor, prompt, pinned=number, settled="A version that was live once"),
        Section("The answer", words, answer=answer_to(prompt), facts=FACTS),
    ]
    return code_page(actor, prompt, sections, [("404", "no_live_version", UNPUBLISHED)])


def answer_to(prompt: Prompt) -> str:
    """What a live key is answered, with the text cut short; for a prompt that is not live, as it would be."""
    source = prompt.live.source if prompt.live else "Hello {{ name }}."
    return example(prompt, prompt.live, content=abridged(source), variables=list(variables_of(source)))
