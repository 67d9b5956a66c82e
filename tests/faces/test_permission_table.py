"""The table of permissions, cell by cell, through every face that has the verb: the same answer.

A verb of a face that is in no row of the table fails, so that none can be forgotten: an operation of the
description of REST, a page, a tool of MCP, an action of Django admin, a verb of tests/faces/verbs.py.
"""

from collections.abc import Iterable

import pytest
from django.contrib import admin

from tests.admin.desk import Desk, told
from tests.faces.asking import World, at_once, bare, make, plain, undone
from tests.faces.permission_table import (
    DESK,
    KEYS,
    LIVE,
    OUTSIDE_DESK,
    OUTSIDE_PAGES,
    OUTSIDE_REST,
    ROLES,
    TABLE,
    Deed,
    row_of,
)
from tests.faces.test_isolation import routes
from tests.faces.verbs import AGENTS, PROMPTS
from tests.kept import begin_with
from versioning import mcp
from versioning.api import api
from versioning.workspaces import policy
from versioning.workspaces.models import Event

WEB = {"page", "form"}
NO_PAGE = ("405", "")  # there is no page on which the form would stand


made, scene, cast = begin_with(make)


@pytest.fixture
def world(scene):
    """Everything that the acts are done to."""
    return World(*scene)


def wrong(world: World, deed: Deed, who: Iterable[str], *, protected: bool = False) -> list[str]:
    """Cells of one act in which a face says otherwise than the table, or a program's than another's."""
    found = []
    with world.before(deed) as sent:
        for each in who:
            expected = deed.row.answer(each, protected=protected)
            faces = [face for face in sent if not (face in WEB and each in KEYS)]
            if "form" in faces and not deed.row.borders(each):
                faces.remove("form")  # a heavy page
            answers = {face: world.answer(face, each, sent[face]) for face in faces}
            if answers.get("form") == NO_PAGE:
                del answers["form"]
            words = {answers[face] for face in faces if face not in WEB}
            if any(code != expected for code, _ in answers.values()) or len(words) > 1:
                found.append(f"{deed}, {each}: {expected}, and {answers}")
    return found


def test_every_cell_is_answered_alike_by_every_face(world):
    found = [each for deed in TABLE for each in wrong(world, deed, (*ROLES, *KEYS))]

    assert found == []


def test_protecting_live_takes_its_row_from_editors_in_every_face(world):
    world.protect()
    deeds = [deed for deed in TABLE if deed.row.protected]
    others = {str(deed.verb or deed.row): deed for deed in TABLE if not deed.row.protected}

    # Nobody publishes a draft itself there: it is no matter of rights (tests/agents/test_policy.py).
    found = [
        each
        for deed in deeds
        for who in (["editor"] if "draft itself" in deed.name else ["editor", "admin", "live key"],)
        for each in wrong(world, deed, who, protected=True)
    ]

    assert found == []
    assert {deed.on for deed in deeds} == {"prompts", "agents", "live draft"}
    assert [each for deed in others.values() for each in wrong(world, deed, ["editor"], protected=True)] == []


def test_the_operator_has_an_owners_rights_in_any_workspace_and_nobody_else_a_desk(world):
    world.protect()
    desk, members = Desk(), [world.web(role).client for role in ROLES]

    for model, action, form in DESK:
        row, path = world.row(model, action), model.replace(".", "/")
        at = f"/admin/{path}/" if form is None else f"/admin/{path}/{row.pk}/{action}/"
        data = {"action": action, "_selected_action": [str(row.pk)]} if form is None else form
        before = Event.objects.count()
        with undone():
            said = desk.client.post(at, data, follow=True)
            assert Event.objects.filter(actor_kind="operator").newest_first().first().via == "admin", at
            assert Event.objects.count() > before, (at, told(said))
        refused = [member.post(at, data, follow=True).status_code for member in members]
        assert refused == [403] * len(ROLES), at


class Faces:
    """What each face has, and what each act asks of it."""

    def __init__(self, world: World):
        self.world, self.calls = world, calls_of_rest()
        self.asked: list[tuple[str, set[str]]] = []
        for deed in TABLE:
            with world.before(deed) as sent:
                verbs = {
                    f"{sent[face][0]} {plain(sent[face][1]).removeprefix('api/')}"
                    for face in sent
                    if face != "mcp"
                }
                self.asked.append((deed.name, verbs | {deed.tool}))

    def forgotten(self, *without: str) -> list[str]:
        """Verbs that are in no row, once the acts of these names are taken out of the table."""
        known = set(OUTSIDE_PAGES) | set(OUTSIDE_REST)
        known |= {verb for name, verbs in self.asked if name not in without for verb in verbs}
        pages = [
            f"{method} {bare(route.template)}"
            for route in routes("w/")
            for method in ("GET", "POST")
            if not {bare(route.template), f"{method} {bare(route.template)}"} & known
            and self.world.takes(method, route.url(self.world.values))
        ]
        return pages + [verb for verb in (*self.calls, *mcp.TOOLS) if verb not in known]


def calls_of_rest() -> list[str]:
    """Every operation that REST describes."""
    paths = api.get_openapi_schema()["paths"].items()
    return [f"{method.upper()} {bare(path.removeprefix('/api/'))}" for path, by in paths for method in by]


def test_no_verb_of_any_face_is_forgotten(world):
    faces = Faces(world)

    assert faces.forgotten() == []
    assert [str(verb) for verb in (*PROMPTS, *AGENTS) if row_of(verb) is None] == []
    assert set(faces.forgotten("verify", "make a key", "snapshots", "agents: lock")) == {  # as it were
        "POST w/{}/settings/health/", "POST w/{}/settings/keys/create/", "POST keys", "list_snapshots",
        "GET w/{}/agents/{}/snapshots/", "GET agents/{}/snapshots",
        "GET w/{}/agents/{}/lock/", "POST w/{}/agents/{}/lock/", "POST agents/{}/lock",
    }  # fmt: skip


def test_no_action_of_the_desk_is_forgotten():
    there = {
        (model._meta.label_lower, action if isinstance(action, str) else action.__name__)
        for model, page in admin.site._registry.items()
        for action in page.actions or ()
    }

    assert there == {(model, action) for model, action, form in DESK if form is None} | OUTSIDE_DESK


def test_a_face_that_forgets_to_ask_is_found(world, monkeypatch):
    asks = policy.may
    deed = next(deed for deed in TABLE if deed.tool == "rollback_snapshot" and deed.on == "agents")
    assert wrong(world, deed, ["viewer"]) == []

    for via, face in (("web", "page"), ("rest", "rest"), ("mcp", "mcp")):
        monkeypatch.setattr(policy, "may", lambda actor, act, via=via: actor.via == via or asks(actor, act))
        [found] = wrong(world, deed, ["viewer"])

        assert f"'{face}': ('done', '')" in found
        assert found.count("('done', '')") == (2 if face == "page" else 1)  # a page, and the form on it


def test_a_face_with_words_of_its_own_is_found(world, monkeypatch):
    monkeypatch.setitem(mcp.__dict__, "body_of", lambda error: b'{"code": "forbidden", "title": "No."}')
    deed = next(deed for deed in TABLE if deed.tool == "rollback_version" and deed.row is LIVE)

    assert "('forbidden', 'No.')" in wrong(world, deed, ["viewer"])[0]


def test_keys_are_not_even_listed_the_tools_that_write(world):
    writes = {deed.tool for deed in TABLE if deed.tool and not deed.row.scope}

    listed = {
        who: at_once(world.door._list_tools(world.door.enter(world.bearers[who]), None)).tools
        for who in (*ROLES, *KEYS)
    }

    assert writes == {"rollback_version", "rollback_snapshot"}
    for who, tools in listed.items():
        assert {tool.name for tool in tools} == set(mcp.TOOLS) - (writes if who in KEYS else set()), who
