"""Which words of a changed line changed."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from diff_match_patch import diff_match_patch  # type: ignore[import-untyped]

from .align import Alignment, Budget, align

LONGEST = 4096  # characters of a line whose words are still looked at
ALIKE = 0.5

# Scripts written without spaces: each sign is a word.
_SIGNS = "\u2e80-\u2fdf\u3040-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Everything else that is not a space or punctuation, so that combining marks and joiners stay
# with their letter.
_BREAKS = (
    r"\s\x00-/:-@\[-^`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf"
    r"\u2000-\u200b\u200e-\u206f\u3000-\u303f\uff00-\uff0f\ufeff"
)
_WORDS = rf"[{_SIGNS}]|[^{_BREAKS}{_SIGNS}]+|\s+|."
_word = re.compile(_WORDS, re.DOTALL)
# A placeholder is one token, whatever stands in it; its length is bounded so that a line of
# opening braces stays linear.
_token = re.compile(r"\{\{[^{}]{0,200}\}\}|" + _WORDS, re.DOTALL)
# What a placeholder counts for in a line's likeness: as a word, however long its name is.
_PLACEHOLDER = 4
# Tokens become characters of a private plane, for which diff-match-patch knows no special case.
_FIRST_CODE = 0xF0000

_cleaner = diff_match_patch()

type Ranges = list[tuple[int, int]]


class Marks(NamedTuple):
    """What to mark in the old and in the new line: ranges of characters, in order."""

    old: Ranges
    new: Ranges


def tokens(line: str) -> list[str]:
    """The words, runs of space and single signs of a line; joined they are the line."""
    return _token.findall(line)


def bag(line: str) -> frozenset[str]:
    """The different words of a line, those within placeholders too."""
    return frozenset(word for word in _word.findall(line) if not word.isspace())


def weigh(words: Iterable[str]) -> int:
    """How many characters the words have."""
    return sum(map(len, words))


def mark_space(old: str, new: str) -> Marks | None:
    """The marks of two lines that differ in the space round them alone, else None."""
    core = old.strip()
    if core != new.strip():
        return None
    if not core:
        return Marks(*_mark_end(0, old, 0, new))
    lead_old, lead_new = old.index(core[0]), new.index(core[0])
    tail_old, tail_new = lead_old + len(core), lead_new + len(core)
    lead = _mark_end(0, old[:lead_old], 0, new[:lead_new])
    tail = _mark_end(tail_old, old[tail_old:], tail_new, new[tail_new:])
    return Marks(lead[0] + tail[0], lead[1] + tail[1])


def mark_words(old: str, new: str, budget: Budget) -> Marks | None:
    """The words that differ; None where the lines are not half alike, or too long to tell."""
    if len(old) > LONGEST or len(new) > LONGEST:
        return None
    left, right = tokens(old), tokens(new)
    # The rest costs some steps for each token, and more of them for each change to clean up.
    if not budget.spend(3 * (len(left) + len(right))):
        return None
    alignment = align(left, right, budget)
    if alignment.lost or not budget.spend(20 * len(alignment.gaps)):
        return None
    if not _half_alike(left, right, alignment):
        return None
    return _marks(left, right, _clean(left, right, alignment))


def _mark_end(at_old: int, old: str, at_new: int, new: str) -> tuple[Ranges, Ranges]:
    """Mark two runs of space from where they part."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return (
        [(at_old + same, at_old + len(old))] if same < len(old) else [],
        [(at_new + same, at_new + len(new))] if same < len(new) else [],
    )


def _half_alike(old: list[str], new: list[str], alignment: Alignment) -> bool:
    """Whether the words in common, in order, are half of all; space counts for nothing."""
    shared = (old[match.old : match.old + match.size] for match in alignment.matches)
    common = sum(map(_weight, chain.from_iterable(shared)))
    total = sum(map(_weight, chain(old, new)))
    return 2 * common >= ALIKE * total


def _weight(token: str) -> int:
    """What a token counts for in a line's likeness."""
    if token.isspace():
        return 0
    return _PLACEHOLDER if token.startswith("{{") else len(token)


def _clean(old: list[str], new: list[str], alignment: Alignment) -> list[tuple[int, str]]:
    """The edit as diff-match-patch writes it, with the coincidences between changes removed."""
    codes: dict[str, str] = {}

    def encode(part: list[str]) -> str:
        return "".join([codes.setdefault(t, chr(_FIRST_CODE + len(codes))) for t in part])

    old_code, new_code = encode(old), encode(new)
    edit: list[tuple[int, str]] = []
    at = 0
    for gap in alignment.gaps:
        edit.append((0, old_code[at : gap.old]))
        edit.append((-1, old_code[gap.old : gap.old_end]))
        edit.append((1, new_code[gap.new : gap.new_end]))
        at = gap.old_end
    edit.append((0, old_code[at:]))
    edit = [part for part in edit if part[1]]
    _cleaner.diff_cleanupSemantic(edit)
    return edit


def _marks(old: list[str], new: list[str], edit: list[tuple[int, str]]) -> Marks:
    """An edit in tokens as ranges of characters; ranges that touch become one."""
    marks = Marks([], [])
    i = j = at_old = at_new = 0
    for kind, part in edit:
        if kind <= 0:
            start, at_old = at_old, at_old + weigh(old[i : i + len(part)])
            i += len(part)
            if kind:
                _extend(marks.old, start, at_old)
        if kind >= 0:
            start, at_new = at_new, at_new + weigh(new[j : j + len(part)])
            j += len(part)
            if kind:
                _extend(marks.new, start, at_new)
    return marks


def _extend(ranges: Ranges, start: int, end: int) -> None:
    if ranges and ranges[-1][1] == start:
        start = ranges.pop()[0]
    ranges.append((start, end))
