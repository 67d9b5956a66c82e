"""Values that nobody means well, typed into the editor: a clear error at the field, the text kept, no 500."""

import pytest

from agents.models import Agent, AgentSchema, McpServer
from agents.services import change_agent
from tests.agents.sheets import send, sheet, sheets_on
from tests.agents.test_editor_page import said
from tests.cast import Web
from tests.factories import AgentFactory, make_prompt
from tests.kept import begin_with
from versioning.workspaces.models import Event

DEEP = '{"a":' * 40 + "1" + "}" * 40
BOTTOMLESS = "[" * 100_000
JSON = {
    "NUL": ('{"a": "x\\u0000y"}', "NUL"),
    "half a pair": ('{"a": "\\ud800"}', "half of a surrogate pair"),
    "half a pair as a name": ('{"\\udfff": 1}', "half of a surrogate pair"),
    "NaN": ('{"a": NaN}', "NaN"),
    "infinity": ('{"a": -Infinity}', "Infinity"),
    "a huge float": ('{"a": 1e400}', "a number that JSON does not have"),
    "a huge integer": ('{"a": 9007199254740992}', "Numbers go up to 9,007,199,254,740,991"),
    "an integer of many digits": ('{"a": 1' + "0" * 5000 + "}", "number that is too long"),
    "too deep": (DEEP, "nested deeper than 32 levels"),
    "bottomless": (BOTTOMLESS, "nested deeper"),
    "too long": ('{"a": "' + "x" * 300_000 + '"}', "at most 256,000 can be kept"),
    "too many": ('{"a": [' + "1," * 11_000 + "1]}", "more than 10,000 entries"),
    "twice": ('{"a": 1, "a": 2}', "is there twice"),
    "a list": ("[1, 2]", "It must be a JSON object"),
    "a text": ('"words"', "It must be a JSON object"),
    "null": ("null", "It must be a JSON object"),
    "cut short": ('{"a": ', "(line 1, column 7)"),
    "no JSON": ("{'a': 1}", "(line 1, column 2)"),
    "a credential": ('{"api_key": "hunter22"}', "This looks like a credential"),
}


def beginning(cast):
    """The agent `desk`, and the forms that its pages have: of its sections, and of its parts."""
    agent = AgentFactory(actor=cast.eve, slug="desk", metadata={"kept": True})
    htmx = Web(cast, cast.alice, htmx=True)
    forms = sheets_on(htmx.get("agents/desk/"))
    for part in (McpServer.objects.of(agent).get(), AgentSchema.objects.of(agent).get()):
        forms[part.section] = sheet(htmx, f"agents/desk/{part.section}/{part.pk}/", f"part-{part.pk}")
    return agent, forms


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1][0]


@pytest.fixture
def forms(scene):
    return scene[1][1]


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("field", ["metadata", "other"])
def test_json_that_cannot_be_kept_is_refused_at_its_field(htmx, forms, name, field):
    text, words = JSON[name]
    section = "metadata" if field == "metadata" else "model"

    answer = send(htmx, forms[section], **{field: text})

    assert answer.status_code == 422
    assert words in said(answer)
    assert sheets_on(answer)[section][field] == text
    assert f'id="{section}-{field}_error"' in answer.content.decode()
    assert Agent.objects.get(slug="desk").metadata == {"kept": True}
    assert not Event.objects.filter(name="version.updated").exists()


@pytest.mark.parametrize("name", [name for name in JSON if name not in ("a credential",)])
def test_so_it_is_in_the_config_of_a_server_and_in_a_schema(htmx, forms, name):
    text, words = JSON[name]

    for section, field in (
        ("mcp_servers", "config"),
        ("schemas", "schema_data"),
        ("schemas", "validation_rules"),
    ):
        answer = send(htmx, forms[section], **{field: text})

        assert answer.status_code == 422, (field, name)
        assert words in said(answer), (field, name)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "It cannot be empty."),
        ("name", "x" * 201, "It has 201 characters; at most 200 can be kept."),
        ("name", "a\0b", "Null characters are not allowed."),
        ("bio", "x" * 20_001, "at most 20,000 can be kept"),
        ("bio", "a\0b", "Null characters are not allowed."),
        ("tags", ", ".join(map(str, range(21))), "At most 20 tags"),
        ("tags", "x" * 51, "At most 20 tags of at most 50 characters."),
        ("type", "robot", "Select a valid choice."),
        ("status", "", "This field is required."),
    ],
)
def test_words_that_cannot_be_kept_are_refused_at_their_field(htmx, forms, field, value, words):
    answer = send(htmx, forms["identity"], **{field: value})

    assert answer.status_code == 422
    assert words in said(answer)
    assert Agent.objects.get(slug="desk").name == "Front desk"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        *[
            ("temperature", value, "It is a number from 0 to 2.")
            for value in ("-1", "2.1", "nan", "inf", "warm")
        ],
        ("temperature", "1e400", "a number that JSON does not have"),
        ("instructions", "x" * 256_001, "at most 256,000 can be kept"),
        ("other", '{"model": "large"}', "model has a field of its own: say it there alone."),
        ("prompt", "never-was", "There is no prompt 'never-was' in this workspace."),
        ("at", "1" * 400, "say live, or the number of a version"),
        ("at", "0", 'say "live" or the number of one of its versions'),
    ],
)
def test_settings_that_cannot_be_kept_are_refused_at_their_field(cast, htmx, forms, field, value, words):
    typed = {field: value} | ({"prompt": "greeting"} if field == "at" else {})
    if field == "at":
        make_prompt(cast.eve, slug="greeting", live=1)

    answer = send(htmx, forms["model"], **typed)

    assert answer.status_code == 422
    assert words in said(answer)


def test_a_comma_and_an_exponent_are_numbers_too(htmx, agent):
    for typed, kept in (("0,5", 0.5), ("1e-7", 1e-7), ("0.0", 0.0), ("2", 2)):
        assert send(htmx, sheet(htmx, "agents/desk/", "model"), temperature=typed).status_code == 200
        assert Agent.objects.get(slug="desk").llm_config["temperature"] == kept


@pytest.mark.parametrize("before", ["{", "[]", '{"bio": 5}', '"x"', "[" * 50_000, "\0"])
def test_what_a_script_says_of_before_may_be_anything(cast, htmx, agent, forms, before):
    change_agent(cast.eve, agent, section="identity", bio="Eve's.")

    answer = send(htmx, forms["identity"], bio="Mine.", before=before)

    assert answer.status_code == 412
    assert sheets_on(answer)["identity"]["bio"] == "Mine."


def test_an_address_that_carries_a_credential_is_refused(htmx, forms):
    answer = send(htmx, forms["mcp_servers"], endpoint="https://me:hunter22@tools.example/mcp")

    assert answer.status_code == 422
    assert "It carries a credential." in said(answer)
