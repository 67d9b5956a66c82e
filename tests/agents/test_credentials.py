"""What is taken for a credential, and what is not."""

import time

import pytest

from agents.credentials import asks_for_one, command_holds_one, holds_one, is_elsewhere, names_one
from agents.models import AgentSchema, AgentTrigger, McpServer
from agents.services import add_part, change_agent
from tests.cast import Cast
from tests.factories import AgentFactory
from tests.refusals import refused


@pytest.mark.parametrize(
    "name",
    ["token", "api_key", "apiKey", "APIKey", "api-key", "X-API-Key", "accessToken", "authToken",
     "clientSecret", "client_secret", "JWTSecret", "dbPassword", "dbpassword", "user.password",
     "Authorization", "Set-Cookie", "Proxy-Authorization", "OPENAI_API_KEY", "GITHUB_PERSONAL_ACCESS_TOKEN",
     "aws_secret_access_key", "secretKey", "private_key", "passphrase", "pwd", "credentials",
     "x-auth-token", "signing_key", "Ocp-Apim-Subscription-Key"],
)  # fmt: skip
def test_names_of_credentials(name):
    assert names_one(name)


@pytest.mark.parametrize(
    "name",
    ["max_tokens", "total_tokens", "tokenizer", "key", "public_key", "keyboard", "author", "secretary",
     "monkey", "passenger", "cookies_enabled", "token_count", "authorized_by", "sort_key", "password_hint",
     "bearer_of", ""],
)  # fmt: skip
def test_names_of_other_things(name):
    assert not names_one(name)


@pytest.mark.parametrize("name", ["OPENAI_KEY", "X-Key", "X-Custom-Auth", "DB_PASS"])
def test_names_that_are_credentials_among_variables_and_headers(name):
    assert names_one(name, handed=True)
    assert not names_one(name)


@pytest.mark.parametrize(
    "text",
    ["sk-abcdefghijklmnop1234", "ghp_abcdefghijklmnopqrst1234", "my key is sk-proj-abcdefghijklmnop",
     "postgres://app:hunter2@db.example/app", "see https://ann:pw@tools.example/mcp", "--api-key=abcdefgh12",
     "GITHUB_TOKEN=abcdefgh", "Authorization: Bearer abcdefgh", "https://tools.example/mcp?api_key=abc",
     "https://tools.example/?x=1&accessToken=abc", "AKIAABCDEFGHIJKLMNOP", "sk_live_abcdefghij1234",
     "Use Bearer abcdefghijklmnopqrst1234 to sign in", "-----BEGIN RSA PRIVATE KEY-----\nabc",
     "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"],
)  # fmt: skip
def test_texts_that_hold_a_credential(text):
    assert holds_one(text)


@pytest.mark.parametrize(
    "text",
    ["Ask for the password: never repeat it.", "Password: ask the user.", "sk-short",
     "https://tools.example/mcp", "https://tools.example/?key=1&page=2", "Bearer of bad news",
     "mailto:ann@example.com", "a:b@c", "token: none", "--verbose", "--api-key=${API_KEY}",
     "GITHUB_TOKEN=${{ secrets.GITHUB_TOKEN }}", "ssh://git@example.com/x",
     "https://x.example/?api_key=${API_KEY}", "//", "://", "https://[broken", ""],
)  # fmt: skip
def test_texts_that_hold_none(text):
    assert not holds_one(text)


@pytest.mark.parametrize(
    "text",
    ["${API_KEY}", "Bearer ${API_KEY}", "${{ secrets.API_KEY }}", "{{ api_key }}", "env:API_KEY", "$API_KEY",
     "${env:API_KEY}", "${input:api-key}", " token $GITHUB_TOKEN "],
)  # fmt: skip
def test_texts_that_say_where_a_credential_is(text):
    assert is_elsewhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "$ecret123",
        "$SECRET",
        "{{x}} hunter22 {{y}}",
        "${API_KEY:-hunter22}",
        "env:",
        "Bearer",
        "${}",
        "hunter22",
    ],
)
def test_texts_that_are_themselves_one(text):
    assert not is_elsewhere(text)


def test_arguments_of_a_command_announce_one():
    assert asks_for_one("--api-key")
    assert asks_for_one("--token")
    assert not asks_for_one("--tokens-max")
    assert not asks_for_one(7)
    assert command_holds_one("npx -y server --api-key abc")
    assert command_holds_one("docker run -e GITHUB_TOKEN=abcdefgh image")
    assert not command_holds_one("npx -y server --api-key ${API_KEY} --verbose")


@pytest.mark.parametrize(
    "text",
    ["eyJaaaaaaaaaa-" * 18_000, "a" * 250_000, "://" * 80_000, "sk-" * 80_000, "-----BEGIN " * 20_000,
     "Bearer " * 30_000, "{{" * 100_000, "${" * 100_000, "A" * 250_000, "x:" * 120_000, "-" * 250_000,
     "SG.aaaaaaaaaaaaaaaa." * 12_000, "-----BEGIN " + "A " * 120_000, "://a:" * 50_000],
    ids=range(14),
)  # fmt: skip
def test_a_text_that_was_made_to_hold_up_the_search_does_not(text):
    start = time.process_time()

    holds_one(text)
    names_one(text)
    is_elsewhere(text)
    command_holds_one(text)

    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "fields",
    [{"bio": "Signs in with sk-abcdefghijklmnop1234."}, {"metadata": {"dbPassword": "hunter22"}},
     {"metadata": {"a": [{"clientSecret": "hunter22"}]}}, {"metadata": {"password": 12345678}},
     {"metadata": {"tokens": {"sk-abcdefghijklmnop1234": 1}}},
     {"metadata": {"args": ["--api-key", "hunter22"]}},
     {"llm_config": {"instructions": "sk-abcdefghijklmnop12"}},
     {"llm_config": {"base_url": "https://ann:hunter22@models.example/v1"}},
     {"metadata": {"$secret": "4a5e3f2e-0000-4000-8000-000000000000", "rev": 1}}],
)  # fmt: skip
def test_where_nothing_is_sealed_a_credential_is_refused_and_named(cast: Cast, fields):
    agent = AgentFactory(actor=cast.eve)

    with refused("invalid") as caught:
        change_agent(cast.eve, agent, **fields)

    assert caught.value.data["field"] == next(iter(fields))
    assert "hunter22" not in caught.value.message
    assert "sk-abc" not in caught.value.message


@pytest.mark.parametrize(
    "metadata",
    [{"permissions": {"id-token": "write", "contents": "read"}}, {"persist-credentials": False},
     {"token": ""}, {"max_tokens": 4096}, {"GH_TOKEN": "${{ github.token }}"},
     {"auth": {"password": "required"}}, {"note": "Never tell the password."}, {"token": None}],
)  # fmt: skip
def test_what_only_speaks_of_credentials_is_kept(cast: Cast, metadata):
    agent = AgentFactory(actor=cast.eve)

    assert change_agent(cast.eve, agent, metadata=metadata).metadata == metadata


def test_a_schema_may_describe_a_credential(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    schema = {"title": "login", "properties": {"password": {"type": "string"}}, "required": ["password"]}

    made = add_part(cast.eve, agent, AgentSchema, schema_data=schema, metadata={})

    assert made.schema_data == schema


def test_a_trigger_keeps_none_either(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("invalid"):
        add_part(cast.eve, agent, AgentTrigger, name="hook", trigger_config={"webhookSecret": "hunter22"})


@pytest.mark.parametrize(
    "endpoint",
    ["https://ann:pw@tools.example/mcp", "https://tools.example/mcp?token=abc", "npx server --api-key abc",
     "docker run -e API_KEY=hunter22 image", "https://tools.example/sk-abcdefghijklmnop1234"],
)  # fmt: skip
def test_an_address_or_a_command_carries_none(cast: Cast, endpoint):
    agent = AgentFactory(actor=cast.eve)

    with refused("invalid") as caught:
        add_part(cast.eve, agent, McpServer, name="open", endpoint=endpoint, transport="stdio")

    assert caught.value.data["field"] == "endpoint"
