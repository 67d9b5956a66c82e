"""The process: whether it is up, whether it is ready, and when it refuses to start."""

import pytest
from django.db import connections

from tests.delivery.house import House
from tests.server import Server, url_of


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_says_that_it_is_up_and_ready(server: Server, path: str, method: str):
    answer = server.ask(method, path)

    assert server.is_ready()
    assert answer.status_code == 200 or path == "/readyz"  # these servers run no worker
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_pages_are_django_s(server: Server):
    answer = server.get("/account/login/")

    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "csrfmiddlewaretoken" in answer.text


def test_unknown_pages_are_django_s_too(server: Server):
    answer = server.get("/no-such-page")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_unknown_collections_of_v1_are_problems(server: Server):
    answer = server.get("/v1/no-such-thing")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_it_refuses_to_serve_as_the_owner_of_the_tables_and_says_what_to_do(
    house: House, server_environment: dict[str, str]
):
    owner = url_of(connections["default"].settings_dict, USER=connections["owner"].settings_dict["USER"])
    refusing = Server(server_environment | {"DATABASE_URL": owner}).start(wait=False)

    code = refusing.process.wait(20)

    assert code != 0
    assert "refuses to serve" in refusing.log()
    assert "owns" in refusing.log()
    assert "DATABASE_OWNER_URL=" in refusing.log()


def test_it_ends_cleanly(server_environment: dict[str, str], house: House):
    prompt, key = house.prompt(), house.key()
    one = Server(server_environment).start()
    one.prompt(prompt.slug, key)

    code = one.stop()

    assert code == 0
    assert "Traceback" not in one.log()
