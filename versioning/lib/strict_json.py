"""JSON from strangers, read so that nothing of it can surprise the code behind it."""

import json
from typing import Any, NoReturn

from versioning.lib.errors import DomainError

DEEPEST = 64


def read(body: bytes) -> Any:
    """A body as JSON. Errors: `bad_json` when it is none; `invalid` for text that cannot be kept."""
    try:
        found = json.loads(body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_without_twins)
    except UnicodeDecodeError as error:
        raise DomainError("bad_json", f"The body is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DomainError("bad_json", f"The body is no JSON: {error.msg} ({where}).") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # an integer of thousands of digits
        raise DomainError("bad_json", "The body holds a number that is too long.") from error
    _refuse_strange(found)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise DomainError("bad_json", f"The body holds {name}, which is no JSON.")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two fields of one name each reader takes another one: then none is taken."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise DomainError("bad_json", f"The field {twin[:100]!r} is there twice.")
    return found


def _refuse_strange(found: Any) -> None:
    """Walk it without recursion: too deep, NUL, or half a surrogate pair is refused with its field."""
    waiting: list[tuple[str, int, Any]] = [("", 0, found)]
    while waiting:
        field, depth, value = waiting.pop()
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(value, str):
            _refuse_text(field, value)
        elif isinstance(value, list):
            waiting += [(field, depth + 1, each) for each in value]
        elif isinstance(value, dict):
            for name, each in value.items():
                _refuse_text(field or "(a name)", name)
                waiting.append((field or name, depth + 1, each))


def _refuse_text(field: str, text: str) -> None:
    if "\0" in text:
        raise _cannot_keep(field, f"the NUL character (at {text.index('\0'):,})")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _cannot_keep(field, f"half of a surrogate pair (at {error.start:,})") from error


def _cannot_keep(field: str, what: str) -> DomainError:
    message = f"It holds {what}. Remove it."
    title = f"{field}: {message}" if field else message
    return DomainError("invalid", title, field=field, errors=[{"field": field, "message": message}])


def _too_deep() -> DomainError:
    return DomainError("bad_json", f"The body is nested deeper than {DEEPEST} levels.")
