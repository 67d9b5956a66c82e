"""Sixty calls of two workspaces at once: each stays its own, and none waits for a connection in vain."""

import asyncio
import time
from itertools import count

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from agents.services import change_agent
from tests.factories import make_agent, make_prompt
from tests.server import Server
from versioning.lib.transaction import told
from versioning.workspaces.models import Event

CALLS = 60
_numbers = count(1)


@pytest.fixture(scope="module")
def twins(world):
    """In both workspaces an agent and a prompt of the same slugs, whose texts say whose they are."""
    people = {"demo": world.cast.alice, "elsewhere": world.cast.charlie}
    for name, actor in people.items():
        agent = world.act(actor, make_agent, slug="twin", bio=f"of {name}")
        world.act(actor, change_agent, agent, bio=f"of {name}, changed")
        world.act(actor, make_prompt, slug="twin-prompt", source=f"The text of {name}", live=1)
    return people


def at_once(url, bearers, what):
    """Do something CALLS times at once, the clients of all bearers in turn; how long all of it took."""

    async def run():
        async with contextual(url, bearers) as clients:
            start = time.monotonic()
            done = await asyncio.gather(*(what(n, clients[n % len(clients)]) for n in range(CALLS)))
            return done, time.monotonic() - start

    return asyncio.run(run())


class contextual:
    """One client per bearer."""

    def __init__(self, url, bearers):
        self._url, self._bearers, self._open = f"{url}/mcp", bearers, []

    async def __aenter__(self):
        clients = []
        for bearer in self._bearers:
            http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {bearer}"}, timeout=30)
            client = Client(streamable_http_client(self._url, http_client=http))
            self._open += [http, client]
            await http.__aenter__()
            clients.append(await client.__aenter__())
        return clients

    async def __aexit__(self, *error):
        for each in reversed(self._open):
            await each.__aexit__(None, None, None)


async def tenants_seen(n, client):
    """The workspaces of the rows that a call shows."""
    if n % 3 == 2:
        got = await client.get_prompt("twin-prompt", {})
        return {got.messages[0].content.text.removeprefix("The text of ")}
    asked = {"resource_type": "agent", "resource_id": "twin"}
    tool, arguments = [("list_versions", asked), ("list_agent_history", {"agent_id": "twin"})][n % 3]
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return {item["tenant_id"] for item in result.structured_content["items"]}


def strangers(world, twins, url):
    """How many of the calls at once saw what is not theirs, and how long all of it took."""
    own = [{name, str(actor.workspace.id)} for name, actor in twins.items()]
    bearers = [world.token(actor) for actor in twins.values()]
    seen, took = at_once(url, bearers, tenants_seen)
    return sum(not tenants <= own[n % 2] for n, tenants in enumerate(seen)), took


def test_sixty_reads_of_two_workspaces_stay_apart(world, twins):
    seen, took = strangers(world, twins, world.server.url)

    assert seen == 0
    assert took < 15


def test_this_test_would_notice_a_caller_that_is_remembered(world, twins, server_environment):
    faulty = Server(server_environment, application="tests.mcp.faulty:application").start()
    try:
        found = sum(strangers(world, twins, faulty.url)[0] for _ in range(3))
    finally:
        faulty.stop()

    assert found > 0


def test_sixty_restores_of_many_people_are_recorded_as_each_ones_own(world, twins):
    actors = [world.cast.alice, world.cast.charlie, world.cast.ada]
    slugs = [f"raced-{next(_numbers)}" for _ in range(CALLS)]
    for n, slug in enumerate(slugs):
        actor = actors[n % 3]
        agent = world.act(actor, make_agent, slug=slug, bio="First")
        world.act(actor, change_agent, agent, bio="Second")

    async def restored(n, client):
        asked = {"resource_type": "agent", "resource_id": slugs[n], "target_version": 1, "reason": str(n)}
        return await client.call_tool("rollback_version", asked)

    results, _ = at_once(world.server.url, [world.token(actor) for actor in actors], restored)

    assert [result.is_error for result in results] == [False] * CALLS
    assert {result.structured_content["new_version"] for result in results} == {3}
    for n, actor in enumerate(actors):
        with told(actor.workspace.id):
            events = Event.objects.filter(
                name="resource.restored", actor_id=actor.id, message__in=map(str, range(CALLS))
            )
            assert {int(event.message) for event in events} == set(range(n, CALLS, 3))
            assert {event.workspace_id for event in events} == {actor.workspace.id}
            assert {event.via for event in events} == {"mcp"}


def test_pages_are_served_meanwhile(world, twins):
    async def both(n, client):
        if n % 6:
            return await tenants_seen(n, client)
        async with httpx2.AsyncClient(timeout=30) as http:
            return (await http.get(f"{world.server.url}/account/login/")).status_code

    done, _ = at_once(world.server.url, [world.token(world.cast.alice)], both)

    assert {each for each in done if isinstance(each, int)} == {200}
