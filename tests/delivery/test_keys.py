"""Keys: which count, what a flood of others costs, when each was last used."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.delivery.house import House, until
from tests.server import Server
from versioning.delivery.source import MOST_CONNECTIONS
from versioning.lib.transaction import told
from versioning.workspaces import keys
from versioning.workspaces.models import ApiKey

FLOOD = 1_000


def wrong(key: str) -> str:
    """The key with one character of its checksum changed."""
    return key[:-1] + ("A" if key[-1] != "A" else "B")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic {key}", "{key}", "Bearer {wrong}", "Bearer {key}x", "Bearer pv_live_",
     "Bearer {key} {key}", "Bearer,{key}", "Bearer {swapped}"],
)  # fmt: skip
def test_what_is_no_key_of_ours_is_refused_alike(house: House, server: Server, header: str):
    key = house.key()
    prompt = house.prompt()
    sent = header.format(key=key, wrong=wrong(key), swapped=key.replace("live", "test"))

    answer = server.client.get(f"/v1/prompts/{prompt.slug}", headers={"Authorization": sent})

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="previse"'
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("form", ["bearer {key}", "BEARER {key}", "Bearer   {key}"])
def test_the_scheme_is_read_as_the_standard_says(house: House, server: Server, form: str):
    key, prompt = house.key(), house.prompt()

    answer = server.client.get(f"/v1/prompts/{prompt.slug}", headers={"Authorization": form.format(key=key)})

    assert answer.status_code == 200


def test_two_authorization_headers_are_no_credential(house: House, server: Server):
    key, prompt = house.key(), house.prompt()
    twice = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]

    answer = server.client.get(f"/v1/prompts/{prompt.slug}", headers=twice)

    assert answer.status_code == 401


def test_malformed_keys_cost_no_query(house: House, server: Server, queries: Any):
    key = house.key()
    before = queries.settled(server)

    for _ in range(50):
        server.get("/v1/prompts/greeting", wrong(key))

    assert queries(server) == before


def test_an_invented_key_is_asked_for_once(house: House, server: Server, queries: Any):
    invented = keys.generate("live")
    first = server.get("/v1/prompts/greeting", invented)
    before = queries.settled(server)

    again = [server.get("/v1/prompts/greeting", invented).status_code for _ in range(50)]

    assert first.status_code == 401
    assert set(again) == {401}
    assert queries(server) == before


def test_a_flood_of_invented_keys_holds_up_nobody_and_takes_few_connections(
    house: House, server: Server, queries: Any
):
    prompt, key = house.prompt(), house.key()
    path = f"/v1/prompts/{prompt.slug}"
    server.get(path, key)

    def invent(_: int) -> set[int]:
        with httpx.Client(base_url=server.url) as client:
            return {
                client.get(path, headers={"Authorization": f"Bearer {keys.generate('live')}"}).status_code
                for _ in range(FLOOD // 20)
            }

    with ThreadPoolExecutor(20) as pool:
        flood = pool.map(invent, range(20))
        meanwhile = [server.prompt(prompt.slug, key).status_code for _ in range(50)]
        cold = server.prompt(prompt.slug, house.key()).status_code
        answered = set().union(*flood)

    assert answered <= {401, 503}
    assert set(meanwhile) == {200}
    assert cold == 200
    assert queries.connections(server) <= MOST_CONNECTIONS


def test_last_used_is_written_soon_and_at_most_once_a_minute(house: House, server: Server, queries: Any):
    prompt, (key, key_id) = house.prompt(), house.key_with_id()

    def last_used() -> Any:
        with told(house.actor.workspace.id):
            return ApiKey.objects.values_list("last_used_at", flat=True).get(pk=key_id)

    server.prompt(prompt.slug, key)
    until(lambda: last_used() is not None, within=4)
    first, before = last_used(), queries(server)
    server.prompt(prompt.slug, key)
    until(lambda: queries.seconds_since(server) > 1.2, within=4)

    assert last_used() == first
    assert queries(server) == before


def test_last_used_never_lies_in_the_future_and_never_moves_back(house: House, server: Server):
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    _, key_id = house.key_with_id()
    now = timezone.now()
    moments = [now + timedelta(days=1), now - timedelta(days=1)]

    with connection.cursor() as cursor:
        for moment in moments:
            cursor.execute("SELECT touch_keys(%s::uuid[], %s::timestamptz[])", [[key_id], [moment]])

    with told(house.actor.workspace.id):
        written = ApiKey.objects.values_list("last_used_at", flat=True).get(pk=key_id)
    assert now <= written <= timezone.now()
