"""Publishing, rolling back, unpublishing, staging on pages: reviewed, bound, in the words of agents."""

import pytest

from agents.services import change_agent
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from tests.versions.pages import body, live_of, row_of, shown, text_of
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace

BOUND = ("expected", "generation", "sequence", "once")


def beginning(cast):
    """v1 to v3 locked, v2 live, the draft v4 changed."""
    made = make_agent(cast.eve, slug="desk", locked=3, live=2)
    change_agent(cast.eve, made, bio="Answers at night.")
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def acts(agent):
    found = Event.objects.of(agent.pk).order_by("-sequence")[:2]
    return [(event.name, event.to_number, event.act_id) for event in found]


def test_the_draft_is_locked_and_published_in_one_act(cast, web, agent):
    page = web.get("agents/desk/versions/4/publish/")

    answer = web.post("agents/desk/versions/4/publish/", message="Night", **shown(page, *BOUND))

    text = body(page)
    assert "Review before publishing v4" in text
    assert "New conversations switch to v4. v2 stays in history." in text
    assert "v4 is locked: it can never be changed again. The draft v5 opens, forked from it." in text
    assert "Conversations that run stay on the version that they began with." in text
    assert "To undo: roll back to v2." in text
    assert text.index("Lock and publish v4") < text.index("Publish the draft itself")
    assert answer.status_code == 303
    assert live_of(agent) == 4
    (published, locked) = acts(agent)
    assert (published[0], locked[0]) == (EventName.VERSION_PUBLISHED, EventName.VERSION_LOCKED)
    assert published[2] == locked[2]
    said = body(web.client.get(answer["Location"]))
    assert "v4 is live. v2 stays in history. Roll back to v2…" in said


def test_the_draft_itself_is_published_when_it_is_asked_for(cast, web, agent):
    page = web.get("agents/desk/versions/4/publish/")

    answer = web.post("agents/desk/versions/4/publish/", **{"as": "draft"}, **shown(page, *BOUND))

    assert "v4 stays the draft: from then on each save of it is live at once." in body(page)
    assert live_of(agent) == 4
    assert Version.objects.of(agent).get(number=4).is_draft
    assert "It is still the draft: each save of it is live at once." in body(
        web.client.get(answer["Location"])
    )


def test_where_live_is_protected_the_draft_itself_is_not_offered_and_refused(cast, web, agent):
    change_workspace(cast.alice, protect_live=True)
    page = web.get("agents/desk/versions/4/publish/")

    answer = web.post("agents/desk/versions/4/publish/", **{"as": "draft"}, **shown(page, *BOUND))

    assert "Lock and publish v4" in body(page)
    assert "Publish the draft itself" not in body(page)
    assert answer.status_code == 409
    assert live_of(agent) == 2
    assert web.of(cast.eve).get("agents/desk/versions/4/publish/").status_code == 403


def test_a_locked_version_has_one_button(cast, web, agent):
    page = web.get("agents/desk/versions/3/publish/")

    web.post("agents/desk/versions/3/publish/", **shown(page, *BOUND))

    assert "Lock and publish" not in body(page)
    assert "Publish v3" in body(page)
    assert live_of(agent) == 3


def test_an_older_version_is_rolled_back_to_or_published(cast, web, agent):
    back, again = web.get("agents/desk/versions/1/rollback/"), web.get("agents/desk/versions/1/publish/")

    answer = web.post("agents/desk/versions/1/publish/", **shown(again, *BOUND))

    assert "Roll back to v1" in body(back)
    assert "The draft stays as it is." in body(back)
    assert "your editor" not in body(back)
    assert "Publish v1" in body(again)
    assert answer.status_code == 303
    assert live_of(agent) == 1


def test_rolling_back_leaves_the_draft_as_it_is(cast, web, agent):
    page = web.get("agents/desk/versions/1/rollback/")

    answer = web.post("agents/desk/versions/1/rollback/", **shown(page, *BOUND))

    assert live_of(agent) == 1
    assert "v1 is live. v2 stays in history. Publish v2 again…" in body(web.client.get(answer["Location"]))
    assert "1 change since v3" in body(web.get("agents/desk/"))


def test_with_nothing_live_it_says_that_calls_are_refused(cast, web):
    make_agent(cast.eve, slug="quiet")

    page = body(web.get("agents/quiet/versions/1/publish/"))

    assert "Nothing is live now, so calls are refused. New conversations get v1." in page


def test_what_the_draft_names_is_said_with_its_numbers(cast, web):
    make_prompt(cast.eve, slug="greeting", live=2)
    make_agent(cast.eve, slug="quiet", llm_config={"prompts": {"greeting": "live"}})

    assert "The prompt greeting becomes v2" in body(web.get("agents/quiet/versions/1/publish/"))


def test_a_prompt_that_is_not_live_is_said_before_the_button(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    agent = make_agent(cast.eve, slug="quiet", llm_config={"prompts": {"greeting": "live"}})
    form = shown(web.get("agents/quiet/versions/1/publish/"), *BOUND)
    services.unpublish(cast.eve, prompt)

    page = body(web.get("agents/quiet/versions/1/publish/"))
    answer = web.post("agents/quiet/versions/1/publish/", **form)

    assert "It cannot go live now. The prompt 'greeting' has no live version." in page
    assert "Lock and publish" not in page
    assert answer.status_code in (409, 412)
    assert live_of(agent) is None


def test_a_draft_saved_since_is_not_published(cast, web, agent):
    page = web.get("agents/desk/versions/4/publish/")
    change_agent(cast.ada, agent, section="identity", bio="Answers at noon.")

    answer = web.post("agents/desk/versions/4/publish/", message="Mine", **shown(page, *BOUND))

    assert answer.status_code == 412
    assert "Ada saved Identity of v4" in body(answer)
    assert "Mine" in answer.content.decode()
    assert live_of(agent) == 2


def test_a_live_draft_is_compared_as_it_is_now(cast, web, agent):
    services.promote(cast.eve, agent, 4, lock=False)
    change_agent(cast.eve, agent, bio="Answers at noon.")

    assert "Answers at noon." in body(web.get("agents/desk/versions/3/rollback/"))


def test_unpublishing_says_that_calls_are_refused(cast, web, agent):
    page = web.get("agents/desk/unpublish/")

    answer = web.post("agents/desk/unpublish/", **shown(page, "generation", "sequence"))

    assert "calls are refused with 409 no_live_version" in body(page)
    assert "v2 stays in history and can be published again." in body(page)
    assert live_of(agent) is None
    said = body(web.client.get(answer["Location"]))
    assert "v2 is no longer live: calls are refused with no_live_version. Publish v2 again…" in said


def test_each_row_offers_what_fits_its_version(cast, web, agent):
    def offers(number):
        html = row_of(web.get(f"agents/desk/versions/{number}/"), number)
        return text_of("<div " + html[html.index('class="v-acts"') : html.index('<div class="v-vars"')])

    assert offers(4).startswith("Publish v4… Set as staging Open in editor")
    assert offers(3).startswith("Publish v3… Set as staging Open v3")
    assert offers(2).startswith("Unpublish… Set as staging Open v2")
    assert offers(1).startswith("Roll back to v1… Set as staging Open v1")
    assert "Delete" not in offers(4)


def test_rows_say_their_state_and_how_far_the_draft_has_come(cast, web, agent):
    services.stage(cast.eve, agent, 2)
    page = web.get("agents/desk/versions/")

    assert "1 change since v3" in text_of(row_of(page, 4))
    assert "v2 locked staging live Lock 2" in text_of(row_of(page, 2))
    assert "Search the configuration too" in body(page)
    assert "text" not in body(web.get("agents/desk/versions/", q="zebra")).partition("No version found")[2]


def test_the_configuration_is_searched_by_the_switch(cast, web, agent):
    found = web.get("agents/desk/versions/", q="phone in way 3", text="1")

    assert 'id="v3"' in found.content.decode()
    assert 'id="v1"' not in found.content.decode()


def test_staging_is_set_and_cleared_by_forms(cast, web, agent):
    staged = web.post("agents/desk/versions/4/stage/")
    cleared = web.post("agents/desk/unstage/")

    assert (staged.status_code, cleared.status_code) == (303, 303)
    agent.refresh_from_db()
    assert agent.staging_id is None


def test_a_viewer_sees_no_review_and_a_stranger_nothing(cast, web, agent):
    for path in ("versions/4/publish/", "versions/1/rollback/", "unpublish/"):
        assert web.of(cast.bob).get(f"agents/desk/{path}").status_code == 403, path
        assert web.of(cast.charlie).get(f"agents/desk/{path}").status_code == 404, path
