"""Errors as programs read them: `application/problem+json` with a stable `code`."""

import json

from django.http import HttpRequest, HttpResponse

from versioning.lib.errors import DomainError


def problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A DomainError as an answer. Two that are equal to a stranger are equal byte for byte."""
    body = {"title": error.message, "status": error.status, "code": error.code, **error.data}
    response = HttpResponse(
        json.dumps(body, default=str), status=error.status, content_type="application/problem+json"
    )
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="previse"'
    return response
