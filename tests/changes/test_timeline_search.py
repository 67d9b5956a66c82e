"""The search of a timeline: notes, fields, names, people, messages; newest one by one, the rest by index."""

import pytest
from django.db import connection

from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from agents.services import change_agent, change_part, remove_part
from tests.cast import Cast
from tests.changes.timelines import body, lines
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from versioning.changes import finding
from versioning.changes import services as changes
from versioning.changes.resources import RESOURCES
from versioning.lib.transaction import told
from versioning.versions import services


@pytest.fixture(params=["newest", "index"])
def way(request, monkeypatch):
    """Both ways of finding: among the newest rows, and behind them by an index."""
    if request.param == "index":
        monkeypatch.setattr(finding, "NEWEST", 1)
    return request.param


def make_desk(cast: Cast) -> Agent:
    made = make_agent(cast.eve, slug="desk", name="Front desk")
    trigger, server = AgentTrigger.objects.get(agent=made), McpServer.objects.get(agent=made)
    schema = AgentSchema.objects.get(agent=made)
    change_part(cast.eve, made, AgentTrigger, trigger.pk, name="backlog", enabled=False)
    change_part(cast.eve, made, AgentSchema, schema.pk, validation_rules={"strict": True})
    remove_part(cast.eve, made, McpServer, server.pk)
    changes.restore(cast.ada, RESOURCES["mcp_server"], server.pk, 1, agent_id=made.pk)
    services.lock(cast.ada, made, message="Before the audit")
    services.promote(cast.ada, made, 1, message="Quarterly release")
    make_agent(cast.eve, slug="other", name="Back office")
    return made


made, scene, cast = begin_with(make_desk)


@pytest.fixture
def desk(scene: tuple[Cast, Agent]) -> Agent:
    return scene[1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("backlog", ["Changed enabled and name", "Created trigger nightly"]),
        ("NIGHTLY", ["Changed enabled and name", "Created trigger nightly"]),
        ("validation_rules", ["Added validation_rules.strict to schema order"]),
        ("valid", ["Added validation_rules.strict to schema order"]),
        ("order", ["Added validation_rules.strict to schema order", "Created schema order"]),
        ("restored", ["Restored MCP server tools to version 1"]),
        ("deleted", ["Deleted MCP server tools"]),
        ("ada mcp", ["Restored MCP server tools to version 1"]),
        ("audit", ["Locked v1"]),
        ("quarterly published", ["Published v1"]),
        ("front desk", ["Created agent Front desk"]),
        ("trigger deleted", []),
        ("zeppelin", []),
        ("100%", []),
        ("_", None),
    ],
)  # fmt: skip
def test_every_word_must_be_said_of_an_entry(web, desk, way, words, found):
    page = web.get("agents/desk/history/", q=words)

    said = [line.split(": ", 1)[1] for line in lines(page)]
    if found is None:
        assert said
        return
    assert len(said) == len(found), said
    for line, start in zip(said, found, strict=True):
        assert line.startswith(start), said
    assert f"{len(found)} of 10 entries found" in body(page)


def test_a_search_and_filters_narrow_each_other(web, desk, way):
    assert len(lines(web.get("agents/desk/history/", q="backlog", act="created"))) == 1
    assert len(lines(web.get("agents/desk/history/", q="ada", resource="lifecycle"))) == 2
    assert lines(web.get("agents/desk/history/", q="backlog", resource="schema")) == []


def test_the_workspace_is_searched_by_the_names_of_its_artifacts_too(cast, web, desk, way):
    make_prompt(cast.eve, slug="greeting", live=1)

    assert all("greeting" in line for line in lines(web.get("history/", q="greeting")))
    assert len(lines(web.get("history/", q="greeting"))) == 3
    assert len(lines(web.get("history/", q="desk locked"))) == 1


def test_nothing_is_found_of_another_workspace(cast, web, desk, way):
    with told(cast.elsewhere.pk, cast.charlie.person_id):
        theirs = make_agent(cast.charlie, slug="theirs", name="Zanzibar")
        change_agent(cast.charlie, theirs, bio="Zanzibar")

    assert lines(web.get("history/", q="zanzibar")) == []
    assert lines(web.get("history/", q="charlie")) == []


def test_the_search_says_what_it_searched_where_nothing_is_found(web, desk):
    page = body(web.get("history/", q="zeppelin"))

    assert "Nothing like that in the history" in page
    assert "0 of" in page


def test_a_search_goes_on_by_cursor(web, htmx, desk, way):
    with connection.cursor() as cursor:
        for n in range(60):
            cursor.execute("UPDATE builder_agents SET bio = %s WHERE id = %s", [f"Way {n}.", desk.pk])

    page = web.get("agents/desk/history/", q="bio")
    cursor = page.content.decode().split("before=")[1].split("&")[0].split('"')[0]
    rest = htmx.get("agents/desk/history/", q="bio", before=cursor)

    assert len(lines(page)) == 50
    assert len(lines(rest)) == 10


def test_a_plain_edit_pays_for_two_more_indexes(cast):
    """What each recorded write costs is known: an index that is added here is added on purpose."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'config_history'"
            " AND indexdef NOT LIKE '%WHERE%'"
        )
        always = {row[0] for row in cursor.fetchall()}

    assert always == {
        "config_history_pkey", "change_version", "change_by_time", "change_by_agent", "change_by_person",
    }  # fmt: skip
