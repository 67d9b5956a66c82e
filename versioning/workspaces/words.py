"""What an Event says, in words: `promoted v8, before v5`. The log reads `who` `did`, `about`, `why`."""

from typing import Any

from django.db.models import Q

from versioning.workspaces.events import EventName as E
from versioning.workspaces.models import Event

PLAIN = {
    E.VERSION_LOCKED: "locked v{to}",
    E.VERSION_REVERTED: "reverted the draft v{to} to v{was}",
    E.VERSION_DELETED: "deleted the draft v{was}",
    E.VERSION_ROLLED_BACK: "rolled back to v{to}, before v{was}",
    E.VERSION_UNPUBLISHED: "unpublished v{was}",
    E.STAGING_CLEARED: "cleared staging, before v{was}",
    E.ARTIFACT_IMPORTED: "imported v{was} to v{to}",
    E.INVITE_REVOKED: "revoked an invite as {role}",
    E.KEY_CREATED: "created the {kind} key “{key_name}”",
    E.KEY_REVOKED: "revoked the {kind} key “{key_name}”",
    E.TOKEN_CREATED: "made the MCP token “{token_name}”",
    E.TOKEN_REVOKED: "revoked the MCP token “{token_name}”",
}
# The sections of a draft that is saved in pieces, and what the lists among them hold.
SECTIONS = {"identity": "Identity", "model": "Model", "metadata": "Metadata", "agent": "fields"}
JOINED = {"added": "to", "removed": "from"}
ITEMS = {"schemas": "a schema", "triggers": "a trigger", "mcp_servers": "an MCP server"}
SETTINGS = {
    "staging_enabled": {True: "switched staging on", False: "switched staging off"},
    "protect_live": {True: "protected live", False: "stopped protecting live"},
}
# What `did` says beyond the label of the act, for the search.
SPOKEN = {
    E.VERSION_CREATED: "written from",
    E.VERSION_PUBLISHED: "promoted published",
    E.VERSION_UPDATED: "saved added removed changed identity model schema trigger mcp server",
    E.MEMBER_CHANGED: "made",
    E.MEMBER_JOINED: "added",
    E.MEMBER_REMOVED: "left",
}
SAID_OF_SETTINGS = {
    "name": "renamed the workspace",
    "staging_enabled": "switched staging on off",
    "protect_live": "stopped protecting live protected",
}
VIA = {
    "rest": "by REST",
    "mcp": "by an assistant over MCP",
    "admin": "in Django admin",
    "command": "by a command",
}


def brief(event: Event) -> dict[str, Any]:
    """What an Event holds beside its columns: without former texts, where it comes from `without_texts()`."""
    found = getattr(event, "brief", None)
    data: dict[str, Any] = event.data if found is None else found
    return data


def section_saved(data: dict[str, Any]) -> str:
    """What was done to a section of a draft, to be followed by its label: "added a trigger to".

    '' where the draft was rewritten as a whole.
    """
    section, act = data.get("section"), data.get("did")
    if not isinstance(section, str):
        return ""
    if act:
        return f"{act} {ITEMS.get(section, 'an item')} {JOINED.get(act, 'of')}"
    return f"saved {SECTIONS.get(section, section)} of"


def did(event: Event, published: str = "promoted") -> str:
    """The act, with its numbers and names. `published` is the word of the artifact's kind."""
    name, data = E(event.name), brief(event)
    was, to = event.from_number, event.to_number
    before = f", before v{was}" if was else ""
    own = str(event.actor_id) == data.get("member")
    if name in PLAIN:
        return _filled(PLAIN[name], was=was, to=to, **data)
    if name == E.VERSION_CREATED:
        return f"saved v{to}" + (f", written from v{was}" if was else "")
    if name == E.VERSION_PUBLISHED:
        return f"{published} v{to}{before}"
    if name == E.VERSION_UPDATED:
        return f"{saved} the draft v{to}" if (saved := section_saved(data)) else f"rewrote the draft v{to}"
    if name == E.STAGING_SET:
        return f"set staging to v{to}{before}"
    if name == E.ARTIFACT_CHANGED:
        return f"changed its {_listed(data.get('changes', {}))}"
    if name == E.WORKSPACE_CHANGED:
        return ", ".join(_setting(field, change) for field, change in sorted(data.get("changes", {}).items()))
    if name == E.MEMBER_INVITED:
        return f"invited {_a(data.get('role'))}" + (f" ({data['note']})" if data.get("note") else "")
    if name == E.MEMBER_JOINED:
        return (
            f"joined as {data.get('role')}"
            if own
            else f"added {data.get('member_name')} as {data.get('role')}"
        )
    if name == E.MEMBER_REMOVED:
        return "left" if own else f"removed {data.get('member_name')}"
    if name == E.MEMBER_CHANGED:
        role = data.get("changes", {}).get("role", {})
        return f"made {data.get('member_name')} {_a(role.get('to'))}, before {role.get('from')}"
    return str(name.label)


def saying(word: str) -> Q:
    """The Events of which the log says this word, or whose name holds it."""
    low = word.lower()
    acts = [name.value for name in E if low in f"{name.value} {name.label} {SPOKEN.get(name, '')}".lower()]
    fields = [field for field, said in SAID_OF_SETTINGS.items() if low in said]
    return Q(name__in=acts) | Q(name=E.WORKSPACE_CHANGED, data__changes__has_any_keys=fields)


def by_way(event: Event) -> str:
    """Through which face, '' for the pages, which need no saying."""
    return VIA.get(event.via, "")


def _filled(form: str, **values: Any) -> str:
    return form.format_map({**dict.fromkeys(("role", "kind", "key_name", "token_name"), "?"), **values})


def _setting(field: str, change: dict[str, Any]) -> str:
    said = SETTINGS.get(field)
    if said:
        return said[change["to"]]
    return f"renamed the workspace to “{change['to']}”" if field == "name" else f"changed the {field}"


def _listed(changes: dict[str, Any]) -> str:
    *first, last = list(changes) or ["words"]
    return f"{', '.join(first)} and {last}" if first else last


def _a(role: Any) -> str:
    return f"{'a' if role == 'viewer' else 'an'} {role}"
