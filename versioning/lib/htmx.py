"""One URL, two sizes: the only place that asks whether htmx wants a page or a part of it."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

HEADERS = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request", "HX-Target")


def wants_part(request: HttpRequest) -> bool:
    """Whether only a part of the page is asked for."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """The whole page, or the partial `part` of the same file when htmx asks."""
    name = f"{template}#{part}" if part and wants_part(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, HEADERS)
    return response


def done(request: HttpRequest, url: str, *, said: str = "", **events: Any) -> HttpResponse:
    """After an act: 303 to `url`; with htmx, the events by which the page refreshes itself."""
    from django.contrib import messages

    if not wants_part(request):
        if said:
            messages.success(request, said)
        return HttpResponseRedirect(url, status=303)
    response = HttpResponse(status=204)
    toast = {"toast": {"text": said, "kind": "ok"}} if said else {}
    response["HX-Trigger"] = json.dumps(toast | events)
    return response
