"""How programs of the cast reach `/api/`: with a token of their own, or with a key."""

import json
from typing import Any

from django.test import Client

from tests.cast import Cast
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.tokens import issue


class Rest:
    """A program. Paths are those under `/api/`; bodies go as JSON."""

    def __init__(self, cast: Cast, bearer: str = ""):
        self.cast, self.bearer = cast, bearer
        self.client = Client(headers={"Authorization": f"Bearer {bearer}"} if bearer else {})

    def of(self, actor: Actor) -> "Rest":
        """The program of a member, in the member's own workspace."""
        assert actor.user
        return Rest(self.cast, issue(actor.user, actor.workspace.slug))

    def with_key(self, *scopes: str, kind: str = "live") -> "Rest":
        """A program with a new key of `demo`."""
        with told(self.cast.demo.id):
            _, secret = create_key(self.cast.alice, name="a key", kind=kind, scopes=scopes)
        return Rest(self.cast, secret)

    def nobody(self) -> "Rest":
        """A program that says nothing of itself."""
        return Rest(self.cast)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        """GET."""
        return self.client.get(f"/api/{path}", query, headers=headers)

    def post(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        """POST a JSON object."""
        return self.send("POST", path, json.dumps(body), headers)

    def put(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        """PUT a JSON object."""
        return self.send("PUT", path, json.dumps(body), headers)

    def patch(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        """PATCH with a JSON object."""
        return self.send("PATCH", path, json.dumps(body), headers)

    def delete(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """DELETE."""
        return self.send("DELETE", path, "", headers)

    def send(self, method: str, path: str, body: str | bytes, headers: dict[str, str] | None = None) -> Any:
        """Send a body as it is."""
        return self.client.generic(
            method, f"/api/{path}", body, content_type="application/json", headers=headers
        )
