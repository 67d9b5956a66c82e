"""The parts of an agent as its sections list them: one line each, opened to be changed or read."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from agents.canonical import name_of
from agents.forms import PARTS as FORMS
from agents.forms import EditorForm
from agents.kind import shown
from agents.models import AuthMethod, Transport
from agents.secrets import DOTS
from versioning.versions.presenters.since import ItemSince, Was
from versioning.workspaces.templatetags.previse import named

ICONS = {"schemas": "schema", "triggers": "trigger", "mcp_servers": "mcp"}
NOUNS = {"schemas": "schema", "triggers": "trigger", "mcp_servers": "server"}
SHORT = 90  # characters of a summary that is made of a config
NEW = "new"
SWITCHED = {
    "enabled was true": "was on", "enabled was false": "was off",
    "is_active was true": "was active", "is_active was false": "was inactive",
}  # fmt: skip
IN_LINE = ("name", "is_active", "enabled", "status")  # what the one line says already


@dataclass
class Line:
    """A value to be read: what it is called, the value, how it looks ("", "text" with lines, "mono", "json").

    `was` is what it was when the draft was forked.
    """

    name: str
    label: str
    value: Any
    look: str = ""
    was: Was | None = None


@dataclass
class Row:
    """One part. `form` where it is open to be changed, `lines` where it is read; both none: one line.

    `became` is what became of it since the draft was forked ("", "added", "changed", "removed"), and
    `phrase` says what of it changed.
    """

    section: str
    id: str
    name: str
    summary: str = ""
    state: str = ""
    on: bool = False
    became: str = ""
    phrase: str = ""
    url: str = ""
    remove_url: str = ""
    history_url: str = ""
    back_url: str = ""
    tag: str = ""
    form: EditorForm | None = None
    lines: list[Line] = field(default_factory=list)
    facts: list[tuple[str, Any]] = field(default_factory=list)
    clash: Any = None
    error: Any = None
    saved: bool = False
    said: str = ""
    added: bool = False  # by this very request: it takes the place of the form of a new one
    instead_of: str = ""  # the id of a part whose form stays, though it is gone

    @property
    def icon(self) -> str:
        """What kind of part it is, as a picture."""
        return ICONS[self.section]

    @property
    def noun(self) -> str:
        """What kind of part it is, in a word."""
        return NOUNS[self.section]

    @property
    def close_url(self) -> str:
        """Where its one line is."""
        return f"{self.url}?closed=1"

    @property
    def at(self) -> str:
        """The id of its element."""
        if self.instead_of:
            return f"part-{self.instead_of}"
        return f"{self.section}-new" if self.id == NEW else f"part-{self.id}"

    @property
    def template(self) -> str:
        """The fields of its form."""
        return f"agents/part_{self.section}.html"


def row_of(section: str, item: dict[str, Any], since: ItemSince | None = None) -> Row:
    """A part in one line. Its credentials are masked."""
    state, on = _state(section, item)
    row = Row(section, item["id"], name_of(item), SUMMARIES[section](item), state, on)
    if since:
        row.became, row.phrase = since.became, SWITCHED.get(since.phrase, since.phrase)
    return row


def lines_of(section: str, item: dict[str, Any]) -> list[Line]:
    """A part in full, to be read."""
    form = FORMS[section](item)
    found = []
    for name, value in item.items():
        if name not in form.fields or name in IN_LINE:
            continue
        label = str(form[name].label)
        if isinstance(value, dict):
            found.append(Line(name, label, shown(value) if value else "", "json"))
        else:
            found.append(
                Line(name, label, _label(form, name, value), "text" if name == "description" else "")
            )
    return [line for line in found if line.value]


def facts_of(observed: dict[str, Any]) -> list[tuple[str, Any]]:
    """What the system observed of a part: only what there is."""
    words = {
        "last_connected_at": "Last connected", "last_error": "Last error", "tools_count": "Tools",
        "last_triggered_at": "Last started", "trigger_count": "Started",
    }  # fmt: skip
    return [(words[name], value) for name, value in observed.items() if value not in (None, "", 0)]


def _label(form: EditorForm, name: str, value: Any) -> Any:
    choices = dict(getattr(form.fields[name], "choices", ()))
    return choices.get(value, value)


def _state(section: str, item: dict[str, Any]) -> tuple[str, bool]:
    if section == "schemas":
        return ("active" if item["is_active"] else "inactive"), item["is_active"]
    if section == "triggers":
        return ("on" if item["enabled"] else "off"), item["enabled"]
    return item["status"], item["status"] == "active"


def _schema(item: dict[str, Any]) -> str:
    """`input, 6 fields, 2 required`."""
    data = item["schema_data"]
    properties, required = data.get("properties"), data.get("required")
    said = [item["schema_type"]]
    if isinstance(properties, dict) and properties:
        said.append(named(len(properties), "field"))
    if isinstance(required, list) and required:
        said.append(f"{len(required)} required")
    return ", ".join(said)


def _trigger(item: dict[str, Any]) -> str:
    """`schedule 0 3 * * *`, `event issues: opened, reopened`."""
    return f"{item['trigger_type']} {_brief(item['trigger_config'])}".strip()


def _server(item: dict[str, Any]) -> str:
    """`streamable HTTP, tools.example, credential ••••1234`."""
    said = [str(Transport(item["transport"]).label)]
    if item["endpoint"]:
        said.append(_host(item["endpoint"]))
    masks = _masks(item["config"])
    if masks:
        said.append(f"credential {masks[0]}" if len(masks) == 1 else f"{len(masks)} credentials")
    elif item["auth_method"] != AuthMethod.NONE:
        said.append(f"{AuthMethod(item['auth_method']).label}, no credential")
    return ", ".join(said)


SUMMARIES = {"schemas": _schema, "triggers": _trigger, "mcp_servers": _server}


def _brief(config: dict[str, Any]) -> str:
    """A config in a few words: a single plain value alone, else the names with their values."""
    if len(config) == 1 and not isinstance(value := next(iter(config.values())), dict | list):
        return _cut(_plain(value))
    return _cut("; ".join(f"{name}: {_plain(value)}" if value else name for name, value in config.items()))


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value[: 2 * SHORT].split())
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value[:20])
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) and value else "[…]" if value else ""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else text[:SHORT].rstrip() + "…"


def _host(endpoint: str) -> str:
    try:
        return urlsplit(endpoint).netloc or _cut(endpoint)
    except ValueError:
        return _cut(endpoint)


def _masks(value: Any) -> list[str]:
    """The masks that stand in a config."""
    if isinstance(value, str):
        return [value] if value.startswith(DOTS) else []
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [mask for each in inside for mask in _masks(each)]
