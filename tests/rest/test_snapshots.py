"""Snapshots by REST: one of each publish; listed, read, compared, and an agent put back to one."""

import pytest

from agents.models import AgentSchema, AgentTrigger
from agents.services import change_agent
from agents.services.parts import add_part, change_part, remove_part
from tests.factories import make_agent
from tests.kept import begin_with
from tests.rest.test_lists import walk
from versioning.changes.models import Change
from versioning.versions import services
from versioning.versions.services.one_draft import draft_of

LINE = {
    "id", "version_number", "number", "label", "message", "published_by", "published_at", "created_at",
}  # fmt: skip
COMPONENTS = {"agent_snapshot", "schemas_snapshot", "triggers_snapshot", "mcp_servers_snapshot"}


def beginning(cast):
    """Its Snapshot 1 is of v1; since then the bio, the trigger and the schema are others."""
    made = make_agent(cast.eve, slug="desk", bio="First.")
    services.promote(cast.eve, made, 1, message="Out")
    change_agent(cast.eve, made, bio="Second.")
    remove_part(cast.eve, made, AgentTrigger, AgentTrigger.objects.of(made).get().pk)
    add_part(cast.eve, made, AgentTrigger, name="weekly")
    change_part(cast.eve, made, AgentSchema, AgentSchema.objects.of(made).get().pk, is_active=False)
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def two(cast, agent):
    """And Snapshot 2, of v2."""
    services.promote(cast.eve, agent, 2)


def test_each_publish_is_listed_with_who_and_why(rest, cast, agent):
    two(cast, agent)

    page = rest.get("agents/desk/snapshots").json()

    assert (page["total"], page["limit"], page["offset"]) == (2, 20, 0)
    newest, first = page["items"]
    assert set(first) == LINE
    assert (first["version_number"], first["number"], first["label"]) == (1, 1, "v1")
    assert (first["message"], first["published_by"]) == ("Out", "Eve")
    assert newest["version_number"] == 2
    assert walk(rest, "agents/desk/snapshots", limit=1) == page["items"]


def test_a_snapshot_has_its_four_components_by_id_and_by_number(rest, agent):
    [line] = rest.get("agents/desk/snapshots").json()["items"]

    by_id = rest.get(f"agents/{agent.pk}/snapshots/{line['id']}").json()

    assert set(by_id) == LINE | COMPONENTS | {"agent_id"}
    assert by_id == rest.get("agents/desk/snapshots/1").json()
    assert (by_id["agent_snapshot"]["id"], by_id["agent_snapshot"]["bio"]) == (str(agent.pk), "First.")
    assert [each["schema_data"]["title"] for each in by_id["schemas_snapshot"]] == ["order"]
    assert [each["name"] for each in by_id["triggers_snapshot"]] == ["nightly"]
    assert [each["name"] for each in by_id["mcp_servers_snapshot"]] == ["tools"]


def test_two_snapshots_are_compared_by_component(rest, cast, agent):
    two(cast, agent)

    answer = rest.get("agents/desk/snapshots/compare?from=1&to=2").json()

    comparison = answer["comparison"]
    assert (answer["success"], comparison["from_version"], comparison["to_version"]) == (True, 1, 2)
    assert comparison["diff"]["agent"] == {"bio": {"from": "First.", "to": "Second."}}
    assert set(comparison["diff"]) == {"agent", "schemas", "triggers"}
    assert set(comparison["diff"]["triggers"]) == {"nightly", "weekly"}
    assert comparison["diff"]["triggers"]["nightly"]["to"] is None
    assert comparison["changed_field_count"] == 4
    ids = [line["id"] for line in rest.get("agents/desk/snapshots").json()["items"]]
    assert rest.get(f"agents/desk/snapshots/compare?from={ids[1]}&to={ids[0]}").json() == answer


def test_the_plan_names_each_row_and_changes_nothing(rest, agent):
    before = Change.objects.count()

    answer = rest.post("agents/desk/snapshots/1/rollback", dry_run=True).json()

    plan = answer["plan"]
    assert (answer["success"], answer["dry_run"]) == (True, True)
    assert answer["message"] == "Snapshot 1 would be restored: 1 created, 2 updated, 1 deleted"
    assert (plan["created"], plan["updated"], plan["deleted"]) == (1, 2, 1)
    assert [(step["action"], step["resource_type"], step["label"]) for step in plan["steps"]] == [
        ("updated", "agent", "Front desk"), ("updated", "schema", "order"), ("created", "trigger", "nightly"),
        ("deleted", "trigger", "weekly"),
    ]  # fmt: skip
    assert plan["steps"][0]["fields"] == {"bio": {"from": "Second.", "to": "First."}}
    assert answer["expected_version"] == rest.get("agents/desk").json()["draft"]["tag"]
    assert Change.objects.count() == before


def test_an_agent_goes_back_to_a_snapshot_each_row_by_a_change_of_its_own(rest, cast, agent):
    planned = rest.post("agents/desk/snapshots/1/rollback", dry_run=True).json()

    answer = rest.post(
        "agents/desk/snapshots/1/rollback", expected_version=planned["expected_version"], reason="As it was"
    ).json()

    assert (answer["success"], answer["message"]) == (True, "Agent restored to snapshot 1")
    assert answer["restored"] == {"id": str(agent.pk), "bio": "First."}
    assert (answer["restored_to_version"], answer["new_version"]) == (1, 2)
    assert answer["plan"] == planned["plan"]
    assert answer["draft"]["tag"] == draft_of(agent).tag
    assert "published" not in answer
    changes = rest.get("agents/desk/history", act="restored").json()["items"]
    assert {change["changelog"] for change in changes} == {"Restored to snapshot 1"}
    assert len(changes) == 4
    assert rest.get("agents/desk/events").json()["items"][0]["message"] == "As it was"
    assert rest.get("agents/desk").json()["live"]["number"] == 1


def test_publish_locks_and_publishes_what_was_restored(rest, agent):
    answer = rest.post("agents/desk/snapshots/1/rollback", publish=True).json()

    assert (answer["published"], answer["new_version"]) == ({"number": 2, "label": "v2"}, 2)
    assert answer["draft"]["number"] == 3
    assert rest.get("agents/desk/snapshots").json()["total"] == 2


@pytest.mark.parametrize("way", ["header", "body"])
def test_what_changed_since_the_plan_is_not_overwritten(rest, agent, way):
    tag = rest.post("agents/desk/snapshots/1/rollback", dry_run=True).json()["expected_version"]
    rest.patch("agents/desk", bio="Third.")

    said = {"headers": {"If-Match": tag}} if way == "header" else {"expected_version": tag}
    answer = rest.post("agents/desk/snapshots/1/rollback", **said)

    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    agent.refresh_from_db()
    assert agent.bio == "Third."


def test_a_draft_that_equals_the_snapshot_is_left_alone(rest, agent):
    rest.post("agents/desk/snapshots/1/rollback")

    answer = rest.post("agents/desk/snapshots/1/rollback")

    assert (answer.status_code, answer.json()["code"]) == (409, "unchanged")


def test_twice_the_same_request_restores_once(rest, agent):
    path, once = "agents/desk/snapshots/1/rollback", {"Idempotency-Key": "k"}

    answers = [rest.post(path, once).content for _ in range(2)]

    assert answers[0] == answers[1]
    assert rest.get("agents/desk/history", act="restored").json()["total"] == 4


def test_no_credential_stands_in_a_snapshot_or_in_a_comparison(rest, cast, agent):
    rest.post("agents/desk/mcp-servers", name="more", config={"api_key": "first-of-all-words"})
    two(cast, agent)
    server = rest.get("agents/desk/mcp-servers", q="more").json()["items"][0]["id"]
    rest.patch(f"agents/desk/mcp-servers/{server}", config={"api_key": "second-of-all-words"})
    services.promote(cast.eve, agent, 3)

    compared = rest.get("agents/desk/snapshots/compare?from=2&to=3")
    answers = [compared, rest.get("agents/desk/snapshots/3"), rest.get("agents/desk/snapshots")]

    [(_, sides)] = compared.json()["comparison"]["diff"]["mcp_servers"].items()
    assert (sides["note"], sides["from"]) == ("secret changed", "••••")
    assert not any(b"of-all-words" in answer.content for answer in answers)


def test_a_key_reads_snapshots_and_restores_none(rest, agent):
    program = rest.with_key("history", "drafts")

    read = program.get("agents/desk/snapshots/1")
    restored = (
        program.post("agents/desk/snapshots/1/rollback"),
        program.post(f"agents/desk/versions/agent/{agent.pk}/rollback", target_version=1),
    )

    assert read.status_code == 200
    assert [(answer.status_code, answer.json()["code"]) for answer in restored] == [(403, "forbidden")] * 2
