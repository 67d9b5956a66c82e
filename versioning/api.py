"""The door for programs: `/api/`, as a table of contents. `docs/openapi.json` is its snapshot."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, re_path, reverse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.operation import Operation

from versioning.lib.errors import DomainError, not_found
from versioning.lib.problems import problem
from versioning.lib.rest import Key, Problem, Renderer, StrictParser, Token, map_errors

ABOUT = """
Everything that the pages of Previse do with prompts and agents, for programs.

**Who.** Send `Authorization: Bearer …` with an access token (`POST /api/auth/token`; for one hour, in one
workspace) or an API key. A key with the scope `history` reads, one with `drafts` saves drafts; no key
changes what is served. What is served is read elsewhere: `GET /v1/prompts/{slug}`, `GET /v1/agents/{slug}`.

**Safely.** `If-Match` (or `expected_version`) carries the `tag` of what is written to, as `ETag` told it, and
refuses a write over somebody else's: of a draft of a prompt its own, of an agent's fields the agent's, of a
part the part's; `lock`, `publish` and `revert` carry the tag of the whole draft (`draft.tag`). `generation`
refuses to move a pointer that moved since. `Idempotency-Key` makes a repeated request act once, and answers
it with the first answer, for 24 hours.

**Lists** answer `items`, `total` (counted up to 10,000, then `total_is_minimum`), `limit`, `offset` and
`next_cursor`; send that as `cursor` to read on.

**Refusals** are `application/problem+json`: `title` says what to do, `code` is stable. What is another
workspace's is `not_found`, like what never was.
"""
ONCE = {
    "in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 255},
    "description": "Any text of your own for this request: sent again with it, it acts once.",
}  # fmt: skip
ERRORS = {"4XX": "Refused; `code` says why.", "5XX": "Nothing was changed; try again."}


class Docs(DocsBase):
    """The page of the interface: our own files alone, as the Content-Security-Policy asks."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page."""
        return render(request, "api/docs.html", {"openapi_url": self.get_openapi_url(api, kwargs)})


class Api(NinjaAPI):
    """The interface, with the refusals that every endpoint shares."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The description, each endpoint with its refusals."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        schema["components"]["parameters"] = {"Once": ONCE}
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        refusals = {code: {"description": said, "content": content} for code, said in ERRORS.items()}
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                operation["responses"] |= refusals
                if method != "get" and operation.get("security"):
                    operation["parameters"].append({"$ref": "#/components/parameters/Once"})
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The verb's own name: what a generated client calls it."""
        return operation.view_func.__name__


api = Api(
    title="Previse", version="1", description=ABOUT, urls_namespace="api", docs=Docs(),
    auth=[Token(), Key()], parser=StrictParser(), renderer=Renderer(),
)  # fmt: skip
map_errors(api)
api.add_router("/auth", "versioning.workspaces.api.auth")
api.add_router("/prompts", "prompts.api.router")
api.add_router("/prompts", "prompts.api.history")
api.add_router("/prompts", "prompts.api.pointers")
api.add_router("/prompts", "prompts.api.past")
api.add_router("/prompts", "prompts.api_history.router")
api.add_router("/prompts", "prompts.api_blame.router")
api.add_router("/agents", "agents.api_import.router")  # before those of one agent: `import` is no id
api.add_router("/agents", "agents.api.agents.router")
api.add_router("/agents", "agents.api.parts.router")
api.add_router("/agents", "agents.api.versions.router")
api.add_router("/agents", "agents.api.blame.router")
api.add_router("/agents", "agents.api.pointers.router")
api.add_router("/agents", "agents.api.versions.past")
api.add_router("/agents", "agents.api.history.router")
api.add_router("/agents", "agents.api.history.snapshots")
api.add_router("/agents", "agents.api.calls.connectors")
api.add_router("/agents", "agents.api.calls.conversations")
api.add_router("", "versioning.versions.api.router")
api.add_router("", "versioning.versions.api_export.router")
api.add_router("", "versioning.changes.api.router")
api.add_router("", "versioning.changes.api_health.router")
api.add_router("", "versioning.playground.api.router")
api.add_router("", "versioning.delivery.api.router")
api.add_router("", "versioning.webhooks.api.router")
api.add_router("", "versioning.workspaces.api.router")
api.add_router("", "versioning.workspaces.api.people")
api.add_router("", "versioning.workspaces.api.programs")


def _spoken(view: Callable[..., Any]) -> Callable[..., Any]:
    """Say in our words what Django says by itself: that a method is not allowed.

    Of a body without its length WSGI would read nothing, and we would take it for an empty one.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
            return problem(request, DomainError("length_required", "Send the body with a Content-Length."))
        response = view(request, *args, **kwargs)
        response.setdefault("Cache-Control", "no-store")  # tokens, keys, texts: for no cache on the way
        if response.status_code != 405:
            return response
        allowed = response["Allow"]
        refusal = problem(request, DomainError("method_not_allowed", f"Send {allowed} here."))
        refusal["Allow"] = allowed
        return refusal

    return answer


def home(request: HttpRequest) -> HttpResponse:
    """Who comes by hand reads the description."""
    return redirect(reverse("api:openapi-view"))


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """An address that there is not: the same answer as for a thing that there is not."""
    return problem(request, not_found())


def _patterns() -> list[URLPattern]:
    patterns: list[Any] = api.urls[0]
    for pattern in patterns:
        pattern.callback = _spoken(pattern.callback)
    return patterns


app_name = "api"
urlpatterns = [path("", home), *_patterns(), re_path("", unknown)]
