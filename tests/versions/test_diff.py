"""The text diff: what a reader sees of two versions."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from versioning.versions.diff import (
    Block,
    Diff,
    Row,
    compare,
    compare_safely,
    split,
    unified,
)
from versioning.versions.diff.plan import make_plan, read_plan, unaligned
from versioning.versions.diff.rows import NO_NEWLINE, build

NUMBERED = [f"line {number} stays as it was" for number in range(1, 41)]


def text_of(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def rows_of(diff: Diff, kind: str = "change") -> list[Row]:
    return [row for block in diff.blocks if block.kind == kind for row in block.rows]


def side(rows: list[Row], which: str) -> str:
    """One text again, from its rows."""
    text = ""
    for row in rows:
        spans = getattr(row, which)
        if spans is not None:
            text += "".join(span.text for span in spans)
            text += "" if getattr(row, f"{which}_note") == NO_NEWLINE else "\n"
    return text


def both(diff: Diff) -> tuple[str, str]:
    rows = [row for block in diff.blocks for row in block.rows]
    return side(rows, "old"), side(rows, "new")


def marked(row: Row) -> tuple[list[str], list[str]]:
    assert row.old is not None
    assert row.new is not None
    return (
        [span.text for span in row.old if span.kind == "mark"],
        [span.text for span in row.new if span.kind == "mark"],
    )


# Lines


def test_equal_texts_have_no_place_of_change():
    diff = compare("a\nb\n", "a\nb\n")
    assert (diff.aligned, diff.added, diff.removed, diff.places) == (True, 0, 0, 0)
    assert [block.kind for block in diff.blocks] == ["same"]


def test_two_empty_texts_have_no_blocks():
    assert compare("", "").blocks == ()


def test_an_inserted_line_leaves_the_rest_unmarked():
    diff = compare("one\ntwo\nthree\n", "one\nand\ntwo\nthree\n")
    assert (diff.added, diff.removed, diff.places) == (1, 0, 1)
    (row,) = rows_of(diff)
    assert (row.kind, row.old_no, row.new_no) == ("added", None, 2)
    assert all(span.kind == "" for row in rows_of(diff, "same") for span in row.old + row.new)


def test_a_removed_line_keeps_its_old_number():
    (row,) = rows_of(compare("one\ntwo\nthree\n", "one\nthree\n"))
    assert (row.kind, row.old_no, row.new_no, row.new) == ("removed", 2, None, None)


def test_a_text_from_nothing_is_all_added():
    diff = compare("", "one\ntwo\n")
    assert (diff.added, diff.removed, diff.places) == (2, 0, 1)


def test_runs_of_change_are_counted_apart():
    new = [*NUMBERED]
    new[5] = "something else"
    new[20] = "something other"
    diff = compare(text_of(NUMBERED), text_of(new))
    assert (diff.added, diff.removed, diff.places) == (2, 2, 2)


def test_repeated_lines_are_aligned_without_unique_ones():
    old = ["-", "```", "-", "```", "-"] * 6
    diff = compare(text_of(old), text_of([*old[:12], "```", *old[12:]]))
    assert (diff.added, diff.removed) == (1, 0)


def test_a_rewritten_passage_does_not_disturb_what_follows():
    old = [*NUMBERED[:10], *(f"old {n}" for n in range(30)), *NUMBERED[10:]]
    new = [*NUMBERED[:10], *(f"new {n * 7}" for n in range(50)), *NUMBERED[10:]]
    diff = compare(text_of(old), text_of(new))
    assert (diff.removed, diff.added, diff.places) == (30, 50, 1)
    assert side(rows_of(diff, "same"), "new") == text_of(NUMBERED[7:13])


# Folds


def test_far_lines_are_folded_and_carry_their_rows():
    new = [*NUMBERED]
    new[20] = "quite other words"
    diff = compare(text_of(NUMBERED), text_of(new))
    kinds = [(block.kind, block.first, block.last, block.size) for block in diff.blocks]
    assert kinds == [
        ("fold", 1, 17, 17),
        ("same", 18, 20, 3),
        ("change", 21, 21, 2),
        ("same", 22, 24, 3),
        ("fold", 25, 40, 16),
    ]
    assert [len(block.rows) for block in diff.blocks] == [17, 3, 2, 3, 16]


@pytest.mark.parametrize(("unchanged", "folds"), [(3, 0), (9, 0), (10, 1)])
def test_runs_of_fewer_than_four_lines_are_not_folded(unchanged, folds):
    old = ["first", *NUMBERED[:unchanged], "last"]
    diff = compare(text_of(old), text_of(["1", *NUMBERED[:unchanged], "2"]))
    assert [block.kind for block in diff.blocks].count("fold") == folds


def test_the_context_is_as_wide_as_asked():
    new = [*NUMBERED]
    new[20] = "quite other words"
    for context in (0, 1, 5):
        diff = compare(text_of(NUMBERED), text_of(new), context=context)
        assert len(rows_of(diff, "same")) == 2 * context


def test_a_negative_context_is_refused():
    with pytest.raises(ValueError, match="context"):
        compare("a", "b", context=-1)


# Pairs and words


def test_a_changed_word_is_marked_alone():
    (row,) = rows_of(compare("You are a helpful bot.\n", "You are a careful bot.\n"))
    assert row.kind == "changed"
    assert marked(row) == (["helpful"], ["careful"])


def test_neighbouring_words_get_one_mark():
    old = "Please answer every question with a short list of facts.\n"
    new = "Please answer every question in one paragraph, with a list of facts.\n"
    (row,) = rows_of(compare(old, new))
    assert marked(row) == (["short "], ["in one paragraph, "])


def test_lines_less_than_half_alike_stand_alone():
    rows = rows_of(compare("Follow the rules above\n", "Never commit a secret to git\n"))
    assert [row.kind for row in rows] == ["removed", "added"]


def test_lines_pair_by_likeness_and_not_by_index():
    old = "Always answer in the language of the user\n"
    new = "Be brief\nAlways answer in the language of the reader\n"
    rows = rows_of(compare(old, new))
    assert [(row.kind, row.old_no, row.new_no) for row in rows] == [
        ("added", None, 1),
        ("changed", 1, 2),
    ]


def test_pairs_never_cross():
    old = "the red fox runs far away\nthe blue whale swims very deep\n"
    new = "the blue whale swims so deep\nthe red fox runs so far away\n"
    pairs = [(row.old_no, row.new_no) for row in rows_of(compare(old, new)) if row.kind == "changed"]
    assert len(pairs) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hello {{ name }}, welcome here.", "Hello {{ full_name }}, welcome here."),
        ("Hello {{name}}, welcome here.", "Hello {{ name }}, welcome here."),
        ("Hello {{ user.name }}, welcome here.", "Hello {{ user.id }}, welcome here."),
        ("Hello {{a}}{{b}}, welcome here.", "Hello {{a}}{{c}}, welcome here."),
    ],
)
def test_a_placeholder_is_never_split_by_a_mark(old, new):
    (row,) = rows_of(compare(old, new))
    for words in marked(row):
        assert words
        assert all(word.startswith("{{") and word.endswith("}}") for word in words)


def test_signs_of_scripts_without_spaces_are_words():
    (row,) = rows_of(compare("请用中文回答问题。\n", "请用英文回答问题。\n"))
    assert marked(row) == (["中"], ["英"])


def test_an_accent_stays_with_its_letter():
    (row,) = rows_of(compare("the cafe\u0301 is open now\n", "the cafe is open now\n"))
    assert marked(row) == (["cafe\u0301"], ["cafe"])


def test_a_line_over_four_kilobytes_is_changed_as_a_whole():
    long = "many words " * 500
    (row,) = rows_of(compare(long + "here\n", long + "there\n"))
    assert row.kind == "changed"
    assert marked(row) == ([], [])


def test_words_are_marked_in_four_hundred_pairs_at_most():
    old = [f"rule {n} says to be kind" for n in range(600)]
    new = [f"rule {n} says to be good" for n in range(600)]
    rows = rows_of(compare(text_of(old), text_of(new)))
    assert len(rows) == 600
    assert 0 < sum(marked(row) != ([], []) for row in rows) <= 400


# Ends of lines


def test_a_missing_newline_at_the_end_is_a_change_with_a_note():
    (row,) = rows_of(compare("one\ntwo\n", "one\ntwo"))
    assert (row.kind, row.old_note, row.new_note) == ("changed", "", "no newline at end")


def test_a_missing_newline_is_told_where_nothing_changed():
    diff = compare("one\ntwo", "1\ntwo")
    assert rows_of(diff, "same")[0].old_note == "no newline at end"


def test_a_carriage_return_that_went_is_an_end_of_line_that_changed():
    old = text_of([f"{line}\r" for line in NUMBERED])
    diff = compare(old, text_of(NUMBERED))
    assert {row.kind for row in rows_of(diff)} == {"changed"}
    assert all(row.old[-1] == ("\r", "eol") for row in rows_of(diff))
    assert diff.removed == diff.added == 40


def test_a_change_of_line_endings_still_pairs_round_an_inserted_line():
    old = text_of([f"{line}\r" for line in NUMBERED])
    rows = rows_of(compare(old, text_of([*NUMBERED[:20], "new", *NUMBERED[20:]])))
    assert [row.new_no for row in rows if row.kind == "added"] == [21]


def test_trailing_space_is_marked():
    (row,) = rows_of(compare("one \n", "one\n"))
    assert marked(row) == ([" "], [])


def test_a_change_of_indentation_marks_the_indentation():
    (row,) = rows_of(compare("  one\n", "    one\n"))
    assert marked(row) == ([], ["  "])


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\r"])
def test_only_a_newline_ends_a_line(sign):
    diff = compare("", f"one{sign}two\n")
    assert diff.added == 1
    assert rows_of(diff)[0].new[0].text == f"one{sign}two"


# Views


def test_the_unified_view_shows_old_lines_before_new_ones():
    diff = compare("the first of the lines\nb\n", "the first of all lines\nc\n")
    (block,) = diff.blocks
    assert [row.kind for row in unified(block)] == ["removed", "removed", "added", "added"]
    assert [row.kind for row in block.rows] == ["changed", "removed", "added"]


def test_the_split_view_closes_up_unlike_lines():
    (block,) = compare("Follow the rules above\n", "Never commit secrets\nto git\n").blocks
    assert [(row.kind, row.old_no, row.new_no) for row in split(block)] == [
        ("changed", 1, 1),
        ("added", None, 2),
    ]


def test_a_diff_goes_to_json():
    data = json.loads(json.dumps(compare("a\nb c d\n", "a\nb c e").as_dict()))
    assert data["blocks"][0]["rows"][0]["old"] == [{"text": "a", "kind": ""}]
    assert data["blocks"][1]["rows"][0]["new_note"] == "no newline at end"
    assert data["blocks"][1]["rows"][0]["new"][-1] == {"text": "e", "kind": "mark"}


# Nothing is lost

LINE = st.one_of(
    st.sampled_from(["", "a", "b", "a b c", "{{ name }} is here", "x\r", "\r", " ", "{{", "}}"]),
    st.text(max_size=12),
)
SIGNS = st.text(alphabet="ab \t\r\n\n\u2028\x0b\x0c\x85{}é\u0301\u200b中+", max_size=60)
TEXT = st.one_of(
    SIGNS,
    st.text(st.characters(), max_size=60),  # halves of surrogate pairs too
    st.builds("\n".join, st.lists(LINE, max_size=30)),
)


@st.composite
def versions(draw):
    """A text and what some edits made of it."""
    lines = draw(st.lists(LINE, max_size=30))
    edited = [*lines]
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(edited)))
        edited[at : at + draw(st.integers(0, 2))] = draw(st.lists(LINE, max_size=2))
    return "\n".join(lines), "\n".join(edited)


PAIR = st.one_of(st.tuples(TEXT, TEXT), versions())
# A busy machine is no fault of the diff.
untimed = settings(deadline=None)


@untimed
@given(PAIR, st.integers(0, 4))
def test_both_texts_can_be_put_together_from_the_rows(pair, context):
    diff = compare(*pair, context=context)
    assert both(diff) == pair
    assert all(len(block.rows) == block.size for block in diff.blocks)


@untimed
@given(PAIR)
def test_both_texts_are_whole_without_alignment(pair):
    diff = build(*pair, unaligned("why"), context=3)
    assert both(diff) == pair
    assert {row.kind for row in rows_of(diff)} <= {"removed", "added"}


@untimed
@given(PAIR)
def test_both_views_hold_every_line(pair):
    blocks: tuple[Block, ...] = compare(*pair).blocks
    for view in (unified, split):
        rows = [row for block in blocks for row in view(block)]
        assert (side(rows, "old"), side(rows, "new")) == pair


@untimed
@given(PAIR)
def test_unchanged_rows_are_equal_and_numbers_rise(pair):
    diff = compare(*pair)
    rows = [row for block in diff.blocks for row in block.rows]
    assert all(row.old == row.new for row in rows if row.kind == "same")
    for numbers in ([r.old_no for r in rows if r.old_no], [r.new_no for r in rows if r.new_no]):
        assert numbers == [*range(1, len(numbers) + 1)]
    assert diff.removed == sum(row.old_no is not None for row in rows if row.kind != "same")
    assert diff.added == sum(row.new_no is not None for row in rows if row.kind != "same")
    assert diff.places == sum(block.kind == "change" for block in diff.blocks)


@untimed
@given(PAIR)
def test_no_line_is_called_changed_that_is_the_same(pair):
    for row in rows_of(compare(*pair)):
        assert (row.old, row.old_note) != (row.new, row.new_note)


@untimed
@given(PAIR)
def test_marks_hold_all_that_differs_where_there_are_marks(pair):
    for row in rows_of(compare(*pair)):
        spans = [span for line in (row.old, row.new) for span in line or ()]
        if any(span.kind for span in spans):
            kept = [[s.text for s in line if not s.kind] for line in (row.old, row.new)]
            assert "".join(kept[0]) == "".join(kept[1])


@untimed
@given(PAIR)
def test_a_plan_survives_the_way_from_the_worker(pair):
    plan = make_plan(*pair)
    assert read_plan(plan.as_json()) == plan
    json.dumps(compare_safely(*pair).as_dict())


def test_a_lost_line_would_be_noticed():
    diff = compare("a\nb\nc\n", "a\nb\nd\n")
    rows = [row for block in diff.blocks for row in block.rows][1:]
    assert side(rows, "old") != "a\nb\nc\n"
