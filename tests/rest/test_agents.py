"""Agents in REST: list, create, read, change, copy."""

import pytest

from agents.models import Secret
from tests.factories import AgentFactory, make_agent, make_prompt
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event

WHOLE = {
    "name": "Front desk", "bio": "Answers the phone.", "commercial_name": "Desk One", "tags": ["Voice"],
    "llm_config": {"model": "small", "instructions": "Be brief.", "temperature": 0.5},
    "type": "voice", "visibility": "public", "status": "paused", "metadata": {"team": "desk"},
}  # fmt: skip
PARTS = {
    "schemas": [{"schema_data": {"title": "order", "type": "object"}, "schema_type": "tool"}],
    "triggers": [{"name": "nightly", "trigger_type": "schedule"}, {"name": "by hand", "enabled": False}],
    "mcp_servers": [{"name": "tools", "config": {"api_key": "sealed-away-1234"}}],
}


def test_a_new_agent_is_answered_as_it_is_and_where(rest):
    answer = rest.post("agents", slug="desk", **WHOLE)

    body = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == "/api/agents/desk"
    assert answer["ETag"] == body["tag"]
    assert body["draft"]["tag"].startswith('"1-')
    assert body | {"id": "", "created": "", "changed": "", "tag": "", "draft": ""} == WHOLE | {
        "id": "", "slug": "desk", "tags": ["voice"], "archived": False, "draft": "", "live": None,
        "staging": None, "generation": 0, "versions": 1, "created": "", "changed": "", "tag": "",
        "prompts": [], "url": "http://127.0.0.1:8000/w/demo/agents/desk/",
    }  # fmt: skip
    assert Event.objects.filter(name="artifact.created", via="rest", actor_label="Alice").count() == 1


def test_an_agent_needs_no_more_than_a_slug(rest):
    body = rest.post("agents", slug="desk").json()

    assert (body["name"], body["type"], body["visibility"], body["status"], body["llm_config"]) == (
        "desk", "assistant", "workspace", "active", {},
    )  # fmt: skip


def test_an_agent_begins_with_the_parts_that_are_sent(rest):
    rest.post("agents", slug="desk", **PARTS)

    draft = rest.get("agents/desk/versions/draft").json()["configuration"]
    assert [each["schema_data"]["title"] for each in draft["schemas"]] == ["order"]
    assert [each["name"] for each in draft["triggers"]] == ["by hand", "nightly"]
    assert set(draft["mcp_servers"][0]["config"]["api_key"]) == {"$secret", "rev"}
    assert Version.objects.get().source.count("sealed-away") == 0


def test_a_part_that_cannot_be_kept_is_named_and_no_agent_is_made(rest):
    answer = rest.post("agents", slug="desk", triggers=[{"name": "good"}, {"name": " "}])

    assert (answer.status_code, answer.json()["title"]) == (422, "triggers[1]: name: It cannot be empty.")
    assert rest.get("agents/desk").status_code == 404


def test_an_agent_is_read_by_its_slug_and_by_its_id(rest, cast):
    agent = AgentFactory(actor=cast.eve, slug="desk")

    by_slug, by_id = rest.get("agents/desk"), rest.get(f"agents/{agent.pk}")

    assert by_slug.content == by_id.content
    assert (by_slug["ETag"], by_slug.json()["id"]) == (by_id["ETag"], str(agent.pk))


def test_an_id_comes_before_a_slug_that_looks_like_one(rest, cast):
    agent = AgentFactory(actor=cast.eve, slug="desk")

    twin = rest.post("agents", slug=str(agent.pk)).json()

    assert rest.get(f"agents/{agent.pk}").json()["slug"] == "desk"
    assert rest.get(f"agents/{twin['id']}").json()["slug"] == str(agent.pk)


def test_an_agent_says_what_is_live_and_staged(rest, cast):
    agent = make_agent(cast.eve, slug="desk", locked=2, live=2)
    services.stage(cast.eve, agent, 3)

    body = rest.get("agents/desk").json()
    rest.patch("workspace", staging_enabled=False)

    assert (body["live"]["label"], body["staging"]["label"], body["draft"]["label"]) == ("v2", "v3", "v3")
    assert body["versions"] == 3
    assert rest.get("agents/desk").json()["staging"] is None


def test_an_agent_tells_which_versions_of_prompts_it_comes_to(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=2)
    make_prompt(cast.eve, slug="closing")
    named = {"prompts": {"greeting": "live", "closing": "live"}}
    AgentFactory(actor=cast.eve, slug="desk", llm_config=named)
    AgentFactory(actor=cast.eve, slug="fixed", llm_config={"prompts": {"greeting": 1}})

    following, fixed = (rest.get(f"agents/{slug}").json()["prompts"] for slug in ("desk", "fixed"))

    assert following == [
        {"slug": "closing", "wanted": "live", "number": None, "live": None},
        {"slug": "greeting", "wanted": "live", "number": 2, "live": 2},
    ]
    assert fixed == [{"slug": "greeting", "wanted": 1, "number": 1, "live": 2}]
    before = rest.get("agents/desk").json()["draft"]["tag"]
    services.roll_back(cast.eve, prompt, 1)
    assert rest.get("agents/desk").json()["draft"]["tag"] != before


def test_what_is_not_sent_stays_as_it_is(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")

    answer = rest.patch("agents/desk", bio="Answers at night.", tags=["night"], name=None)

    body = answer.json()
    assert (body["bio"], body["tags"], body["name"]) == ("Answers at night.", ["night"], "Front desk")
    assert answer["ETag"] == body["tag"]
    assert Event.objects.get(name="version.updated").via == "rest"


def test_a_change_is_bound_to_the_own_fields_alone(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")
    tag = rest.get("agents/desk")["ETag"]

    rest.post("agents/desk/triggers", name="another")
    of_a_part = rest.get("agents/desk")["ETag"]
    fresh = rest.patch("agents/desk", {"If-Match": tag}, bio="Alice's words")
    stale = rest.patch("agents/desk", {"If-Match": tag}, bio="Eve's words")
    by_field = rest.patch("agents/desk", bio="Eve's words", expected_version=tag.strip('"'))

    assert of_a_part == tag
    assert fresh.status_code == 200
    assert [(each.status_code, each.json()["code"]) for each in (stale, by_field)] == [(412, "stale")] * 2
    assert stale.json()["tag"] == fresh["ETag"]
    assert rest.get("agents/desk").json()["bio"] == "Alice's words"


def test_a_change_of_nothing_is_refused_and_an_empty_one_is_none(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")

    same, empty = rest.patch("agents/desk", bio="Answers the phone."), rest.patch("agents/desk")

    assert (same.status_code, same.json()["code"]) == (409, "unchanged")
    assert empty.status_code == 200
    assert not Event.objects.filter(name="version.updated").exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"), ({"llm_config": {"temperature": 3}}, "llm_config"),
        ({"llm_config": {"api_key": "hunter22"}}, "llm_config"), ({"tags": ["x" * 51]}, "tags"),
        ({"llm_config": {"prompts": {"never-was": "live"}}}, "llm_config.prompts"),
        ({"bio": "x" * 20_001}, "bio"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_kept_is_named(rest, cast, fields, field):
    AgentFactory(actor=cast.eve, slug="desk")

    changed, made = rest.patch("agents/desk", **fields), rest.post("agents", slug="other", **fields)

    assert [(each.status_code, each.json()["field"]) for each in (changed, made)] == [(422, field)] * 2


def test_archiving_and_taking_out_again(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")

    put_away = rest.patch("agents/desk", archived=True, name="Old desk").json()
    again = rest.patch("agents/desk", archived=True)
    write = rest.patch("agents/desk", name="Other")
    listed = rest.get("agents").json()["total"], rest.get("agents", show="archived").json()["total"]
    back = rest.patch("agents/desk", archived=False, name="New desk").json()

    assert (put_away["archived"], put_away["name"]) == (True, "Old desk")
    assert (again.status_code, write.json()["code"]) == (200, "archived")
    assert listed == (0, 1)
    assert (back["archived"], back["name"]) == (False, "New desk")


def test_a_refused_archiving_changes_nothing_else(rest, cast):
    make_agent(cast.eve, slug="desk", locked=1, live=1)

    answer = rest.patch("agents/desk", archived=True, name="Gone")

    assert (answer.status_code, answer.json()["code"]) == (409, "live_in_the_way")
    assert rest.get("agents/desk").json()["name"] == "Front desk"


@pytest.mark.parametrize(("slug", "status"), [("desk", 409), ("import", 422), ("Desk", 422), ("new", 422)])
def test_a_slug_that_cannot_be_had_is_refused_with_its_field(rest, cast, slug, status):
    AgentFactory(actor=cast.eve, slug="desk")

    answer = rest.post("agents", slug=slug)

    assert (answer.status_code, answer.json()["field"]) == (status, "slug")


def test_a_prompt_and_an_agent_may_bear_one_slug(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    assert rest.post("agents", slug="greeting").status_code == 201
    assert rest.get("prompts/greeting").json()["versions"] == 1


def test_the_list_is_searched_by_every_word_and_by_slug(rest, cast):
    make_agent(cast.eve, slug="desk-formal", name="Formal desk", tags=["mail"], locked=1)
    AgentFactory(actor=cast.eve, slug="desk")

    words, messages = (rest.get("agents", q=q).json() for q in ("desk mail", "Lock 1"))
    slug = rest.get("agents", slug="desk").json()

    assert [[each["slug"] for each in found["items"]] for found in (words, messages, slug)] == [
        ["desk-formal"], ["desk-formal"], ["desk"],
    ]  # fmt: skip


def test_the_list_shows_what_is_asked_for(rest, cast):
    make_agent(cast.eve, slug="live", locked=1, live=1)
    services.stage(cast.eve, AgentFactory(actor=cast.eve, slug="staged"), 1)
    rest.patch("agents/live", bio="Later.")
    services.archive(cast.eve, AgentFactory(actor=cast.eve, slug="gone"))

    shown = {
        show: [each["slug"] for each in rest.get("agents", show=show).json()["items"]]
        for show in ("all", "staging", "changes", "idle", "archived")
    }

    assert shown == {
        "all": ["staged", "live"], "staging": ["staged"], "changes": ["live"], "idle": ["staged"],
        "archived": ["gone"],
    }  # fmt: skip


def test_lists_are_without_long_texts(rest, cast):
    AgentFactory(actor=cast.eve, slug="desk")

    (item,) = rest.get("agents").json()["items"]

    assert not {"bio", "llm_config", "metadata"} & set(item)
    assert item["draft"] == {"number": 1, "label": "v1"}


def test_a_version_is_copied_without_its_credentials(rest, cast):
    rest.post("agents", slug="desk", **PARTS)
    rest.post("agents/desk/lock")
    rest.patch("agents/desk", bio="Later.")

    locked = rest.post("agents/desk/versions/1/copy", slug="twin")
    draft = rest.post("agents/desk/versions/draft/copy", slug="heir", name="Heir")

    assert (locked.status_code, locked["Location"], locked.json()["versions"]) == (201, "/api/agents/twin", 1)
    assert (locked.json()["bio"], draft.json()["bio"]) == ("", "Later.")
    assert (locked.json()["name"], draft.json()["name"]) == ("desk", "Heir")
    config = rest.get("agents/twin/mcp-servers").json()["items"][0]
    assert (config["config"], config["secrets"]) == ({"api_key": ""}, [])
    assert Secret.objects.count() == 1
    assert rest.post("agents/desk/versions/9/copy", slug="none").status_code == 404
