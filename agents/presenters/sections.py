"""The sections of the editor: each is shown, saved and refused by itself."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from agents import forms
from agents.desk import Desk
from agents.forms import EditorForm
from agents.forms.own import Model
from agents.presenters.prompts import Named, Offered
from agents.presenters.rows import NEW, NOUNS, Line, Row, facts_of, lines_of, row_of
from versioning.versions.presenters.header import Links
from versioning.versions.presenters.since import Was

SECTIONS = {
    "identity": ("Identity", "What members and callers see."),
    "model": ("Model", "The llm_config of this agent."),
    "schemas": ("Schemas", "What it takes and gives. Programs get the active ones."),
    "triggers": ("Triggers", "What starts it."),
    "mcp_servers": ("MCP servers", "Tools that it may call."),
    "metadata": ("Metadata", "What programs and people note beside it."),
}
# A part that is not there yet, as its form begins.
BLANKS: dict[str, dict[str, Any]] = {
    "schemas": {
        "schema_data": {"type": "object", "properties": {}}, "schema_type": "input", "is_active": True,
        "metadata": {}, "validation_rules": {},
    },
    "triggers": {
        "name": "", "trigger_type": "event", "trigger_config": {}, "enabled": True, "description": "",
    },
    "mcp_servers": {
        "name": "", "endpoint": "", "transport": "streamable_http", "auth_method": "none", "config": {},
        "status": "active",
    },
}  # fmt: skip


@dataclass
class Section:
    """One section of the page: its fields in a `form`, or in `lines` to be read; its parts in `rows`."""

    key: str
    title: str
    about: str
    count: int = 0
    url: str = ""
    back_url: str = ""
    tag: str = ""
    form: EditorForm | None = None
    lines: list[Line] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    offered: Offered | None = None
    rows: list[Row] | None = None
    new: Row | None = None
    add_url: str = ""
    saved: bool = False
    said: str = ""
    error: Any = None
    clash: Any = None

    @property
    def noun(self) -> str:
        """What one of its parts is called."""
        return NOUNS[self.key].capitalize()

    @property
    def template(self) -> str:
        """What it looks like."""
        if self.rows is not None:
            return "agents/section_parts.html"
        return f"agents/section_{self.key}.html" if self.form else "agents/section_read.html"


def plain(key: str, count: int = 0) -> Section:
    """A section with its words alone."""
    return Section(key, *SECTIONS[key], count=count)


def own_section(desk: Desk, key: str, form: EditorForm | None = None) -> Section:
    """A section of the agent's own row, to be changed; `form` where one was refused."""
    section = plain(key, desk.count(key))
    section.url, section.back_url = _url(desk, "section", key), f"{_url(desk, 'editor')}#{key}"
    section.tag = desk.tag(key)
    section.form = form or own_form(desk, key)
    section.form.was = was_of(desk, key)
    if key == "model":
        section.offered = Offered(desk.actor)
        section.named = section.offered.named(section.form["prompts"].value())
    return section


def parts_section(desk: Desk, key: str, opened: Row | None = None) -> Section:
    """A section of parts, one of them open."""
    section = plain(key, desk.count(key))
    section.rows = rows_of(desk, key)
    if opened and opened.id != NEW:
        section.rows = [opened if row.id == opened.id else row for row in section.rows]
    section.new = opened if opened and opened.id == NEW else None
    section.add_url = _url(desk, "new_part", key) if not desk.why_not else ""
    return section


def rows_of(desk: Desk, key: str) -> list[Row]:
    """The parts of a section in one line each, those that are gone since the fork at the end."""
    gone = [row_of(key, desk.shown(item), desk.since.items.get(item["id"])) for item in desk.gone(key)]
    for row in gone:
        row.history_url = history_of_part(desk, row.id)
    return [*(line_of(desk, key, item) for item in desk.configuration[key]), *gone]


def line_of(desk: Desk, key: str, item: dict[str, Any]) -> Row:
    """A part in its line; where the actor cannot write, with all of it to be read."""
    shown = desk.shown(item)
    row = row_of(key, shown, desk.since.items.get(item["id"]))
    row.facts = facts_of(desk.runtime.get(row.id, {}))
    if desk.why_not:
        row.lines = lines_of(key, shown)
    else:
        row.url = _url(desk, "part", key, row.id)
    return row


def open_row(desk: Desk, key: str, id: str, form: EditorForm | None = None) -> Row:
    """A part with its form open; `form` where one was refused. Error: `not_found`."""
    if id == NEW:
        row = Row(key, NEW, "", url=_url(desk, "new_part", key), back_url=page_of_part(desk, key, NEW))
        row.form = form or forms.PARTS[key](BLANKS[key], at=row.at)
        return row
    row = line_of(desk, key, desk.stored(key, id))
    row.tag, row.remove_url = desk.tag(key, id), _url(desk, "remove_part", key, id)
    row.back_url, row.history_url = page_of_part(desk, key, id), history_of_part(desk, id)
    row.form = form or part_form(desk, key, id)
    since = desk.since.items.get(id)
    row.form.was = since.fields if since else {}
    return row


def history_of_part(desk: Desk, id: str) -> str:
    """Where every version of a part is listed, to be read and restored."""
    return Links(desk.actor, desk.agent).to("history", resource=id)


def own_form(desk: Desk, key: str, data: QueryDict | None = None) -> EditorForm:
    """The form of a section of the agent's own row."""
    return forms.OWN[key](desk.own(key), data, at=key)


def part_form(desk: Desk, key: str, id: str, data: QueryDict | None = None) -> EditorForm:
    """The form of a part, or of a new one."""
    item = BLANKS[key] if id == NEW else desk.shown(desk.stored(key, id))
    return forms.PARTS[key](item, data, at=Row(key, id, "").at)


def was_of(desk: Desk, key: str) -> dict[str, Was]:
    """What the fields of a section were when the draft was forked, by the names of its form."""
    if key != "model":
        return desk.since.fields
    found: dict[str, Was] = {}
    others: list[str] = []
    for path, was in desk.since.fields.items():
        section, _, name = path.partition(".")
        if section == "llm_config" and name in Model.OWN:
            found[name] = was
        elif section == "llm_config":
            others.append(f"{name} {was.phrase}")
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        found["other"] = Was("changed", ", ".join(others[:3]) + more)
    return found


def removal(desk: Desk, key: str, id: str) -> dict[str, Any]:
    """What is asked before a part is removed, for components/confirm.html. Error: `not_found`."""
    row = open_row(desk, key, id)
    return {
        "title": f"Remove the {row.noun} {row.name}?", "confirm_label": f"Remove {row.name}", "danger": True,
        "text": f"It goes from the draft {desk.draft.label}. Versions that are locked keep it.",
        "note": desk.served_words, "action_url": row.remove_url, "cancel_url": row.back_url,
        "hidden": [("expected", row.tag), ("served", desk.served)],
    }  # fmt: skip


def page_of_part(desk: Desk, key: str, id: str) -> str:
    """Where a part stands on the editor's page."""
    return f"{_url(desk, 'editor')}#{Row(key, id, '').at if id != NEW else key}"


def _url(desk: Desk, name: str, *rest: str) -> str:
    return reverse(f"agents:{name}", args=[desk.actor.workspace.slug, desk.agent.slug, *rest])
