"""Keys as actors."""

from collections.abc import Iterable

from tests.cast import Cast
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.keys import create_key


def key_actor(cast: Cast, *, kind: str = "live", scopes: Iterable[str] = ()) -> Actor:
    """A program of the workspace `demo`, by a key with these scopes."""
    key, _ = create_key(cast.alice, name="program", kind=kind, scopes=scopes)
    return Actor.of_key(key, via="rest")
