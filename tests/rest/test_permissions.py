"""The one policy table, asked through REST: each role and each key against each act."""

import pytest

from agents.models import Agent, AgentTrigger, Connector
from agents.services import change_agent
from agents.services.connectors import create_connector
from prompts.services import change_prompt
from tests.factories import make_agent, make_prompt
from versioning.versions import services
from versioning.workspaces.models import Role
from versioning.workspaces.services.workspaces import change_workspace

TO_1, PLAN_1 = '{"target_version": 1}', '{"target_version": 1, "dry_run": true}'
LIVE, LIVE_1 = '{"publish": true}', '{"target_version": 1, "publish": true}'
# What is asked, and the least role that may; 'protected' is the least where live is protected.
ACTS = {
    "read the list": ("GET", "prompts", None, "viewer"),
    "read a prompt": ("GET", "prompts/greeting", None, "viewer"),
    "read a version": ("GET", "prompts/greeting/versions/1", None, "viewer"),
    "read the history": ("GET", "prompts/greeting/versions", None, "viewer"),
    "compare": ("GET", "prompts/greeting/compare?from=1&to=2", None, "viewer"),
    "read events": ("GET", "prompts/greeting/events", None, "viewer"),
    "read the past": ("GET", "prompts/greeting/live", None, "viewer"),
    "read all events": ("GET", "events", None, "viewer"),
    "read who reads it": ("GET", "prompts/greeting/clients", None, "viewer"),
    "read the settings": ("GET", "workspace", None, "viewer"),
    "see the members": ("GET", "members", None, "viewer"),
    "create": ("POST", "prompts", '{"slug": "other"}', "editor"),
    "import": ("POST", "prompts/import", "", "editor"),
    "rename": ("PATCH", "prompts/greeting", '{"name": "Other"}', "editor"),
    "save a draft": ("POST", "prompts/greeting/versions", '{"source": "Other"}', "editor"),
    "rewrite a draft": ("PATCH", "prompts/greeting/versions/4", '{"source": "Other"}', "editor"),
    "delete a draft": ("DELETE", "prompts/greeting/versions/4", "", "editor"),
    "stage": ("PUT", "prompts/greeting/staging", '{"version": 4}', "editor"),
    "unstage": ("DELETE", "prompts/greeting/staging", "", "editor"),
    "promote": ("POST", "prompts/greeting/versions/4/promote", "", "editor"),
    "roll back": ("POST", "prompts/greeting/rollback", '{"version": 1}', "editor"),
    "unpublish": ("POST", "prompts/greeting/unpublish", "", "editor"),
    "list agents": ("GET", "agents", None, "viewer"),
    "read an agent": ("GET", "agents/desk", None, "viewer"),
    "list parts": ("GET", "agents/desk/mcp-servers", None, "viewer"),
    "read a part": ("GET", "agents/desk/triggers/{part}", None, "viewer"),
    "list an agent's versions": ("GET", "agents/desk/versions", None, "viewer"),
    "read an agent's draft": ("GET", "agents/desk/versions/draft", None, "viewer"),
    "compare configurations": ("GET", "agents/desk/compare?from=1&to=draft", None, "viewer"),
    "read an agent's events": ("GET", "agents/desk/events", None, "viewer"),
    "read an agent's past": ("GET", "agents/desk/live", None, "viewer"),
    "read who reads an agent": ("GET", "agents/desk/clients", None, "viewer"),
    "create an agent": ("POST", "agents", '{"slug": "other"}', "editor"),
    "copy an agent": ("POST", "agents/desk/versions/1/copy", '{"slug": "other"}', "editor"),
    "archive an agent": ("PATCH", "agents/idle", '{"archived": true}', "editor"),
    "change an agent": ("PATCH", "agents/desk", '{"bio": "Other"}', "editor"),
    "add a schema": ("POST", "agents/desk/schemas", '{"schema_data": {"title": "x"}}', "editor"),
    "add a trigger": ("POST", "agents/desk/triggers", '{"name": "x"}', "editor"),
    "add a server": ("POST", "agents/desk/mcp-servers", '{"name": "x"}', "editor"),
    "change a part": ("PATCH", "agents/desk/triggers/{part}", '{"enabled": false}', "editor"),
    "remove a part": ("DELETE", "agents/desk/triggers/{part}", "", "editor"),
    "lock": ("POST", "agents/desk/lock", "", "editor"),
    "revert": ("POST", "agents/desk/revert", "", "editor"),
    "publish": ("POST", "agents/desk/publish", '{"version": 1}', "editor"),
    "lock and publish": ("POST", "agents/desk/publish", '{"version": "draft"}', "editor"),
    "roll an agent back": ("POST", "agents/desk/rollback", '{"version": 1}', "editor"),
    "unpublish an agent": ("POST", "agents/desk/unpublish", "", "editor"),
    "stage an agent": ("PUT", "agents/desk/staging", '{"version": "draft"}', "editor"),
    "unstage an agent": ("DELETE", "agents/desk/staging", "", "editor"),
    "change a live draft": ("PATCH", "agents/served", '{"bio": "Other"}', "editor"),
    "add to a live draft": ("POST", "agents/served/triggers", '{"name": "x"}', "editor"),
    "lock a live draft": ("POST", "agents/served/lock", "", "editor"),
    "revert a live draft": ("POST", "agents/served/revert", "", "editor"),
    "list connectors": ("GET", "agents/desk/connectors", None, "viewer"),
    "read a connector": ("GET", "agents/desk/connectors/{connector}", None, "viewer"),
    "list conversations": ("GET", "agents/desk/conversations", None, "viewer"),
    "create a connector": ("POST", "agents/desk/connectors", '{"name": "x", "channel": "api"}', "editor"),
    "change a connector": ("PATCH", "agents/desk/connectors/{connector}", '{"name": "x"}', "editor"),
    "remove a connector": ("DELETE", "agents/desk/connectors/{connector}", "", "editor"),
    "read a resource's versions": ("GET", "agents/desk/versions/trigger/{part}", None, "viewer"),
    "read a resource's version": ("GET", "agents/desk/versions/trigger/{part}/1", None, "viewer"),
    "compare a resource": ("GET", "agents/desk/versions/trigger/{part}/compare?from=1&to=1", None, "viewer"),
    "read an agent's history": ("GET", "agents/desk/history", None, "viewer"),
    "read an agent's whole history": ("GET", "agents/desk/history?include=events", None, "viewer"),
    "read an agent as of": ("GET", "agents/desk/as-of", None, "viewer"),
    "list snapshots": ("GET", "agents/desk/snapshots", None, "viewer"),
    "read a snapshot": ("GET", "agents/desk/snapshots/1", None, "viewer"),
    "compare snapshots": ("GET", "agents/desk/snapshots/compare?from=1&to=1", None, "viewer"),
    "read a prompt's history": ("GET", "prompts/greeting/history", None, "viewer"),
    "read a prompt's change": ("GET", "prompts/greeting/history/1", None, "viewer"),
    "compare a prompt's changes": ("GET", "prompts/greeting/history/compare?from=1&to=1", None, "viewer"),
    "read a prompt as of": ("GET", "prompts/greeting/as-of", None, "viewer"),
    "read the whole history": ("GET", "history", None, "viewer"),
    "restore a resource": ("POST", "agents/desk/versions/agent/{agent}/rollback", TO_1, "editor"),
    "plan a restore": ("POST", "agents/desk/versions/agent/{agent}/rollback", PLAN_1, "editor"),
    "restore and publish": ("POST", "agents/desk/versions/agent/{agent}/rollback", LIVE_1, "editor"),
    "restore a snapshot": ("POST", "agents/desk/snapshots/1/rollback", "", "editor"),
    "restore a snapshot and publish": ("POST", "agents/desk/snapshots/1/rollback", LIVE, "editor"),
    "restore a prompt's row": ("POST", "prompts/renamed/history/rollback", TO_1, "editor"),
    "restore in a live draft": ("POST", "agents/served/versions/agent/{agent}/rollback", TO_1, "editor"),
    "change settings": ("PATCH", "workspace", '{"name": "Other"}', "admin"),
    "see invites": ("GET", "invites", None, "admin"),
    "invite": ("POST", "invites", '{"role": "editor"}', "admin"),
    "invite an owner": ("POST", "invites", '{"role": "owner"}', "owner"),
    "see keys": ("GET", "keys", None, "admin"),
    "make a key": ("POST", "keys", '{"name": "k", "kind": "live"}', "admin"),
    "close": ("POST", "workspace/close", '{"confirm": "demo"}', "owner"),
}
MOVES_LIVE = {
    "promote", "roll back", "unpublish", "publish", "lock and publish", "roll an agent back",
    "unpublish an agent", "create a connector", "change a connector", "remove a connector",
}  # fmt: skip
RESTORED_LIVE = {"restore and publish", "restore a snapshot and publish"}
OF_LIVE_DRAFTS = {
    "change a live draft", "add to a live draft", "lock a live draft", "revert a live draft",
    "restore in a live draft",
}  # fmt: skip
OF_KEYS = {
    "history": {
        "read the list", "read a prompt", "read a version", "read the history", "compare", "read events",
        "read the past", "read all events", "read the settings", "list agents", "read an agent",
        "list parts", "read a part", "list an agent's versions", "read an agent's draft",
        "compare configurations", "read an agent's events", "read an agent's past", "list connectors",
        "read a connector", "list conversations", "read a resource's versions", "read a resource's version",
        "compare a resource", "read an agent's history", "read an agent's whole history",
        "read an agent as of", "list snapshots", "read a snapshot", "compare snapshots",
        "read a prompt's history", "read a prompt's change", "compare a prompt's changes",
        "read a prompt as of", "read the whole history", "read who reads it", "read who reads an agent",
    },
    "drafts": {
        "save a draft", "rewrite a draft", "change an agent", "add a schema", "add a trigger",
        "add a server", "change a part", "remove a part", "change a live draft", "add to a live draft",
    },
}  # fmt: skip


def prompt(cast):
    """v2 live, v1 retired, v3 a staged draft, v4 a draft."""
    made = make_prompt(cast.eve, slug="greeting", live=2, drafts=2)
    services.stage(cast.eve, made, 3)


def desk(cast):
    """v2 live, v1 staged, v3 the draft, which differs from v2."""
    agent = make_agent(cast.eve, slug="desk", locked=2, live=2)
    services.stage(cast.eve, agent, 1)
    change_agent(cast.eve, agent, bio="Changed.")
    create_connector(cast.eve, agent, name="Orders", channel="api")


def served(cast):
    """v1 locked; the draft v2 is live, and differs from v1."""
    agent = make_agent(cast.eve, slug="served", locked=1)
    services.promote(cast.eve, agent, 2, lock=False)
    change_agent(cast.eve, agent, bio="Changed.")


def renamed(cast):
    """A prompt whose name was changed."""
    change_prompt(cast.eve, make_prompt(cast.eve, slug="renamed"), name="Other")


MADE = {
    "greeting": prompt, "renamed": renamed, "desk": desk, "served": served,
    "idle": lambda cast: make_agent(cast.eve, slug="idle"),
}  # fmt: skip


def prepare(cast, act):
    """Make what an act names."""
    for word, make in MADE.items():
        if word in ACTS[act][1]:
            make(cast)


def ask(program, act):
    method, path, body, _ = ACTS[act]
    if "{" in path:
        connector = Connector.objects.first()
        path = path.format(
            part=AgentTrigger.objects.get().pk, agent=Agent.objects.get().pk,
            connector=connector.pk if connector else "",
        )  # fmt: skip
    return program.get(path) if method == "GET" else program.send(method, path, body)


@pytest.mark.parametrize("protected", [False, True], ids=["open", "protected"])
@pytest.mark.parametrize("act", ACTS)
def test_each_act_asks_for_its_role(rest, cast, act, protected):
    prepare(cast, act)
    change_workspace(cast.alice, protect_live=protected)
    least = "admin" if protected and act in MOVES_LIVE | RESTORED_LIVE | OF_LIVE_DRAFTS else ACTS[act][3]

    for actor in reversed(cast.everyone()):  # the least first, for a granted act changes what is there
        allowed = list(Role).index(actor.role) >= list(Role).index(Role(least))
        answer = ask(rest.of(actor), act)
        assert (answer.status_code < 300) == allowed, (actor.label, answer.content)
        if allowed:
            return
        # A viewer is refused before the draft or the body is looked at, and so is not told of live.
        told = "editor" if act in OF_LIVE_DRAFTS | RESTORED_LIVE and actor.role == "viewer" else least
        assert (answer.status_code, answer.json()["code"], answer.json()["role"]) == (403, "forbidden", told)


@pytest.mark.parametrize("act", ACTS)
def test_a_key_may_what_its_scopes_say_and_nothing_else(rest, cast, act):
    prepare(cast, act)
    needed = next((scope for scope, acts in OF_KEYS.items() if act in acts), None)
    other = [scope for scope in OF_KEYS if scope != needed]

    for scopes in ([], other):
        answer = ask(rest.with_key(*scopes), act)
        assert (answer.status_code, answer.json()["code"]) == (
            403,
            "missing_scope" if needed else "forbidden",
        )
        assert answer.json().get("scope") == needed
    if needed:
        answer = ask(rest.with_key(needed), act)
        assert (answer.status_code < 300) == (act not in OF_LIVE_DRAFTS), answer.content
        assert answer.status_code != 403 or answer.json()["code"] == "forbidden"


def test_a_key_rewrites_no_draft_that_is_staged(rest, cast):
    prompt(cast)

    answer = rest.with_key("drafts").patch("prompts/greeting/versions/3", source="By a machine")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("collection", "slug"), [("prompts", "greeting"), ("agents", "desk")])
def test_a_key_without_the_scope_does_not_learn_what_there_is(rest, cast, collection, slug):
    MADE[slug](cast)
    program = rest.with_key("drafts")

    assert program.get(f"{collection}/{slug}").content == program.get(f"{collection}/never-was").content


def test_nobody_gets_in_without_a_token(rest, cast):
    for make in MADE.values():
        make(cast)

    answers = [ask(rest.nobody(), act) for act in ACTS if "{" not in ACTS[act][1]]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
