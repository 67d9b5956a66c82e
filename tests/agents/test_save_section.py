"""Saving a section of the agent's own fields on the editor page, with and without htmx."""

import json
from html import unescape

from agents.models import Agent
from agents.services import change_agent
from tests.agents.sheets import send, sheet, sheets_on
from tests.agents.test_editor_page import said
from tests.factories import AgentFactory, make_agent, make_prompt
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace

EDITOR = "agents/desk/"


def again(slug="desk"):
    return Agent.objects.get(slug=slug)


def test_a_save_leads_back_to_the_section_and_is_one_event(cast, web):
    make_agent(cast.eve, slug="desk", locked=1)

    answer = send(web, sheet(web, EDITOR, "identity"), name="Night desk", tags="a, b", status="paused")

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/agents/desk/#identity")
    agent = again()
    assert (agent.name, agent.tags, agent.status) == ("Night desk", ["a", "b"], "paused")
    event = Event.objects.get(name="version.updated", to_number=2)
    assert event.data["section"] == "identity"


def test_with_htmx_the_section_alone_comes_back_and_the_header_is_told(cast, htmx):
    make_agent(cast.eve, slug="desk", locked=1)
    form = sheet(htmx, EDITOR, "identity")

    answer = send(htmx, form, name="Night desk")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert json.loads(answer["HX-Trigger"]) == {"version-changed": {}}
    assert [*sheets_on(answer)] == ["identity"]
    assert "Saved just now" in page
    assert "was</span> Front desk" in page
    assert 'id="toc"' in page
    assert 'hx-swap-oob="true"' in page
    assert "<html" not in page
    assert sheets_on(answer)["identity"]["expected"] != form["expected"]


def test_the_model_keeps_what_has_no_field_of_its_own(cast, web):
    make_prompt(cast.eve, slug="greeting", live=2)
    AgentFactory(
        actor=cast.eve, slug="desk",
        llm_config={"model": "small", "temperature": 0.2, "top_p": 0.9, "stop": ["x"], "time_limit": 600},
    )  # fmt: skip
    form = sheet(web, EDITOR, "model")
    assert json.loads(form["other"]) == {"stop": ["x"], "top_p": 0.9}
    assert form["time_limit"] == "600"

    send(web, form, temperature="", time_limit="10 min", instructions="Be kind.\r\nBe brief.",
         prompt=["greeting", ""], at=["v1", "live"], other='{"stop": []}')  # fmt: skip

    assert again().llm_config == {
        "model": "small", "time_limit": "10 min", "instructions": "Be kind.\nBe brief.", "stop": [],
        "prompts": {"greeting": 1},
    }  # fmt: skip


def test_a_prompt_row_left_empty_is_taken_out(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)
    AgentFactory(actor=cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live"}})

    send(web, sheet(web, EDITOR, "model"), prompt=["", ""], at=["live", ""])

    assert again().llm_config == {}


def test_metadata_is_json_and_empty_is_an_empty_object(cast, web):
    AgentFactory(actor=cast.eve, slug="desk", metadata={"a": 1})

    send(web, sheet(web, EDITOR, "metadata"), metadata="  ")

    assert again().metadata == {}


def test_a_field_that_was_left_alone_stays_as_it_is(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    kept = "One.\r\nTwo.\r\n"  # as an import wrote it: no form would
    Agent.objects.filter(pk=agent.pk).update(bio=kept, llm_config={"temperature": 1e-7, "model": ""})
    Agent.objects.filter(pk=agent.pk).update(metadata={"token_budget": 5})

    identity = send(web, sheet(web, EDITOR, "identity"), bio=kept, name="Night desk")
    model = send(web, sheet(web, EDITOR, "model"), instructions="Be kind.")

    assert (identity.status_code, model.status_code) == (303, 303)
    assert again().bio == kept
    assert again().llm_config == {"temperature": 1e-7, "model": "", "instructions": "Be kind."}


def test_line_ends_are_those_of_the_text_that_was_there(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk", llm_config={"instructions": "One.\r\nTwo."})

    send(web, sheet(web, EDITOR, "model"), instructions="One.\r\nTwo.\r\nThree.")

    agent.refresh_from_db()
    assert agent.llm_config["instructions"] == "One.\r\nTwo.\r\nThree."


def test_nothing_to_save_is_said_and_is_no_error(cast, web, htmx):
    AgentFactory(actor=cast.eve, slug="desk")

    for browser in (web, htmx):
        answer = send(browser, sheet(browser, EDITOR, "identity"))
        assert answer.status_code == 200
        assert "Nothing differs from v1: nothing to save." in said(answer)
    assert not Event.objects.filter(name="version.updated").exists()


def test_an_invalid_save_says_so_at_the_field_and_keeps_the_text(cast, web, htmx):
    AgentFactory(actor=cast.eve, slug="desk")

    for browser in (web, htmx):
        answer = send(browser, sheet(browser, EDITOR, "model"), temperature="9", instructions="Mine.",
                      prompt="never-was", other='{"a": 1,\r\n "b" 2}')  # fmt: skip
        assert answer.status_code == 422
        assert "It is no JSON: Expecting ':' delimiter (line 2, column 6)." in said(answer)
        form = sheets_on(answer)["model"]
        other = form["other"].replace("\r\n", "\n")
        assert (form["temperature"], form["instructions"], other) == (
            "9",
            "Mine.",
            '{"a": 1,\n "b" 2}',
        )
        assert form["prompt"] == "never-was"
    answer = send(web, sheet(web, EDITOR, "model"), temperature="9")
    assert "It is a number from 0 to 2." in said(answer)
    answer = send(web, sheet(web, EDITOR, "model"), prompt="never-was")
    assert "There is no prompt 'never-was' in this workspace." in said(answer)
    assert again().llm_config["temperature"] == 0.2


def test_without_htmx_a_refused_save_shows_the_whole_editor(cast, web):
    AgentFactory(actor=cast.eve, slug="desk")

    answer = send(web, sheet(web, EDITOR, "identity"), name="")

    assert answer.status_code == 422
    assert [*sheets_on(answer)] == ["identity", "model", "metadata"]
    assert "It cannot be empty." in said(answer)


def test_what_somebody_saved_meanwhile_stands_beside_what_was_typed(cast, web, htmx):
    agent = AgentFactory(actor=cast.eve, slug="desk")

    for browser in (web, htmx):
        form = sheet(browser, EDITOR, "identity")
        bio = f"Eve's words {browser.htmx}."
        change_agent(cast.eve, agent, section="identity", bio=bio)

        answer = send(browser, form, bio="My words.")

        assert answer.status_code == 412
        words = said(answer)
        assert "Eve saved this section just now, while you were writing." in words
        assert f"Eve's words {browser.htmx}." in unescape(answer.content.decode())
        shown = sheets_on(answer)["identity"]
        assert shown["bio"] == "My words."
        agent.refresh_from_db()
        assert agent.bio == bio

        assert send(browser, shown).status_code == (200 if browser.htmx else 303)
        agent.refresh_from_db()
        assert agent.bio == "My words."


def test_fields_that_only_the_other_wrote_are_taken_over(cast, htmx):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    form = sheet(htmx, EDITOR, "identity")
    change_agent(cast.eve, agent, section="identity", bio="Eve's.", tags=["eve"])

    answer = send(htmx, form, tags="mine", before=json.dumps({"tags": ""}))

    assert answer.status_code == 412
    assert "Eve changed Bio, where you wrote nothing" in said(answer)
    shown = sheets_on(answer)["identity"]
    assert (shown["bio"], shown["tags"]) == ("Eve's.", "mine")
    assert "data-take" in answer.content.decode()
    assert 'data-take="bio"' not in answer.content.decode()


def test_what_only_the_writer_changed_is_no_conflict(cast, htmx):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    form = sheet(htmx, EDITOR, "identity")
    change_agent(cast.eve, agent, section="identity", bio="Eve's.")

    answer = send(htmx, form, tags="mine", before=json.dumps({"tags": ""}))

    assert "you wrote in other fields. Save again to keep both." in said(answer)
    assert send(htmx, sheets_on(answer)["identity"]).status_code == 200
    assert (again().bio, again().tags) == ("Eve's.", ["mine"])


def test_a_save_in_another_section_is_no_conflict(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    form = sheet(web, EDITOR, "identity")
    change_agent(cast.eve, agent, section="metadata", metadata={"a": 1})

    assert send(web, form, name="Night desk").status_code == 303


def test_a_form_that_does_not_say_what_it_was_shown_saves_nothing(cast, web):
    AgentFactory(actor=cast.eve, slug="desk")

    answer = send(web, sheet(web, EDITOR, "identity"), name="Night desk", expected="")

    assert answer.status_code == 412
    assert again().name == "Front desk"


def test_two_sections_of_one_page_are_saved_one_after_the_other(cast, htmx):
    AgentFactory(actor=cast.eve, slug="desk")
    forms = sheets_on(htmx.get(EDITOR))

    first = send(htmx, forms["identity"], name="Night desk")
    second = send(htmx, forms["model"], temperature="1")

    assert (first.status_code, second.status_code) == (200, 200)
    assert (again().name, again().llm_config["temperature"]) == ("Night desk", 1)


def test_the_same_save_sent_twice_acts_once(cast, htmx):
    AgentFactory(actor=cast.eve, slug="desk")
    form = sheet(htmx, EDITOR, "identity")

    answers = [send(htmx, form, name="Night desk") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert Event.objects.filter(name="version.updated").count() == 1


def test_a_save_that_serves_says_so(cast, web, htmx):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    services.promote(cast.eve, agent, 1, lock=False)

    answer = send(htmx, sheet(htmx, EDITOR, "identity"), name="Night desk")
    assert "Saved just now, and served since then" in said(answer)

    page = web.get(send(web, sheet(web, EDITOR, "identity"), name="Day desk")["Location"].partition("#")[0])
    assert "Saved in v1. v1 is live: what is saved here is served at once." in said(page)
    assert json.loads(Version.objects.of(agent).get().source)["agent"]["name"] == "Day desk"


def test_who_was_not_told_that_a_save_is_served_is_asked_first(cast, htmx):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    form = sheet(htmx, EDITOR, "identity")
    services.promote(cast.ada, agent, 1, lock=False)

    answer = send(htmx, form, name="Night desk")

    assert answer.status_code == 412
    assert "v1 was published meanwhile: what you save is served at once. Save again to do that." in said(
        answer
    )
    assert again().name == "Front desk"
    assert send(htmx, sheets_on(answer)["identity"]).status_code == 200
    assert again().name == "Night desk"


def test_a_save_that_cannot_be_served_is_refused_with_the_reason(cast, htmx):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    agent = AgentFactory(actor=cast.eve, slug="desk", llm_config={"prompts": {"greeting": "live"}})
    services.promote(cast.eve, agent, 1, lock=False)
    services.unpublish(cast.eve, prompt)

    answer = send(htmx, sheet(htmx, EDITOR, "identity"), name="Night desk")

    assert answer.status_code == 409
    assert "The prompt 'greeting' has no live version." in said(answer)
    assert sheets_on(answer)["identity"]["name"] == "Night desk"
    assert again().name == "Front desk"


def test_who_may_not_write_is_refused(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    form = sheet(web, EDITOR, "identity")
    assert send(web.of(cast.bob), form, name="Bob's").status_code == 403

    services.promote(cast.eve, agent, 1, lock=False)
    change_workspace(cast.alice, protect_live=True)
    live = sheet(web, EDITOR, "identity")
    assert send(web.of(cast.eve), live, name="Eve's").status_code == 403
    assert send(web.of(cast.ada), live, name="Ada's").status_code == 303
    assert again().name == "Ada's"


def test_a_section_is_asked_for_alone_to_throw_away_what_was_typed(cast, web, htmx):
    AgentFactory(actor=cast.eve, slug="desk")

    alone = htmx.get("agents/desk/section/identity/")
    whole = web.get("agents/desk/section/identity/")

    assert ([*sheets_on(alone)], "<html" in alone.content.decode()) == (["identity"], False)
    assert [*sheets_on(whole)] == ["identity", "model", "metadata"]
    read = htmx.of(cast.bob).get("agents/desk/section/identity/")
    assert (sheets_on(read), "Front desk" in said(read)) == ({}, True)
