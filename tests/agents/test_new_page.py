"""A new agent: written with its first words, opened in its editor with v1 as the draft."""

import pytest

from agents.models import Agent
from tests.factories import make_agent
from tests.versions.pages import body, shown
from versioning.versions.models import Version


def test_an_agent_is_made_with_its_first_words(cast, web):
    page = web.get("agents/new/")

    answer = web.post(
        "agents/new/", slug="front-desk", name="Front desk", bio="Answers\r\nthe phone.", model="small",
        instructions="Be brief.\r\nBe kind.", **shown(page, "once"),
    )  # fmt: skip

    agent = Agent.objects.get(slug="front-desk")
    assert answer.status_code == 303
    assert answer["Location"].endswith("/agents/front-desk/")
    assert agent.bio == "Answers\nthe phone."
    assert agent.llm_config == {"model": "small", "instructions": "Be brief.\nBe kind."}
    assert [version.label for version in Version.objects.of(agent).drafts()] == ["v1"]
    said = body(web.client.get(answer["Location"]))
    assert "Made front-desk. Its v1 is a draft: calls reach it once it is published." in said


def test_a_slug_alone_makes_one(cast, web):
    web.post("agents/new/", slug="quiet")

    agent = Agent.objects.get(slug="quiet")
    assert (agent.name, agent.llm_config) == ("quiet", {})


@pytest.mark.parametrize("slug", ["", "With Space", "new", "import", "taken", "a--b", "x" * 101])
def test_a_slug_that_cannot_be_is_refused_at_its_field(cast, web, slug):
    make_agent(cast.eve, slug="taken")

    answer = web.post("agents/new/", slug=slug, bio="Kept words")

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Kept words" in html
    assert "errorlist" in html.partition('name="slug"')[2].partition('name="name"')[0]
    assert Agent.objects.count() == 1


def test_a_credential_is_refused_at_the_field_that_holds_it(cast, web):
    answer = web.post("agents/new/", slug="desk", instructions="Use sk-abcdefghijklmnopqrstuvwx to log in.")

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "credential" in html.partition('name="instructions"')[2]


def test_a_copy_of_another_one_can_be_chosen(cast, web):
    make_agent(cast.eve, slug="desk")

    page, answer = web.get("agents/new/"), web.get("agents/new/", copy="desk")

    assert "Begin with a copy of" in body(page)
    assert answer["Location"].endswith("/agents/desk/copy/")
    assert web.get("agents/new/", copy="never\0was").status_code == 200


def test_a_viewer_and_a_stranger_make_nothing(cast, web):
    for method in ("get", "post"):
        assert getattr(web.of(cast.bob), method)("agents/new/").status_code == 403
        assert getattr(web.of(cast.charlie), method)("agents/new/").status_code == 404
