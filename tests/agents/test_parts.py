"""Schemas, triggers and MCP servers on the editor page: opened, added, saved, removed."""

import json

import pytest

from agents.models import AgentSchema, AgentTrigger, McpServer, Secret
from agents.services import change_part, remove_part
from tests.agents.sheets import send, sheet, sheets_on
from tests.agents.test_editor_page import said
from tests.factories import make_agent
from tests.kept import begin_with
from versioning.versions import services
from versioning.workspaces.models import Event

KEY = "sk-abcdefghijklmnop1234"


def beginning(cast):
    """With a schema, a trigger and a server."""
    return make_agent(cast.eve, slug="desk", locked=1)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def one(model, agent):
    return model.objects.of(agent).get()


def path(part):
    return f"agents/desk/{part.section}/{part.pk}/"


def test_a_part_opens_in_its_line_or_on_the_page(cast, web, htmx, agent):
    trigger = one(AgentTrigger, agent)

    alone, whole = htmx.get(path(trigger)), web.get(path(trigger))

    assert [*sheets_on(alone)] == [f"part-{trigger.pk}"]
    assert "<html" not in alone.content.decode()
    assert [*sheets_on(whole)] == ["identity", "model", f"part-{trigger.pk}", "metadata"]
    form = sheets_on(alone)[f"part-{trigger.pk}"]
    assert (form["name"], form["trigger_type"], form["enabled"]) == ("nightly", "schedule", "on")
    assert json.loads(form["trigger_config"]) == {"cron": "0 3 * * *"}


def test_it_closes_again(cast, htmx, agent):
    trigger = one(AgentTrigger, agent)

    answer = htmx.get(path(trigger), closed=1)

    assert sheets_on(answer) == {}
    assert f'id="part-{trigger.pk}"' in answer.content.decode()
    assert "nightly schedule 0 3 * * * on" in said(answer)


def test_a_trigger_is_saved_and_its_line_says_so(cast, web, htmx, agent):
    trigger = one(AgentTrigger, agent)

    answer = send(htmx, sheet(htmx, path(trigger), f"part-{trigger.pk}"), enabled=None, name="at night")

    assert answer.status_code == 200
    assert json.loads(answer["HX-Trigger"]) == {"version-changed": {}}
    assert "at night schedule 0 3 * * *, changed: enabled, name Saved off" in said(answer)
    assert 'hx-swap-oob="true"' in answer.content.decode()
    trigger.refresh_from_db()
    assert (trigger.name, trigger.enabled) == ("at night", False)
    assert Event.objects.get(name="version.updated").data["section"] == "triggers"

    answer = send(web, sheet(web, path(trigger), f"part-{trigger.pk}"), description="Each\r\nnight.")
    assert (answer.status_code, answer["Location"]) == (303, f"/w/demo/agents/desk/#part-{trigger.pk}")
    trigger.refresh_from_db()
    assert (trigger.description, trigger.enabled) == ("Each\nnight.", False)


def test_the_name_of_a_schema_is_its_title(cast, web, agent):
    schema = one(AgentSchema, agent)
    form = sheet(web, path(schema), f"part-{schema.pk}")

    send(web, form, name="bill")
    schema.refresh_from_db()
    assert schema.schema_data == {"title": "bill", "type": "object"}

    form = sheet(web, path(schema), f"part-{schema.pk}")
    send(web, form, schema_data='{"title": "receipt"}')
    schema.refresh_from_db()
    assert schema.schema_data == {"title": "receipt"}

    form = sheet(web, path(schema), f"part-{schema.pk}")
    answer = send(web, form, schema_data='{"title": "one"}', name="other")
    assert answer.status_code == 422
    assert "The title in the schema was changed too: make them the same." in said(answer)


def test_a_part_is_added_where_one_asked_for_it(cast, web, htmx, agent):
    form = sheet(htmx, "agents/desk/schemas/new/", "schemas-new")
    assert json.loads(form["schema_data"]) == {"type": "object", "properties": {}}

    answer = send(htmx, form, name="bill", schema_type="output")

    made = AgentSchema.objects.of(agent).get(schema_type="output")
    assert made.schema_data == {"title": "bill", "type": "object", "properties": {}}
    assert f'id="part-{made.pk}"' in answer.content.decode()
    assert 'id="schemas-new"' in answer.content.decode()
    assert "bill output, new since v1 Saved active" in said(answer)

    answer = send(web, sheet(web, "agents/desk/triggers/new/", "triggers-new"), name="hook")
    made = AgentTrigger.objects.of(agent).get(name="hook")
    assert (answer.status_code, answer["Location"]) == (303, f"/w/demo/agents/desk/#part-{made.pk}")


def test_a_new_part_that_cannot_be_kept_stays_open_with_the_reason(cast, htmx, agent):
    form = sheet(htmx, "agents/desk/triggers/new/", "triggers-new")

    answer = send(htmx, form, name=" ", trigger_config="[1]")

    assert answer.status_code == 422
    assert "It must be a JSON object" in said(answer) or "It cannot be empty." in said(answer)
    assert sheets_on(answer)["triggers-new"]["trigger_config"] == "[1]"
    assert AgentTrigger.objects.of(agent).count() == 1


def test_json_schemas_are_checked_with_the_place(cast, htmx, agent):
    schema = one(AgentSchema, agent)
    form = sheet(htmx, path(schema), f"part-{schema.pk}")

    answer = send(htmx, form, schema_data='{"title": "order", "properties": {"a": {"type": "nope"}}}')

    assert answer.status_code == 422
    assert "properties.a.type: It is no JSON Schema" in said(answer)


def test_a_credential_is_sealed_shown_as_a_mask_and_kept_when_left_empty(cast, web, agent):
    server = one(McpServer, agent)
    form = sheet(web, path(server), f"part-{server.pk}")

    answer = send(web, form, auth_method="api_key", credential=KEY, config='{"region": "eu"}')

    assert answer.status_code == 303
    server.refresh_from_db()
    assert set(server.config["api_key"]) == {"$secret", "rev"}
    assert server.config["region"] == "eu"
    page = web.get(path(server)).content.decode()
    assert 'placeholder="••••1234"' in page
    assert KEY not in page

    form = sheet(web, path(server), f"part-{server.pk}")
    assert (form["credential"], json.loads(form["config"])) == ("", {"api_key": "••••1234", "region": "eu"})
    send(web, form, config='{"api_key": "••••1234", "region": "us"}')
    server.refresh_from_db()
    assert (server.config["region"], server.config["api_key"]["rev"]) == ("us", 1)

    send(web, sheet(web, path(server), f"part-{server.pk}"), credential="sk-abcdefghijklmnop9876")
    server.refresh_from_db()
    assert server.config["api_key"]["rev"] == 2
    assert Secret.objects.get().last4 == "9876"


@pytest.mark.parametrize("method", ["bearer", "basic", "oauth2"])
def test_each_way_to_be_known_has_its_place_for_the_credential(cast, web, agent, method):
    server = one(McpServer, agent)

    send(
        web, sheet(web, path(server), f"part-{server.pk}"), auth_method=method, credential="very-secret-words"
    )

    server.refresh_from_db()
    assert set(server.config["authorization"]) == {"$secret", "rev"}


def test_a_credential_needs_a_way_to_be_used_and_is_never_sent_back(cast, web, agent):
    server = one(McpServer, agent)

    answer = send(web, sheet(web, path(server), f"part-{server.pk}"), credential=KEY)

    assert answer.status_code == 422
    assert "Choose how the server takes the credential." in said(answer)
    assert KEY not in answer.content.decode()
    assert not Secret.objects.exists()


def test_a_credential_that_is_named_where_programs_find_it_is_kept_as_it_is(cast, web, agent):
    server = one(McpServer, agent)

    send(web, sheet(web, path(server), f"part-{server.pk}"), auth_method="api_key", credential="${TOOLS_KEY}")

    server.refresh_from_db()
    assert server.config == {"api_key": "${TOOLS_KEY}"}
    assert 'placeholder="${TOOLS_KEY}"' in web.get(path(server)).content.decode()


def test_what_somebody_saved_meanwhile_stands_beside_what_was_typed(cast, htmx, agent):
    trigger = one(AgentTrigger, agent)
    form = sheet(htmx, path(trigger), f"part-{trigger.pk}")
    change_part(
        cast.eve, agent, AgentTrigger, trigger.pk, description="Eve's.", trigger_config={"cron": "0 4 * * *"}
    )

    before = json.dumps({"description": ""})
    answer = send(htmx, form, description="Mine.", before=before)

    assert answer.status_code == 412
    words = said(answer)
    assert "Eve saved this trigger just now, while you were writing." in words
    assert "Eve changed Config, where you wrote nothing" in words
    shown = sheets_on(answer)[f"part-{trigger.pk}"]
    assert (shown["description"], json.loads(shown["trigger_config"])) == ("Mine.", {"cron": "0 4 * * *"})
    assert send(htmx, shown).status_code == 200
    trigger.refresh_from_db()
    assert (trigger.description, trigger.trigger_config) == ("Mine.", {"cron": "0 4 * * *"})


def test_what_was_typed_into_a_part_that_somebody_removed_can_be_added_again(cast, htmx, agent):
    trigger = one(AgentTrigger, agent)
    form = sheet(htmx, path(trigger), f"part-{trigger.pk}")
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)

    answer = send(htmx, form, description="Mine.")

    assert answer.status_code == 412
    assert "Somebody removed it meanwhile. What you typed is here: saving adds it again." in said(answer)
    shown = sheets_on(answer)[f"part-{trigger.pk}"]
    assert shown.action == "/w/demo/agents/desk/triggers/new/"
    assert send(htmx, shown).status_code == 200
    assert one(AgentTrigger, agent).description == "Mine."


def test_nothing_to_save_is_said(cast, htmx, agent):
    trigger = one(AgentTrigger, agent)

    answer = send(htmx, sheet(htmx, path(trigger), f"part-{trigger.pk}"))

    assert answer.status_code == 200
    assert "Nothing differs from v2: nothing to save." in said(answer)


def test_removing_is_confirmed_first(cast, web, agent):
    server = one(McpServer, agent)
    page = web.get(f"{path(server)}remove/")
    assert "Remove the server tools?" in said(page)
    shown = sheet(web, path(server), f"part-{server.pk}")["expected"]

    answer = web.post(f"{path(server)}remove/", expected=shown, served="")

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/agents/desk/#mcp_servers")
    assert not McpServer.objects.of(agent).exists()
    assert "tools" in said(web.get("agents/desk/"))
    assert "removed since v1" in said(web.get("agents/desk/"))


def test_removing_what_somebody_changed_meanwhile_is_asked_again(cast, web, agent):
    trigger = one(AgentTrigger, agent)
    shown = sheet(web, path(trigger), f"part-{trigger.pk}")["expected"]
    change_part(cast.eve, agent, AgentTrigger, trigger.pk, enabled=False)

    answer = web.post(f"{path(trigger)}remove/", expected=shown, served="")

    assert answer.status_code == 412
    assert "Somebody saved this trigger meanwhile." in said(answer)
    assert AgentTrigger.objects.of(agent).exists()


def test_removing_from_a_draft_that_is_live_says_what_it_means(cast, web, agent):
    services.promote(cast.eve, agent, 2, lock=False)
    trigger = one(AgentTrigger, agent)
    form = sheet(web, path(trigger), f"part-{trigger.pk}")

    assert "v2 is live: what is saved here is served at once." in said(web.get(f"{path(trigger)}remove/"))
    unaware = web.post(f"{path(trigger)}remove/", expected=form["expected"], served="")
    assert (unaware.status_code, AgentTrigger.objects.of(agent).count()) == (412, 1)
    assert web.post(f"{path(trigger)}remove/", expected=form["expected"], served="live").status_code == 303


def test_a_viewer_opens_and_writes_nothing(cast, web, htmx, agent):
    trigger = one(AgentTrigger, agent)
    form = sheet(web, path(trigger), f"part-{trigger.pk}")
    bob = web.of(cast.bob)

    assert sheets_on(bob.get(path(trigger))) == {}
    assert sheets_on(htmx.of(cast.bob).get(path(trigger))) == {}
    assert send(bob, form, name="Bob's").status_code == 403
    assert bob.get("agents/desk/triggers/new/").status_code == 403
    assert bob.get(f"{path(trigger)}remove/").status_code == 403
    assert bob.post(f"{path(trigger)}remove/", expected=form["expected"]).status_code == 403


def test_nothing_is_added_to_an_archived_agent(cast, web, agent):
    services.archive(cast.eve, agent)

    answer = web.get("agents/desk/triggers/new/")

    assert answer.status_code == 409
    assert "The agent is archived" in said(answer)
