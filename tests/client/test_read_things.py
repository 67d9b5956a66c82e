"""What a program gets: prompts and agents, as `/v1` delivers them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.client.door import Door
from tests.delivery.house import House


def test_a_prompt_is_what_the_server_delivers(clients: Any, house: House, door: Door):
    prompt, key = house.prompt(live=2, source="Hello {{ name }} of {{company}}.\r\n\r\n{ no } {{{ name }}\n"), house.key()
    said = __import__("httpx").get(
        f"{door.to}/v1/prompts/{prompt.slug}?version=1", headers={"Authorization": f"Bearer {key}"}
    ).json()

    read = clients(key, door).prompt(prompt.slug, version=1)

    assert (read.slug, read.number, read.label, read.content) == (prompt.slug, 1, "v1", said["content"])
    print(read)
    assert read.variables == tuple(said["variables"]) == ("name", "company")
