"""Blame: each line and each field is of the first version of the walk that has it in its place."""

import random
from types import SimpleNamespace

import pytest

from tests.factories import make_prompt
from versioning.versions import blame, services
from versioning.versions.blame import blame_text, came_with, walk_of
from versioning.versions.diff.align import Budget
from versioning.versions.diff.lines import split_lines
from versioning.versions.diff.trace import STEPS, Lines, Origin
from versioning.versions.diff.trace_fields import Fields
from versioning.versions.models import Version


def traced(texts, *, steps=STEPS):
    """The origin of each line of the last of some texts, numbered from 1."""
    lines, budget = Lines(texts[-1]), Budget(steps)
    for number in range(len(texts), 1, -1):
        lines.back(texts[number - 2], number, budget)
    lines.end(Origin(1))
    return [run.origin for run in lines.runs() for _ in range(run.size)]


def numbers(texts):
    return [origin.number for origin in traced(texts)]


def history(seed, versions):
    """Texts whose lines are all different, with the version that each line of the last came with."""
    chance = random.Random(seed)
    lines = [(f"line {at}", 1) for at in range(chance.randrange(1, 30))]
    texts = ["".join(f"{line}\n" for line, _ in lines)]
    for number in range(2, versions + 1):
        for _ in range(chance.randrange(0, 6)):
            at = chance.randrange(len(lines) + 1)
            new = (f"of {number}: {chance.random()}", number)
            match chance.randrange(3):
                case 0:
                    lines.insert(at, new)
                case 1 if len(lines) > 1 and at < len(lines):
                    del lines[at]
                case _ if at < len(lines):
                    lines[at] = new
        texts.append("".join(f"{line}\n" for line, _ in lines))
    return texts, [number for _, number in lines]


@pytest.mark.parametrize("seed", range(60))
def test_each_line_came_with_the_first_version_that_has_it_in_its_place(seed):
    texts, expected = history(seed, versions=25)

    assert numbers(texts) == expected


@pytest.mark.parametrize("seed", range(30))
def test_where_lines_are_alike_each_still_stands_in_the_version_it_is_said_to_have_come_with(seed):
    chance = random.Random(seed)
    texts = [
        "\n".join(chance.choice("abc") for _ in range(chance.randrange(1, 25))) + "\n" * chance.randrange(2)
        for _ in range(8)
    ]

    found = traced(texts)

    lines = split_lines(texts[-1]).keys()
    assert len(found) == len(lines)
    for line, origin in zip(lines, found, strict=True):
        assert origin.exact
        assert all(line in set(split_lines(text).keys()) for text in texts[origin.number - 1 :])


def test_a_line_that_moved_down_because_others_came_before_it_keeps_its_version():
    assert numbers(["a\nb\n", "new\na\nb\n"]) == [2, 1, 1]


def test_a_line_that_was_taken_out_and_put_back_came_with_its_return():
    assert numbers(["a\nb\n", "a\n", "a\nb\n"]) == [1, 3]


def test_a_missing_newline_at_the_end_is_a_change_of_the_last_line():
    assert numbers(["a\nb", "a\nb\n"]) == [1, 2]
    assert numbers(["a\r\nb\n", "a\nb\n"]) == [2, 1]


def test_what_costs_too_much_to_align_is_said_to_be_of_that_version_or_an_older_one():
    chance = random.Random(1)
    texts = ["".join(chance.choice("ab") + "\n" for _ in range(400)) for _ in range(3)]

    found = traced(texts, steps=100)

    assert len(found) == 400
    assert any(not origin.exact for origin in found)
    lines = [each.split("\n")[:-1] for each in texts]
    for at, origin in enumerate(found):
        if origin.exact and origin.number < 3:
            assert lines[2][at] in lines[origin.number - 1]


def save(actor, prompt, *texts, base=None):
    for text in texts:
        services.save_version(actor, prompt, source=text, message=f"Says {text[:10]!r}", base=base)


def blamed(prompt, number):
    version = Version.objects.of(prompt).numbered(number)
    walk = walk_of(prompt, version)
    found = blame_text(prompt, version, walk)
    return [link.number for link in walk], [
        run.origin.number for run in found.runs[0] for _ in range(run.size)
    ]


def test_the_walk_follows_what_each_version_was_written_from(cast):
    prompt = make_prompt(cast.eve, source="a\nb\n")
    save(cast.eve, prompt, "a\nb\nc\n", base=1)
    save(cast.eve, prompt, "a\nb\nd\n", base=1)
    save(cast.eve, prompt, "x\na\nb\nc\n", base=2)

    assert blamed(prompt, 4) == ([4, 2, 1], [4, 1, 1, 2])
    assert blamed(prompt, 3) == ([3, 1], [1, 1, 3])


def test_without_a_forerunner_the_next_lower_number_is_it(cast):
    prompt = make_prompt(cast.eve, source="a\n")
    save(cast.eve, prompt, "a\nb\n", "a\nb\nc\n")
    Version.objects.of(prompt).filter(number__gt=1).update(forked_from=None)
    services.delete_draft(cast.eve, prompt, 2)

    assert blamed(prompt, 3) == ([3, 1], [1, 3, 3])


def test_a_version_that_was_deleted_is_passed_over(cast):
    prompt = make_prompt(cast.eve, source="a\n")
    save(cast.eve, prompt, "a\nb\n", base=1)
    save(cast.eve, prompt, "a\nb\nc\n", base=2)
    services.delete_draft(cast.eve, prompt, 2)

    assert blamed(prompt, 3) == ([3, 1], [1, 3, 3])


def test_a_draft_that_was_rewritten_is_blamed_as_it_is_now(cast):
    prompt = make_prompt(cast.eve, source="a\n")
    save(cast.eve, prompt, "a\nb\n", base=1)
    assert blamed(prompt, 2)[1] == [1, 2]

    draft = Version.objects.of(prompt).numbered(2)
    services.update_draft(cast.eve, prompt, 2, source="z\nb\n", expected=draft.tag)

    assert blamed(prompt, 2)[1] == [2, 2]


def test_it_says_who_made_each_version_when_and_why(cast):
    prompt = make_prompt(cast.eve, source="a\n", message="Begin")
    save(cast.ada, prompt, "a\nb\n", base=1)
    version = Version.objects.of(prompt).numbered(2)
    walk = walk_of(prompt, version)

    came = came_with(prompt, walk, {1, 2})

    assert [(one.label, one.author, one.message, one.forerunner) for one in (came[1], came[2])] == [
        ("v1", "Eve", "Begin", None), ("v2", "Ada", "Says 'a\\nb\\n'", 1),
    ]  # fmt: skip


def test_a_history_of_more_text_than_can_be_read_is_read_as_far_as_it_can(cast, monkeypatch):
    prompt = make_prompt(cast.eve, source="a\n")
    save(cast.eve, prompt, "a\nb\n", "a\nb\nc\n", "a\nb\nc\nd\n")
    monkeypatch.setattr(blame, "MOST_CHARS", 18)
    blame._texts.clear()
    version = Version.objects.of(prompt).numbered(4)

    found = blame_text(prompt, version, walk_of(prompt, version))

    assert [(run.origin.number, run.origin.exact) for run in found.runs[0]] == [
        (2, False),
        (3, True),
        (4, True),
    ]
    blame._texts.clear()


def test_what_was_found_is_kept_until_a_text_changes(cast, django_assert_num_queries):
    prompt = make_prompt(cast.eve, source="a\n")
    save(cast.eve, prompt, "a\nb\n", base=1)
    blamed(prompt, 2)

    with django_assert_num_queries(2):  # the version, the walk
        blamed(prompt, 2)


def test_a_long_history_of_long_texts_is_blamed_in_a_second_or_two(cast, monkeypatch):
    """700 versions of 64 KB: what the sources cost to be read is left out here, the walk is not."""
    chance, lines = random.Random(3), [f"{'word ' * 10}{at}" for at in range(1_200)]
    texts = []
    for number in range(1, 701):
        for _ in range(chance.randrange(1, 6)):
            lines[chance.randrange(len(lines))] = f"{'new ' * 12}{number} {chance.random()}"
        texts.append("\n".join(lines) + "\n")
    version = SimpleNamespace(number=700, source=texts[-1])
    walk = [blame.Link(number, str(number)) for number in range(700, 0, -1)]
    steps = [(number, number - 1, texts[number - 2]) for number in range(700, 1, -1)]
    monkeypatch.setattr(blame, "_sources", lambda *_: iter(steps))
    blame._texts.clear()

    found = blame_text(None, version, walk)

    assert sum(run.size for run in found.runs[0]) == 1_200
    assert all(run.origin.exact for run in found.runs[0])
    for run in found.runs[0]:
        for at in range(run.first, run.first + run.size):
            line = lines[at]
            assert not line.startswith("new") or f" {run.origin.number} " in line


def origins(*configurations, steps=STEPS):
    """Where each field of the last of some configurations came from, by path."""
    fields, budget = Fields(configurations[-1]), Budget(steps)
    for number in range(len(configurations), 1, -1):
        fields.back(configurations[number - 2], number, budget)
    fields.end(Origin(1))
    found = {}
    for each in fields.fields:
        name = f"{each.section}.{each.item.label}.{each.path}" if each.item else each.path
        found[name] = [run.origin.number for run in each.runs for _ in range(run.size)]
    return found


def config(triggers=(), **own):
    return {"agent": own, "triggers": list(triggers)}


def test_a_field_came_with_the_version_that_made_it_what_it_is():
    found = origins(
        config(name="a", bio="x"), config(name="b", bio="x"), config(name="b", bio="x", tags=["t"])
    )

    assert found == {"name": [2], "bio": [1], "tags": [3]}


def test_a_field_that_went_back_to_what_it_was_came_with_its_return():
    assert origins(config(bio="x"), config(bio="y"), config(bio="x")) == {"bio": [3]}


def test_json_is_followed_by_path_and_true_is_not_one():
    one = config(llm_config={"temperature": 1, "params": {"a": True, "b": [1, 2]}})
    two = config(llm_config={"temperature": 1, "params": {"a": 1, "b": [1, 2]}})

    assert origins(one, two) == {
        "llm_config.temperature": [1], "llm_config.params.a": [2], "llm_config.params.b": [1],
    }  # fmt: skip


def test_a_long_text_is_followed_line_by_line():
    one = config(llm_config={"instructions": "Be brief.\nBe kind."})
    two = config(llm_config={"instructions": "Be brief.\nBe calm.\nBe kind."})

    assert origins(one, two) == {"llm_config.instructions": [1, 2, 1]}


def test_parts_are_told_by_their_identity_and_a_new_name_is_one_field():
    one = config([{"id": "1", "name": "a", "enabled": True}, {"id": "2", "name": "b", "enabled": True}])
    two = config([{"id": "2", "name": "b", "enabled": False}, {"id": "1", "name": "z", "enabled": True}])

    assert origins(one, two) == {
        "triggers.b.name": [1], "triggers.b.enabled": [2], "triggers.z.name": [2], "triggers.z.enabled": [1],
    }  # fmt: skip


def test_a_list_whose_items_have_no_identity_is_followed_as_json_by_line():
    one = config(tools=[{"function": {"name": "read"}}])
    two = config(tools=[{"function": {"name": "read"}}, {"function": {"name": "write"}}])

    found = origins(one, two)

    assert set(found["tools"]) == {1, 2}
    assert found["tools"].count(1) > 5


def test_a_secret_is_a_field_whose_new_value_is_a_change():
    one = config([{"id": "1", "name": "a", "config": {"headers": {"X": {"$secret": "s", "rev": 1}}}}])
    two = config([{"id": "1", "name": "a", "config": {"headers": {"X": {"$secret": "s", "rev": 2}}}}])

    assert origins(one, two)["triggers.a.config.headers.X"] == [2]


def test_a_configuration_that_is_deep_or_wide_is_followed_without_recursion_to_its_end():
    deep, wide = {}, {f"k{at}": at for at in range(5_000)}
    inner = deep
    for _ in range(200):
        inner["x"] = inner = {}
    one, two = (
        config(metadata={"deep": deep, "wide": wide}),
        config(metadata={"deep": deep, "wide": {**wide, "k9": 0}}),
    )

    found = origins(one, two)

    assert 2 in {number for each in found.values() for number in each}


@pytest.mark.parametrize("seed", range(40))
def test_the_fields_of_random_histories_came_with_the_version_that_last_wrote_them(seed):
    chance = random.Random(seed)
    value = {f"f{at}": (0, 1) for at in range(6)}
    states = []
    for number in range(1, 15):
        for name in list(value):
            match chance.randrange(10):
                case 0:
                    value[name] = (f"{number}", number)
                case 1:
                    del value[name]
        if chance.randrange(3) == 0:
            value.setdefault(f"f{chance.randrange(10)}", (f"new {number}", number))
        states.append(config(llm_config={name: each for name, (each, _) in value.items()}))

    if not value:
        return
    assert origins(*states) == {f"llm_config.{name}": [number] for name, (_, number) in value.items()}
