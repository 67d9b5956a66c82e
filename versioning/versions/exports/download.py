"""An export as the answer to a request: packed into a file first, so that a slow reader holds nothing up."""

from tempfile import TemporaryFile

from django.http import FileResponse

from versioning.versions.exports.files import entries
from versioning.versions.exports.packing import pack
from versioning.workspaces.actor import Actor


def download(actor: Actor) -> FileResponse:
    """The .zip of the actor's workspace, to be saved under the workspace's name."""
    file = TemporaryFile()  # noqa: SIM115  the answer closes it
    try:
        pack(entries(actor), file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"{actor.workspace.slug}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
