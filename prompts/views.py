"""The pages of prompts."""

from django.http import HttpRequest, HttpResponse


def _soon(request: HttpRequest, **where: object) -> HttpResponse:
    return HttpResponse("")


list_page = new = import_page = editor = typing = save = discard = kept = reopen = drop = _soon
open_in_editor = code = settings_page = archive = unarchive = _soon
