"""REST: agents that come with the history they had elsewhere."""

from django.http import HttpRequest
from ninja import Router

from versioning.lib.rest import MEMBERS
from versioning.versions.api_import import NDJSON, ImportOut, imported

router = Router(tags=["Agents"])


@router.post("/import", auth=MEMBERS, response=ImportOut, summary="Import histories", openapi_extra=NDJSON)
def import_agents(request: HttpRequest) -> ImportOut:
    """The body is NDJSON of at most 50 MB, a version a line; or the .zip of an export (`GET /api/export`).

    A line has `agent` (slug), `version`, `message`, `author`, `created` and `config`, whose forms
    docs/importing.md describes; lines of prompts may stand between them. Versions come in locked, the last
    one live, with a draft forked from it. An agent comes in whole or not at all; what is there already is
    left alone, so that a second import adds nothing. Editors may.
    """
    return imported(request, "agent")
