"""REST: what the import endpoints of every kind share. A file may hold several kinds."""

from django.http import HttpRequest
from ninja import Field, Schema

from versioning.lib.errors import DomainError
from versioning.versions.importing import Result, import_history
from versioning.workspaces.actor import actor_of

IMPORT_LIMIT = 50_000_000  # bytes
NDJSON = {
    "requestBody": {
        "required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}  # fmt: skip


class ImportedOut(Schema):
    """What became of one artifact of the file."""

    slug: str
    added: int = Field(description="Versions that came in now.")
    total: int = Field(description="Versions that it has; of an agent, those that are locked.")
    problem: str = Field(description="Why nothing of it came in; empty where it did.")
    notes: list[str] = Field(description="What of it was set aside, and where it is now.")


class ImportOut(Schema):
    """What an import brought. Lines that name neither a prompt nor an agent have no slug."""

    added: int
    problems: int
    prompts: list[ImportedOut]
    agents: list[ImportedOut]


def imported(request: HttpRequest, kind: str) -> ImportOut:
    """Import the lines of a body; what names no artifact is told among those of the endpoint's kind."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > IMPORT_LIMIT:
        raise DomainError("too_large", f"An import is at most 50 MB. Split it between two {kind}s.")
    results = import_history(actor_of(request), request)

    def of(wanted: str) -> list[ImportedOut]:
        return [_shown(result) for result in results if (result.kind or kind) == wanted]

    return ImportOut(
        added=sum(result.added for result in results),
        problems=sum(bool(result.problem) for result in results),
        prompts=of("prompt"), agents=of("agent"),
    )  # fmt: skip


def _shown(result: Result) -> ImportedOut:
    return ImportedOut(
        slug=result.slug, added=result.added, total=result.total, problem=result.problem,
        notes=list(result.notes),
    )  # fmt: skip
