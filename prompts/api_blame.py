"""REST: which version each line of a prompt came with."""

from django.http import HttpRequest
from ninja import Router

from prompts.api import find
from versioning.versions.blame import blame_text, came_with, walk_of
from versioning.versions.presenters.header import Links
from versioning.versions.schemas_blame import BlameOut, RunOut, came_out, cut
from versioning.versions.services.steps import version_of
from versioning.workspaces.policy import Act

router = Router(tags=["Versions"])


@router.get("/{slug}/versions/{int:n}/blame", response=BlameOut, summary="Blame a version, line by line")
def blame_version(request: HttpRequest, slug: str, n: int) -> BlameOut:
    """With which version each line of its text came, who made that version and why.

    Viewers may; keys with the scope `history`.
    """
    actor, prompt = find(request, slug, Act.READ)
    version = version_of(prompt, n)
    walk = walk_of(prompt, version)
    found, lines = blame_text(prompt, version, walk), cut(version.source)
    return BlameOut(
        number=version.number, label=version.label, runs=[RunOut.of(run, lines) for run in found.runs[0]],
        versions=came_out(Links(actor, prompt), came_with(prompt, walk, found.numbers).values()),
    )  # fmt: skip
