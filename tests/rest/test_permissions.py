"""Who gets in at all, and what a key may not learn. Who may what, cell by cell: tests/faces."""

import re
from uuid import UUID

import pytest

from tests.factories import make_agent, make_prompt
from versioning.api import api
from versioning.versions import services

OPEN = {"POST auth/token", "POST auth/refresh"}  # where one gets in
NAMED = {
    "slug": "greeting", "id": "greeting", "n": 1, "version": 1, "delivery_id": 1, "collection": "triggers",
    "resource_type": "trigger",
}  # fmt: skip


def operations():
    """Every operation of REST, as method and path."""
    return [
        (method.upper(), path.removeprefix("/api/"))
        for path, by in api.get_openapi_schema()["paths"].items()
        for method in by
    ]


def test_a_key_rewrites_no_draft_that_is_staged(rest, cast):
    services.stage(cast.eve, make_prompt(cast.eve, slug="greeting", live=2, drafts=1), 3)

    answer = rest.with_key("drafts").patch("prompts/greeting/versions/3", source="By a machine")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("collection", "make"), [("prompts", make_prompt), ("agents", make_agent)])
def test_a_key_without_the_scope_does_not_learn_what_there_is(rest, cast, collection, make):
    make(cast.eve, slug="greeting")
    program = rest.with_key("drafts")

    assert program.get(f"{collection}/greeting").content == program.get(f"{collection}/never-was").content


def test_nobody_gets_in_without_a_token(rest, cast):
    make_prompt(cast.eve, slug="greeting")
    make_agent(cast.eve, slug="greeting")
    told = {}

    for method, path in operations():
        here = re.sub(r"{(\w+)}", lambda found: str(NAMED.get(found[1], UUID(int=1))), path)
        told[f"{method} {path}"] = rest.nobody().send(method, here, "{}")

    assert len(told) > 100
    assert {name for name, answer in told.items() if answer.status_code != 401} == OPEN
    assert len({answer.content for name, answer in told.items() if name not in OPEN}) == 1
