"""Lists as programs read them: a limit with an offset, or with a cursor that holds while rows are added.

A list is ordered by columns, all descending, the last of them unique. A cursor names the values of the
last row that was given out; what comes next is what lies below them.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from ninja import Field, Schema

from versioning.lib.errors import DomainError

DEFAULT, MOST, COUNTED = 20, 200, 10_000


class PageQuery(Schema):
    """Which part of a list is wanted."""

    limit: int = Field(DEFAULT, ge=1, le=MOST, description="How many items at most.")
    offset: int = Field(0, ge=0, le=2**31 - 1, description="How many items to pass over.")
    cursor: str = Field("", max_length=1000, description="`next_cursor` of the page before; replaces offset.")


class Page[T](Schema):
    """A part of a list, newest first."""

    items: list[T]
    total: int = Field(
        description="How many there are, counted up to 10,000; of a filtered history up to 500.", examples=[1]
    )
    total_is_minimum: bool = Field(False, description="Present and true where there are more than counted.")
    limit: int = Field(examples=[DEFAULT])
    offset: int = Field(examples=[0])
    next_cursor: str | None = Field(description="For the page after this one; null on the last.")


def paged[M: Model](
    rows: QuerySet[M], query: PageQuery, by: Sequence[str], show: Callable[[M], Any]
) -> dict[str, Any]:
    """The wanted `Page` of `rows`, ordered downwards by the columns `by`, each row shown by `show`."""
    one_of_both(query)
    ordered = rows.order_by(*(f"-{name}" for name in by))
    if query.cursor:
        ordered = ordered.filter(below(by, _read_cursor(rows.model, by, query.cursor)))
    found = list(ordered[query.offset : query.offset + query.limit + 1])
    page = page_of(found, counted(rows), query, lambda row: _cursor(by, row))
    return page | {"items": [show(row) for row in page["items"]]}


def page_of[T](
    found: Sequence[T], total: int, query: PageQuery, cursor: Callable[[T], str], *, most: int = 0
) -> dict[str, Any]:
    """A `Page` of what was found: what is asked for, and one more where there is more.

    `total` was counted up to `most`: COUNTED, where it is not said.
    """
    most = most or COUNTED
    given = found[: query.limit]
    return {
        "items": given,
        "total": min(total, most),
        **({"total_is_minimum": True} if total > most else {}),
        "limit": query.limit,
        "offset": query.offset,
        "next_cursor": cursor(given[-1]) if len(found) > len(given) else None,
    }


def counted(rows: QuerySet[Any]) -> int:
    """How many; beyond COUNTED it stops at one more."""
    return rows.order_by().values("pk")[: COUNTED + 1].count()


def below(by: Sequence[str], values: Sequence[Any]) -> Q:
    """What comes after a row: less in one column, and equal in those before it.

    That it is not more in the first column is said once more, for an index is entered by it.
    """
    less, equal = Q(), Q()
    for name, value in zip(by, values, strict=True):
        less |= equal & Q(**{f"{name}__lt": value})
        equal &= Q(**{name: value})
    return less & Q(**{f"{by[0]}__lte": values[0]})


def _cursor(by: Sequence[str], row: Model) -> str:
    values = [getattr(row, name) for name in by]
    plain = [each if isinstance(each, int) else str(each) for each in values]
    return base64.urlsafe_b64encode(json.dumps([*by, *plain]).encode()).decode().rstrip("=")


def one_of_both(query: PageQuery) -> None:
    """Refuse a cursor with an offset."""
    if query.cursor and query.offset:
        raise DomainError("invalid", "Send a cursor or an offset, not both.", field="cursor")


def strange_cursor() -> DomainError:
    """What a cursor of another list gets."""
    message = "This cursor is none of this list. Send the next_cursor of the page before."
    return DomainError("invalid", message, field="cursor")


def _read_cursor(model: type[Model], by: Sequence[str], cursor: str) -> list[Any]:
    try:
        data = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
        names, values = data[: len(by)], data[len(by) :]
        if names != list(by) or len(values) != len(by) or None in values:
            raise ValueError("a cursor of another list")
        return [_column(model, name).to_python(each) for name, each in zip(by, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error, ValidationError) as error:
        raise strange_cursor() from error


def _column(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
