"""The parts of an agent's draft in REST: schemas, triggers, MCP servers."""

import uuid

import pytest

from agents.models import McpServer, Secret
from tests.factories import AgentFactory
from tests.kept import begin_with
from versioning.versions import services
from versioning.workspaces.models import Event

SECTIONS = ["schemas", "triggers", "mcp-servers"]
NEW = {
    "schemas": {"schema_data": {"title": "reply", "type": "string"}, "schema_type": "output"},
    "triggers": {"name": "weekly", "trigger_type": "schedule", "trigger_config": {"cron": "0 4 * * 1"}},
    "mcp-servers": {"name": "search", "endpoint": "https://search.example/mcp", "transport": "sse"},
}  # fmt: skip
CHANGE = {
    "schemas": {"is_active": False, "validation_rules": {"maxLength": 9}},
    "triggers": {"enabled": False, "description": "Only on Mondays."},
    "mcp-servers": {"status": "paused", "auth_method": "bearer"},
}  # fmt: skip
CONFIG = {"headers": {"Authorization": "Bearer very-secret-words"}, "keys": ["sk-abcdefghijklmnop1234"]}


def beginning(cast):
    """With one part of each section."""
    return AgentFactory(actor=cast.eve, slug="desk")


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def first(rest, section):
    return rest.get(f"agents/desk/{section}").json()["items"][0]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_part_is_added_and_answered_as_it_is_and_where(rest, agent, section):
    answer = rest.post(f"agents/desk/{section}", **NEW[section])

    body = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/agents/desk/{section}/{body['id']}"
    assert answer["ETag"] == body["tag"]
    assert NEW[section].items() <= body.items()
    assert rest.get(f"agents/desk/{section}/{body['id']}").json() == body
    assert Event.objects.get(name="version.updated").data["did"] == "added"


@pytest.mark.parametrize("section", SECTIONS)
def test_a_part_is_changed_where_it_is_as_it_was_read(rest, agent, section):
    part = first(rest, section)
    path = f"agents/desk/{section}/{part['id']}"

    changed = rest.patch(path, {"If-Match": part["tag"]}, **CHANGE[section])
    stale = rest.patch(path, {"If-Match": part["tag"]}, **CHANGE[section])
    same = rest.patch(path, **CHANGE[section])
    by_field = rest.patch(path, **CHANGE[section], expected_version=part["tag"])

    assert changed.json() == part | CHANGE[section] | {
        "tag": changed["ETag"], "updated": changed.json()["updated"],
    }  # fmt: skip
    assert [(each.status_code, each.json()["code"]) for each in (stale, same, by_field)] == [
        (412, "stale"), (409, "unchanged"), (412, "stale"),
    ]  # fmt: skip
    assert stale.json()["tag"] == changed["ETag"]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_part_is_removed_where_it_is_as_it_was_read(rest, agent, section):
    part = first(rest, section)
    path = f"agents/desk/{section}/{part['id']}"

    stale = rest.delete(path, {"If-Match": '"0000000000000000"'})
    by_field = rest.delete(f"{path}?expected_version=0000000000000000")
    removed = rest.delete(path, {"If-Match": part["tag"]})

    assert (stale.status_code, by_field.status_code, removed.status_code) == (412, 412, 204)
    assert removed.content == b""
    assert {rest.get(path).status_code, rest.delete(path).status_code} == {404}
    assert rest.get(f"agents/desk/{section}").json()["total"] == 0


@pytest.mark.parametrize("section", SECTIONS)
def test_a_part_of_another_agent_is_not_found_here(rest, cast, agent, section):
    AgentFactory(actor=cast.eve, slug="other")
    part = first(rest, section)

    elsewhere, never = f"agents/other/{section}/{part['id']}", f"agents/other/{section}/{uuid.uuid4()}"

    for method in ("GET", "PATCH", "DELETE"):
        foreign, missing = (rest.send(method, path, "{}") for path in (elsewhere, never))
        assert (foreign.status_code, foreign.content) == (404, missing.content)


@pytest.mark.parametrize(
    ("section", "wrong", "field"),
    [
        ("schemas", {}, "schema_data"), ("schemas", {"schema_data": {}}, "schema_data"),
        ("schemas", {"schema_data": {"type": 7}}, "schema_data"),
        ("schemas", {"schema_data": {"type": "object"}, "schema_type": "other"}, "schema_type"),
        ("schemas", {"schema_data": {"type": "object"}, "metadata": {"token": "abc"}}, "metadata"),
        ("triggers", {"name": ""}, "name"), ("triggers", {"name": "x" * 201}, "name"),
        ("triggers", {"name": "x", "trigger_type": "moon"}, "trigger_type"),
        ("mcp-servers", {"name": "x", "endpoint": "tools.example"}, "endpoint"),
        ("mcp-servers", {"name": "x", "endpoint": "https://user:pass@tools.example/"}, "endpoint"),
        ("mcp-servers", {"name": "x", "config": []}, "config"), ("mcp-servers", {"name": "x", "id": 1}, "id"),
        ("mcp-servers", {"name": "x", "tools_count": 7}, "tools_count"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_kept_is_refused_with_its_field(rest, agent, section, wrong, field):
    answer = rest.post(f"agents/desk/{section}", **wrong)

    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "invalid")
    assert field in (body.get("field"), body.get("errors", [{}])[0].get("field"))


def test_credentials_are_answered_as_references_with_their_last_four(rest, agent):
    answer = rest.post("agents/desk/mcp-servers", name="paid", config=CONFIG)

    body = answer.json()
    header, key = body["config"]["headers"]["Authorization"], body["config"]["keys"][0]
    assert body["secrets"] == [
        {"id": header["$secret"], "rev": 1, "last4": "ords", "path": "config.headers.Authorization"},
        {"id": key["$secret"], "rev": 1, "last4": "1234", "path": "config.keys[0]"},
    ]
    everything = b"".join(
        rest.client.get(f"/api/agents/desk{path}").content
        for path in ("", "/mcp-servers", f"/mcp-servers/{body['id']}", "/versions?include=source", "/events")
    )
    assert answer.content.count(b"secret-words") == everything.count(b"secret-words") == 0
    assert b"abcdefghijklmnop" not in everything


def test_a_config_sent_back_as_it_was_read_keeps_its_credentials(rest, agent):
    server = rest.post("agents/desk/mcp-servers", name="paid", config=CONFIG).json()
    path = f"agents/desk/mcp-servers/{server['id']}"
    masks = {"headers": {"Authorization": "••••ords"}, "keys": ["••••1234"]}

    as_read = rest.patch(path, config=server["config"], name="still paid")
    masked = rest.patch(path, config=masks, name="paid again")
    unchanged = [rest.patch(path, config=same).json()["code"] for same in (server["config"], masks)]

    assert as_read.json()["config"] == masked.json()["config"] == server["config"]
    assert unchanged == ["unchanged"] * 2
    assert Secret.objects.count() == 2


def test_a_new_credential_raises_the_revision_in_its_place(rest, agent):
    server = rest.post("agents/desk/mcp-servers", name="paid", config=CONFIG).json()

    body = rest.patch(
        f"agents/desk/mcp-servers/{server['id']}",
        config=server["config"] | {"headers": {"Authorization": "Bearer something-new"}},
    ).json()

    assert [(each["rev"], each["last4"]) for each in body["secrets"]] == [(2, "-new"), (1, "1234")]
    assert body["secrets"][0]["id"] == server["secrets"][0]["id"]


def test_a_secret_of_another_agent_or_workspace_is_as_one_that_never_was(rest, cast, agent):
    rest.post("agents", slug="other", mcp_servers=[{"name": "paid", "config": CONFIG}])
    charlie = rest.of(cast.charlie)
    charlie.post("agents", slug="theirs", mcp_servers=[{"name": "paid", "config": CONFIG}])
    ids = [
        program.get(f"agents/{slug}/mcp-servers").json()["items"][0]["secrets"][0]["id"]
        for program, slug in ((rest, "other"), (charlie, "theirs"))
    ]

    answers = [
        rest.post("agents/desk/mcp-servers", name="thief", config={"api_key": {"$secret": id, "rev": 1}})
        for id in (*ids, str(uuid.uuid4()), "x")
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.content for answer in answers}) == 1


def test_removing_a_server_leaves_its_credentials_to_the_locked_versions(rest, cast):
    rest.post("agents", slug="desk", mcp_servers=[{"name": "paid", "config": CONFIG}])
    rest.post("agents/desk/lock")
    server = first(rest, "mcp-servers")

    rest.delete(f"agents/desk/mcp-servers/{server['id']}")
    rest.post("agents/desk/revert")

    assert first(rest, "mcp-servers")["secrets"] == server["secrets"]
    assert McpServer.objects.get().pk == uuid.UUID(server["id"])


@pytest.mark.parametrize("section", SECTIONS)
def test_a_walk_through_the_parts_meets_each_once(rest, agent, section):
    for n in range(4):
        new = NEW[section] | (
            {"schema_data": {"title": f"t{n}"}} if section == "schemas" else {"name": f"n{n}"}
        )
        rest.post(f"agents/desk/{section}", **new)

    names, cursor = [], ""
    while cursor is not None:
        page = rest.get(f"agents/desk/{section}", limit=2, cursor=cursor).json()
        names += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert len(names) == len(set(names)) == page["total"] == 5


def test_a_section_holds_two_hundred_parts(rest, cast):
    made = rest.post("agents", slug="full", triggers=[{"name": f"t{n}"} for n in range(200)])

    one_more = rest.post("agents/full/triggers", name="one more")
    at_once = rest.post("agents", slug="over", triggers=[{"name": f"t{n}"} for n in range(201)])

    assert made.status_code == 201
    assert [(each.status_code, each.json()["field"]) for each in (one_more, at_once)] == [
        (422, "triggers")
    ] * 2


def test_locking_leaves_locked_parts_to_be_read_and_the_rows_to_be_written(rest, cast, agent):
    services.lock(cast.eve, agent)
    trigger = first(rest, "triggers")

    rest.patch(f"agents/desk/triggers/{trigger['id']}", name="other")

    locked, draft = (rest.get(f"agents/desk/versions/{n}").json()["configuration"] for n in (1, "draft"))
    assert [each["triggers"][0]["name"] for each in (locked, draft)] == ["nightly", "other"]


def test_a_draft_that_is_live_or_staged_takes_no_write_from_a_key(rest, cast, agent):
    program, trigger = rest.with_key("drafts"), first(rest, "triggers")
    path = f"agents/desk/triggers/{trigger['id']}"

    free = program.patch(path, name="by a key")
    services.stage(cast.eve, agent, 1)
    staged = [
        program.patch(path, name="again"), program.delete(path),
        program.post("agents/desk/triggers", name="x"), program.patch("agents/desk", bio="x"),
    ]  # fmt: skip
    services.unstage(cast.eve, agent)
    services.promote(cast.eve, agent, 1, lock=False)
    live = [program.patch(path, name="again"), program.patch("agents/desk", bio="x")]

    assert free.status_code == 200
    assert {(each.status_code, each.json()["code"]) for each in (*staged, *live)} == {(403, "forbidden")}
    assert rest.patch(path, name="by a person").status_code == 200
