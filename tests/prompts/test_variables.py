"""Variables: what counts as one, and what a step between two texts asks of callers."""

import pytest

from prompts.desk import size_of, variables_against
from prompts.variables import variable_change, variables_of
from versioning.lib.line_ends import as_written


@pytest.mark.parametrize("text", ["{{name}}", "{{ name }}", "{{\tname  }}", "a{{name}}b", "{{{name}}}"])
def test_a_name_in_double_braces_is_a_variable(text):
    assert variables_of(text) == {"name": 1}


@pytest.mark.parametrize(
    "text",
    ["{name}", "{{ first name }}", "{{ 1st }}", "{{ a.b }}", "{{ a|b }}", "{{}}", "{{ a\n}}", "{{ é }}"],
)
def test_anything_else_in_braces_is_text(text):
    assert variables_of(text) == {}


def test_variables_come_in_the_order_of_their_first_use_with_their_uses():
    found = variables_of("{{ b }} {{ a }} {{ b }}")

    assert list(found.items()) == [("b", 2), ("a", 1)]


def test_a_step_between_two_texts_names_what_came_and_went():
    change = variable_change("{{ a }} {{ b }}", "{{ b }} {{ c }} {{ c }}")

    assert (change.added, change.removed, change.kept) == ({"c": 2}, ["a"], ["b"])


def test_the_editor_marks_what_came_and_went_since_the_version():
    listed = variables_against("{{ b }} {{ c }} {{ c }}", "{{ a }} {{ b }}")

    assert [(one["name"], one["kind"], one["note"]) for one in listed] == [
        ("b", "", "used once"),
        ("c", "p", "used 2 times"),
        ("a", "m", "no longer read"),
    ]


def test_the_size_counts_characters_lines_and_about_how_many_tokens():
    assert size_of("abcd\nef") == {"chars": 7, "lines": 2, "tokens": 2}
    assert size_of("") == {"chars": 0, "lines": 0, "tokens": 0}


def test_a_browsers_line_ends_become_those_of_the_text_that_it_was_written_from():
    assert as_written("a\r\nb", None) == "a\nb"
    assert as_written("a\r\nc", "a\r\nb") == "a\r\nc"
    assert as_written("a\r\nb\r\nc", "a\rb\nc") == "a\rb\nc"
    assert as_written("a\r\nx\r\nc", "a\r\nb\nc") == "a\nx\nc"
