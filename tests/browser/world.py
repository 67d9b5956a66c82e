"""What the browser tests stand in: the cast and its prompts, committed, so that the server sees them."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from prompts.models import Prompt
from tests.cast import PASSWORD, Cast
from tests.factories import make_prompt
from tests.server import Server
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@contextmanager
def database() -> Iterator[None]:
    """Where the ORM is used. To Django, a thread in which Playwright sits is inside an event loop, and in a
    loop it keeps connections of their own: not those that the fixtures of tests/conftest.py prepared.
    """
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


class World:
    """The cast of tests/cast.py behind a real server. What is done here is committed at once."""

    def __init__(self, cast: Cast, server: Server):
        self.cast, self.server = cast, server
        self._sessions: dict[str, list[dict[str, Any]]] = {}

    @property
    def home(self) -> str:
        """Where the pages of `demo` begin."""
        return f"{self.server.url}/w/{self.cast.demo.slug}/"

    def act(self, actor: Actor, verb: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Let a member do something, not through a browser."""
        with database(), told(actor.workspace.id, actor.person_id):
            return verb(actor, *args, **options)

    def prompt(self, slug: str, **fields: Any) -> Prompt:
        """A prompt of eve's: see tests/factories.py `make_prompt`."""
        return self.act(self.cast.eve, make_prompt, slug=slug, **fields)

    def key(self, kind: str) -> str:
        """A new key of alice's."""
        return self.act(self.cast.alice, create_key, name=f"{kind} key", kind=kind)[1]

    def session(self, actor: Actor) -> list[dict[str, Any]]:
        """The cookies of a member, who signed in once by the real form."""
        assert actor.user
        email = actor.user.email
        if email not in self._sessions:
            self._sessions[email] = self._sign_in(email)
        return self._sessions[email]

    def _sign_in(self, email: str) -> list[dict[str, Any]]:
        with httpx.Client(base_url=self.server.url, timeout=20) as client:
            found = TOKEN.search(client.get("/account/login/").text)
            assert found, "the sign-in form has no token"
            form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
            answer = client.post("/account/login/", data=form)
            assert answer.status_code == 302, answer.text
            return [{"name": "sessionid", "value": client.cookies["sessionid"], "url": self.server.url}]
