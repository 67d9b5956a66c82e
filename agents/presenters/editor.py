"""The editor's page, and any version of an agent in the same layout, to be read."""

from typing import Any

from agents import naming
from agents.canonical import parsed
from agents.desk import MODELS, Desk
from agents.forms import OWN
from agents.kind import shown
from agents.models import Agent
from agents.presenters.conversations import begun_on
from agents.presenters.prompts import Named, Offered
from agents.presenters.rows import Line, Row, lines_of, row_of
from agents.presenters.sections import SECTIONS, Section, own_section, parts_section, plain, was_of
from agents.secrets import last_fours, masked
from versioning.versions.models import Version
from versioning.versions.presenters.header import Links, chips
from versioning.workspaces.actor import Actor


def about(desk: Desk) -> dict[str, Any]:
    """What every piece of the editor is handed beside its own."""
    links, base = Links(desk.actor, desk.agent), desk.base
    return {
        "agent": desk.agent, "desk": desk, "version": desk.draft, "editor_url": links.to("editor"),
        "since_url": links.to("compare", base.number, desk.draft.number) if base else "",
        "toc": [plain(key, desk.count(key)) for key in SECTIONS],
    }  # fmt: skip


def editor_page(desk: Desk, *, section: Section | None = None, opened: Row | None = None) -> dict[str, Any]:
    """The draft in its sections: `section` in the place of its like, one part open."""
    if desk.why_not:
        return about(desk) | {"sections": _read_draft(desk)}
    return about(desk) | {"sections": [_section(desk, key, section, opened) for key in SECTIONS]}


def _section(desk: Desk, key: str, given: Section | None, opened: Row | None) -> Section:
    if given and given.key == key:
        return given
    if key in MODELS:
        return parts_section(desk, key, opened if opened and opened.section == key else None)
    return own_section(desk, key)


def section_to_show(desk: Desk, key: str) -> Section:
    """One section of the agent's own row as it is, for who can write it or not."""
    if desk.why_not:
        return next(section for section in _read_draft(desk) if section.key == key)
    return own_section(desk, key)


def look_page(actor: Actor, agent: Agent, version: Version) -> dict[str, Any]:
    """A version as it is for good, and where its draft is."""
    draft = Version.objects.of(agent).drafts().without_text().get()
    configuration = parsed(version.source)
    ends = last_fours(agent)
    lines = _own_lines(actor, configuration["agent"])
    sections = [plain(key) for key in SECTIONS]
    for section in sections:
        if section.key in MODELS:
            items = [masked(item, ends) for item in configuration[section.key]]
            section.rows = [row_of(section.key, item) for item in items]
            for row, item in zip(section.rows, items, strict=True):
                row.lines = lines_of(section.key, item)
        else:
            section.lines, section.named = lines[section.key]
    return {
        "agent": agent, "version": version, "sections": sections, "toc": sections, "draft": draft,
        "states": _listed(chips(actor, agent, version)), "editor_url": Links(actor, agent).to("editor"),
        "begun": begun_on(actor, agent, version.number),
    }  # fmt: skip


def _read_draft(desk: Desk) -> list[Section]:
    """The draft for who cannot write it."""
    lines = _own_lines(desk.actor, {**desk.configuration["agent"], "llm_config": desk.agent.llm_config})
    found = []
    for key in SECTIONS:
        if key in MODELS:
            found.append(parts_section(desk, key))
        else:
            section = plain(key, desk.count(key))
            section.lines, section.named = lines[key]
            for line in section.lines:
                line.was = was_of(desk, key).get(line.name)
            found.append(section)
    return found


def _own_lines(actor: Actor, own: dict[str, Any]) -> dict[str, tuple[list[Line], list[Named]]]:
    """The agent's own fields, by section, to be read; with the prompts that it names."""
    found: dict[str, tuple[list[Line], list[Named]]] = {}
    for key, form_class in OWN.items():
        form = form_class(own)
        lines = []
        for field in form:
            value = form.initial.get(field.name, "")
            if field.name == "prompts":
                continue
            if isinstance(value, dict):
                lines.append(Line(field.name, str(field.label), shown(value) if value else "", "json"))
            else:
                look = {"instructions": "mono", "bio": "text"}.get(field.name, "")
                lines.append(Line(field.name, str(field.label), value, look))
        found[key] = lines, []
    if naming.names_in(own["llm_config"]):
        rows = [(slug, str(at)) for slug, at in sorted(naming.names_in(own["llm_config"]).items())]
        found["model"] = found["model"][0], Offered(actor).named(rows)
    return found


def _listed(words: list[str]) -> str:
    """`locked and live`, `locked, staging and live`, as a sentence says it."""
    said = [{"staging": "on staging"}.get(word, word) for word in words]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
