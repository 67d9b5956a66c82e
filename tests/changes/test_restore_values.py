"""Which values a restore brings back: what could be typed today, and no old value of a secret."""

import pytest

from agents.models import AgentSchema, AgentTrigger, McpServer, Secret
from agents.services import add_part, change_agent, change_part, remove_part
from tests.changes.restoring import restore, sql
from tests.factories import make_agent
from tests.refusals import refused
from versioning.changes.models import Change


@pytest.fixture
def agent(cast):
    made = make_agent(cast.eve, slug="desk", locked=1, live=1)
    change_agent(cast.eve, made, bio="Second.", commercial_name="Desk two")
    change_agent(cast.eve, made, bio="Third.")
    return made


@pytest.fixture
def trigger(agent):
    return AgentTrigger.objects.of(agent).get()


def test_a_schema_that_was_deactivated_is_active_again(cast, agent):
    schema = AgentSchema.objects.of(agent).get()
    change_part(cast.eve, agent, AgentSchema, schema.pk, is_active=False)

    done = restore(cast.eve, "schema", schema.pk, 1)

    assert AgentSchema.objects.get(pk=schema.pk).is_active
    assert done.plan.steps[0].changes == {"is_active": (False, True)}


def test_what_the_system_observed_stays(cast, agent, trigger):
    change_part(cast.eve, agent, AgentTrigger, trigger.pk, enabled=False)
    AgentTrigger.objects.filter(pk=trigger.pk).update(trigger_count=7)

    restore(cast.eve, "trigger", trigger.pk, 1)

    row = AgentTrigger.objects.get(pk=trigger.pk)
    assert (row.enabled, row.trigger_count) == (True, 7)


def test_a_secret_keeps_its_newest_value_and_the_row_says_which_it_named(cast, agent):
    server = add_part(cast.eve, agent, McpServer, name="crm", config={"authorization": "Bearer first-value"})
    change_part(cast.eve, agent, McpServer, server.pk, config={"authorization": "Bearer second-value"})

    restore(cast.eve, "mcp_server", server.pk, 1)

    row = McpServer.objects.get(pk=server.pk)
    secret = Secret.objects.get(agent=agent)
    assert row.config["authorization"] == {"$secret": str(secret.pk), "rev": 1}
    assert secret.rev == 2


def test_a_server_that_was_deleted_has_its_secret_again(cast, agent):
    server = add_part(cast.eve, agent, McpServer, name="crm", config={"authorization": "Bearer first-value"})
    remove_part(cast.eve, agent, McpServer, server.pk)

    restore(cast.eve, "mcp_server", server.pk, 1)

    assert "$secret" in McpServer.objects.get(pk=server.pk).config["authorization"]


@pytest.mark.parametrize(
    ("table", "model", "column", "value"),
    [
        ("builder_agent_schemas", AgentSchema, "schema_data", "null"),
        ("builder_agent_schemas", AgentSchema, "schema_data", '{"type": 7}'),
        ("builder_agent_triggers", AgentTrigger, "trigger_config", "[1]"),
        ("builder_agent_triggers", AgentTrigger, "name", ""),
        ("builder_mcp_servers", McpServer, "config", '{"authorization": "Bearer in-the-open-1234"}'),
        ("builder_mcp_servers", McpServer, "config", '{"key": {"$secret": "not-one-of-ours", "rev": 1}}'),
        ("builder_mcp_servers", McpServer, "endpoint", "ftp://tools.example"),
    ],
)  # fmt: skip
def test_what_sql_put_there_and_nobody_could_type_does_not_come_back(
    cast, agent, table, model, column, value
):
    part = model.objects.of(agent).get()
    sql(f"UPDATE {table} SET {column} = %s WHERE id = %s", value, part.pk)
    model.objects.filter(pk=part.pk).update(**{column: getattr(part, column)})
    name = Change.objects.get(resource_id=part.pk, version=1).resource_type

    for dry_run in (True, False):
        with refused("invalid") as error:
            restore(cast.eve, name, part.pk, 2, dry_run=dry_run)
    assert "cannot come back" in error.value.message


def test_a_row_that_sql_broke_is_mended_from_its_history(cast, agent):
    schema = AgentSchema.objects.of(agent).get()
    sql("UPDATE builder_agent_schemas SET schema_data = '[1]' WHERE id = %s", schema.pk)

    restore(cast.eve, "schema", schema.pk, 1)

    assert AgentSchema.objects.get(pk=schema.pk).schema_data["title"] == "order"


def test_a_value_nested_too_deep_is_mended_too(cast, agent, trigger):
    deep = "[" * 900 + "]" * 900
    sql("UPDATE builder_agent_triggers SET trigger_config = %s WHERE id = %s", f'{{"a": {deep}}}', trigger.pk)

    restore(cast.eve, "trigger", trigger.pk, 1)

    assert AgentTrigger.objects.get(pk=trigger.pk).trigger_config == {"cron": "0 3 * * *"}


def test_a_column_that_the_record_of_old_has_not_stays_or_begins_as_usual(cast, agent, trigger, monkeypatch):
    change = Change.objects.of("trigger", trigger.pk).get(version=1)
    old = {name: value for name, value in change.data_after.items() if name != "description"}
    change_part(cast.eve, agent, AgentTrigger, trigger.pk, enabled=False, description="Came later")

    def as_of_old(*args, **options):
        change.data_after = old
        return change

    monkeypatch.setattr("versioning.changes.services.restoring.change_at", as_of_old)
    restore(cast.eve, "trigger", trigger.pk, 1)
    assert AgentTrigger.objects.get(pk=trigger.pk).description == "Came later"

    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)
    restore(cast.eve, "trigger", trigger.pk, 1)
    assert AgentTrigger.objects.get(pk=trigger.pk).description == ""


def test_of_two_hundred_parts_none_comes_back_beside(cast, agent, trigger, monkeypatch):
    remove_part(cast.eve, agent, AgentTrigger, trigger.pk)
    add_part(cast.eve, agent, AgentTrigger, name="another")
    monkeypatch.setattr("agents.services.restorable.MOST", 1)

    with refused("invalid") as error:
        restore(cast.eve, "trigger", trigger.pk, 1)
    assert "Remove 1 first" in error.value.message
