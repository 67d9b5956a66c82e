"""What goes wrong on our side: told as REST tells it, logged with the request, and the next call works."""

import pytest

from tests.mcp.assistant import call, message, post
from tests.server import Server

ASKED = {"resource_type": "agent", "resource_id": "x"}


@pytest.fixture(scope="module")
def broken(server_environment):
    """A server whose tools fail."""
    started = Server(server_environment, application="tests.mcp.broken:application").start()
    yield started
    started.stop()


def test_a_failure_is_told_without_a_word_of_its_inside(world, broken):
    answer = post(
        broken, world.token(world.cast.bob), call("list_versions", ASKED), headers={"X-Request-ID": "r-7"}
    )

    result = answer.json()["result"]
    assert result["isError"]
    assert result["structuredContent"] == {
        "title": "Something failed on our side. Nothing was changed.", "status": 500,
        "code": "server_error", "request_id": "r-7",
    }  # fmt: skip
    assert "planted" not in answer.text
    assert "an MCP call failed (request r-7)" in broken.log()


def test_a_prompt_that_fails_is_an_error_of_the_protocol(world, broken):
    answer = post(broken, world.token(world.cast.bob), message("prompts/list"))

    assert answer.json()["error"]["code"] == -32603
    assert answer.json()["error"]["data"]["code"] == "server_error"


def test_without_a_connection_it_says_busy(world, broken):
    answer = post(broken, world.token(world.cast.bob), call("get_snapshot", {"snapshot_id": "x"}))

    assert answer.json()["result"]["structuredContent"]["code"] == "busy"


def test_other_calls_go_on(world, broken):
    assert (
        len(post(broken, world.token(world.cast.bob), message("tools/list")).json()["result"]["tools"]) == 8
    )
