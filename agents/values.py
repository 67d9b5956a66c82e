"""JSON that people and programs put into a configuration: what can be kept, and what is refused.

Refused are NUL and half surrogate pairs, NaN and infinities, numbers that other readers would round,
what is nested too deep or too long. Read from text, also names that are there twice.
"""

from typing import Any

from versioning.lib import strict_json
from versioning.lib.errors import DomainError

LARGEST = 2**53 - 1  # beyond it, programs in other languages read another number
DEEPEST = 32
LONGEST = 256_000  # characters of one JSON value
MOST_NAMES = 10_000


def read_json(text: str, field: str, *, empty: Any = None) -> Any:
    """A JSON value that was typed. Error: `invalid` with the field and where it goes wrong."""
    if not text.strip():
        return {} if empty is None else empty
    if len(text) > LONGEST:
        raise refused(field, f"It has {len(text):,} characters; at most {LONGEST:,} can be kept.")
    try:
        found = strict_json.read(text.encode("utf-8", "surrogatepass"))
    except DomainError as error:
        raise refused(field, error.message.replace("The body", "It")) from error
    check(found, field)
    return found


def check_object(value: Any, field: str) -> dict[str, Any]:
    """An object that can be kept. Error: `invalid`."""
    if not isinstance(value, dict):
        raise refused(field, 'It must be a JSON object: {"name": value, …}.')
    check(value, field)
    return value


def check(value: Any, field: str) -> None:
    """Whether a value can be kept. Walks it without recursion. Error: `invalid` with the path."""
    size = names = 0
    waiting: list[tuple[str, int, Any]] = [(field, 1, value)]
    while waiting:
        path, depth, each = waiting.pop()
        if depth > DEEPEST:
            raise refused(field, f"It is nested deeper than {DEEPEST} levels.")
        if isinstance(each, str):
            check_text(each, path)
            size += len(each)
        elif isinstance(each, int | float) and not isinstance(each, bool):
            _check_number(each, path)
            size += 8
        elif isinstance(each, list):
            waiting += [(f"{path}[{at}]", depth + 1, one) for at, one in enumerate(each)]
            names += len(each)
        elif isinstance(each, dict):
            for name, one in each.items():
                check_text(name, path)
                size += len(name)
                waiting.append((f"{path}.{name[:60]}", depth + 1, one))
            names += len(each)
        if size > LONGEST:
            raise refused(field, f"It has more than {LONGEST:,} characters.")
        if names > MOST_NAMES:
            raise refused(field, f"It has more than {MOST_NAMES:,} entries.")


def check_text(text: str, field: str, *, most: int = LONGEST) -> str:
    """A text that can be kept. Error: `invalid`."""
    if "\0" in text:
        raise refused(field, f"It holds the NUL character (at {text.index(chr(0)):,}). Remove it.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            what = f"It holds half of a surrogate pair (at {error.start:,}). Remove it."
            raise refused(field, what) from error
    if len(text) > most:
        raise refused(field, f"It has {len(text):,} characters; at most {most:,} can be kept.")
    return text


def refused(field: str, message: str) -> DomainError:
    """What is wrong with a field, said so that it can be mended."""
    return DomainError("invalid", f"{field}: {message}", field=field.split(".")[0].split("[")[0])


def _check_number(number: int | float, path: str) -> None:
    if number != number or number in (float("inf"), float("-inf")):
        raise refused(path, "It holds a number that JSON does not have (NaN or infinity).")
    if abs(number) > LARGEST:
        raise refused(path, f"Numbers go up to {LARGEST:,}: write a greater one as a text.")
