"""What people and programs say of an agent, as it is kept; or `invalid`, with the field and the remedy."""

import re
from collections.abc import Callable
from typing import Any

from django.db import models
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from agents.models import (
    Agent,
    AgentSchema,
    AgentTrigger,
    AgentType,
    AuthMethod,
    McpServer,
    Part,
    SchemaType,
    State,
    Transport,
    TriggerType,
    Visibility,
)
from agents.secrets import refuse_credentials, refuse_in_address
from agents.values import check_object, check_text, refused

NAME_LIMIT, BIO_LIMIT, DESCRIPTION_LIMIT, ADDRESS_LIMIT = 200, 20_000, 5_000, 2_000
TAG_LIMIT, TAGS_LIMIT = 50, 20
HTTP = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE)


def clean_agent(fields: dict[str, Any]) -> dict[str, Any]:
    """The agent's own fields, those that are given."""
    return _cleaned(Agent, _OWN, fields)


def clean_part(model: type[Part], fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a schema, trigger or MCP server, those that are given."""
    return _cleaned(model, _PARTS[model], fields)


def _cleaned(model: type[models.Model], rules: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    unknown = next((name for name in fields if name not in rules), None)
    if unknown:
        raise refused(unknown, f"There is no such field. There are: {', '.join(rules)}.")
    return {name: rules[name](value, name) for name, value in fields.items()}


def _line(most: int, *, needed: bool = False) -> Callable[[Any, str], str]:
    def clean(value: Any, field: str) -> str:
        if not isinstance(value, str):
            raise refused(field, "It must be a text.")
        text = check_text(value.strip(), field, most=most)
        if needed and not text:
            raise refused(field, "It cannot be empty.")
        if field != "endpoint":  # of an address more is refused
            refuse_credentials(text, field)
        return text

    return clean


def _text(most: int) -> Callable[[Any, str], str]:
    """A text of several lines is kept as it came: a save of another field beside it must not change it."""

    def clean(value: Any, field: str) -> str:
        if not isinstance(value, str):
            raise refused(field, "It must be a text.")
        refuse_credentials(check_text(value, field, most=most), field)
        return value

    return clean


def _choice(choices: type[models.TextChoices]) -> Callable[[Any, str], str]:
    def clean(value: Any, field: str) -> str:
        if value not in choices.values:
            raise refused(field, f"It is one of: {', '.join(choices.values)}.")
        return str(value)

    return clean


def _switch(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise refused(field, "It is true or false.")
    return value


def _object(value: Any, field: str) -> dict[str, Any]:
    found = check_object(value, field)
    refuse_credentials(found, field)
    return found


def _config(value: Any, field: str) -> dict[str, Any]:
    return check_object(value, field)  # its credentials are sealed (agents/secrets.py), not refused


def _llm_config(value: Any, field: str) -> dict[str, Any]:
    found = _object(value, field)
    for name in ("model", "instructions"):
        if not isinstance(found.get(name, ""), str):
            raise refused(f"{field}.{name}", "It must be a text.")
    temperature = found.get("temperature", 0)
    if isinstance(temperature, bool) or not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
        raise refused(f"{field}.temperature", "It is a number from 0 to 2.")
    return found


def _schema(value: Any, field: str) -> dict[str, Any]:
    """A JSON Schema (2020-12). Nothing that it refers to is fetched."""
    found = _object(value, field)
    try:
        Draft202012Validator.check_schema(found)
    except SchemaError as error:
        path = ".".join([field, *map(str, error.absolute_path)])
        raise refused(path, f"It is no JSON Schema: {error.message[:300]}.") from error
    except (RecursionError, re.error) as error:
        raise refused(field, "It is no JSON Schema that can be checked.") from error
    return found


def _titled(value: Any, field: str) -> dict[str, Any]:
    found = _schema(value, field)
    if len(str(found.get("title", ""))) > NAME_LIMIT:
        raise refused(f"{field}.title", f"It has at most {NAME_LIMIT} characters: it is the schema's name.")
    return found


def _tags(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise refused(field, "It is a list of words.")
    refuse_credentials(value, field)
    found = list(dict.fromkeys(check_text(tag.strip().lower(), field) for tag in value if tag.strip()))
    if len(found) > TAGS_LIMIT or any(len(tag) > TAG_LIMIT for tag in found):
        raise refused(field, f"At most {TAGS_LIMIT} tags of at most {TAG_LIMIT} characters.")
    return found


def _endpoint(value: Any, field: str) -> str:
    text = _line(ADDRESS_LIMIT)(value, field)
    refuse_in_address(text)
    return text


def check_reachable(fields: dict[str, Any]) -> None:
    """Whether a server's address fits its transport: an address of the web, or a command."""
    endpoint = fields["endpoint"]
    if fields["transport"] == Transport.STDIO or not endpoint or endpoint.startswith(("${", "{{")):
        return
    if not HTTP.match(endpoint):
        raise refused("endpoint", "It is an address such as https://tools.example/mcp.")


_OWN: dict[str, Callable[[Any, str], Any]] = {
    "name": _line(NAME_LIMIT, needed=True), "bio": _text(BIO_LIMIT), "commercial_name": _line(NAME_LIMIT),
    "llm_config": _llm_config, "tags": _tags, "metadata": _object,
    "type": _choice(AgentType), "visibility": _choice(Visibility), "status": _choice(State),
}  # fmt: skip
_PARTS: dict[type[Part], dict[str, Callable[[Any, str], Any]]] = {
    AgentSchema: {
        "schema_data": _titled, "schema_type": _choice(SchemaType), "is_active": _switch,
        "metadata": _object, "validation_rules": _schema,
    },
    AgentTrigger: {
        "name": _line(NAME_LIMIT, needed=True), "trigger_type": _choice(TriggerType),
        "trigger_config": _object, "enabled": _switch, "description": _text(DESCRIPTION_LIMIT),
    },
    McpServer: {
        "name": _line(NAME_LIMIT, needed=True), "endpoint": _endpoint, "transport": _choice(Transport),
        "auth_method": _choice(AuthMethod), "config": _config, "status": _choice(State),
    },
}  # fmt: skip
