"""The one policy table, asked through REST: each role and each key against each act."""

import pytest

from tests.factories import make_prompt
from versioning.versions import services
from versioning.workspaces.models import Role
from versioning.workspaces.services.workspaces import change_workspace

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
    "change settings": ("PATCH", "workspace", '{"name": "Other"}', "admin"),
    "see invites": ("GET", "invites", None, "admin"),
    "invite": ("POST", "invites", '{"role": "editor"}', "admin"),
    "invite an owner": ("POST", "invites", '{"role": "owner"}', "owner"),
    "see keys": ("GET", "keys", None, "admin"),
    "make a key": ("POST", "keys", '{"name": "k", "kind": "live"}', "admin"),
    "close": ("POST", "workspace/close", '{"confirm": "demo"}', "owner"),
}
MOVES_LIVE = {"promote", "roll back", "unpublish"}
OF_KEYS = {
    "history": {
        "read the list", "read a prompt", "read a version", "read the history", "compare", "read events",
        "read the past", "read all events", "read the settings",
    },
    "drafts": {"save a draft", "rewrite a draft"},
}  # fmt: skip


@pytest.fixture
def prompt(cast):
    """v2 live, v1 retired, v3 a staged draft, v4 a draft."""
    made = make_prompt(cast.eve, slug="greeting", live=2, drafts=2)
    services.stage(cast.eve, made, 3)
    return made


def ask(program, act):
    method, path, body, _ = ACTS[act]
    return program.get(path) if method == "GET" else program.send(method, path, body)


@pytest.mark.parametrize("protected", [False, True], ids=["open", "protected"])
@pytest.mark.parametrize("act", ACTS)
def test_each_act_asks_for_its_role(rest, cast, prompt, act, protected):
    change_workspace(cast.alice, protect_live=protected)
    least = "admin" if protected and act in MOVES_LIVE else ACTS[act][3]

    for actor in reversed(cast.everyone()):  # the least first, for a granted act changes what is there
        allowed = list(Role).index(actor.role) >= list(Role).index(Role(least))
        answer = ask(rest.of(actor), act)
        assert (answer.status_code < 300) == allowed, (actor.label, answer.content)
        if allowed:
            return
        assert (answer.status_code, answer.json()["code"], answer.json()["role"]) == (403, "forbidden", least)


@pytest.mark.parametrize("scopes", [(), ("history",), ("drafts",), ("history", "drafts")])
@pytest.mark.parametrize("act", ACTS)
def test_a_key_may_what_its_scopes_say_and_nothing_else(rest, prompt, act, scopes):
    answer = ask(rest.with_key(*scopes), act)

    needed = next((scope for scope, acts in OF_KEYS.items() if act in acts), None)
    if needed in scopes:
        assert answer.status_code < 300, answer.content
    elif needed:
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
        assert answer.json()["scope"] == needed
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_key_rewrites_no_draft_that_is_staged(rest, prompt):
    answer = rest.with_key("drafts").patch("prompts/greeting/versions/3", source="By a machine")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_key_without_the_scope_does_not_learn_which_prompts_there_are(rest, prompt):
    program = rest.with_key("drafts")

    assert program.get("prompts/greeting").content == program.get("prompts/never-was").content


def test_nobody_gets_in_without_a_token(rest, prompt):
    answers = [ask(rest.nobody(), act) for act in ACTS]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
