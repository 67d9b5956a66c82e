"""Settings → Export: what an export holds, and its download."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from versioning.versions.exports.download import download
from versioning.versions.kinds import KINDS
from versioning.versions.models import Version
from versioning.workspaces.actor import actor_of
from versioning.workspaces.policy import Act, require
from versioning.workspaces.views.frame import framed


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What an export of this workspace holds, and a link to it."""
    actor = actor_of(request)
    require(actor, Act.EDIT)
    where = [actor.workspace.slug]
    page = framed(
        actor, "versions:export",
        counts=[(kind.noun, kind.artifacts(actor).count()) for kind in KINDS.values()],
        versions=Version.objects.filter(workspace_id=actor.workspace.id).count(),
        download_url=reverse("versions:download_export", args=where),
        import_url=reverse(f"{next(iter(KINDS.values())).namespace}:import", args=where),
        command=f"./run python manage.py export FOLDER --workspace {actor.workspace.slug}",
    )  # fmt: skip
    return render(request, "versions/export.html", page)


@require_safe
def download_export(request: HttpRequest) -> FileResponse:
    """The .zip."""
    return download(actor_of(request))
