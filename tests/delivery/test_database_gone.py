"""With the database gone the last known is served on, and says so."""

from collections.abc import Iterator

import pytest

from tests.delivery.house import until
from tests.server import Installation, Server

SET_UP = """
from agents.services.connectors import create_connector
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

workspace = create_workspace("demo")
operator = Actor.of_operator(workspace, via="command")
with told(workspace.id):
    make_prompt(operator, slug="greeting", live=2, drafts=1)
    make_prompt(operator, slug="other", live=1)
    make_prompt(operator, slug="empty", drafts=1)
    agent = make_agent(operator, slug="desk", locked=2, live=2)
    print(create_key(operator, name="a", kind="live")[1])
    print(create_key(operator, name="b", kind="test")[1])
    print(create_connector(operator, agent, name="Line", channel="api").pk)
"""
ROLL_BACK = """
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Artifact
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace

with told(operator=True):
    workspace = Workspace.objects.get(slug="demo")
with told(workspace.id):
    artifact = Artifact.objects.get(slug="greeting")
    services.roll_back(Actor.of_operator(workspace, via="command"), artifact, 1)
"""


ACT_ON_AGENT = """
from agents.services import change_agent
from versioning.lib.transaction import told
from versioning.versions import services
from agents.models import Agent
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace

with told(operator=True):
    workspace = Workspace.objects.get(slug="demo")
with told(workspace.id):
    agent, operator = Agent.objects.get(slug="desk"), Actor.of_operator(workspace, via="command")
    services.roll_back(operator, agent, 1)
    change_agent(operator, agent, bio="Another one.")
    services.promote(operator, agent, 3)
    services.unpublish(operator, agent)
"""


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """A Previse with a database server of its own."""
    made = Installation().start_copy()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def keys(installation: Installation) -> list[str]:
    """A live and a test key, and a connector of the agent `desk`."""
    return installation.run(SET_UP).splitlines()


@pytest.fixture
def lone(installation: Installation, keys: list[str]) -> Iterator[Server]:
    """A server of that installation."""
    started = Server(installation.environment).start()
    yield started
    started.stop()
    installation.database.start()


def test_the_last_known_is_served_marked_with_its_age_and_freshness_comes_back_by_itself(
    installation: Installation, lone: Server, keys: list[str]
):
    live, test, _ = keys
    fresh = lone.prompt("greeting", live)
    pinned = lone.prompt("greeting", live, version=1)
    lone.prompt("empty", live)
    lone.prompt("greeting", test)
    bundle = lone.get("/v1/bundle", live)

    installation.database.stop()
    until(lambda: lone.prompt("greeting", live).json()["stale"], within=5)

    stale = lone.prompt("greeting", live)
    said = stale.json()
    assert said == fresh.json() | {"stale": True, "stale_for": said["stale_for"]}
    assert stale.headers["previse-stale"] == str(said["stale_for"])
    assert 1 <= said["stale_for"] < 30
    assert "etag" not in stale.headers
    assert stale.headers["cache-control"] == "no-store"
    known = lone.get("/v1/prompts/greeting", live, If_None_Match=fresh.headers["etag"])
    assert (known.status_code, known.headers["etag"]) == (304, fresh.headers["etag"])
    assert int(known.headers["previse-stale"]) >= 1
    assert lone.prompt("greeting", live, version=1).content == pinned.content
    until(lambda: lone.get("/v1/bundle", live).json()["stale"], within=5)  # it was read last
    all_of_it = lone.get("/v1/bundle", live)
    marks = {"stale": True, "stale_for": int(all_of_it.headers["previse-stale"])}
    assert all_of_it.json() == bundle.json() | marks
    assert "etag" not in all_of_it.headers
    assert lone.get("/v1/bundle", live, If_None_Match=bundle.headers["etag"]).status_code == 304
    assert lone.get("/v1/bundle", test).status_code == 503
    until(lambda: lone.prompt("greeting", test).json()["stale"], within=5)
    until(lambda: "stale" in lone.prompt("empty", live).json(), within=5)
    nothing = lone.prompt("empty", live)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "no_live_version")
    assert nothing.json()["stale"]
    unknown = lone.prompt("other", live)
    assert (unknown.status_code, unknown.json()["code"]) == (503, "busy")
    assert unknown.headers["retry-after"] == "1"
    assert lone.prompt("greeting", live[:-1] + ("x" if live[-1] != "x" else "y")).status_code == 401
    assert lone.get("/healthz").status_code == 200
    ready = lone.get("/readyz")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["database", "listener"])

    installation.database.start()
    installation.run(ROLL_BACK)
    until(lambda: lone.prompt("greeting", live).json()["number"] == 1, within=5)
    until(lone.is_ready, within=5)
    assert lone.prompt("greeting", live).json()["stale"] is False
    until(lambda: lone.get("/v1/bundle", live).json()["stale"] is False, within=5)
    until(lambda: lone.prompt("other", live).status_code == 200, within=5)
    assert "Traceback" not in lone.log()


def test_an_agent_is_served_on_and_conversations_that_are_known_too(
    installation: Installation, lone: Server, keys: list[str]
):
    live, _, connector = keys
    fresh = lone.read("agent", "desk", live)
    begun = lone.begin("agents/desk", live)
    unread = lone.begin("agents/desk", live).headers["location"]
    other = Server(installation.environment).start()
    other.read("agent", "desk", live)

    installation.database.stop()
    until(lambda: lone.read("agent", "desk", live).json()["stale"], within=5)

    said = lone.read("agent", "desk", live).json()
    assert said == fresh.json() | {"stale": True, "stale_for": said["stale_for"]}
    read = lone.get(begun.headers["location"], live)
    assert (read.status_code, read.content) == (200, begun.content)
    assert "previse-stale" not in read.headers
    refused = [lone.begin(where, live) for where in ("agents/desk", f"connectors/{connector}")]
    refused.append(other.get(unread, live))
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(503, "busy")] * 3
    assert {each.headers["retry-after"] for each in refused} == {"1"}

    installation.database.start()
    until(lambda: lone.begin("agents/desk", live).status_code == 201, within=5)
    until(lambda: other.get(unread, live).status_code == 200, within=5)
    assert other.stop() == 0
    assert "Traceback" not in lone.log()


def test_a_conversation_reads_the_same_bytes_after_everything_was_restarted(
    installation: Installation, keys: list[str]
):
    live = keys[0]
    first = Server(installation.environment).start()
    begun = first.begin("agents/desk", live, {"caller": "a"}, Idempotency_Key="through a restart")
    assert first.stop() == 0

    installation.run(ACT_ON_AGENT)
    installation.database.stop()
    installation.database.start()
    second = Server(installation.environment).start()

    read = second.get(begun.headers["location"], live)
    again = second.begin("agents/desk", live, {"caller": "a"}, Idempotency_Key="through a restart")
    second.stop()
    assert (read.status_code, read.content) == (200, begun.content)
    assert (again.status_code, again.content) == (201, begun.content)


def test_the_age_grows_while_the_database_is_gone(installation: Installation, lone: Server, keys: list[str]):
    lone.prompt("other", keys[0])
    installation.database.stop()

    until(lambda: int(lone.prompt("other", keys[0]).headers.get("previse-stale", 0)) >= 3, within=8)

    assert lone.prompt("other", keys[0]).json()["content"]


def test_it_does_not_start_without_its_database_and_says_so(installation: Installation, keys: list[str]):
    elsewhere = installation.environment | {"DATABASE_URL": "postgresql://pv_app@127.0.0.1:1/previse"}

    refusing = Server(elsewhere).start(wait=False)

    assert refusing.process.wait(30) != 0
    assert "the database cannot be reached" in refusing.log()
