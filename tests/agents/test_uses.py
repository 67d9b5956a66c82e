"""A prompt says which agents name it: in its editor, before it is promoted, before it is unpublished."""

from agents.services import change_agent
from tests.factories import make_agent, make_prompt
from tests.versions.pages import body
from versioning.versions import services
from versioning.versions.uses import uses_of


def test_each_agent_that_names_it_says_what_it_is_on(cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    desk = make_agent(cast.eve, slug="desk", locked=1, live=1, llm_config={"prompts": {"greeting": "live"}})
    make_agent(cast.eve, slug="pinned", llm_config={"prompts": {"greeting": 1}})
    make_agent(cast.eve, slug="other")

    uses = {use.slug: use.words for use in uses_of(cast.eve, prompt)}

    assert uses == {
        "desk": "its draft follows live; v1, which is live, is on v1", "pinned": "its draft is on v1",
    }  # fmt: skip
    change_agent(cast.eve, desk, llm_config={})
    uses = {use.slug: use.words for use in uses_of(cast.eve, prompt)}
    assert uses["desk"] == "v1, which is live, is on v1"


def test_an_archived_agent_is_not_named(cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    agent = make_agent(cast.eve, slug="old", llm_config={"prompts": {"greeting": "live"}})
    services.archive(cast.eve, agent)

    assert uses_of(cast.eve, prompt) == []


def test_the_editor_and_the_reviews_name_them(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    make_agent(cast.eve, slug="desk", locked=1, live=1, llm_config={"prompts": {"greeting": "live"}})

    for path in ("", "versions/2/promote/", "unpublish/"):
        page = web.get(f"prompts/greeting/{path}")

        assert "desk its draft follows live; v1, which is live, is on v1" in body(page), path
        assert "/w/demo/agents/desk/" in page.content.decode()
    review = body(web.get("prompts/greeting/versions/2/promote/"))
    assert "None of them changes now" in review


def test_a_prompt_that_nobody_names_says_nothing_of_it(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1, drafts=1)

    for path in ("", "versions/2/promote/", "unpublish/"):
        assert "Agents that name it" not in body(web.get(f"prompts/greeting/{path}")), path


def test_promoting_a_prompt_changes_no_agent(cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    agent = make_agent(cast.eve, slug="desk", locked=1, live=1, llm_config={"prompts": {"greeting": "live"}})

    services.promote(cast.eve, prompt, 2)

    (use,) = uses_of(cast.eve, prompt)
    assert use.words == "its draft follows live; v1, which is live, is on v1"
    agent.refresh_from_db()
    assert agent.live.number == 1


def test_many_are_folded(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)
    for number in range(7):
        make_agent(cast.eve, slug=f"desk-{number}", parts={}, llm_config={"prompts": {"greeting": 1}})

    page = web.get("prompts/greeting/")

    assert "2 more" in body(page)
    assert "desk-6" in body(page)
