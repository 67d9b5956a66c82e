"""What the lifecycle asks of a prompt."""

from versioning.lib.errors import DomainError
from versioning.versions.models import Artifact, Version
from versioning.workspaces.actor import Actor

SOURCE_LIMIT = 1_000_000


class PromptKind:
    """A prompt's versions are texts; many drafts may lie beside each other."""

    name = "prompt"
    noun = "prompt"

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

    def after_rollback(self, actor: Actor, artifact: Artifact, version: Version) -> None:
        """The source goes to the actor's editor; what lay there is kept and offered back."""
        from prompts.services import open_version

        if actor.user:
            open_version(actor, artifact, version)

    def archived_at(self, artifact: Artifact) -> object:
        """When it was archived; None while it is in use."""
        from prompts.models import Prompt

        return Prompt.objects.values_list("archived_at", flat=True).get(pk=artifact.pk)
