"""Credentials of MCP servers: sealed apart from the configuration, and shown no more."""

from agents.models import McpServer, Secret
from agents.secrets import last_fours, masked
from agents.services import add_part, change_agent, change_part
from tests.cast import Cast
from tests.factories import AgentFactory
from tests.refusals import refused
from versioning.versions.models import Version
from versioning.versions.services.one_draft import draft_of

KEY = "sk-abcdefghijklmnop1234"
CONFIG = {"headers": {"Authorization": "Bearer very-secret-words"}, "api_key": KEY, "region": "eu"}


def test_credentials_are_sealed_and_the_configuration_holds_references(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    server = add_part(cast.eve, agent, McpServer, name="paid", config=CONFIG)

    assert set(server.config["api_key"]) == {"$secret", "rev"}
    assert server.config["region"] == "eu"
    assert KEY not in Version.objects.of(agent).get().source
    assert KEY.encode() not in bytes(Secret.objects.get(last4="1234").sealed)
    shown = masked(server.config, last_fours(agent))
    assert shown == {"headers": {"Authorization": "••••ords"}, "api_key": "••••1234", "region": "eu"}


def test_a_form_sent_back_unchanged_keeps_them(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    server = add_part(cast.eve, agent, McpServer, name="paid", config=CONFIG)
    shown = masked(server.config, last_fours(agent))

    with refused("unchanged"):
        change_part(cast.eve, agent, McpServer, server.pk, config=shown)


def test_a_new_value_raises_the_revision_of_the_same_secret(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    server = add_part(cast.eve, agent, McpServer, name="paid", config=CONFIG)
    before = draft_of(agent).digest

    changed = change_part(
        cast.eve, agent, McpServer, server.pk, config={**server.config, "api_key": "new-key-9876"}
    )

    assert changed.config["api_key"] == {**server.config["api_key"], "rev": 2}
    assert draft_of(agent).digest != before
    assert Secret.objects.get(pk=server.config["api_key"]["$secret"]).last4 == "9876"


def test_a_mask_that_stands_for_nothing_is_refused(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("invalid") as caught:
        add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "••••1234"})

    assert caught.value.data["field"] == "config"


def test_a_secret_of_another_agent_is_refused(cast: Cast):
    mine, other = AgentFactory(actor=cast.eve), AgentFactory(actor=cast.eve)
    server = add_part(cast.eve, other, McpServer, name="paid", config=CONFIG)

    with refused("invalid"):
        add_part(cast.eve, mine, McpServer, name="stolen", config=server.config)


def test_a_credential_elsewhere_is_refused_and_a_name_for_it_is_not(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("invalid"):
        change_agent(cast.eve, agent, llm_config={"model": "small", "api_key": "hunter22"})
    with refused("invalid"):
        add_part(cast.eve, agent, McpServer, name="open", endpoint="https://user:pass@tools.example/mcp")

    change_agent(cast.eve, agent, llm_config={"model": "small", "api_key": "${OPENAI_API_KEY}"})
