"""If-None-Match: a program that has the answer already gets 304."""

import pytest

from tests.delivery.house import KINDS, House, until
from tests.server import Server
from versioning.versions import services


@pytest.mark.parametrize(
    "form", ["{tag}", "W/{tag}", '"other", {tag}', '{tag},"other"', 'W/"a" , W/{tag}', "*"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_known_etag_answers_304_without_a_body(
    house: House, server: Server, form: str, method: str, kind: str
):
    path, key = f"/v1/{kind}s/{house.thing(kind).slug}", house.key()
    tag = server.get(path, key).headers["etag"]

    answer = server.ask(method, path, key, If_None_Match=form.format(tag=tag))

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag
    assert answer.headers["previse-generation"]
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("form", ['"other"', "{bare}", '"{bare}x"', "W/", '"', "", '"*"'])
def test_any_other_etag_answers_in_full(house: House, server: Server, form: str):
    path, key = f"/v1/prompts/{house.prompt().slug}", house.key()
    tag = server.get(path, key).headers["etag"]

    answer = server.get(path, key, If_None_Match=form.format(bare=tag.strip('"')))

    assert answer.status_code == 200


def test_the_etag_covers_every_byte_of_the_body(house: House, server: Server):
    """The same text, served anew, is another answer."""
    prompt, key = house.prompt(), house.key()
    first = server.prompt(prompt.slug, key)
    house.act(services.unpublish, prompt)
    house.act(services.promote, prompt, 1)
    until(lambda: server.prompt(prompt.slug, key).content != first.content)

    second = server.get(f"/v1/prompts/{prompt.slug}", key, If_None_Match=first.headers["etag"])

    assert second.status_code == 200
    assert second.json()["content"] == first.json()["content"]
    assert second.headers["etag"] != first.headers["etag"]


def test_a_refusal_is_never_304(house: House, server: Server):
    answer = server.get("/v1/prompts/never-was", house.key(), If_None_Match="*")

    assert answer.status_code == 404
