"""Errors as programs read them: `application/problem+json` with a stable `code`."""

import json

from django.http import HttpRequest, HttpResponse

from versioning.lib.errors import DomainError


def body_of(error: DomainError) -> bytes:
    """A DomainError as JSON: the same bytes on every face."""
    said = {"title": error.message, "status": error.status, "code": error.code, **error.data}
    return json.dumps(said, default=str).encode()


def problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A DomainError as an answer. Two that are equal to a stranger are equal byte for byte."""
    response = HttpResponse(body_of(error), status=error.status, content_type="application/problem+json")
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="previse"'
    if "retry_after" in error.data:
        response["Retry-After"] = str(error.data["retry_after"])
    return response
