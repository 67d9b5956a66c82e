"""What is warm costs no query, and what is cold costs one for all who ask at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.delivery.house import House, until
from tests.server import Server
from versioning.delivery.source import MOST_CONNECTIONS
from versioning.versions import services


def test_a_warm_read_asks_the_database_nothing(house: House, server: Server, queries: Any):
    prompt, keys = house.prompt(live=2, drafts=1), [house.key("live"), house.key("test")]
    house.act(services.stage, prompt, 3)
    empty, agent = house.prompt(live=0, drafts=1), house.agent(live=2)
    house.act(services.stage, agent, 3)
    paths = [f"/v1/prompts/{prompt.slug}", f"/v1/prompts/{prompt.slug}?version=1",
             f"/v1/prompts/{empty.slug}", "/v1/prompts/never-was", "/v1/prompts/Not%20A%20Slug",
             f"/v1/agents/{agent.slug}", f"/v1/agents/{agent.slug}?version=1", "/v1/agents/none"]  # fmt: skip
    for path in paths:
        for key in keys:
            server.get(path, key)
    before = queries.settled(server)

    statuses = {server.get(path, key).status_code for _ in range(20) for path in paths for key in keys}

    assert statuses == {200, 404}
    assert queries(server) == before


def test_the_proof_sees_a_query_when_there_is_one(house: House, server: Server, queries: Any):
    """Without this the silence above would prove nothing."""
    prompt, key = house.prompt(live=2), house.key()
    server.prompt(prompt.slug, key)
    before = queries(server)
    house.act(services.roll_back, prompt, 1)

    until(lambda: server.prompt(prompt.slug, key).json()["number"] == 1)

    assert queries(server) != before


def test_many_who_read_the_same_cold_prompt_at_once_all_get_it(house: House, server: Server, queries: Any):
    prompts, key = [house.prompt() for _ in range(5)], house.key()
    server.prompt(prompts[0].slug, key)

    def read(index: int) -> int:
        with httpx.Client(base_url=server.url) as client:
            path = f"/v1/prompts/{prompts[index % 5].slug}"
            return client.get(path, headers={"Authorization": f"Bearer {key}"}).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(read, range(60)))

    assert statuses == {200}
    assert queries.connections(server) <= MOST_CONNECTIONS
