"""Factories (factory-boy) that build through the services: no test holds an impossible state."""

from typing import Any

import factory

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
