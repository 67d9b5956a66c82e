"""The Blame page of an agent: each field with its version; of the draft with the Change that did it."""

import pytest

from agents.blame import blame_agent
from agents.models import AgentSchema, AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, remove_part
from tests.factories import make_agent, make_prompt
from tests.kept import begin_with
from versioning.changes.models import Change
from versioning.versions import services
from versioning.versions.services.one_draft import draft_of


def beginning(cast):
    """Locked twice, the second time with another bio."""
    return make_agent(cast.eve, slug="desk", locked=2)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def html(response):
    """The page as it is sent."""
    return response.content.decode()


def came(agent, version=None):
    """By path, for each run of a field its version's number, or the version of its Change."""
    found = {}
    for each in blame_agent(agent, version or draft_of(agent)).fields:
        field = each.field
        name = f"{field.section}.{field.item.label}.{field.path}" if field.item else field.path
        found[name] = [
            (f"{change.resource_type} {change.version}" if change else run.origin.number)
            for run, change in each.runs
            for _ in range(run.size)
        ]
    return found


def test_a_field_came_with_the_version_that_changed_it(agent):
    found = came(agent)

    assert found["bio"] == [2]
    assert found["name"] == [1]
    assert found["llm_config.temperature"] == [1]
    assert found["triggers.nightly.enabled"] == [1]


def test_what_the_draft_has_of_its_own_came_with_the_change_that_did_it(cast, agent):
    change_agent(cast.eve, agent, bio="Answers at night.")
    change_agent(cast.ada, agent, commercial_name="Desk")
    trigger = AgentTrigger.objects.get(agent=agent)
    change_part(cast.ada, agent, AgentTrigger, trigger.pk, enabled=False)
    add_part(cast.eve, agent, McpServer, name="mail", endpoint="https://mail.example/mcp")

    found = came(agent)

    assert found["bio"] == ["agent 3"]
    assert found["commercial_name"] == ["agent 4"]
    assert found["triggers.nightly.enabled"] == ["trigger 2"]
    assert found["triggers.nightly.name"] == [1]
    assert found["mcp_servers.mail.endpoint"] == ["mcp_server 1"]
    assert found["mcp_servers.tools.endpoint"] == [1]


def test_a_long_text_is_told_line_by_line_change_by_change(cast, agent):
    config = agent.llm_config
    change_agent(cast.eve, agent, llm_config={**config, "instructions": "Be brief.\nBe calm.\nBe kind."})
    change_agent(
        cast.ada, agent, llm_config={**config, "instructions": "Be brief.\nBe calm.\nBe kind.\nBe here."}
    )

    found = came(agent)

    assert found["llm_config.instructions"] == [
        1,
        "agent 3",
        "agent 4",
        "agent 4",
    ]  # a new line end is a change
    assert found["llm_config.model"] == [1]


def test_a_field_that_was_changed_and_put_back_is_the_versions(cast, agent):
    change_agent(cast.eve, agent, name="Other")
    change_agent(cast.eve, agent, name="Front desk", bio="New.")

    assert came(agent)["name"] == [1]
    assert came(agent)["bio"] == ["agent 4"]


def test_the_first_draft_is_all_changes(cast):
    agent = make_agent(cast.eve, slug="fresh")
    change_agent(cast.ada, agent, bio="Another.")

    found = came(agent)

    assert found["bio"] == ["agent 2"]
    assert found["name"] == ["agent 1"]
    assert found["schemas.order.schema_type"] == ["schema 1"]


def test_a_part_that_was_removed_and_others_changed_after_it_stay_apart(cast, agent):
    add_part(
        cast.eve,
        agent,
        AgentTrigger,
        name="hourly",
        trigger_type="schedule",
        trigger_config={"cron": "0 * * * *"},
    )
    hourly = AgentTrigger.objects.get(agent=agent, name="hourly")
    remove_part(cast.eve, agent, AgentTrigger, AgentTrigger.objects.get(agent=agent, name="nightly").pk)
    change_part(cast.ada, agent, AgentTrigger, hourly.pk, enabled=False)

    found = came(agent)

    assert found["triggers.hourly.enabled"] == ["trigger 2"]
    assert found["triggers.hourly.trigger_config.cron"] == ["trigger 1"]
    assert not any(name.startswith("triggers.nightly") for name in found)


def test_a_prompt_that_moved_by_itself_is_the_drafts_without_a_change(cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1)
    agent = make_agent(cast.eve, slug="names", llm_config={"prompts": {"greeting": "live"}}, locked=1)
    assert came(agent)["llm_config.prompts.greeting"] == [1]

    services.save_version(cast.eve, prompt, source="Hi {{ name }}.\n")
    services.promote(cast.eve, prompt, 2)

    assert came(agent)["llm_config.prompts.greeting"] == [2]


def test_the_page_shows_sections_labels_and_the_way_to_the_diff(cast, web, agent):
    page = html(web.get("agents/desk/v/2/blame/"))

    for title in ("Identity", "Model", "Schemas", "Triggers", "MCP servers"):
        assert title in page, title
    assert 'href="/w/demo/agents/desk/compare/1...2/"' in page
    assert 'href="/w/demo/agents/desk/v/1/"' in page
    assert web.get("agents/desk/compare/1...2/").status_code == 200
    for words in ("Lock 1", "Lock 2", "Eve", "Answers the phone, in way 2.", "instructions", "Be kind."):
        assert words in page, words


def test_a_change_of_the_draft_leads_to_its_place_in_the_history(cast, web, agent):
    change_agent(cast.ada, agent, bio="Answers at night.")
    change = Change.objects.get(resource_id=agent.pk, version=3)

    page = html(web.get("agents/desk/v/3/blame/"))

    assert f'href="/w/demo/agents/desk/history/?open={change.pk}"' in page
    assert "Changed bio" in page
    assert "Ada" in page


def test_a_change_by_sql_is_a_change_like_others(web, agent):
    type(agent).objects.filter(pk=agent.pk).update(bio="By hand.")

    assert came(agent)["bio"] == ["agent 3"]
    assert "By hand." in html(web.get("agents/desk/v/3/blame/"))


def test_values_are_escaped_and_no_secret_is_shown(cast, web, agent):
    change_agent(cast.eve, agent, commercial_name="<script>x</script>")
    server = McpServer.objects.get(agent=agent)
    config = {"headers": {"Authorization": "Bearer s3cret-s3cret-9999"}}
    change_part(cast.eve, agent, McpServer, server.pk, config=config, auth_method="bearer")

    page = html(web.get("agents/desk/v/3/blame/"))

    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert "s3cret" not in page
    assert "••••" in page
    assert "$secret" not in page


def test_it_is_linked_from_the_look_page_and_from_the_editor(cast, web, agent):
    bob = web.of(cast.bob)

    assert 'href="/w/demo/agents/desk/v/2/blame/"' in html(bob.get("agents/desk/v/2/"))
    assert 'href="/w/demo/agents/desk/v/3/blame/"' in html(web.get("agents/desk/"))
    assert bob.get("agents/desk/v/2/blame/").status_code == 200


def test_what_is_not_there_or_another_workspace_s_is_not_found(cast, web, agent):
    assert web.get("agents/desk/v/9/blame/").status_code == 404
    assert web.get("agents/other/v/1/blame/").status_code == 404
    assert web.of(cast.charlie).get("agents/desk/v/1/blame/").status_code == 404


def test_by_rest_each_field_says_its_runs_and_the_draft_its_changes(cast, rest, agent):
    change_agent(cast.ada, agent, bio="Answers at night.")

    said = rest.get("agents/desk/versions/draft/blame").json()

    fields = {field["path"]: field for field in said["fields"]}
    change = Change.objects.get(resource_id=agent.pk, version=3)
    assert fields["bio"]["value"] == "Answers at night."
    assert [(run["version"], run["change"]) for run in fields["bio"]["runs"]] == [(3, str(change.pk))]
    assert [(run["version"], run["change"]) for run in fields["name"]["runs"]] == [(1, None)]
    text = fields["llm_config.instructions"]
    assert "".join(run["text"] for run in text["runs"]) == text["value"]
    trigger = AgentTrigger.objects.get(agent=agent)
    assert fields["triggers.nightly.enabled"]["resource_id"] == str(trigger.pk)
    assert fields["triggers.nightly.enabled"]["resource_type"] == "trigger"
    assert [(each["by"], each["version"]) for each in said["changes"]] == [("Ada", 3)]
    assert [each["label"] for each in said["versions"]] == ["v3", "v1"]
    assert f"/agents/desk/history/?open={change.pk}" in said["changes"][0]["url"]


def test_by_rest_a_number_that_is_none_and_a_key_without_the_scope_are_refused(rest, agent):
    assert rest.get("agents/desk/versions/2/blame").status_code == 200
    assert rest.get("agents/desk/versions/schema/blame").status_code == 404
    assert rest.get("agents/desk/versions/9/blame").status_code == 404
    assert rest.with_key("history").get("agents/desk/versions/1/blame").status_code == 200
    assert rest.with_key("drafts").get("agents/desk/versions/1/blame").status_code == 403


def test_rows_that_sql_made_odd_break_nothing(web, agent):
    AgentSchema.objects.filter(agent=agent).update(schema_data=[1, {"x": None}])

    assert web.get("agents/desk/v/3/blame/").status_code == 200
