"""The Snapshots of an agent on their pages: the list, one of them, two compared, the review of a restore."""

import re
import uuid

import pytest
from django.utils import timezone

from agents.models import Agent, AgentSchema, AgentTrigger, McpServer, Snapshot
from agents.services import add_part, change_agent, change_part, remove_part
from agents.services import snapshots as taking
from tests.factories import AgentFactory, make_agent
from tests.kept import begin_with
from tests.versions.pages import body, hidden, shown
from versioning.versions import services
from versioning.workspaces.services.workspaces import change_workspace

BOUND = ("expected", "sequence", "once")


def bio(agent):
    return Agent.objects.get(pk=agent.pk).bio


def numbers(answer):
    """The Snapshots that a list shows, in order."""
    return [int(number) for number in re.findall(r'data-row="(\d+)"', answer.content.decode())]


def many_snapshots(agent, count):
    """As many publishes of v1 would leave."""
    one = Snapshot.objects.of(agent.pk).get()
    Snapshot.objects.bulk_create(
        Snapshot(
            tenant_id=one.tenant_id, agent_id=agent.pk, version_number=number, number=1,
            agent_snapshot=one.agent_snapshot, schemas_snapshot=[], triggers_snapshot=[],
            mcp_servers_snapshot=[], event_id=uuid.uuid4(), published_at=timezone.now(), published_by="Ada",
            message=f"Publish {number}",
        )
        for number in range(2, count + 1)
    )  # fmt: skip


def beginning(cast):
    made = make_agent(cast.eve, slug="desk", locked=1)
    services.promote(cast.ada, made, 1, message="Opening day")
    change_agent(cast.eve, made, bio="Wrecked.")
    made.refresh_from_db()
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def test_an_agent_that_was_never_published_says_when_one_is_taken(cast, web):
    AgentFactory(actor=cast.eve, slug="fresh")

    page = body(web.get("agents/fresh/snapshots/"))

    assert "No snapshots yet Each time this agent is published" in page


def test_the_list_says_which_version_went_live_why_and_by_whom(cast, web, agent):
    services.promote(cast.eve, agent, 2)

    page = web.get("agents/desk/snapshots/")

    assert numbers(page) == [2, 1]
    assert "2 snapshots Compare two" in body(page)
    assert "Snapshot 2 v2 live no message Eve just now Restore… snapshot 2" in body(page)
    assert "Snapshot 1 v1 Opening day Ada just now Restore… snapshot 1" in body(page)
    assert "Snapshots 2" in body(page)  # the tab


def test_a_publish_without_its_snapshot_is_being_taken(cast, web, agent, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(taking, "_taken", lambda *args: 1 / 0)
        services.promote(cast.eve, agent, 2, message="In a bad moment")

    assert "Being taken v2 live In a bad moment Eve just now Snapshot 1" in body(
        web.get("agents/desk/snapshots/")
    )

    taking.take_missing()
    assert "Being taken" not in body(web.get("agents/desk/snapshots/"))


def test_a_long_list_loads_as_one_scrolls(web, htmx, agent):
    many_snapshots(agent, 60)

    first = web.get("agents/desk/snapshots/")
    assert numbers(first) == [*range(60, 10, -1)]
    following = re.search(r'hx-get="([^"]*before=11)"', first.content.decode())
    assert following

    rest = htmx.get(following[1])
    assert numbers(rest) == [*range(10, 0, -1)]
    assert b"<thead" not in rest.content
    plain = web.get(following[1])
    assert "Back to the newest" in body(plain)
    assert numbers(plain) == [*range(10, 0, -1)]


def test_the_list_asks_as_much_for_fifty_as_for_one(web, agent, django_assert_max_num_queries):
    web.get("agents/desk/snapshots/")
    many_snapshots(agent, 60)

    with django_assert_max_num_queries(40):
        web.get("agents/desk/snapshots/")


def test_viewers_see_them_and_are_offered_no_restore(cast, web, agent):
    page = web.of(cast.bob).get("agents/desk/snapshots/")
    one = web.of(cast.bob).get("agents/desk/snapshots/1/")

    assert numbers(page) == [1]
    assert "Restore" not in body(page)
    assert "Restore" not in body(one)
    assert web.of(cast.bob).get("agents/desk/snapshots/1/restore/").status_code == 403


def test_one_of_them_shows_its_four_components(web, agent):
    page = body(web.get("agents/desk/snapshots/1/"))

    assert "Went live as v1 live" in page
    assert "by Ada Message Opening day" in page
    assert "Bio Answers the phone." in page
    for section in ("order input", "nightly", "tools"):
        assert section in page


def test_against_the_draft_it_says_what_differs_now(cast, web, htmx, agent):
    page = web.get("agents/desk/snapshots/1/")
    assert "Against the draft v2 1" in body(page)

    against = htmx.get("agents/desk/snapshots/1/?against=draft")

    assert b"<html" not in against.content
    assert "bio Answers the phone. now Wrecked." in body(against)


def test_a_draft_that_equals_it_offers_no_restore(cast, web, agent):
    change_agent(cast.eve, agent, bio="Answers the phone.")
    schema = add_part(cast.eve, agent, AgentSchema, schema_data={"title": "idle"}, is_active=False)

    page = body(web.get("agents/desk/snapshots/1/?against=draft"))
    assert "The configurations are equal." in page
    assert "Restore" not in page

    review = web.get("agents/desk/snapshots/1/restore/")
    assert "there is nothing to restore" in body(review)
    assert b'name="reason"' not in review.content
    assert AgentSchema.objects.filter(pk=schema.pk).exists()


def test_a_credential_is_shown_nowhere(cast, web, agent):
    server = add_part(
        cast.eve, agent, McpServer, name="crm", config={"authorization": "Bearer one-two-three"}
    )
    services.promote(cast.eve, agent, 2)
    change_part(cast.eve, agent, McpServer, server.pk, config={"authorization": "Bearer four-five-six"})
    paths = ("2/", "2/?against=draft", "1..2/", "2/restore/", "1/restore/")

    for path in paths:
        page = web.get(f"agents/desk/snapshots/{path}").content.decode()
        assert "one-two" not in page, path
        assert "$secret" not in page, path
    assert "secret changed" in body(web.get("agents/desk/snapshots/2/restore/"))


def test_two_are_compared_under_a_link_of_their_own(cast, web, htmx, agent):
    services.promote(cast.eve, agent, 2)

    page = web.get("agents/desk/snapshots/1..2/")

    assert "Snapshot 1 compared with snapshot 2 ~1 1 field changed in Identity" in body(page)
    assert "bio Answers the phone. now Wrecked." in body(page)
    picked = web.get("agents/desk/snapshots/1..2/?old=2&new=1")
    assert picked["Location"].endswith("/agents/desk/snapshots/2..1/")
    other = web.get("agents/desk/snapshots/2/?other=1")
    assert other["Location"].endswith("/agents/desk/snapshots/1..2/")
    assert b"<html" not in htmx.get("agents/desk/snapshots/2..1/").content


@pytest.mark.parametrize("path", ["0/", "2/", f"{2**40}/", "1..9/", "9..1/", "2/restore/"])
def test_what_is_not_there_is_not_found(web, agent, path):
    assert web.get(f"agents/desk/snapshots/{path}").status_code == 404


def test_the_review_shows_every_row_with_its_fields_before_anything_is_done(cast, web, agent):
    remove_part(cast.eve, agent, AgentTrigger, AgentTrigger.objects.of(agent).get().pk)
    add_part(cast.eve, agent, AgentTrigger, name="another")

    page = body(web.get("agents/desk/snapshots/1/restore/"))

    assert "Restore v2 to snapshot 1" in page
    assert "1 created 1 updated 1 deleted" in page
    assert page.index("update agent Front desk") < page.index("create trigger nightly")
    assert page.index("create trigger nightly") < page.index("delete trigger another")
    assert "bio Wrecked. now Answers the phone." in page
    assert "Only the draft v2 changes: live stays on v1." in page
    assert bio(agent) == "Wrecked."


def test_the_draft_is_restored_and_the_page_says_so(cast, web, agent):
    page = web.get("agents/desk/snapshots/1/restore/")

    answer = web.post("agents/desk/snapshots/1/restore/", **shown(page, *BOUND), reason="It was better")

    assert answer.status_code == 303
    assert answer["Location"].endswith("/agents/desk/")
    after = body(web.client.get(answer["Location"]))
    assert "The draft v2 is restored to snapshot 1. What it was stays in the history ." in after
    assert bio(agent) == "Answers the phone."


def test_it_is_published_afterwards_where_one_may(cast, web, agent):
    page = web.get("agents/desk/snapshots/1/restore/")
    assert "Lock and publish v2 afterwards" in body(page)

    answer = web.post("agents/desk/snapshots/1/restore/", **shown(page, *BOUND), publish="1")

    assert "v2 is locked and live" in body(web.client.get(answer["Location"]))
    agent.refresh_from_db()
    assert agent.live.number == 2


def test_where_live_is_protected_editors_restore_and_do_not_publish(cast, web, agent):
    change_workspace(cast.alice, protect_live=True)
    eve = web.of(cast.eve)

    page = eve.get("agents/desk/snapshots/1/restore/")
    assert "afterwards" not in body(page)
    forced = eve.post("agents/desk/snapshots/1/restore/", **shown(page, *BOUND), publish="1")

    assert forced.status_code == 403
    assert bio(agent) == "Wrecked."


def test_a_live_draft_says_that_it_is_served_at_once(cast, web, agent):
    services.promote(cast.eve, agent, 2, lock=False)

    page = body(web.get("agents/desk/snapshots/1/restore/"))

    assert "v2 is live: what is restored is served at once." in page
    assert "afterwards" not in page


def test_a_draft_that_changed_meanwhile_is_reviewed_afresh(cast, web, agent):
    page = web.get("agents/desk/snapshots/1/restore/")
    change_agent(cast.ada, agent, section="identity", bio="Ada's words.")

    answer = web.post(
        "agents/desk/snapshots/1/restore/", **shown(page, *BOUND), reason="Why I did it", publish="1"
    )

    assert answer.status_code == 412
    text = body(answer)
    assert "Nothing was done. v2 changed since you looked" in text
    assert "Ada saved Identity of v2" in text
    assert "bio Ada's words. now Answers the phone." in text
    assert "Why I did it" in text
    assert 'name="publish" value="1" checked' in answer.content.decode()
    assert hidden(answer, "expected") != hidden(page, "expected")
    again = web.post("agents/desk/snapshots/1/restore/", **shown(answer, *BOUND))
    assert again.status_code == 303
    assert bio(agent) == "Answers the phone."


def test_a_form_without_what_it_was_shown_for_does_nothing(web, agent):
    assert web.post("agents/desk/snapshots/1/restore/").status_code == 412
    assert bio(agent) == "Wrecked."


def test_what_cannot_come_back_is_said_in_the_place_of_the_button(cast, web, agent, monkeypatch):
    remove_part(cast.eve, agent, AgentTrigger, AgentTrigger.objects.of(agent).get().pk)
    add_part(cast.eve, agent, AgentTrigger, name="another")
    remove_part(cast.eve, agent, AgentSchema, AgentSchema.objects.of(agent).get().pk)
    add_part(cast.eve, agent, AgentSchema, schema_data={"title": "new", "type": "object"})
    monkeypatch.setattr("agents.services.restorable.MOST", 1)

    page = web.get("agents/desk/snapshots/1/restore/")

    assert "It cannot be restored now. schemas: An agent has at most 1 of them. Remove 1 first." in body(page)
    assert b"Restore snapshot 1</button>" not in page.content


def test_an_archived_agent_is_read_and_not_restored(cast, web, agent):
    services.unpublish(cast.eve, agent)
    services.archive(cast.eve, Agent.objects.get(pk=agent.pk))

    page = body(web.get("agents/desk/snapshots/"))
    assert "Snapshot 1" in page
    assert "Restore" not in page
    assert web.get("agents/desk/snapshots/1/restore/").status_code == 409


def test_the_history_leads_to_the_snapshots_where_there_are_any(cast, web, agent):
    AgentFactory(actor=cast.eve, slug="other")

    assert "Restore a snapshot…" in body(web.get("agents/desk/history/"))
    assert "Restore a snapshot…" not in body(web.get("agents/other/history/"))
    assert "Restore a snapshot…" not in body(web.of(cast.bob).get("agents/desk/history/"))


def test_a_part_leads_to_its_history_also_when_it_is_gone(cast, web, agent):
    trigger = AgentTrigger.objects.of(agent).get()
    link = f'href="/w/demo/agents/desk/history/?resource={trigger.pk}"'

    assert link in web.get(f"agents/desk/triggers/{trigger.pk}/").content.decode()
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)
    assert link in web.get("agents/desk/").content.decode()
