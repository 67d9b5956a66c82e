"""Somebody saved first: what they saved beside what was typed, so that nothing of either is lost."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.http import QueryDict

from agents.forms import EditorForm
from agents.models import Agent
from versioning.versions.presenters.fields import Row, show_fields
from versioning.versions.presenters.look import Look
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event


@dataclass
class Clash:
    """Who saved what, and when. `rows` are the fields that both wrote, theirs against what was typed.

    `taken` names the fields that they alone wrote: the form shows their values by now. `before` is what a
    form carries on, for the case that somebody saves again.
    """

    who: str
    at: datetime | None
    rows: list[Row] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    before: str = ""


def clash_of(agent: Agent, section: str, form: EditorForm) -> tuple[EditorForm, Clash]:
    """A form that was typed on an older state, laid on what is stored now; `form` knows that already.

    What a field said before somebody wrote in it, their browser tells. Without a script each field that
    differs counts as written by both.
    """
    data, now = cast(QueryDict, form.data).copy(), type(form)(form.stored)
    before, clash = before_in(data), Clash(*_who(agent, section))
    theirs: dict[str, str] = {}
    carried: dict[str, str] = {}
    for name in form.fields:
        mine, stored = text_of(form, name), text_of(now, name)
        if mine == stored or name == "credential":
            continue
        if before is not None and name not in before:
            clash.taken.append(str(form[name].label))
            _put(data, name, now[name].value())
            continue
        carried[name] = stored
        if before is None or before[name] != stored:
            theirs[name] = stored
    laid = type(form)(form.stored, data, at=form.at)
    laid.theirs = theirs
    clash.before = json.dumps(carried, ensure_ascii=False)
    labels = {str(laid[name].label): name for name in theirs}
    old = {label: theirs[name] for label, name in labels.items()}
    shown = show_fields(
        {"agent": old}, {"agent": {label: text_of(laid, name) for label, name in labels.items()}}, Look()
    )
    clash.rows = [row for part in shown.sections for group in part.groups for row in group.rows]
    return laid, clash


def before_in(data: QueryDict) -> dict[str, str] | None:
    """What the fields that somebody wrote in said before, as a script sent it; None without one."""
    try:
        found = json.loads(data.get("before", ""))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _who(agent: Agent, section: str) -> tuple[str, datetime | None]:
    """Who saved this section last, or put the whole draft back."""
    wrote = (EventName.VERSION_UPDATED, EventName.VERSION_REVERTED)
    events = Event.objects.of(agent.pk).filter(name__in=wrote).order_by("-sequence")[:20]
    for event in events.values_list("name", "data__section", "actor_label", "created_at"):
        if event[0] == EventName.VERSION_REVERTED or event[1] in (section, "agent"):
            return event[2], event[3]
    return "Somebody", None


def text_of(form: EditorForm, name: str) -> str:
    """A field's value as one reads it."""
    value = form[name].value()
    if isinstance(value, list):
        return "\n".join(f"{slug}: {at or 'live'}" for slug, at in value)
    if isinstance(value, bool) or value is None:
        return "on" if value else "off"
    return str(value).replace("\r\n", "\n")


def _put(data: QueryDict, name: str, value: Any) -> None:
    """Put a stored value in the place of a typed one."""
    if isinstance(value, list):
        data.setlist("prompt", [slug for slug, _ in value])
        data.setlist("at", [at for _, at in value])
    elif isinstance(value, bool):
        data.pop(name, None)
        if value:
            data[name] = "on"
    else:
        data[name] = str(value)
