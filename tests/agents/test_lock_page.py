"""Locking on its page: confirmed, bound to what was shown, refused with the reason before the button."""

import pytest

from agents.services import change_agent
from tests.factories import make_agent, make_prompt
from tests.versions.pages import body, shown
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.services.workspaces import change_workspace

BOUND = ("expected", "sequence", "once")


def labels(agent):
    found = Version.objects.of(agent).order_by("number")
    return [(version.label, "draft" if version.is_draft else "locked") for version in found]


def test_locking_is_confirmed_with_a_message_and_opens_the_next_draft(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1, live=1)
    change_agent(cast.eve, agent, bio="Answers at night.")
    page = web.get("agents/desk/lock/")

    answer = web.post("agents/desk/lock/", message="Night shift", **shown(page, *BOUND))

    assert "1 change since v1, see what differs ." in body(page)
    assert "The draft v3 opens at once, forked from it." in body(page)
    assert "Live stays on v1." in body(page)
    assert answer.status_code == 303
    assert labels(agent) == [("v1", "locked"), ("v2", "locked"), ("v3", "draft")]
    assert Version.objects.of(agent).get(number=2).message == "Night shift"
    assert "v2 is locked. v3 is the draft now. Publish v2…" in body(web.client.get(answer["Location"]))


def test_a_draft_saved_since_is_not_locked_and_the_page_says_by_whom(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    page = web.get("agents/desk/lock/")
    change_agent(cast.ada, agent, section="identity", bio="Answers at night.")

    answer = web.post("agents/desk/lock/", message="My words", **shown(page, *BOUND))

    assert answer.status_code == 412
    assert "Nothing was done." in body(answer)
    assert "Ada saved Identity of v2" in body(answer)
    assert "My words" in answer.content.decode()
    assert labels(agent)[-1] == ("v2", "draft")
    again = web.post("agents/desk/lock/", **shown(answer, *BOUND[:2]))
    assert again.status_code == 303
    assert labels(agent)[-1] == ("v3", "draft")


def test_a_draft_that_somebody_else_locked_is_not_locked_again(cast, web):
    agent = make_agent(cast.eve, slug="desk")
    page = web.get("agents/desk/lock/")
    services.lock(cast.ada, agent, message="Mine")

    answer = web.post("agents/desk/lock/", **shown(page, *BOUND))

    assert answer.status_code == 412
    assert "Ada locked v1" in body(answer)
    assert "Lock v2?" in body(answer)
    assert labels(agent) == [("v1", "locked"), ("v2", "draft")]


def test_a_form_without_what_was_shown_is_refused(cast, web):
    agent = make_agent(cast.eve, slug="desk")

    assert web.post("agents/desk/lock/").status_code == 412
    assert labels(agent) == [("v1", "draft")]


def test_sent_twice_it_locks_once(cast, web):
    agent = make_agent(cast.eve, slug="desk")
    form = shown(web.get("agents/desk/lock/"), *BOUND)

    answers = [web.post("agents/desk/lock/", **form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert labels(agent) == [("v1", "locked"), ("v2", "draft")]


def test_prompts_that_it_names_are_said_with_their_numbers(cast, web):
    make_prompt(cast.eve, slug="greeting", live=2)
    make_prompt(cast.eve, slug="farewell", live=1)
    make_agent(cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live", "farewell": 1}})

    page = body(web.get("agents/desk/lock/"))

    assert "The prompt greeting becomes v2, which is live now." in page
    assert "The prompt farewell stays on v1." in page


def test_a_prompt_that_is_not_live_is_said_before_the_button_and_refused(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    agent = make_agent(cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live"}})
    page = web.get("agents/desk/lock/")
    services.unpublish(cast.eve, prompt)

    answer = web.post("agents/desk/lock/", **shown(page, *BOUND))
    warned = web.get("agents/desk/lock/")

    assert answer.status_code in (409, 412)
    assert "It cannot be locked now. The prompt 'greeting' has no live version." in body(warned)
    assert "<button" not in warned.content.decode().partition('<form class="ask"')[2].partition("</form>")[0]
    assert labels(agent) == [("v1", "draft")]


def test_a_message_that_is_too_long_is_given_back(cast, web):
    agent = make_agent(cast.eve, slug="desk")
    form = shown(web.get("agents/desk/lock/"), *BOUND)

    answer = web.post("agents/desk/lock/", message="x" * 2001, **form)

    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()
    assert labels(agent) == [("v1", "draft")]


def test_a_live_draft_that_is_locked_stays_live(cast, web):
    agent = make_agent(cast.eve, slug="desk")
    services.promote(cast.eve, agent, 1, lock=False)
    page = web.get("agents/desk/lock/")

    web.post("agents/desk/lock/", **shown(page, *BOUND))

    agent.refresh_from_db()
    assert "v1 is live and stays live; saves of v2 are not served." in body(page)
    assert agent.live.number == 1
    assert not agent.live.is_draft


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_viewer_and_a_stranger_lock_nothing(cast, web, method):
    make_agent(cast.eve, slug="desk")

    assert getattr(web.of(cast.bob), method)("agents/desk/lock/").status_code == 403
    assert getattr(web.of(cast.charlie), method)("agents/desk/lock/").status_code == 404


def test_a_live_draft_is_not_locked_by_an_editor_where_live_is_protected(cast, web):
    services.promote(cast.eve, make_agent(cast.eve, slug="desk"), 1, lock=False)
    change_workspace(cast.alice, protect_live=True)

    assert web.of(cast.eve).get("agents/desk/lock/").status_code == 403


def test_an_archived_agent_is_not_locked(cast, web):
    services.archive(cast.eve, make_agent(cast.eve, slug="desk"))

    assert web.get("agents/desk/lock/").status_code == 409


def test_prompts_have_no_such_page(cast, web):
    make_prompt(cast.eve, slug="greeting")

    assert web.get("prompts/greeting/lock/").status_code == 404
    assert web.get("prompts/greeting/revert/").status_code == 404
    make_agent(cast.eve, slug="desk")
    assert web.get("agents/desk/versions/1/delete/").status_code == 404
