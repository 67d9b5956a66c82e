"""REST: what the import endpoints of every kind share. A file may hold several kinds."""

import shutil
from tempfile import TemporaryFile

from django.http import HttpRequest
from ninja import Field, Schema

from versioning.lib.errors import DomainError
from versioning.versions.exports import import_file
from versioning.versions.importing import Result, import_history
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require

IMPORT_LIMIT = 50_000_000  # bytes
NDJSON = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


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
    """Import a body: lines, or the .zip of an export.

    What names no artifact is told among those of the endpoint's kind.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > IMPORT_LIMIT:
        raise DomainError("too_large", f"An import is at most 50 MB. Split it between two {kind}s.")
    results = _results(request)

    def of(wanted: str) -> list[ImportedOut]:
        return [_shown(result) for result in results if (result.kind or kind) == wanted]

    return ImportOut(
        added=sum(result.added for result in results),
        problems=sum(bool(result.problem) for result in results),
        prompts=of("prompt"), agents=of("agent"),
    )  # fmt: skip


def _results(request: HttpRequest) -> list[Result]:
    actor = actor_of(request)
    if request.content_type != "application/zip":
        return import_history(actor, request)
    require(actor, Act.EDIT)
    with TemporaryFile() as file:  # a .zip is read from its end
        shutil.copyfileobj(request, file)
        file.seek(0)
        return import_file(actor, file, "The body")


def _shown(result: Result) -> ImportedOut:
    return ImportedOut(
        slug=result.slug, added=result.added, total=result.total, problem=result.problem,
        notes=list(result.notes),
    )  # fmt: skip
