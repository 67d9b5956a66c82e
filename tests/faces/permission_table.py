"""The table of permissions, written down once, and the acts in each of its rows as each face asks for them.

Addresses are those of a page inside `/w/demo/` and of REST below `/api/`; in braces stand the names of
tests/objects.py (`{slug}` is the prompt and the agent that everything there belongs to). The verbs that
artifacts have are taken from tests/faces/verbs.py; here stands which row each of them is in.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.faces.verbs import AGENTS, PROMPTS, Verb

ROLES = ("viewer", "editor", "admin", "owner")
KEYS = {  # kind and scopes
    "live key": ("live", ()),
    "test key": ("test", ()),
    "live key, history": ("live", ("history",)),
    "test key, drafts": ("test", ("drafts",)),
}


@dataclass(frozen=True)
class Row:
    """Who may: from which role upwards, from which one where live is protected, a key with which scope."""

    name: str
    least: str
    protected: str = ""
    scope: str = ""
    served: bool = False  # what is written is served already, so that the scope alone does not do

    def answer(self, who: str, *, protected: bool = False) -> str:
        """What the table says to somebody: 'done', or the code of the refusal, with the scope's name."""
        if who in KEYS:
            has = self.scope in KEYS[who][1]
            if self.scope and not has:
                return f"missing_scope {self.scope}"
            return "done" if has and not self.served else "forbidden"
        least = self.protected if protected and self.protected else self.least
        return "done" if ROLES.index(who) >= ROLES.index(least) else "forbidden"

    def borders(self, role: str) -> bool:
        """Whether a role is the first that may, or the last that may not."""
        return role in ROLES and ROLES.index(self.least) - ROLES.index(role) in (0, 1)


READ = Row("read versions, diffs, history, snapshots, events", "viewer", scope="history")
WORK = Row("create … set staging, playground", "editor")
SAVE = Row("save a draft", "editor", scope="drafts")
LIVE = Row("publish, roll back, unpublish, connectors, any write to a live draft", "editor", "admin")
MANAGE = Row("settings, members, keys, health, webhooks", "admin")
OWN = Row("make an owner, close the workspace", "owner")
MEET = Row("be a member: see the others, make MCP tokens of one's own", "viewer")
# A live or a staged draft, which takes no write from a key.
SAVE_LIVE, SAVE_STAGED = replace(LIVE, scope="drafts", served=True), replace(SAVE, served=True)


@dataclass(frozen=True)
class Deed:
    """One act, and how each face that has it asks for it. A page without a form is read."""

    name: str
    row: Row
    page: str = ""
    rest: str = ""  # method and path
    form: dict[str, Any] | None = None
    body: Any = None
    tool: str = ""
    asks: dict[str, Any] = field(default_factory=dict)
    verb: Verb | None = None
    on: str = ""  # what the verb is done to: see World.things
    also: dict[str, str] = field(default_factory=dict)  # beside what the verb says, in the form and the body

    def __str__(self) -> str:
        return " ".join(filter(None, [self.name, self.on and f"({self.on})", self.also and "and publish"]))


def read(name: str, page: str = "", rest: str = "", tool: str = "", **asks: Any) -> Deed:
    return Deed(name, READ, page, rest and f"GET {rest}", tool=tool, asks=asks)


def _agent(name: str, page: str = "", rest: str = "", tool: str = "", **asks: Any) -> Deed:
    named = {"agent_id": "{slug}"} if "snapshot" in tool or "history" in tool else {}
    return read(name, page and f"agents/{{slug}}/{page}", f"agents/{{slug}}{rest}", tool, **named, **asks)


def _prompt(name: str, page: str = "", rest: str = "") -> Deed:
    return read(name, page and f"prompts/{{slug}}/{page}", f"prompts/{{slug}}{rest}")


def _only(name: str, page: str) -> Deed:
    return read(name, page)


TRIGGER = {"resource_type": "trigger", "resource_id": "{triggers}"}
AT = "?at=2030-01-01T00:00Z"
ONE = "/versions/trigger/{triggers}"
READS = [
    read("prompts", "prompts/", "prompts"), read("agents", "agents/", "agents"),
    read("what happened", "settings/log/", "events"), read("an Event", rest="events/{event_id}"),
    read("all changes", "history/", "history"), read("jump to", "find/?q=greeting"),
    read("settings", "settings/", "workspace"), read("the workspace", ""),
    read("a prompt", "prompts/{slug}/", "prompts/{slug}"),
    _prompt("versions of a prompt", "versions/", "/versions"),
    _prompt("a version", "versions/1/", "/versions/1"),
    _prompt("a diff", "compare/1...2/", "/compare?from=1&to=2"),
    _prompt("who wrote a line", "v/1/blame/", "/versions/1/blame"),
    _prompt("changes of a prompt", "history/", "/history"), _prompt("a change", rest="/history/1"),
    _prompt("a diff of changes", rest="/history/compare?from=1&to=1"),
    _prompt("Events of a prompt", rest="/events"), _prompt("what was live", rest="/live"),
    _prompt("a prompt as of", "history/" + AT, "/as-of" + AT),
    _only("calls of a prompt", "prompts/{slug}/code/"), _prompt("who reads it", "clients/", "/clients"),
    _only("words of a prompt", "prompts/{slug}/settings/"),
    read("an agent", "agents/{slug}/", "agents/{slug}"),
    _only("a section of an agent", "agents/{slug}/section/identity/"),
    _agent("versions of an agent", "versions/", "/versions"),
    _agent("a version", "versions/1/", "/versions/1"),
    _agent("a frozen configuration", "v/1/", "/versions/1"),
    _agent("a diff", "compare/1...2/", "/compare?from=1&to=2"),
    _agent("who wrote a value", "v/1/blame/", "/versions/1/blame"),
    _agent("Events of an agent", rest="/events"), _agent("what was live", rest="/live"),
    _agent("changes of an agent", "history/", "/history", "list_agent_history"),
    _agent("an agent as of", "history/" + AT, "/as-of" + AT),
    _agent("snapshots", "snapshots/", "/snapshots", "list_snapshots"),
    _agent("a snapshot", "snapshots/1/", "/snapshots/1", "get_snapshot", snapshot_id="1"),
    _agent("a diff of snapshots", "snapshots/1..2/", "/snapshots/compare?from=1&to=2"),
    _agent("changes of a part", rest=ONE, tool="list_versions", **TRIGGER),
    _agent("a change of a part", rest=f"{ONE}/1", tool="get_version", version=1, **TRIGGER),
    _agent("a diff of a part", rest=f"{ONE}/compare?from=1&to=1", tool="compare_versions", from_version=1,
           to_version=1, **TRIGGER),
    *(
        deed
        for section in ("schemas", "triggers", "mcp-servers")
        for deed in (_agent(section, rest=f"/{section}"),
                     _agent(f"one of {section}", f"{section.replace('-', '_')}/{{{section}}}/",
                            f"/{section}/{{{section}}}"))
    ),
    _agent("connectors", "connectors/", "/connectors"),
    _agent("a connector", "connectors/{connector}/", "/connectors/{connector}"),
    _agent("conversations", "conversations/", "/conversations"),
    _agent("a conversation", "conversations/{conversation}/", "/conversations/{conversation}"),
    _agent("who reads an agent", "clients/", "/clients"),
    _only("calls of an agent", "agents/{slug}/code/"), _only("use of an agent", "agents/{slug}/settings/"),
]  # fmt: skip

NEW, LINES = {"slug": "made"}, json.dumps({"slug": "made", "content": "Hello"}) + "\n"
WORDS = {"source": "Typed.", "base": "2", "act": "new"}
TRY, SAID = {"v": "3", "value_name": "Ann", "input": "Hello?"}, {"input": "Hello?"}
TRIED = SAID | {"values": {"name": "Ann"}}
WORKS = [
    Deed("make a prompt", WORK, "prompts/new/", "POST prompts", {**NEW, "source": "Hello"}, NEW),
    Deed("make an agent", WORK, "agents/new/", "POST agents", NEW, NEW),
    Deed("copy an agent", WORK, "agents/{slug}/copy/", "POST agents/{slug}/versions/1/copy",
         {**NEW, "name": "", "version": "1"}, NEW),
    *(
        deed
        for kind in ("prompts", "agents")
        for deed in (
            Deed(f"{kind}: import", WORK, f"{kind}/import/", f"POST {kind}/import", {"file": LINES}, LINES),
            Deed(f"{kind}: archive", WORK, f"{kind}/idle/archive/", f"PATCH {kind}/idle", {},
                 {"archived": True}),
            Deed(f"{kind}: unarchive", WORK, f"{kind}/away/unarchive/", f"PATCH {kind}/away", {},
                 {"archived": False}),
            Deed(f"{kind}: try", WORK, f"{kind}/{{slug}}/playground/",
                 f"POST {kind}/{{slug}}/versions/3/runs", TRY, TRIED if kind == "prompts" else SAID),
            Deed(f"{kind}: runs", WORK, f"{kind}/{{slug}}/playground/",
                 f"GET {kind}/{{slug}}/versions/3/runs"),
        )
    ),
    Deed("export", WORK, "settings/export/", "GET export"),
    Deed("download the export", WORK, "settings/export/download/"),
    Deed("playground", WORK, "playground/"),
    Deed("a run", WORK, "playground/runs/{run_id}/", "GET runs/{run_id}"),
    Deed("stop a run", WORK, "playground/runs/{run_id}/stop/", "POST runs/{run_id}/stop", {}, {}),
    Deed("the model server", WORK, "settings/playground/", "GET playground/provider"),
    Deed("keep what is typed", SAVE, "prompts/{slug}/typing/", form=WORDS),
    Deed("discard it", SAVE, "prompts/{slug}/discard/", form=WORDS),
    Deed("open a version", SAVE, "prompts/{slug}/versions/1/open/", form={}),
]  # fmt: skip

SERVER = {"base_url": "https://api.example/v1", "model": "large", "key": "x"}
HOOK = {"url": "https://hooks.example/another"}


def _hook(
    name: str, page: str, rest: str, form: Any = None, body: Any = None, which: str = "{endpoint_id}"
) -> Deed:  # fmt: skip
    """An act on a webhook. `rest` is the method, and what follows the webhook in the path."""
    method, _, more = rest.partition(" ")
    path = f"webhooks/{which}"
    return Deed(name, MANAGE, f"settings/{path}/{page}", f"{method} {path}{more}", form, body)


SETTINGS = [
    Deed("change settings", MANAGE, "settings/", "PATCH workspace", {"name": "Other"}, {"name": "Other"}),
    Deed("open invites", MANAGE, rest="GET invites"),
    Deed("invite", MANAGE, "settings/members/invite/", "POST invites", {"role": "editor", "days": "7"},
         {"role": "editor"}),
    Deed("revoke an invite", MANAGE, "settings/members/invites/{invite_id}/revoke/",
         "DELETE invites/{invite_id}", {}),
    Deed("change a role", MANAGE, "settings/members/{member_id}/role/", "PATCH members/{member_id}",
         {"role": "editor"}, {"role": "editor"}),
    Deed("remove a member", MANAGE, "settings/members/{member_id}/remove/", "DELETE members/{member_id}", {}),
    Deed("keys", MANAGE, "settings/keys/", "GET keys"),
    Deed("make a key", MANAGE, "settings/keys/create/", "POST keys",
         {"name": "k", "kind": "live", "expiry": "90"}, {"name": "k", "kind": "live"}),
    Deed("revoke a key", MANAGE, "settings/keys/{key_id}/revoke/", "DELETE keys/{key_id}", {}),
    Deed("set the model server", MANAGE, "settings/playground/", "PUT playground/provider", SERVER, SERVER),
    Deed("remove it", MANAGE, "settings/playground/remove/", "DELETE playground/provider", {}),
    Deed("health", MANAGE, "settings/health/", "GET health/history"),
    Deed("verify", MANAGE, "settings/health/", form={}),
    Deed("webhooks", MANAGE, "settings/webhooks/", "GET webhooks"),
    Deed("add a webhook", MANAGE, "settings/webhooks/new/", "POST webhooks", HOOK | {"which": "every"}, HOOK),
    _hook("a webhook", "", "GET"),
    _hook("change a webhook", "edit/", "PATCH", HOOK | {"which": "every"}, HOOK),
    _hook("remove a webhook", "remove/", "DELETE", {}),
    _hook("rotate its secret", "rotate/", "POST /rotate", {}, {}),
    _hook("switch a webhook off", "disable/", "POST /disable", {}, {}),
    _hook("switch a webhook on", "enable/", "POST /enable", {}, {}, which="{off_id}"),
    _hook("deliveries", "", "GET /deliveries"),
    _hook("a delivery", "deliveries/{delivery_id}/", "GET /deliveries/{delivery_id}"),
    _hook("redeliver", "deliveries/{delivery_id}/redeliver/",
          "POST /deliveries/{delivery_id}/redeliver", {}, {}),
    Deed("make an owner", OWN, "settings/members/{member_id}/role/", "PATCH members/{member_id}",
         {"role": "owner"}, {"role": "owner"}),
    Deed("invite an owner", OWN, "settings/members/invite/", "POST invites", {"role": "owner", "days": "7"},
         {"role": "owner"}),
    Deed("close the workspace", OWN, "settings/close/", "POST workspace/close", {"confirm": "demo"},
         {"confirm": "demo"}),
    Deed("members", MEET, "settings/members/", "GET members"),
    Deed("own tokens", MEET, "settings/tokens/", "GET tokens"),
    Deed("make a token", MEET, "settings/tokens/create/", "POST tokens", {"name": "x", "days": "7"},
         {"name": "x"}),
]  # fmt: skip

# Which row the verbs of tests/faces/verbs.py are in; those that stand in none of these fail a test.
IN_LIVE = {
    "promote", "publish", "lock and publish", "publish the draft itself", "roll back", "unpublish",
    "create a connector", "change a connector", "remove a connector",
}  # fmt: skip
IN_SAVE = {
    "save a new version", "rewrite a draft", "change own fields", "change the model", "change metadata",
    "add a schema", "add a trigger", "add a server", "change a schema", "change a trigger", "change a server",
    "remove a schema", "remove a trigger", "remove a server",
}  # fmt: skip
IN_WORK = {
    "stage", "unstage", "delete a draft", "restore its row", "rename", "lock", "revert", "restore a resource",
    "restore a snapshot", "archive",
}  # fmt: skip
# What is written to them is as with triggers, so that one section is enough on drafts that are served.
ALIKE = {f"{act} {part}" for act in ("add", "change", "remove") for part in ("a schema", "a server")}
TOOLS = {
    "restore a resource": (
        "rollback_version", {"resource_type": "agent", "resource_id": "{slug}", "target_version": 1},
    ),
    "restore a snapshot": ("rollback_snapshot", {"agent_id": "{slug}", "snapshot_id": "1"}),
}  # fmt: skip


def row_of(verb: Verb) -> Row | None:
    """The row of a verb; None where it is in none."""
    rows = {LIVE: IN_LIVE, SAVE: IN_SAVE, WORK: IN_WORK}
    return next((row for row, names in rows.items() if verb.name in names), None)


def _of(verb: Verb) -> Iterator[Deed]:
    """A verb as it is, and on drafts that are live or staged; a restore also with its publish."""
    row = row_of(verb)
    if row is None:
        return
    tool, asks = TOOLS.get(verb.name, ("", {}))
    deed = Deed(str(verb), row, verb=verb, tool=tool, asks=asks, on=verb.kind)
    yield deed
    if not verb.of_draft or verb.name in ALIKE:
        return
    yield replace(deed, row=SAVE_LIVE if row is SAVE else LIVE, on="live draft")
    yield replace(deed, row=SAVE_STAGED if row is SAVE else WORK, on="staged draft")
    if tool:
        yield replace(deed, row=LIVE, also={"publish": "1"})


VERBS = [deed for verb in (*PROMPTS, *AGENTS) for deed in _of(verb)]
TABLE = [*READS, *WORKS, *SETTINGS, *VERBS]

# What is no act of the table, by the addresses as the faces name them.
OUTSIDE_PAGES = {
    "w/{}/prompts/{}/kept/{}/": "a text of one's own",
    "w/{}/prompts/{}/kept/{}/reopen/": "a text of one's own",
    "w/{}/prompts/{}/kept/{}/drop/": "a text of one's own",
    "w/{}/settings/tokens/{}/revoke/": "a token of one's own; an admin ends everybody's",
}
OUTSIDE_REST = {
    "POST auth/token": "signing in", "POST auth/refresh": "signing in",
    "DELETE tokens/{}": "a token of one's own; an admin ends everybody's",
}  # fmt: skip

# What the operator does at the desk: an action on a row of a list, or the form of a row.
DESK: list[tuple[str, str, dict[str, str] | None]] = [
    *(
        (model, action, None)
        for model in ("prompts.prompt", "agents.agent")
        for action in ("unpublish", "unstage", "archive", "unarchive")
    ),
    *(("versions.version", action, None) for action in ("promote", "roll_back", "stage")),
    *((f"workspaces.{model}", "revoke", None) for model in ("apikey", "invite", "membertoken")),
    ("webhooks.endpoint", "disable", None), ("webhooks.endpoint", "enable", None),
    ("workspaces.member", "change", {"role": "owner"}), ("workspaces.member", "delete", {"post": "yes"}),
    ("workspaces.workspace", "change", {"name": "Renamed"}),
]  # fmt: skip
OUTSIDE_DESK = {  # of people, who are in no workspace; what the log of deliveries tells, and no Event
    ("workspaces.user", "send_reset"), ("workspaces.user", "drop_second_steps"),
    ("webhooks.delivery", "redeliver"),
}  # fmt: skip
