"""What every REST endpoint says in the same way: who asks, in what form, and how it is refused."""

import json
import logging
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer
from pydantic import ConfigDict

from versioning.lib import strict_json
from versioning.lib.errors import DomainError, not_found
from versioning.lib.problems import problem

log = logging.getLogger("previse.rest")
MOST_TOLD = 100  # of the wrong fields of one body


class Input(Schema):
    """A body. A field that is not known is refused, for it is a mistyped one."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """Why a request was refused (RFC 9457). `code` is stable; some codes bring more fields."""

    title: str = Field(examples=["Resource not found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["not_found"])


class StrictParser(Parser):
    """Reads bodies by `strict_json`."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as JSON, or a DomainError."""
        return strict_json.read(request.body)


class Renderer(BaseRenderer):
    """JSON with moments to the microsecond: `?at=` must find them again."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """The answer's body."""
        return json.dumps(data, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


class Token(HttpBearer):
    """A member's token from `POST /api/auth/token`. It lives one hour and names one workspace."""

    openapi_bearerFormat = "JWT"
    openapi_description = "An access token from `POST /api/auth/token`: a member, in one workspace."

    def __call__(self, request: HttpRequest) -> Any:
        """The actor whom the middleware found, or why it found none."""
        if request.actor is None and request.refusal:  # type: ignore[attr-defined]
            raise request.refusal  # type: ignore[attr-defined]
        return request.actor  # type: ignore[attr-defined]

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not asked: the middleware has read the header, for it must know the workspace."""


class Key(Token):
    """An API key. The middleware has told it from a token already."""

    openapi_bearerFormat = "pv_live_… or pv_test_…"
    openapi_description = (
        "An API key. The scope `history` reads what members read, the scope `drafts` saves drafts; "
        "no key changes what is served."
    )


MEMBERS = Token()  # where keys are told `forbidden`; said so that the description can show it


def if_match(description: str, example: str = '"8-1"') -> dict[str, Any]:
    """What an endpoint's description says of the tag that binds its write.

    The example is part of the words: a page that is tried out would send it, and be refused.
    """
    said = f"{description} Such as `{example}`."
    header = {"in": "header", "name": "If-Match", "schema": {"type": "string"}, "description": said}
    return {"parameters": [header]}


IF_MATCH = if_match("The version's tag as you read it: 412 `stale` where it was rewritten since.")


def expected_tag(request: HttpRequest, expected_version: str | None) -> str | None:
    """The one tag that `If-Match` or `expected_version` names, in quotes; None where neither does."""
    header = request.headers.get("If-Match", "").strip()
    named = [quoted(tag) for tag in (header, expected_version or "") if tag]
    if "," in header or len(set(named)) > 1:
        raise DomainError(
            "invalid", "Send one tag, in If-Match or in expected_version.", field="expected_version"
        )
    return named[0] if named else None


def quoted(tag: str) -> str:
    """A tag as it was told, also where its quotes were left out."""
    return tag if tag == "*" or '"' in tag else f'"{tag}"'


def map_errors(api: NinjaAPI) -> None:
    """Tell the API how each error is said. Nothing that was refused is committed."""

    def say(kind: type[Exception], error_of: Any) -> None:
        def handler(request: HttpRequest, exc: Exception | type[Exception]) -> HttpResponse:
            request._failed = True  # type: ignore[attr-defined]
            return problem(request, error_of(request, exc))

        api.add_exception_handler(kind, handler)

    say(DomainError, lambda request, exc: exc)
    say(ValidationError, lambda request, exc: _invalid(exc))
    say(AuthenticationError, lambda request, exc: _nobody())
    say(Http404, lambda request, exc: not_found())
    say(PermissionDenied, lambda request, exc: DomainError("forbidden", "This request is not let in."))
    say(RequestDataTooBig, lambda request, exc: too_large())
    say(SuspiciousOperation, lambda request, exc: DomainError("bad_request", "This request cannot be read."))
    say(HttpError, lambda request, exc: _of_http(exc))
    say(DataError, lambda request, exc: DomainError("invalid", "A value is out of range or cannot be kept."))
    say(OperationalError, _busy)
    say(Exception, _unknown)


def too_large() -> DomainError:
    """What a body beyond the limit gets."""
    return DomainError("too_large", "The body is larger than 5 MB.")


def _nobody() -> DomainError:
    return DomainError(
        "unauthorized",
        "Send an access token (POST /api/auth/token) or an API key as 'Authorization: Bearer …'.",
    )


def _invalid(error: ValidationError) -> DomainError:
    """What was wrong with which field, said for people in the title and for programs in `errors`."""
    told = error.errors[:MOST_TOLD]
    errors = [{"field": _field(each["loc"]), "message": each["msg"]} for each in told]
    title = "; ".join(f"{each['field'] or 'body'}: {each['message']}" for each in errors[:3])
    return DomainError("invalid", title, errors=errors)


def _field(place: tuple[str | int, ...]) -> str:
    """A field's name as the caller wrote it: without the part of the request and our own names."""
    names = [str(part) for part in place if part not in ("body", "query", "path", "payload", "page")]
    return ".".join(names)


def _of_http(error: HttpError) -> DomainError:
    cause = error.__cause__
    return cause if isinstance(cause, DomainError) else DomainError("bad_request", error.message)


def _busy(request: HttpRequest, error: Exception) -> DomainError:
    log.error("no database for %s %s", request.method, request.path, exc_info=error)
    return DomainError("busy", "The database is busy or away. Try again in a few seconds.", retry_after=3)


def _unknown(request: HttpRequest, error: Exception) -> DomainError:
    request_id = request.id  # type: ignore[attr-defined]
    log.error("%s %s failed (request %s)", request.method, request.path, request_id, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    title = "Something failed on our side. Nothing was changed."
    return DomainError("server_error", title, request_id=request_id)
