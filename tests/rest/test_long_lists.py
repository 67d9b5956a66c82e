"""A long list asks the database no more questions than a short one: what is counted of each is counted in one
world, first while it is small, then when it has grown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api_client import Rest
from tests.factories import make_agent, make_prompt
from tests.kept import kept

PATHS = [
    "prompts", "prompts/a/versions?include=source", "prompts/a/events", "events", "agents",
    "agents/a/versions", "agents/a/versions?include=source", "agents/a/mcp-servers", "agents/a/events",
    "agents/a/snapshots", "agents/a/history?include=events", "history?include=events", "history?q=eve",
    "prompts/a/history",
]  # fmt: skip


def asked_by(rest, path):
    """How many questions it takes to answer."""
    with CaptureQueriesContext(connection) as asked:
        assert rest.get(path).status_code == 200
    return len(asked)


def grow(cast):
    """How much each list asked while it was short. Afterwards they are long."""
    rest = Rest(cast).of(cast.alice)
    make_prompt(cast.eve, slug="a", live=1)
    make_agent(cast.eve, slug="a", locked=1, live=1)
    asked = {path: asked_by(rest, path) for path in PATHS}

    rest.post("prompts/a/versions", source="Written from v1", base=1)
    for n in range(12):
        make_prompt(cast.eve, slug=f"b{n}", live=2, drafts=1)
        rest.post("prompts/a/versions", source=f"{n}", base=1)
    for n in range(5):
        make_agent(cast.eve, slug=f"b{n}", locked=2, live=2)
        rest.post("agents/a/mcp-servers", name=f"{n}", config={"api_key": f"sealed-away-{n}"})
        rest.post("agents/a/lock")
    return asked


@pytest.fixture(scope="module")
def made(cast_again, django_db_blocker):
    with kept(cast_again, django_db_blocker, grow) as made:
        yield made


@pytest.mark.parametrize("path", PATHS)
def test_a_long_list_asks_no_more_questions_than_a_short_one(made, path, django_assert_num_queries):
    with made.again() as (cast, asked):
        rest = Rest(cast).of(cast.alice)

        with django_assert_num_queries(asked[path]):
            rest.get(path)
