"""A world in which every act of the table can be done, and each of the four faces asked for it."""

import json
import re
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from types import SimpleNamespace
from typing import Any, cast

import mcp_types as protocol
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve

from tests.api_client import Rest
from tests.cast import Cast, Web, join
from tests.faces.permission_table import KEYS, TABLE, Deed
from tests.faces.verbs import AGENTS, PROMPTS, Thing, by_rest, form_of, ready
from tests.factories import make_agent, make_prompt
from tests.objects import Values, everything
from versioning import mcp
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event, Member, Role, Workspace
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.tokens import make_token

NAMES = {"owner": "alice", "admin": "ada", "editor": "eve", "viewer": "bob"}
ALERT = re.compile(r'role="alert">.*?<span>(.*?)</span>', re.DOTALL)
PARAMETER = re.compile(r"<[^>]*>|\{[^}]*\}")
Answer = tuple[str, str]  # 'done', or the code of a refusal with what it names; and its words


class Inline(mcp.Door):
    """The door of assistants whose work stays in this thread, and so in the test's transaction."""

    async def _in_thread(self, request_id: str, work: Any, *given: Any) -> Any:
        return work(*given)

    def enter(self, bearer: str) -> Any:
        """What the SDK hands to each call of who bears this."""
        return SimpleNamespace(request=SimpleNamespace(scope={"actor": mcp._enter(bearer, "a-request")}))

    def call(self, bearer: str, tool: str, arguments: dict[str, Any]) -> Answer:
        """A tool's answer."""
        asked = protocol.CallToolRequestParams(name=tool, arguments=arguments)
        result = at_once(self._call_tool(self.enter(bearer), asked))
        return _refusal(cast(Any, result.structured_content)) if result.is_error else ("done", "")


class _Noted:
    """A client that writes down what it would send."""

    def generic(self, method: str, url: str, body: Any, **_: Any) -> None:
        self.sent = (method, url, body)


@dataclass
class Made:
    """One of everything, and things in each state that a verb can find them in."""

    values: Values
    things: dict[str, Thing]
    bearers: dict[str, str]  # tokens of the members for MCP, and the keys


def make(cast: Cast) -> Made:
    dan = Member.objects.get(user=join(cast.demo, "dan", Role.VIEWER).user)
    values: Values = everything(cast) | {"member_id": dan.pk, "version": 1}
    things: dict[str, Thing] = {
        "prompts": ready(cast, PROMPTS[0], "asked"), "agents": ready(cast, AGENTS[0], "asked"),
        "live draft": ready(cast, AGENTS[0], "open"), "staged draft": ready(cast, AGENTS[0], "staged"),
    }  # fmt: skip
    services.promote(cast.eve, things["live draft"], 3, lock=False)
    services.stage(cast.eve, things["staged draft"], 3)
    for make_one in (make_prompt, make_agent):
        make_one(cast.eve, slug="idle")
        services.archive(cast.eve, make_one(cast.eve, slug="away"))
    bearers = {role: make_token(getattr(cast, name), name="assistant")[1] for role, name in NAMES.items()}
    for name, (kind, scopes) in KEYS.items():
        bearers[name] = create_key(cast.alice, name=name, kind=kind, scopes=scopes)[1]
    return Made(values, things, bearers)


class World:
    """What was made, and who asks each face for the acts on it."""

    def __init__(self, cast: Cast, made: Made):
        self.cast, self.door = cast, Inline()
        self.values, self.things, self.bearers = made.values, made.things, made.bearers
        read = [deed.page for deed in TABLE if deed.form is None and not deed.verb]
        self._read = {plain(f"/w/demo/{page.format(**self.values)}") for page in read}
        self._web = {role: Web(cast, getattr(cast, name)) for role, name in NAMES.items()}
        rest = Rest(cast)
        self._rest = {role: rest.of(getattr(cast, name)) for role, name in NAMES.items()}
        self._rest |= {name: Rest(cast, self.bearers[name]) for name in KEYS}

    def web(self, role: str) -> Web:
        """A member's browser."""
        return self._web[role]

    def row(self, model: str, action: str) -> Any:
        """The row of a list of Django admin on which an action can be done."""
        kept = {
            "workspaces.apikey": "key_id", "workspaces.invite": "invite_id", "workspaces.workspace": "",
            "workspaces.membertoken": "token_id", "workspaces.member": "member_id",
        }  # fmt: skip
        if model in kept:
            key = self.values[kept[model]] if kept[model] else self.cast.demo.pk
            return apps.get_model(model).objects.get(pk=key)
        if model == "webhooks.endpoint":
            which = {"disable": "endpoint_id", "enable": "off_id"}[action]
            return apps.get_model(model).objects.get(pk=self.values[which])
        if model == "versions.version":
            number = {"promote": 3, "roll_back": 1, "stage": 3}[action]
            return Version.objects.of(self.things["prompts"]).get(number=number)
        slug = {"archive": "idle", "unarchive": "away"}.get(action, "asked")
        return apps.get_model(model).objects.get(slug=slug)

    def protect(self) -> None:
        """From now on live is protected."""
        Workspace.objects.filter(pk=self.cast.demo.pk).update(protect_live=True)

    def thing(self, deed: Deed) -> Thing:
        """What a verb is done to, as it is now."""
        thing = self.things[deed.on]
        return cast(Thing, type(thing).objects.get(pk=thing.pk))

    @contextmanager
    def before(self, deed: Deed) -> Iterator[dict[str, Any]]:
        """As a deed finds things, and what each face that has it sends. All of it is undone at the end."""
        with undone():
            if deed.verb and deed.verb.first:
                deed.verb.first(self.cast.eve, self.thing(deed))
            self._recorded = Event.objects.count()
            yield dict(self._sent(deed))

    def _sent(self, deed: Deed) -> Iterator[tuple[str, Any]]:
        if deed.verb:
            thing = self.thing(deed)
            url, form = form_of(self._web["owner"], deed.verb, thing)
            yield "page", ("POST", url, form | self._aware(deed, form) | deed.also)
            if deed.on == deed.verb.kind and not deed.also:
                yield from self._form(url)
            rest = Rest(self.cast)
            noted = rest.client = cast(Any, _Noted())
            by_rest(rest, deed.verb, thing)
            method, url, body = noted.sent
            body = json.dumps(json.loads(body) | {"publish": True}) if deed.also else body
            yield "rest", (method, url, body)
            values: Values = self.values | {"slug": thing.slug}
        else:
            values = self.values
            if deed.page or not deed.rest:
                url = f"/w/demo/{deed.page.format(**values)}"
                yield "page", ("GET" if deed.form is None else "POST", url, deed.form)
                if deed.form is not None:
                    yield from self._form(url)
            if deed.rest:
                method, path = deed.rest.format(**values).split(" ", 1)
                body = deed.body if isinstance(deed.body, str) else json.dumps(deed.body)
                yield "rest", (method, f"/api/{path}", "" if deed.body is None else body)
        if deed.tool:
            asks = {name: _filled(value, values) for name, value in deed.asks.items()}
            yield "mcp", (deed.tool, asks | ({"publish": True} if deed.also else {}))

    def _form(self, url: str) -> Iterator[tuple[str, Any]]:
        """The page on which a form stands, unless more people read it: then it is an act of its own."""
        if plain(url) not in self._read:
            yield "form", ("GET", url, None)

    def _aware(self, deed: Deed, form: dict[str, Any]) -> dict[str, str]:
        """The forms of an agent say where its draft is served; those of verbs.py know of live alone."""
        return {"served": "staging"} if deed.on == "staged draft" and "served" in form else {}

    def answer(self, face: str, who: str, sent: Any) -> Answer:
        """What a face says to somebody; what it did is undone. A refusal that recorded something is none."""
        with undone():
            said = self._answer(face, who, sent)
            if said[0] != "done" and Event.objects.count() != self._recorded:
                return "recorded", said[0]
            return said

    def _answer(self, face: str, who: str, sent: Any) -> Answer:
        if face in ("page", "form"):
            return self._of_page(who, *sent)
        if face == "mcp":
            return self.door.call(self.bearers[who], *sent)
        method, url, body = sent
        said = self._rest[who].client.generic(method, url, body, content_type="application/json")
        return ("done", "") if said.status_code < 400 else _refusal(said.json())

    def _of_page(self, who: str, method: str, url: str, form: dict[str, Any] | None) -> Answer:
        client = self._web[who].client
        said = client.get(url) if method == "GET" else client.post(url, _uploading(form or {}))
        if said.status_code != 403:
            return ("done" if said.status_code < 400 else str(said.status_code), "")
        found = ALERT.search(said.content.decode())
        return "forbidden", unescape(found[1]) if found else "no words"

    def takes(self, method: str, url: str) -> bool:
        """Whether a page knows the method."""
        with undone():
            return self._web["owner"].client.generic(method, url).status_code != 405


def at_once[T](work: Coroutine[Any, Any, T]) -> T:
    """What never waits needs no loop, in which Django would open another connection."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast(T, end.value)
    raise AssertionError("it waited")


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside does not stay."""
    point = transaction.savepoint_create()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)  # else all that follows would stand inside it


def plain(url: str) -> str:
    """The address of a route, its parameters all alike: `w/{}/prompts/{}/`."""
    return PARAMETER.sub("{}", resolve(url.partition("?")[0]).route)


def bare(template: str) -> str:
    """A template of an address, its parameters all alike."""
    return PARAMETER.sub("{}", template)


def _refusal(said: dict[str, Any]) -> Answer:
    return f"{said['code']} {said.get('scope', '')}".strip(), said["title"]


def _filled(value: Any, values: Values) -> Any:
    return value.format(**values) if isinstance(value, str) else value


def _uploading(form: dict[str, Any]) -> dict[str, Any]:
    """A form whose file is sent as one."""
    if "file" not in form:
        return form
    return form | {"file": SimpleUploadedFile("histories.jsonl", form["file"].encode())}
