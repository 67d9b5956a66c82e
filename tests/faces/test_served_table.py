"""The last row of the table: keys read what is served, live or staging by their kind, and nobody else."""

import asyncio
import json
from typing import Any

import pytest
from django.db import connections

from tests.cast import Cast
from tests.factories import make_agent, make_prompt
from tests.server import url_of
from versioning.delivery.app import Delivery
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.tokens import make_token
from versioning.workspaces.tokens import issue

KEYS = {"live key": "live", "test key": "test"}
PATHS = ("/v1/prompts/greeting", "/v1/agents/greeting")


@pytest.fixture
def bearers(committed_cast: Cast) -> dict[str, str]:
    """Who could ask, where v2 is live and the draft v3 is staged."""
    cast = committed_cast
    with told(cast.demo.id, cast.alice.person_id):
        for made in (make_prompt(cast.alice, slug="greeting", live=2, drafts=1),
                     make_agent(cast.alice, slug="greeting", locked=2, live=2)):  # fmt: skip
            services.stage(cast.alice, made, 3)
        keys = {
            name: create_key(cast.alice, name=name, kind=kind, scopes=("history", "drafts"))[1]
            for name, kind in KEYS.items()
        }
        token = make_token(cast.alice, name="assistant")[1]
    assert cast.alice.user
    return {**keys, "MCP token": token, "access token": issue(cast.alice.user, "demo"), "nobody": ""}


async def asked(bearers: dict[str, str]) -> dict[tuple[str, str], tuple[int, Any]]:
    """What each gets at each path."""
    delivery = Delivery(url_of(connections["default"].settings_dict), cache_mb=1, touch_seconds=60)
    await delivery.open()
    try:
        return {
            (who, path): await one(delivery, path, bearer)
            for who, bearer in bearers.items()
            for path in PATHS
        }
    finally:
        await delivery.close()


async def one(delivery: Delivery, path: str, bearer: str) -> tuple[int, Any]:
    """One request: the status, and what came."""
    got: list[Any] = []
    headers = [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        got.append(message)

    await delivery(scope, receive, send)
    return got[0]["status"], json.loads(got[1]["body"])


def test_keys_are_served_by_their_kind_and_nobody_else_is(bearers: dict[str, str]):
    answers = asyncio.run(asked(bearers))

    for (who, path), (status, said) in answers.items():
        if who not in KEYS:
            assert (status, said["code"]) == (401, "unauthorized"), (who, path)
            continue
        served = (3, "staging") if who == "test key" else (2, "live")
        assert status == 200, (who, path, said)
        assert (said["number"], said["served_from"]) == served, (who, path)
