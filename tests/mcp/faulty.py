"""Previse with a fault planted: it remembers who asked last, as a variable of the process would."""

from versioning import asgi, mcp
from versioning.workspaces.actor import Actor

_last: list[Actor] = []
_enter = mcp._enter


def _remembering(bearer: str, request_id: str) -> Actor:
    _last[:] = [_enter(bearer, request_id)]
    return _last[0]


mcp._enter = _remembering
mcp._actor = lambda context: _last[0]
application = asgi.application
