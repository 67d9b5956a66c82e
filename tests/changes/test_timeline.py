"""The timeline: Changes and Events in one stream, in words; filters; rows that open; gaps; how it goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from agents.models import AgentSchema, AgentTrigger, McpServer
from agents.services import change_agent, change_part, remove_part
from agents.services.restoring import restore_snapshot
from prompts.services import archive, change_prompt, unarchive
from tests.changes.timelines import body, last_change, lines
from tests.factories import make_agent, make_prompt
from versioning.changes import services as changes
from versioning.changes.models import Change
from versioning.changes.resources import RESOURCES
from versioning.lib.transaction import noted, told
from versioning.versions import services
from versioning.workspaces.models import Workspace
from versioning.workspaces.services.keys import create_key

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def desk(cast):
    """An agent with a trigger, a schema and a server, locked and published."""
    made = make_agent(cast.eve, slug="desk", locked=1, live=1)
    return made


def trigger_of(agent):
    return AgentTrigger.objects.get(agent=agent)


def test_a_change_is_told_in_words_with_who_and_the_version(cast, web, desk):
    change_agent(cast.ada, desk, bio="Answers at night.", tags=["night"])
    trigger = trigger_of(desk)
    change_part(cast.eve, desk, AgentTrigger, trigger.pk, enabled=False)
    change_part(cast.eve, desk, AgentTrigger, trigger.pk, enabled=True)
    change_part(cast.eve, desk, AgentTrigger, trigger.pk, trigger_config={"cron": "0 4 * * *"})
    change_part(cast.eve, desk, AgentTrigger, trigger.pk, name="at-four")
    remove_part(cast.bob and cast.eve, desk, AgentTrigger, trigger.pk)

    assert lines(web.get("agents/desk/history/"))[:6] == [
        "Eve: Deleted trigger at-four version 6",
        "Eve: Renamed trigger nightly to at-four version 5",
        "Eve: Changed trigger_config.cron of trigger nightly from 0 3 * * * to 0 4 * * * version 4",
        "Eve: Turned on trigger nightly version 3",
        "Eve: Turned off trigger nightly version 2",
        "Ada: Changed bio and tags version 2",
    ]


def test_lists_and_objects_are_told_by_what_came_and_went(cast, web, desk):
    change_agent(cast.eve, desk, tags=["voice", "night"])
    change_agent(cast.eve, desk, tags=["night"])
    schema = AgentSchema.objects.get(agent=desk)
    change_part(cast.eve, desk, AgentSchema, schema.pk,
                schema_data={"title": "order", "type": "object", "description": "All of it."})  # fmt: skip
    change_agent(cast.eve, desk, visibility="private", status="paused")

    assert lines(web.get("agents/desk/history/"))[:4] == [
        "Eve: Changed status and visibility version 4",
        "Eve: Added schema_data.description to schema order version 2",
        "Eve: Removed voice from tags version 3",
        "Eve: Added voice and night to tags version 2",
    ]


def test_events_stand_among_the_changes_above_those_of_their_act(cast, web):
    agent = make_agent(cast.eve.dated(NOON), slug="desk")
    services.lock(cast.eve.dated(NOON + timedelta(hours=1)), agent, message="First")
    services.promote(cast.ada.dated(NOON + timedelta(hours=2)), agent, 1, message="Go")
    change_agent(cast.eve.dated(NOON + timedelta(hours=3)), agent, bio="Later.")
    services.stage(cast.eve.dated(NOON + timedelta(hours=3)), agent, 1)

    found = lines(web.get("agents/desk/history/"))

    assert found[:4] == [
        "Eve: Set staging to v1 before: not set staging.set",
        "Eve: Changed bio from Answers the phone. to Later. version 2",
        "Ada: Published v1 before: nothing , snapshot 1 taken Go version.published",
        "Eve: Locked v1 and opened draft v2 First version.locked",
    ]
    assert sorted(found[4:]) == [
        "Eve: Created MCP server tools version 1", "Eve: Created agent Front desk version 1",
        "Eve: Created schema order version 1", "Eve: Created trigger nightly version 1",
    ]  # fmt: skip


def test_events_that_only_echo_changes_are_folded_away(cast, web, desk):
    prompt = make_prompt(cast.eve, slug="one", drafts=1)
    change_prompt(cast.eve, prompt, name="Two")
    change_agent(cast.eve, desk, section="identity", bio="Later.")
    services.update_draft(cast.eve, prompt, 1, source="Other\n", message="Again")

    found = lines(web.get("history/"))

    assert not [line for line in found if "artifact.c" in line or "Identity" in line]
    assert "Eve: Rewrote the draft v1 one Again version.updated" in found


def test_echoes_that_are_older_than_the_record_are_shown(cast, web):
    """As in an installation that had prompts before it recorded their changes."""
    prompt = make_prompt(cast.eve.dated(NOON), slug="one")
    change_prompt(cast.eve.dated(NOON - timedelta(days=1)), prompt, name="Two")
    assert "artifact.changed" not in body(web.get("prompts/one/history/"))

    with noted("As it was when its history began"):
        make_prompt(cast.eve, slug="other")

    for path in ("prompts/one/history/", "history/"):
        page = body(web.get(path))
        assert "artifact.changed" in page
        assert "artifact.created" not in page
    assert "Recorded prompt other as it was when its history began" in body(web.get("history/"))


def test_a_restore_is_told_with_its_reason(cast, web, desk):
    server = McpServer.objects.get(agent=desk)
    remove_part(cast.eve, desk, McpServer, server.pk)
    changes.restore(cast.ada, RESOURCES["mcp_server"], server.pk, 1, agent_id=desk.pk, reason="Needed")

    found = lines(web.get("agents/desk/history/"))

    assert found[:2] == [
        "Ada: Restored MCP server tools to version 1 Needed version 3",
        "Eve: Deleted MCP server tools version 2",
    ]


def test_a_restored_snapshot_is_one_act_above_its_changes(cast, web, desk):
    change_agent(cast.eve, desk, bio="Worse.")
    remove_part(cast.eve, desk, AgentTrigger, trigger_of(desk).pk)
    restore_snapshot(cast.ada, desk, desk.snapshots.get(version_number=1), reason="Back")

    assert lines(web.get("agents/desk/history/"))[:3] == [
        "Ada: Restored snapshot 1 into the draft Back snapshot.restored",
        "Ada: Restored trigger nightly to snapshot 1 Back version 3",
        "Ada: Restored agent Front desk to snapshot 1 Back version 3",
    ]


def test_keys_the_operator_and_raw_sql_are_named(cast, web, rest, desk):
    rest.with_key("drafts").patch(f"agents/{desk.pk}", bio="By a program.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.actor_id', '', true), set_config('app.request_id', '', true)")
        cursor.execute("UPDATE builder_agents SET bio = 'By SQL.' WHERE id = %s", [desk.pk])

    by_sql, by_key = lines(web.get("agents/desk/history/"))[:2]

    assert by_sql.startswith("pv_app: Changed bio")
    assert "by SQL" in by_sql
    assert by_key.startswith("key ")
    assert "over REST" in by_key


def test_archiving_a_prompt_is_told(cast, web):
    prompt = make_prompt(cast.eve, slug="one")
    archive(cast.eve, prompt)
    unarchive(cast.eve, prompt)

    found = lines(web.get("prompts/one/history/", resource="prompt"))

    assert found[:2] == [
        "Eve: Took prompt one out of the archive version 3",
        "Eve: Archived prompt one version 2",
    ]


@pytest.mark.parametrize(
    ("query", "told_of", "left"),
    [
        ({"resource": "trigger"}, "Turned off trigger", "Changed bio"),
        ({"resource": "agent"}, "Changed bio", "trigger"),
        ({"resource": "lifecycle"}, "Locked v1", "Changed bio"),
        ({"act": "created"}, "Created trigger", "Turned off"),
        ({"act": "changed"}, "Turned off", "Created trigger"),
        ({"act": "deleted"}, "Deleted schema", "Turned off"),
        ({"act": "restored"}, "Restored schema order", "Deleted schema"),
        ({"act": "live"}, "Published v1", "Locked v1"),
        ({"act": "drafts"}, "Locked v1", "Published v1"),
        ({"resource": "lifecycle", "act": "live"}, "Published v1", "Locked v1"),
        ({"time": "today"}, "Changed bio", "no such thing"),
        ({"time": "range", "from": "2020-01-01", "to": "2020-12-31"}, "Nothing like that", "Changed bio"),
        ({"from": "2020-01-01"}, "Changed bio", "no such thing"),
    ],
)
def test_filters_narrow_the_stream(cast, web, desk, query, told_of, left):
    trigger, schema = trigger_of(desk), AgentSchema.objects.get(agent=desk)
    change_agent(cast.ada, desk, bio="Later.")
    change_part(cast.eve, desk, AgentTrigger, trigger.pk, enabled=False)
    remove_part(cast.eve, desk, AgentSchema, schema.pk)
    changes.restore(cast.eve, RESOURCES["schema"], schema.pk, 1, agent_id=desk.pk)

    for path in ("agents/desk/history/", "history/"):
        page = web.get(path, **query)
        found = " | ".join(lines(page)) or body(page)

        assert told_of in found
        assert left not in found


def test_the_stream_can_be_narrowed_to_a_person_a_program_or_sql(cast, web, rest, desk):
    change_agent(cast.ada, desk, bio="By Ada.")
    rest.with_key("drafts").patch(f"agents/{desk.pk}", bio="By a program.")

    def asked(who):
        return lines(web.get("agents/desk/history/", who=who))

    assert [line.split(":")[0] for line in asked(str(cast.ada.id))] == ["Ada"]
    assert [line[:4] for line in asked("program")] == ["key "]
    assert asked("login") == []
    assert {line.split(":")[0] for line in asked(str(cast.eve.id))} == {"Eve"}
    assert "selected" in web.get("agents/desk/history/", who=str(cast.ada.id)).content.decode()


def test_one_row_alone_can_be_asked_for(cast, web, desk):
    trigger = trigger_of(desk)
    change_part(cast.eve, desk, AgentTrigger, trigger.pk, enabled=False)

    page = web.get("agents/desk/history/", resource=str(trigger.pk))

    assert [line.split(": ")[1] for line in lines(page)] == [
        "Turned off trigger nightly version 2", "Created trigger nightly version 1",
    ]  # fmt: skip
    assert "Only trigger nightly" in body(page)


def test_the_counts_say_how_many_there_are_and_how_many_were_found(cast, web, desk):
    change_agent(cast.eve, desk, bio="Later.")

    assert "7 entries" in body(web.get("agents/desk/history/"))
    assert "1 of 7 entries found" in body(web.get("agents/desk/history/", act="live"))


def test_what_belongs_to_others_is_404(cast, web, htmx, desk):
    make_agent(cast.eve, slug="other")
    other = last_change(resource_type="agent")
    with told(cast.elsewhere.pk, cast.charlie.person_id):
        make_agent(cast.charlie, slug="theirs")
        theirs = last_change(resource_type="agent")

    for client in (web, htmx):
        for id in (other.pk, theirs.pk, "00000000-0000-4000-8000-000000000000", "x"):
            assert client.get("agents/desk/history/", open=id).status_code == 404
            assert client.get("agents/desk/history/", closed=id).status_code in (404, 200)
        assert client.get("history/", open=theirs.pk).status_code == 404
        assert client.get("history/", open=other.pk).status_code == 200
    assert "theirs" not in body(web.get("history/"))
    assert web.of(cast.charlie).get("history/").status_code == 404


def test_the_finding_functions_see_one_workspace(cast, desk):
    with told(cast.elsewhere.pk, cast.charlie.person_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM find_changes(%s, NULL, NULL, NULL, '', '', NULL, NULL, NULL, NULL, NULL,"
            " NULL,"
            " '[]', true, 10, 10)",
            [desk.pk],
        )
        assert cursor.fetchone()[0] == 0
        cursor.execute(
            "SELECT count(*) FROM find_events(%s, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, '[]', true,"
            " 10, 10)",
            [desk.pk],
        )
        assert cursor.fetchone()[0] == 0


def test_nobody_runs_sql_through_what_picks(cast):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pick_newest('SELECT * FROM workspaces_user', '', '', 'id', 1, 1)")


def test_a_gap_is_a_warning_in_the_stream(cast, web, desk):
    trigger = trigger_of(desk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.actor_id', 'nobody', true)")  # no uuid: it cannot be recorded
        cursor.execute("UPDATE builder_agent_triggers SET enabled = false WHERE id = %s", [trigger.pk])

    for path in ("agents/desk/history/", "history/"):
        page = web.get(path)
        assert "A change of trigger nightly could not be recorded" in lines(page)[0]
        assert "version 2" in lines(page)[0]
    assert "could not be recorded" in body(web.get("agents/desk/history/", resource="trigger"))
    assert "could not be recorded" not in body(web.get("agents/desk/history/", resource="schema"))


def test_a_long_timeline_goes_on_by_cursor_and_misses_nothing(cast, web, htmx, desk):
    for n in range(70):
        change_agent(cast.eve.dated(NOON + timedelta(minutes=n // 3)), desk, bio=f"Way {n}.")
        if n % 7 == 0:
            services.stage(cast.eve.dated(NOON + timedelta(minutes=n // 3)), desk, 1 if n % 2 else 2)
    total = Change.objects.of_agent(desk.pk).count() + 10 + 2

    page, seen = web.get("agents/desk/history/"), []
    while True:
        seen += lines(page)
        html = page.content.decode()
        if "?before=" not in html:
            break
        cursor = html.rsplit("?before=", 1)[1].split('"')[0]
        page = htmx.get("agents/desk/history/", before=cursor)
        assert "<html" not in page.content.decode()

    assert len(seen) == total
    versions = [int(line.rsplit(" ", 1)[1]) for line in seen if "Changed bio" in line]
    assert versions == sorted(versions, reverse=True)
    assert len(versions) == 70


def test_the_number_of_queries_does_not_grow(cast, web, desk):
    def asked(path, **query):
        with CaptureQueriesContext(connection) as made:
            assert web.get(path, **query).status_code == 200
        return len(made)

    def act(n):
        change_agent(cast.eve, desk, bio=f"Way {n}.")
        services.stage(cast.eve, desk, 1 if n % 2 else 2)

    questions = [
        (path, query) for path in ("agents/desk/history/", "history/")
        for query in ({}, {"q": "bio"}, {"who": str(cast.eve.id)}, {"resource": "agent"})
    ]  # fmt: skip
    act(0)
    web.get("history/")
    few = [asked(path, **query) for path, query in questions]
    for n in range(1, 40):
        act(n)
        make_prompt(cast.eve, slug=f"p{n}")

    many = [asked(path, **query) for path, query in questions]
    assert all(later <= sooner for later, sooner in zip(many, few, strict=True)), (few, many)


def test_the_workspace_says_what_each_entry_is_about(cast, web, desk):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    change_part(cast.eve, desk, AgentTrigger, trigger_of(desk).pk, enabled=False)
    change_prompt(cast.eve, prompt, description="Says hello.")

    page = web.get("history/")

    assert lines(page)[:3] == [
        "Eve: Changed description of prompt greeting version 2",
        "Eve: Turned off trigger nightly desk version 2",
        "Eve: Promoted v1 before: nothing greeting version.published",
    ]
    assert "/w/demo/prompts/greeting/history/" in page.content.decode()


def test_members_keys_and_settings_are_not_in_it(cast, web, desk):
    create_key(cast.alice, name="deploy", kind="live")
    Workspace.objects.get(pk=cast.demo.pk)

    assert "deploy" not in body(web.get("history/"))
    assert "/w/demo/history/" in web.get("prompts/").content.decode()  # the sidebar leads there


def test_hostile_data_does_no_harm(cast, web, desk):
    change_agent(cast.eve, desk, name="<script>alert(1)</script>", metadata={"<b>": ["</td>", {"'": '"'}]})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE builder_agent_schemas SET schema_data = '[1, \"x\"]' WHERE agent_id = %s", [desk.pk]
        )

    for query in (
        {},
        {"open": last_change(resource_type="schema").pk},
        {"open": last_change(resource_type="agent").pk},
    ):
        html = web.get("agents/desk/history/", **query).content.decode()
        assert "<script>alert" not in html
    assert web.get("history/", q="script").status_code == 200
