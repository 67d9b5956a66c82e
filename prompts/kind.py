"""What the lifecycle asks of a prompt."""

from collections.abc import Mapping
from re import Pattern
from typing import Any

from prompts.variables import VARIABLE, filled, variable_change, variables_of
from versioning.lib.errors import DomainError
from versioning.versions.kinds import Ask, Change, Pinned
from versioning.versions.models import Artifact, Version
from versioning.versions.querysets import KindQuerySet
from versioning.versions.words import PROMPT
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

SOURCE_LIMIT = 1_000_000
LINE_LIMIT = 50_000


class PromptKind:
    """A prompt's versions are texts; many drafts may lie beside each other."""

    name = "prompt"
    noun = "prompt"
    namespace = "prompts"
    one_draft = False
    words = PROMPT
    marks: Pattern[str] | None = VARIABLE

    def artifacts(self, actor: Actor) -> KindQuerySet:
        """The prompts of the actor's workspace."""
        from prompts.models import Prompt

        found: KindQuerySet = Prompt.objects.in_workspace(actor)
        return found

    def find(self, actor: Actor, slug: str) -> Artifact | None:
        """The prompt of that slug with its pointers, its name and when it was archived."""
        return self.artifacts(actor).with_pointers().filter(slug=slug).first()

    def changes(self, old: str, new: str) -> list[Change]:
        """The variables that came, with how often they are used, and those that went."""
        change = variable_change(old, new)
        uses = variables_of(old)
        came = [Change("+", name, count) for name, count in change.added.items()]
        return came + [Change("-", name, uses[name]) for name in change.removed]

    def fields(self, source: str) -> dict[str, Any] | None:
        """Nothing: a text is compared as a text."""
        return None

    def snapshot(self, artifact: Artifact, *, served: bool) -> str:
        """Not asked: a prompt's drafts are versions with texts of their own."""
        raise NotImplementedError

    def literal(self, artifact: Artifact) -> str:
        """Not asked, as `snapshot`."""
        raise NotImplementedError

    def pinned(self, artifact: Artifact) -> Pinned:
        """Nothing: a text names nothing that could move."""
        return Pinned()

    def put_back(self, artifact: Artifact, source: str) -> None:
        """Not asked, as `snapshot`."""
        raise NotImplementedError

    def validate(self, source: str) -> str:
        """A text as it shall be kept: byte for byte as it came, if it can be kept at all."""
        if not source.strip():
            raise DomainError("invalid", "A prompt's text cannot be empty.", field="source")
        if len(source) > SOURCE_LIMIT:
            raise DomainError(
                "invalid",
                f"A text has at most {SOURCE_LIMIT:,} characters; this one has {len(source):,}.",
                field="source",
            )
        if source.count("\n") >= LINE_LIMIT:
            raise DomainError(
                "invalid",
                f"A text has at most {LINE_LIMIT:,} lines; this one has {source.count('\n') + 1:,}.",
                field="source",
            )
        if "\0" in source:
            at = source.index("\0")
            raise DomainError(
                "invalid",
                f"The text holds the NUL character (at {at:,}). Remove it.",
                field="source",
            )
        try:
            source.encode()
        except UnicodeEncodeError as error:
            raise DomainError(
                "invalid",
                f"The text holds half of a surrogate pair (at {error.start:,}). Remove it.",
                field="source",
            ) from error
        return source

    def delivered(self, source: str) -> dict[str, object]:
        """What a program gets: the text, and the names that it must fill in."""
        return {"content": source, "variables": list(variables_of(source))}

    def inputs(self, source: str) -> list[str]:
        """Its variables, in the order of their first use."""
        return list(variables_of(source))

    def ask(self, actor: Actor, source: str, values: Mapping[str, str], said: str) -> Ask:
        """The text as the system's message before what is said; alone it is what is said."""
        uses = variables_of(source)
        missing = [name for name in uses if name not in values]
        if missing:
            words = f"Give a value for {', '.join(missing)}."
            raise DomainError("invalid", words, field="values", missing=missing)
        if len(source) + sum(count * len(values[name]) for name, count in uses.items()) > SOURCE_LIMIT:
            words = f"With these values the text is longer than {SOURCE_LIMIT:,} characters."
            raise DomainError("invalid", words, field="values")
        text = filled(source, values)
        if not said:
            return Ask([{"role": "user", "content": text}])
        return Ask([{"role": "system", "content": text}, {"role": "user", "content": said}])

    def published(self, artifact: Artifact, event: Event) -> None:
        """Nothing: the version itself is all there is."""

    def after_rollback(self, actor: Actor, artifact: Artifact, version: Version) -> None:
        """The source goes to the actor's editor; what lay there is kept and offered back."""
        from prompts.services.editing import open_version

        if actor.user:
            open_version(actor, artifact, version, why=f"{version.label} was rolled back to")

    def counts(self, artifact: Artifact) -> dict[str, int]:
        """Nothing beside the versions."""
        return {}

    def archived_at(self, artifact: Artifact) -> object:
        """When it was archived; None while it is in use."""
        from prompts.models import Prompt

        if isinstance(artifact, Prompt):
            return artifact.archived_at
        return Prompt.objects.values_list("archived_at", flat=True).get(pk=artifact.pk)
