"""Values of fields as HTML: two short ones side by side, and the plain values of a list."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from versioning.versions.diff import has_hidden
from versioning.versions.diff.align import Budget
from versioning.versions.diff.fields import FieldChange, is_long, is_plain
from versioning.versions.diff.listed import Spot
from versioning.versions.diff.values import MASK, is_secret, masked
from versioning.versions.diff.words import Ranges, mark_space, mark_words
from versioning.versions.presenters.lines import with_signs

SHORT = 80  # characters of JSON that still stand in one line
MARKING = 20_000  # steps that marking the words of one short text may cost
MOST_VALUES = 60  # of a list
AROUND = 2  # unchanged values that are shown on each side of a changed one
NAMED = 40  # characters that name what moved


@dataclass(frozen=True)
class Value:
    """One value of a list: "" is unchanged, else added | removed | moved | skipped (`html` says what)."""

    html: SafeString
    kind: str = ""


def in_line(value: Any) -> str | None:
    """A value as it fits one line, None where it does not. Secrets are masked."""
    if is_secret(value):
        return MASK
    if isinstance(value, str):
        return None if is_long(value) else value
    if not is_plain(value) and len(value) > SHORT:
        return None
    try:
        written = json.dumps(masked(value), ensure_ascii=False)
    except RecursionError:
        return None
    return written if is_plain(value) or len(written) <= SHORT else None


def sides(old: Any, new: Any, *, whitespace: bool) -> tuple[SafeString, SafeString]:
    """Two values that fit a line each, the words that changed marked."""
    if not (isinstance(old, str) and isinstance(new, str)):
        one, other = (written(each, quoted=isinstance(each, str)) for each in (old, new))
        return _html(one, [], whitespace), _html(other, [], whitespace)
    marks = mark_space(old, new) or mark_words(old, new, Budget(MARKING))
    left, right = (marks.old, marks.new) if marks else ([], [])
    return (
        _html(old, left, whitespace) if old else _html('""', [], whitespace),
        _html(new, right, whitespace) if new else _html('""', [], whitespace),
    )


def alone(value: Any, *, whitespace: bool) -> SafeString:
    """One value that fits a line."""
    return _html(written(value), [], whitespace)


def written(value: Any, *, quoted: bool = False) -> str:
    """A value as people read it: a text without quotes, unless it would be taken for something else."""
    line = in_line(value)
    if not isinstance(value, str):
        return line if line is not None else "…"
    text = value if line is None else line
    return json.dumps(text, ensure_ascii=False) if quoted or _misleads(text) else text


def hides(*values: Any) -> bool:
    """Whether texts among the values hold characters that one does not see."""
    return any(isinstance(each, str) and has_hidden(each) for each in values)


def values_of(change: FieldChange, *, whitespace: bool) -> list[Value]:
    """A list of plain values in its new order: what came, what moved, what went where it stood."""
    became = {edit.new: edit for edit in change.edits if edit.new is not None}
    gone = iter([(edit.old or 0, edit.value) for edit in change.edits if edit.new is None])
    found: list[Value] = []
    next_gone = next(gone, None)
    for at, value in enumerate(change.new):
        while next_gone and next_gone[0] <= at:
            found.append(Value(alone(next_gone[1], whitespace=whitespace), "removed"))
            next_gone = next(gone, None)
        edit = became.get(at)
        html = alone(value, whitespace=whitespace)
        if edit is None:
            found.append(Value(html))
        elif edit.old is None:
            found.append(Value(html, "added"))
        else:
            found.append(_moved(html, edit.old, at))
    rest = [next_gone, *gone] if next_gone else []
    found += [Value(alone(value, whitespace=whitespace), "removed") for _, value in rest]
    return _bounded(found)


def moves_of(changes: Iterable[FieldChange]) -> list[Value]:
    """The items of one list that moved, by name and place, counted as people do."""
    found = []
    for change in changes:
        spot = change.steps[-1]
        assert isinstance(spot, Spot)
        name = spot.name or written(change.old)
        cut = name if len(name) <= NAMED else name[:NAMED] + "…"
        found.append(_moved(escape(cut), spot.old or 0, spot.new or 0))
    return _bounded(found)


def _moved(name: SafeString, old: int, new: int) -> Value:
    html = f'{name} <span class="muted">{old + 1:,} → {new + 1:,}</span>'
    return Value(mark_safe(html), "moved")  # noqa: S308  the name was escaped


def _bounded(values: list[Value]) -> list[Value]:
    """With what is unchanged and far from a change left out, and never too many."""
    changed = [at for at, value in enumerate(values) if value.kind]
    near = {to for at in changed for to in range(at - AROUND, at + AROUND + 1)}
    found: list[Value] = []
    skipped = 0
    for at, value in enumerate([*values, None]):
        if value is not None and at not in near:
            skipped += 1
            continue
        if skipped:
            found.append(_said(f"{skipped:,} unchanged"))
            skipped = 0
        if value is not None:
            found.append(value)
    if len(found) > MOST_VALUES:
        rest = sum(1 for value in found[MOST_VALUES:] if value.kind not in ("", "skipped"))
        return [*found[:MOST_VALUES], _said(f"and {rest:,} more")]
    return found


def _said(words: str) -> Value:
    return Value(mark_safe(escape(words)), "skipped")  # noqa: S308


def _misleads(text: str) -> bool:
    """Whether a text looks like a value of another type, or like none."""
    if not text:
        return True
    try:
        return not isinstance(json.loads(text), str)
    except (ValueError, RecursionError):
        return False


def _html(text: str, marks: Ranges, whitespace: bool) -> SafeString:
    """A text with ranges of it marked."""
    shown = with_signs if whitespace else escape
    pieces: list[str] = []
    at = 0
    for start, end in marks:
        pieces += [shown(text[at:start]), f"<mark>{shown(text[start:end])}</mark>"]
        at = end
    pieces.append(shown(text[at:]))
    return mark_safe("".join(pieces))  # noqa: S308  each piece was escaped
