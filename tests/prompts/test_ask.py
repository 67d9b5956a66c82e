"""What a prompt asks of a model."""

import pytest

from prompts.kind import SOURCE_LIMIT, PromptKind
from tests.refusals import refused

KIND = PromptKind()


def test_its_inputs_are_its_variables_in_the_order_of_their_first_use():
    assert KIND.inputs("{{ b }} {{ a }} {{ b }} {{no-name}}") == ["b", "a"]


def test_the_text_comes_before_what_is_said(cast):
    ask = KIND.ask(cast.eve, "Help {{ name }}.", {"name": "Ann"}, "Hello?")

    assert [(each["role"], each["content"]) for each in ask.messages] == [
        ("system", "Help Ann."), ("user", "Hello?"),
    ]  # fmt: skip
    assert (ask.model, ask.params) == ("", {})


def test_with_nothing_said_the_text_is_what_is_said(cast):
    ask = KIND.ask(cast.eve, "Write a poem.", {}, "")

    assert ask.messages == [{"role": "user", "content": "Write a poem."}]


def test_a_value_is_put_in_as_it_is_and_not_read_again(cast):
    ask = KIND.ask(cast.eve, "{{a}}{{ b }}", {"a": "{{ b }}\\1", "b": "{{ a }}"}, "")

    assert ask.messages[0]["content"] == "{{ b }}\\1{{ a }}"


def test_each_missing_variable_is_named(cast):
    with refused("invalid") as caught:
        KIND.ask(cast.eve, "{{ a }} {{ b }} {{ c }}", {"b": ""}, "Hello?")

    assert caught.value.message == "Give a value for a, c."
    assert caught.value.data["missing"] == ["a", "c"]


@pytest.mark.parametrize("length", [SOURCE_LIMIT // 2, SOURCE_LIMIT])
def test_values_do_not_make_a_text_longer_than_a_text_may_be(cast, length):
    with refused("invalid"):
        KIND.ask(cast.eve, "{{ a }}{{ a }}", {"a": "x" * length}, "")
