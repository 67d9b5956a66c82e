"""REST: the workspace as files."""

from django.http import FileResponse, HttpRequest
from ninja import Router

from versioning.lib.rest import MEMBERS
from versioning.versions.exports.download import download
from versioning.workspaces.actor import actor_of

router = Router(tags=["Workspace"])
ZIP = {
    "responses": {
        200: {
            "description": "The files of the export.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get("/export", auth=MEMBERS, summary="Export the workspace", openapi_extra=ZIP)
def export_workspace(request: HttpRequest) -> FileResponse:
    """A .zip of all prompts and agents with their histories, drafts and pointers, and without credentials.

    An unchanged workspace is the same bytes. `POST /api/prompts/import` reads it back, and so does
    `manage.py import_history`; docs/exporting.md describes the files. Editors may.
    """
    return download(actor_of(request))
