"""Restoring one resource on its page: each field before and after, with a box, bound to what was shown."""

import re

import pytest

from agents.models import Agent, AgentTrigger
from agents.services import change_agent, change_part, remove_part
from prompts.models import Prompt
from prompts.services import change_prompt
from tests.changes.restoring import history, sql
from tests.factories import make_agent, make_prompt
from tests.versions.pages import body, hidden, shown
from versioning.versions import services

BOUND = ("expected", "once")


@pytest.fixture
def agent(cast):
    made = make_agent(cast.eve, slug="desk", locked=1, live=1)
    change_agent(cast.eve, made, bio="Second.", commercial_name="Desk two")
    return made


@pytest.fixture
def trigger(agent):
    return AgentTrigger.objects.of(agent).get()


def path(agent, version, name="agent", id=None):
    return f"agents/desk/history/{name}/{id or agent.pk}/{version}/restore/"


def test_every_field_is_shown_before_and_after_with_a_box_that_is_ticked(web, agent):
    page = web.get(path(agent, 1))

    text, html = body(page), page.content.decode()
    assert "Restore agent to version 1" in text
    assert "From version 2, as it is now, to version 1" in text
    assert "bio Second. now Answers the phone." in text
    assert re.findall(r'name="field" value="(\w+)"[^>]*checked', html) == ["bio", "commercial_name"]
    assert "0 created 1 updated 0 deleted" in text
    assert "Recorded as version 3, “Restored to version 1”." in text
    assert "Only the draft v2 changes: live stays on v1." in text


def test_it_is_done_and_the_editor_says_so(cast, web, agent):
    page = web.get(path(agent, 1))

    answer = web.post(
        path(agent, 1), **shown(page, *BOUND), choose="1", field=["bio", "commercial_name"], reason="Better"
    )

    assert answer.status_code == 303
    assert answer["Location"].endswith("/agents/desk/")
    assert "Agent is restored to version 1. Its history" in body(web.client.get(answer["Location"]))
    assert Agent.objects.get(pk=agent.pk).bio == "Answers the phone."


def test_a_field_whose_box_is_not_ticked_stays(web, agent):
    page = web.get(path(agent, 1))

    web.post(path(agent, 1), **shown(page, *BOUND), choose="1", field=["commercial_name"])

    now = Agent.objects.get(pk=agent.pk)
    assert (now.bio, now.commercial_name) == ("Second.", "")


def test_without_any_box_ticked_nothing_is_done_and_the_boxes_stay_as_they_were(web, agent):
    page = web.get(path(agent, 1))

    answer = web.post(path(agent, 1), **shown(page, *BOUND), choose="1", reason="Typed")

    assert answer.status_code == 422
    assert "Nothing was done. Choose at least one field." in body(answer)
    assert "Typed" in body(answer)
    assert not re.search(r'name="field" value="\w+"[^>]*checked', answer.content.decode())


def test_the_card_alone_restores_all_fields(web, htmx, agent):
    card = htmx.get(path(agent, 1))

    assert b"<html" not in card.content
    assert b'name="field"' not in card.content
    assert "update agent Front desk bio, commercial_name" in body(card)
    assert "live stays on v1" in body(card)
    answer = web.post(path(agent, 1), expected=hidden(card, "expected"))

    assert answer.status_code == 303
    assert Agent.objects.get(pk=agent.pk).commercial_name == ""


def test_a_resource_that_changed_meanwhile_is_shown_again_with_what_changed(cast, web, agent):
    page = web.get(path(agent, 1))
    change_agent(cast.ada, agent, bio="Ada's words.")
    sql("UPDATE builder_agents SET type = 'voice' WHERE id = %s", agent.pk)

    answer = web.post(path(agent, 1), **shown(page, *BOUND), choose="1", field=["bio"], reason="Mine")

    assert answer.status_code == 412
    text = body(answer)
    assert "Nothing was done. This agent changed meanwhile: it is at version 4 now." in text
    assert "Ada changed bio just now (version 3)" in text
    assert "changed type just now (version 4)" in text
    assert "bio Ada's words. now Answers the phone." in text
    assert "Mine" in text
    ticked = re.findall(r'name="field" value="(\w+)"[^>]*checked', answer.content.decode())
    assert ticked == ["bio"]
    assert hidden(answer, "expected") == "4"


def test_a_form_without_what_it_was_shown_for_is_refused(web, agent):
    assert web.post(path(agent, 1)).status_code == 428


def test_a_deleted_row_says_that_it_comes_back_under_its_id(cast, web, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)
    at = path(agent, 1, "trigger", trigger.pk)

    page = web.get(at)

    text = body(page)
    assert "Restore trigger nightly to version 1" in text
    assert "What comes back The row is deleted now" in text
    assert "It comes back under its id" in text
    assert "1 created 0 updated 0 deleted" in text
    assert b'name="field"' not in page.content
    answer = web.post(at, **shown(page, *BOUND))
    assert "Trigger nightly is restored to version 1." in body(web.client.get(answer["Location"]))
    assert AgentTrigger.objects.filter(pk=trigger.pk).exists()


def test_a_version_that_was_a_deletion_says_that_the_row_will_be_deleted(cast, web, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)
    restored = path(agent, 1, "trigger", trigger.pk)
    web.post(restored, **shown(web.get(restored), *BOUND))
    at = path(agent, 2, "trigger", trigger.pk)

    page = web.get(at)

    assert "Version 2 was a deletion, so the row will be deleted." in body(page)
    assert "Delete it again" in body(page)
    answer = web.post(at, **shown(page, *BOUND))
    assert "Trigger nightly is deleted." in body(web.client.get(answer["Location"]))
    assert [each[1] for each in history("trigger", trigger.pk)] == ["INSERT", "DELETE", "INSERT", "DELETE"]


def test_the_newest_version_has_nothing_to_restore(web, agent, trigger):
    page = web.get(path(agent, 1, "trigger", trigger.pk))

    assert "there is nothing to restore" in body(page)
    assert b'name="reason"' not in page.content


def test_it_is_published_afterwards_where_that_is_ticked(web, agent):
    page = web.get(path(agent, 1))
    assert "Lock and publish v2 afterwards" in body(page)

    answer = web.post(path(agent, 1), **shown(page, *BOUND), publish="1")

    assert "restored to version 1 and published" in body(web.client.get(answer["Location"]))
    agent.refresh_from_db()
    assert agent.live.number == 2


def test_what_cannot_come_back_whole_can_be_chosen_from(cast, web, agent, trigger):
    sql("UPDATE builder_agent_triggers SET name = '', enabled = false WHERE id = %s", trigger.pk)
    change_part(cast.eve, agent, AgentTrigger, trigger.pk, name="nightly", enabled=True)
    at = path(agent, 2, "trigger", trigger.pk)

    page = web.get(at)
    assert (
        "Not all of it can come back. The trigger 'nightly' cannot come back. name: It cannot be empty."
        in body(page)
    )
    refused = web.post(at, **shown(page, *BOUND), choose="1", field=["name", "enabled"])
    assert refused.status_code == 422
    done = web.post(at, **shown(refused, *BOUND), choose="1", field=["enabled"])

    assert done.status_code == 303
    row = AgentTrigger.objects.get(pk=trigger.pk)
    assert (row.name, row.enabled) == ("nightly", False)


def test_viewers_cannot_and_what_is_not_there_is_not_found(cast, web, agent, trigger):
    other = make_agent(cast.eve, slug="other")

    assert web.of(cast.bob).get(path(agent, 1)).status_code == 403
    for missing in (
        path(agent, 9), path(agent, 0), path(agent, 1, "prompt"), path(agent, 1, "nonsense"),
        path(agent, 1, "agent", other.pk), path(agent, 1, "trigger", AgentTrigger.objects.of(other).get().pk),
    ):  # fmt: skip
        assert web.get(missing).status_code == 404, missing
        assert web.post(missing, expected="1").status_code == 404, missing


def test_an_archived_agent_restores_nothing(cast, web, agent):
    services.unpublish(cast.eve, agent)
    services.archive(cast.eve, Agent.objects.get(pk=agent.pk))

    assert web.get(path(agent, 1)).status_code == 409


def test_the_words_of_a_prompt_are_restored_on_the_same_page(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    change_prompt(cast.eve, prompt, name="Hello", tags=["one"])
    at = f"prompts/greeting/history/prompt/{prompt.pk}/1/restore/"

    page = web.get(at)

    assert "Restore prompt to version 1" in body(page)
    assert "name Hello now greeting" in body(page)
    assert "Its versions stay as they are, and so do live and staging." in body(page)
    assert "afterwards" not in body(page)
    answer = web.post(at, **shown(page, *BOUND), choose="1", field=["name"])
    assert answer["Location"].endswith("/prompts/greeting/history/")
    now = Prompt.objects.get(pk=prompt.pk)
    assert (now.name, now.tags) == ("greeting", ["one"])


def test_a_prompt_in_the_archive_says_so_in_words(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting")
    services.archive(cast.eve, prompt)
    at = f"prompts/greeting/history/prompt/{prompt.pk}/1/restore/"

    page = web.get(at)

    assert "archived_at archived now not archived" in body(page)
    assert web.post(at, **shown(page, *BOUND)).status_code == 303
    assert Prompt.objects.get(pk=prompt.pk).archived_at is None


def test_what_html_was_written_there_is_text(cast, web, agent):
    change_agent(cast.eve, agent, bio="<script>alert(1)</script>")

    page = web.get(path(agent, 1)).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
