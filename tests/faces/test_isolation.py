"""What belongs to another workspace does not exist: every URL, taken from the URLconf itself.

Two strangers ask: charlie, who is a member elsewhere only, asks for demo's addresses, and for demo's
objects under the address of his own workspace. A route with a parameter that is not in VALUES fails the
walk, so that a new route cannot be forgotten.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path

from agents.api.entry import find
from agents.models import Agent
from agents.services import create_agent
from prompts.services import create_prompt
from tests.api_client import Rest
from tests.factories import AgentFactory, make_prompt
from tests.objects import Values, everything, filled, never
from versioning.api import api
from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.versions.models import Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
METHODS = ("GET", "POST")  # a page knows no other


@dataclass(frozen=True)
class Route:
    """One address of the house: its template, e.g. `w/<str:workspace>/prompts/<str:slug>/`."""

    template: str

    def url(self, values: Values) -> str:
        """The address with its parameters filled in. KeyError names a parameter without a value."""
        if "/prompts/" in self.template:  # which are resources themselves; of an agent a trigger is asked for
            values = values | {"resource_type": "prompt", "resource_id": values["prompt_id"]}
        return "/" + PARAMETER.sub(lambda match: str(values[match[1]]), self.template)


def routes(prefix: str, resolver: URLResolver | None = None, so_far: str = "") -> Iterator[Route]:
    """Every route below a prefix."""
    for entry in (resolver or get_resolver()).url_patterns:
        template = so_far + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(prefix, entry, template)
        elif isinstance(entry, URLPattern) and template.startswith(prefix):
            yield Route(template)


@pytest.fixture
def values(cast):
    """For every parameter of every route, something that exists in demo."""
    return everything(cast)


def normal(response: HttpResponse) -> tuple[int, bytes]:
    """Status and body, without what differs between any two answers."""
    body = re.sub(rb'nonce="[^"]*"|value="[0-9a-f]{32}"|[A-Za-z0-9]{64}', b"", response.content)
    return response.status_code, body


def leaks(web, workspace: str, values: Values) -> list[str]:
    """Addresses that answer otherwise than an address that never was, with any method."""
    nothing = normal(web.client.get("/w/never-was/prompts/"))
    assert nothing[0] == 404
    found = []
    for route in routes("w/"):
        own = values | {"workspace": workspace}
        if workspace != values["workspace"] and "<" not in route.template.split("/", 2)[2]:
            continue  # charlie's own lists: they name no object
        for method in METHODS:
            answer = normal(web.client.generic(method, route.url(own)))
            if answer != nothing and answer[0] != 405:
                found.append(f"{method} {route.template}: {answer[0]}")
    return found


def test_every_page_exists_for_its_members(web, values):
    missing = []
    for route in routes("w/"):
        response = web.client.get(route.url(values))
        if response.status_code not in (200, 302, 303, 405):
            missing.append(f"{route.template}: {response.status_code}")

    assert missing == []


def test_a_stranger_gets_the_same_404_from_every_address_of_a_workspace(web, cast, values):
    assert leaks(web.of(cast.charlie), cast.demo.slug, values) == []


def test_a_strangers_own_workspace_answers_404_for_every_object_of_another(web, cast, values):
    found = leaks(web.of(cast.charlie), cast.elsewhere.slug, values)

    assert found == []


SAMPLES = {
    "version": 1, "name": "x", "source": "x", "role": "viewer", "archived": True, "slug": "x",
    "schema_data": {"title": "x"}, "channel": "api", "target_version": 1,
}  # fmt: skip


def rest_routes() -> Iterator[tuple[str, str, str]]:
    """Method, path below /api/ and a body that fits, of every operation that names an object."""
    schema = api.get_openapi_schema()
    bodies = schema["components"]["schemas"]
    for template, operations in schema["paths"].items():
        if "{" not in template:
            continue
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
            fields = bodies[reference.rsplit("/", 1)[1]]["properties"] if reference else {}
            body = {name: value for name, value in SAMPLES.items() if name in fields}
            yield method.upper(), template.removeprefix("/api/"), json.dumps(body)


def told_apart(stranger: Rest, values: Values) -> list[str]:
    """Operations whose answer is another for what is another's than for what was never issued."""
    unknown, query, found = never(values), "?from=1&to=2&at=2026-11-20T14:03Z", []
    for method, template, body in rest_routes():
        theirs = stranger.send(method, filled(template, values) + query, body)
        nobodys = stranger.send(method, filled(template, unknown) + query, body)
        same = (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
        if not same or theirs.status_code != 404:
            found.append(f"{method} {template}: {theirs.status_code}")
    return found


def test_an_unknown_object_and_anothers_are_the_same_answer_in_rest(cast, values, rest):
    """With a token of charlie's: byte for byte the answer for what was never issued."""
    assert told_apart(rest.of(cast.charlie), values) == []


def leaking_find(request: HttpRequest, id: str, act: Act) -> tuple[Actor, Agent]:
    """The planted leak in REST: it says of somebody else's agent that it is there."""
    with told(None, operator=True):
        there = Agent.objects.filter(pk=id).exists()
    if there:
        raise DomainError("forbidden", "This agent is not yours.")
    return find(request, id, act)


def test_a_planted_leak_in_rest_is_found(cast, values, rest, monkeypatch):
    monkeypatch.setattr("agents.api.versions.find", leaking_find)

    found = told_apart(rest.of(cast.charlie), values)

    assert "POST agents/{id}/lock: 403" in found
    assert {each.split("/")[0] for each in found} == {"GET agents", "POST agents"}


def leaking_view(request: HttpRequest, slug: str) -> HttpResponse:
    """The planted leak: it asks as the operator, so it finds anybody's prompt."""
    with told(None, operator=True):
        found = Version.objects.filter(artifact__slug=slug).exists()
    return HttpResponse("yes" if found else "no")


def with_planted_leak() -> ModuleType:
    """The house's URLconf with one route more."""
    from versioning import urls

    planted = ModuleType("planted")
    planted.urlpatterns = [  # type: ignore[attr-defined]
        *urls.urlpatterns,
        path("w/<str:workspace>/leak/<str:slug>/", leaking_view),
    ]
    return planted


def test_a_planted_leak_turns_the_walk_red(web, cast, values):
    with override_settings(ROOT_URLCONF=with_planted_leak()):
        found = leaks(web.of(cast.charlie), cast.elsewhere.slug, values)

    assert found == [f"{method} w/<str:workspace>/leak/<str:slug>/: 200" for method in METHODS]


def test_slugs_of_two_workspaces_do_not_meet(cast):
    make_prompt(cast.eve, slug="greeting")
    AgentFactory(actor=cast.eve, slug="desk")

    with told(cast.elsewhere.id, cast.charlie.person_id):
        assert create_prompt(cast.charlie, slug="greeting").slug == "greeting"
        assert create_agent(cast.charlie, slug="desk").slug == "desk"
