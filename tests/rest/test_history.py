"""The history of configurations by REST: the versions of a resource, and the timelines."""

from itertools import product

import pytest
from django.db import connection

from agents.models import AgentTrigger, McpServer
from agents.services import change_agent
from agents.services.parts import remove_part
from prompts.services import change_prompt
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from tests.rest.test_lists import walk
from versioning.lib.transaction import told
from versioning.versions import services

FIELDS = {
    "id", "resource_type", "resource_id", "agent_id", "tenant_id", "version", "operation", "data_before",
    "data_after", "changed_fields", "changed_by", "changelog", "created_at",
}  # fmt: skip
OURS = {"db_role", "request_id", "actor"}


def beginning(cast):
    return make_agent(cast.eve, slug="desk", bio="First.")


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


@pytest.fixture
def trigger(agent):
    return AgentTrigger.objects.of(agent).get()


@pytest.fixture
def path(agent):
    return f"agents/desk/versions/agent/{agent.pk}"


def test_a_version_has_the_fields_of_the_seed_and_three_of_ours(rest, cast, agent, path):
    rest.patch("agents/desk", bio="Second.")

    item = rest.get(f"{path}/2").json()

    assert set(item) == FIELDS | OURS
    assert (item["resource_type"], item["resource_id"], item["agent_id"]) == (
        "agent", str(agent.pk), str(agent.pk),
    )  # fmt: skip
    assert (item["tenant_id"], item["version"], item["operation"]) == (str(cast.demo.pk), 2, "UPDATE")
    assert (item["data_before"]["bio"], item["data_after"]["bio"]) == ("First.", "Second.")
    assert (item["changed_fields"], item["changelog"]) == (["bio"], "")
    assert item["changed_by"] == str(cast.alice.id)
    assert item["actor"] == {"label": "Alice", "kind": "member", "via": "rest", "why": ""}
    assert item["created_at"].endswith("Z")


def test_an_insert_has_no_before_and_a_delete_no_after(rest, cast, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)

    gone, made = rest.get(f"agents/{agent.pk}/versions/trigger/{trigger.pk}").json()["items"]

    assert (made["operation"], made["data_before"], made["changed_fields"]) == ("INSERT", None, None)
    assert (gone["operation"], gone["data_after"], gone["changed_fields"]) == ("DELETE", None, None)
    assert gone["data_before"] == made["data_after"]


def test_who_wrote_is_a_person_a_key_or_a_login(rest, cast, agent, path):
    rest.with_key("drafts").patch("agents/desk", bio="By a program.")
    with told(cast.demo.id), connection.cursor() as cursor:
        cursor.execute("UPDATE builder_agents SET bio = 'By hand.' WHERE id = %s", [agent.pk])

    login, key, person = rest.get(path).json()["items"]

    assert (person["actor"]["label"], person["actor"]["kind"], person["actor"]["via"]) == (
        "Eve",
        "member",
        "web",
    )
    assert (key["actor"]["label"], key["actor"]["kind"], key["changed_by"]) == ("key a key", "key", None)
    assert login["actor"] == {"label": login["db_role"], "kind": "database", "via": "sql", "why": ""}
    assert (login["changed_by"], login["request_id"]) == (None, "")


def test_the_versions_of_a_resource_are_listed_twenty_at_a_time(rest, cast, agent, path):
    for n in range(24):
        change_agent(cast.eve, agent, bio=f"Bio {n}")

    first = rest.get(path).json()
    last = rest.get(path, limit=10, offset=20).json()

    assert (len(first["items"]), first["total"], first["limit"], first["offset"]) == (20, 25, 20, 0)
    assert [item["version"] for item in last["items"]] == [5, 4, 3, 2, 1]
    assert [item["version"] for item in walk(rest, path, limit=7)] == list(range(25, 0, -1))


def test_the_agents_own_versions_are_still_under_their_numbers(rest, cast, agent, path):
    services.lock(cast.eve, agent)

    assert rest.get("agents/desk/versions/1").json()["state"] == "locked"
    assert rest.get("agents/desk/versions").json()["total"] == 2
    assert rest.get(f"{path}/1").json()["operation"] == "INSERT"


def test_comparing_says_of_a_secret_that_it_changed_and_nothing_more(rest, agent):
    made = rest.post("agents/desk/mcp-servers", name="more", config={"api_key": "first-of-all-words"}).json()
    rest.patch(f"agents/desk/mcp-servers/{made['id']}", config={"api_key": "second-of-all-words"})

    answer = rest.get(f"agents/desk/versions/mcp_server/{made['id']}/compare?from=1&to=2")

    comparison = answer.json()["comparison"]
    assert (list(comparison["diff"]), comparison["changed_field_count"]) == (["config"], 1)
    assert comparison["diff"]["config"]["note"] == "secret changed"
    assert comparison["diff"]["config"]["to"]["api_key"]["rev"] == 2
    assert b"of-all-words" not in answer.content + rest.get("agents/desk/history?include=events").content


def test_a_deleted_resource_compares_as_null_in_every_field(rest, cast, agent, trigger):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)

    diff = rest.get(f"agents/desk/versions/trigger/{trigger.pk}/compare?from=1&to=2").json()["comparison"][
        "diff"
    ]

    assert diff["name"] == {"from": "nightly", "to": None}
    assert {sides["to"] for sides in diff.values()} == {None}


def test_a_version_that_could_not_be_recorded_is_named(rest, cast, agent, path):
    with told(cast.demo.id), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SELECT set_config('app.actor_id', 'nobody', true)")
        cursor.execute("UPDATE builder_agents SET bio = 'Lost.' WHERE id = %s", [agent.pk])

    answer = rest.get(f"{path}/2")

    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (404, "not_recorded", 2)
    assert "22P02" in answer.json()["title"]


# The timelines


def test_an_agents_history_holds_its_own_changes_and_those_of_its_parts(rest, cast, agent, trigger):
    make_agent(cast.eve, slug="other")
    rest.patch(f"agents/desk/triggers/{trigger.pk}", enabled=False)

    page = rest.get("agents/desk/history").json()

    assert (page["total"], page["limit"], page["offset"]) == (5, 50, 0)
    assert page["items"][0]["resource_type"] == "trigger"
    assert {item["resource_type"] for item in page["items"]} == {"agent", "schema", "trigger", "mcp_server"}
    assert {item["agent_id"] for item in page["items"]} == {str(agent.pk)}
    assert all(set(item) == FIELDS | OURS for item in page["items"])


def test_events_are_merged_in_by_time_and_all_of_them(rest, cast, agent):
    change_agent(cast.eve, agent, bio="Second.")
    services.promote(cast.eve, agent, 1, message="Out")

    items = rest.get("agents/desk/history", include="events").json()["items"]

    assert [item["created_at"] for item in items] == sorted((i["created_at"] for i in items), reverse=True)
    events = [item for item in items if item["entry"] == "event"]
    assert [event["name"] for event in events] == [
        "version.published", "version.locked", "version.updated", "artifact.created",
    ]  # fmt: skip
    assert events[0]["artifact"] == {"kind": "agent", "slug": "desk"}
    assert {item["entry"] for item in items} == {"change", "event"}
    assert len(items) == 5 + 4


NARROWED = [
    ({"resource_type": "trigger"}, ["trigger created"]),
    ({"act": "deleted"}, ["mcp_server deleted"]),
    ({"act": "changed"}, ["agent changed"]),
    ({"act": "restored"}, ["agent restored"]),
    ({"act": "changed", "resource_type": "trigger"}, []),
    ({"act": "version.locked", "include": "events"}, ["version.locked"]),
    ({"act": "live", "include": "events"}, ["version.published"]),
    ({"act": "deleted", "include": "events"}, ["mcp_server deleted"]),
    ({"q": "nightly"}, ["trigger created"]),
    ({"q": "Restored version"}, ["agent restored"]),
    ({"q": "shipped", "include": "events"}, ["version.published", "version.locked"]),
]


def test_a_history_is_narrowed_by_type_act_and_words(rest, cast, agent):
    change_agent(cast.eve, agent, bio="Second.")
    rest.delete(f"agents/desk/mcp-servers/{McpServer.objects.of(agent).get().pk}")
    rest.post(f"agents/desk/versions/agent/{agent.pk}/rollback", target_version=1)
    services.promote(cast.eve, agent, 1, message="Shipped")

    for query, found in NARROWED:
        page = rest.get("agents/desk/history", **query).json()

        assert [said(item) for item in page["items"]] == found, query
        assert page["total"] == len(found), query


def said(item):
    """An entry in two words."""
    if "operation" not in item:
        return item["name"]
    restored = item["changelog"].startswith("Restored to")
    done = {"INSERT": "created", "UPDATE": "changed", "DELETE": "deleted"}[item["operation"]]
    return f"{item['resource_type']} {'restored' if restored else done}"


def test_a_history_is_narrowed_by_person_and_by_program(rest, cast, agent):
    rest.of(cast.ada).patch("agents/desk", bio="Ada's.")
    rest.with_key("drafts").patch("agents/desk", bio="A program's.")

    def bios(**query):
        return [
            item["data_after"]["bio"] for item in rest.get("agents/desk/history", **query).json()["items"]
        ]

    assert bios(changed_by=str(cast.ada.id)) == ["Ada's."]
    assert bios(changed_by="program") == ["A program's."]
    assert bios(changed_by="login") == bios(changed_by=str(cast.bob.id)) == []


def test_a_history_is_narrowed_by_time_with_an_offset(rest, cast, agent):
    change_agent(cast.eve, agent, bio="Second.")
    change_agent(cast.eve, agent, bio="Third.")
    second = rest.get("agents/desk/history", q="bio", limit=2).json()["items"][1]
    at = second["created_at"].replace("Z", "+00:00")

    later = rest.get("agents/desk/history", **{"from": at}).json()
    until = rest.get("agents/desk/history", to=at).json()

    assert [item["version"] for item in later["items"]] == [3, 2]
    assert until["items"][0] == second
    assert rest.get(f"agents/desk/history?from={at}").json()["total"] == 2  # its + came as a space


def test_a_walk_through_a_history_meets_everything_once(rest, cast, agent):
    make_prompt(cast.eve, slug="greeting", live=2)
    for n in range(6):
        change_agent(cast.eve, agent, bio=f"Bio {n}")
    paths = ("agents/desk/history", "history", "prompts/greeting/history")
    queries = ({}, {"q": "Eve"}, {"changed_by": str(cast.eve.id)})

    for path, asked, include in product(paths, queries, ("", "events")):
        query = {**asked, "include": include}
        walked = walk(rest, path, limit=3, **query)
        whole = rest.get(path, limit=200, **query).json()
        skipped = rest.get(path, limit=200, offset=2, **query).json()

        assert walked == whole["items"], (path, query)
        assert len(walked) == whole["total"] > 0, (path, query)
        assert skipped["items"] == walked[2:], (path, query)


def test_what_is_written_while_one_reads_on_shifts_nothing(rest, cast, agent):
    first = rest.get("agents/desk/history", limit=2).json()

    change_agent(cast.eve, agent, bio="Meanwhile.")
    second = rest.get("agents/desk/history", limit=2, cursor=first["next_cursor"]).json()

    ids = [item["id"] for item in first["items"] + second["items"]]
    assert ids == [item["id"] for item in rest.get("agents/desk/history").json()["items"][1:]]


def test_the_workspaces_history_holds_all_resources(rest, cast, agent):
    change_prompt(cast.eve, make_prompt(cast.eve, slug="greeting"), name="Other")

    items = rest.get("history").json()["items"]
    events = rest.get("history", include="events", act="artifact.created").json()["items"]

    assert {item["resource_type"] for item in items} == {"agent", "schema", "trigger", "mcp_server", "prompt"}
    assert (items[0]["agent_id"], items[0]["changed_fields"]) == (None, ["name"])
    assert [event["artifact"]["slug"] for event in events] == ["greeting", "desk"]


def test_a_long_history_asks_no_more_questions_than_a_short_one(
    rest, cast, agent, django_assert_num_queries, django_assert_max_num_queries
):
    rest.patch("agents/desk", bio="Once.")
    asked = {}
    for include in ("", "events"):
        with django_assert_max_num_queries(40) as short:
            rest.get("agents/desk/history", include=include)
        asked[include] = len(short)
    for n in range(30):
        rest.of([cast.ada, cast.eve][n % 2]).patch("agents/desk", bio=f"Bio {n}")

    for include, before in asked.items():
        with django_assert_num_queries(before):
            assert rest.get("agents/desk/history", include=include).json()["total"] > 30
