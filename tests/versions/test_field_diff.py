"""The diff by field: what came, went, changed or moved in a configuration, and where."""

import copy
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.versions.configs import BASE, agent, applied, edited, written
from versioning.versions.diff.field_data import as_data
from versioning.versions.diff.fields import compare_fields
from versioning.versions.diff.listed import Spot

AGENTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "agents.jsonl"


def said(old, new):
    """Each change as (section, item, path, kind)."""
    return [
        (each.section, each.item.label if each.item else "", each.path, each.kind)
        for each in compare_fields(old, new)
    ]


def only(old, new):
    (change,) = compare_fields(old, new)
    return change


def listed(*values):
    return {"agent": {"metadata": {"list": list(values)}}}


# What a change says


def test_equal_configurations_have_no_change():
    assert compare_fields(BASE, copy.deepcopy(BASE)) == []


def test_a_changed_field_says_where_it_is_and_what_it_was():
    change = only(BASE, agent(visibility="private"))

    assert (change.section, change.item, change.path, change.kind) == ("agent", None, "visibility", "changed")
    assert (change.old, change.new, change.text) == ("workspace", "private", False)


def test_what_is_nested_is_told_by_its_path():
    change = only(BASE, edited(BASE, "agent.llm_config.temperature", 0.0))

    assert (change.path, change.old, change.new) == ("llm_config.temperature", 0.2, 0.0)


def test_an_item_of_a_section_is_told_by_its_id_and_its_name():
    change = only(BASE, edited(BASE, "triggers.1.trigger_config.cron", "0 4 * * *"))

    assert change.item is not None
    assert (change.item.id, change.item.label) == ("2222aaaa-0000-4000-8000-000000000002", "nightly")
    assert (change.section, change.path) == ("triggers", "trigger_config.cron")


def test_a_schema_is_called_by_its_title():
    change = only(BASE, edited(BASE, "schemas.0.schema_data.properties.email.type", "number"))

    assert change.item is not None
    assert (change.item.label, change.path) == ("booking", "schema_data.properties.email.type")


def test_an_added_object_is_one_change_with_its_value():
    config = {"cron": "0 5 * * *", "zone": {"name": "Europe/Berlin"}}
    change = only(BASE, edited(BASE, "agent.metadata.backup", config))

    assert (change.path, change.kind, change.new) == ("metadata.backup", "added", config)


def test_an_added_item_is_one_change_and_so_is_one_that_went():
    fresh = {**BASE["triggers"][0], "id": "2222aaaa-0000-4000-8000-000000000009", "name": "weekly"}
    new = agent(triggers=[BASE["triggers"][0], fresh])

    assert said(BASE, new) == [("triggers", "nightly", "", "removed"), ("triggers", "weekly", "", "added")]


def test_a_renamed_item_keeps_what_it_was_called():
    change = only(BASE, edited(BASE, "triggers.1.name", "a-nightly"))

    assert change.item is not None
    assert (change.item.label, change.item.was, change.path) == ("a-nightly", "nightly", "name")


def test_a_renamed_item_that_is_sorted_elsewhere_was_not_moved():
    new = edited(BASE, "triggers.1.name", "a-nightly")
    new["triggers"].reverse()

    assert said(BASE, new) == [("triggers", "a-nightly", "name", "changed")]


def test_with_nothing_to_compare_with_every_field_is_told():
    changes = compare_fields(None, BASE)

    assert {each.kind for each in changes} == {"added"}
    assert "llm_config.temperature" in [each.path for each in changes]
    assert [each.item.label for each in changes if each.item] == [
        "calendar", "booking", "incoming-call", "nightly",
    ]  # fmt: skip


def test_a_section_that_went_is_told_item_by_item():
    new = {key: value for key, value in BASE.items() if key != "triggers"}

    assert [kind for *_, kind in said(BASE, new)] == ["removed", "removed"]


def test_null_is_not_nothing():
    assert only(listed(), {"agent": {"metadata": {"list": [], "x": None}}}).kind == "added"
    assert only(agent(bio=None), agent(bio="")).kind == "changed"


@pytest.mark.parametrize(
    ("old", "new"),
    [(True, 1), (False, 0), (1, 1.0), (0.0, -0.0), ("1", 1), (None, False), ("", None), ([], {}), (0, False)],
)
def test_values_of_different_types_are_different(old, new):
    change = only(edited(BASE, "agent.metadata.x", old), edited(BASE, "agent.metadata.x", new))

    assert (change.kind, change.path) == ("changed", "metadata.x")
    assert (repr(change.old), repr(change.new)) == (repr(old), repr(new))


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("a", "b", False),
        ("a" * 81, "b", True),
        ("a\nb", "a", True),
        ("a" * 81, None, False),
        (1, "b\n", False),
    ],
)
def test_long_texts_are_read_as_texts(old, new, text):
    assert only(agent(bio=old), agent(bio=new)).text is text


def test_an_added_text_is_read_as_a_text_too():
    assert only(BASE, edited(BASE, "agent.metadata.note", "One\nTwo\n")).text


@pytest.mark.parametrize(
    ("key", "path"),
    [("plain-key", "metadata.plain-key"), ("$ref", "metadata.$ref"), ("a.b", 'metadata["a.b"]'),
     ("", 'metadata[""]'), ("ключ", 'metadata["ключ"]'), ("2", 'metadata["2"]')],
)  # fmt: skip
def test_a_key_that_would_mislead_in_a_path_stands_in_quotes(key, path):
    assert only(BASE, edited(BASE, "agent.metadata", {**BASE["agent"]["metadata"], key: 1})).path == path


# Lists


def test_an_item_that_moved_is_neither_removed_nor_added():
    tools = [{"name": "read", "limit": 1}, {"name": "write", "limit": 2}, {"name": "fetch", "limit": 3}]

    change = only(listed(*tools), listed(tools[2], tools[0], tools[1]))

    assert (change.path, change.kind, change.steps[-1]) == (
        "metadata.list[fetch]", "moved", Spot(2, 0, "fetch"),
    )  # fmt: skip


def test_an_item_that_moved_and_changed_says_both():
    tools = [{"name": "read", "limit": 1}, {"name": "write", "limit": 2}, {"name": "fetch", "limit": 3}]

    assert said(listed(*tools), listed({"name": "fetch", "limit": 4}, tools[0], tools[1])) == [
        ("agent", "", "metadata.list[fetch]", "moved"),
        ("agent", "", "metadata.list[fetch].limit", "changed"),
    ]


@pytest.mark.parametrize("identity", ["id", "name", "slug", "key"])
def test_items_are_told_apart_by_the_field_that_names_them(identity):
    old = [{identity: "one", "x": 1}, {identity: "two", "x": 2}]
    new = [{identity: "zero", "x": 0}, {identity: "one", "x": 1}, {identity: "two", "x": 3}]

    assert [(path, kind) for *_, path, kind in said(listed(*old), listed(*new))] == [
        ("metadata.list[zero]", "added"),
        ("metadata.list[two].x", "changed"),
    ]


def test_a_name_that_two_items_bear_tells_nothing_apart():
    old = [{"name": "same", "x": 1}, {"name": "same", "x": 2}]

    change = only(listed(*old), listed(old[0], {"name": "same", "x": 3}))

    assert change.path == "metadata.list[1].x"


def test_names_that_stayed_tell_more_than_ids_given_anew():
    old = [{"id": 1, "name": "read", "x": 1}, {"id": 2, "name": "write", "x": 1}]
    new = [{"id": 3, "name": "write", "x": 1}, {"id": 4, "name": "read", "x": 1}]

    assert {kind for *_, kind in said(listed(*old), listed(*new))} == {"moved", "changed"}


def test_an_item_without_a_name_is_found_by_what_is_equal_around_it():
    rules = [{"if": name, "then": [name]} for name in "abcdef"]
    new = [rules[0], *rules[2:4], {"if": "e", "then": ["x"], "else": 1}, rules[5]]

    assert [(path, kind) for *_, path, kind in said(listed(*rules), listed(*new))] == [
        ("metadata.list[1]", "removed"),
        ("metadata.list[3].then", "changed"),
        ("metadata.list[3].else", "added"),
    ]


def test_equal_items_without_a_name_move_too():
    rules = [{"if": name, "then": 1} for name in "abc"]

    change = only(listed(*rules), listed(rules[1], rules[2], rules[0]))

    assert (change.kind, change.path, change.old) == ("moved", "metadata.list[2]", rules[0])


def test_a_list_of_plain_values_is_one_field_and_says_what_became_of_each():
    change = only(agent(tags=["a", "b", "old", "vip"]), agent(tags=["vip", "a", "b", "new"]))

    assert (change.path, change.kind, change.old, change.new) == (
        "tags", "changed", ["a", "b", "old", "vip"], ["vip", "a", "b", "new"],
    )  # fmt: skip
    assert [(edit.value, edit.old, edit.new) for edit in change.edits] == [
        ("vip", 3, 0), ("old", 2, None), ("new", None, 3),
    ]  # fmt: skip


def test_plain_values_in_another_order_have_moved():
    change = only(agent(tags=["a", "b", "c"]), agent(tags=["c", "a", "b"]))

    assert (change.path, change.kind) == ("tags", "moved")
    assert [(edit.value, edit.old, edit.new) for edit in change.edits] == [("c", 2, 0)]


def test_a_plain_value_that_is_there_twice_is_counted():
    change = only(agent(tags=["a"]), agent(tags=["a", "a"]))

    assert [(edit.value, edit.old, edit.new) for edit in change.edits] == [("a", None, 1)]


# Secrets


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [({"$secret": "a", "rev": 1}, {"$secret": "a", "rev": 2}, "changed"),
     ({"$secret": "a", "rev": 1}, {"$secret": "b", "rev": 1}, "changed"),
     ("plain", {"$secret": "a", "rev": 1}, "set"), ({"x": 1}, {"$secret": "a", "rev": 1}, "set"),
     ({"$secret": "a", "rev": 1}, "plain", "removed"), ({"$secret": "a", "rev": 1}, {}, "removed")],
)  # fmt: skip
def test_a_credential_is_spoken_of_as_a_secret(old, new, what):
    change = only(edited(BASE, "agent.metadata.key", old), edited(BASE, "agent.metadata.key", new))

    assert (change.credential, change.path) == (what, "metadata.key")


def test_a_credential_that_came_or_went_is_spoken_of_as_a_secret():
    new = edited(BASE, "mcp_servers.0.config", {"timeout": 30, "headers": {}})

    assert (only(BASE, new).credential, only(new, BASE).credential) == ("removed", "set")


def test_credentials_in_a_list_are_paired():
    old, new = ([{"$secret": "a", "rev": rev}, "x", {"y": 1}] for rev in (1, 2))

    assert only(listed(*old), listed(*new)).credential == "changed"


# As data


def test_the_data_are_those_of_the_envelope():
    assert as_data(compare_fields(agent(bio="One"), agent(bio="Two"))) == {
        "bio": {"from": "One", "to": "Two"}
    }


def test_the_data_name_items_by_section_and_name():
    old, new = BASE, edited(edited(BASE, "triggers.1.enabled", False), "agent.llm_config.temperature", 1)

    assert as_data(compare_fields(old, new)) == {
        "llm_config.temperature": {"from": 0.2, "to": 1},
        "triggers.nightly.enabled": {"from": True, "to": False},
    }


def test_items_of_one_name_are_told_apart_in_the_data():
    twin = {**BASE["triggers"][1], "id": "9999bbbb-0000-4000-8000-000000000001"}
    old = agent(triggers=[*BASE["triggers"], twin])
    new = edited(edited(old, "triggers.1.enabled", False), "triggers.2.enabled", False)

    assert list(as_data(compare_fields(old, new))) == [
        "triggers.nightly (2222aaaa).enabled", "triggers.nightly (9999bbbb).enabled",
    ]  # fmt: skip


def test_no_two_changes_share_a_key_in_the_data():
    old, new = listed({"a": 1}, 5, {"b": 2}), listed(7, {"z": 1, "y": 2, "x": 3}, 5)
    changes = compare_fields(old, new)

    assert len(as_data(changes)) == len(changes) > 2


def test_the_data_hold_no_credential_however_deep():
    secret = {"$secret": "0c51aa77-id", "rev": 4711}
    new = edited(BASE, "agent.metadata", {"a": [{"b": secret}], "c": secret, "d": {"e": [secret]}})
    changes = compare_fields(BASE, new) + compare_fields(new, BASE) + compare_fields(None, new)

    data = json.dumps(as_data(changes))

    assert "0c51aa77" not in data
    assert "4711" not in data
    assert as_data(compare_fields(BASE, edited(BASE, "agent.bio", secret)))["bio"] == {
        "from": "Answers the phone.", "to": "••••", "note": "secret set",
    }  # fmt: skip
    assert secret == {"$secret": "0c51aa77-id", "rev": 4711}


def test_the_data_of_a_move_are_places():
    tools = [{"name": "read"}, {"name": "write"}, {"name": "fetch"}]

    assert as_data(compare_fields(listed(*tools), listed(tools[2], *tools[:2]))) == {
        "metadata.list[fetch]": {"from": 2, "to": 0, "note": "moved"}
    }


# Any configuration

plain = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, 0.5])
    | st.text("ab\n", max_size=3)
)
named = st.lists(
    st.fixed_dictionaries({"name": st.text("abc", min_size=1, max_size=2), "x": plain}),
    unique_by=lambda each: each["name"],
    max_size=5,
)
values = st.recursive(
    plain | st.just({"$secret": "s", "rev": 1}),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text("ab.", max_size=2), inner, max_size=4) | named
    ),
    max_leaves=12,
)
items = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("pqrstu"), "name": st.sampled_from("mn"), "config": values}),
    unique_by=lambda each: each["id"],
    max_size=5,
)
configs = st.fixed_dictionaries(
    {"agent": st.dictionaries(st.sampled_from(["bio", "tags", "llm_config", "metadata"]), values)},
    optional={"triggers": items, "schemas": items, "other": values},
)


@settings(max_examples=400, deadline=None)
@given(configs, configs)
def test_the_old_configuration_with_the_changes_made_is_the_new_one(old, new):
    changes = compare_fields(old, new)

    made = applied(old, changes)

    # A section that holds nothing is as one that is not there.
    assert written({k: v for k, v in made.items() if v not in ([], {})}) == written(
        {k: v for k, v in new.items() if v not in ([], {})}
    )
    assert len(as_data(changes)) == len(changes)


@settings(max_examples=100, deadline=None)
@given(configs)
def test_a_configuration_does_not_differ_from_its_copy(config):
    assert compare_fields(config, copy.deepcopy(config)) == []


@settings(max_examples=200, deadline=None)
@given(named, st.randoms())
def test_a_shuffled_list_of_named_items_holds_moves_alone(tools, chance):
    shuffled = chance.sample(tools, len(tools))

    changes = compare_fields(listed(*tools), listed(*shuffled))

    assert {each.kind for each in changes} <= {"moved"}
    assert bool(changes) == (shuffled != tools)
    assert len(changes) < max(len(tools), 1)


def test_a_shuffled_section_has_no_change():
    items = [{"id": str(number), "name": f"n{number}"} for number in range(50)]

    assert compare_fields({"triggers": items}, {"triggers": random.Random(1).sample(items, 50)}) == []


@pytest.mark.skipif(not AGENTS.exists(), reason="the shared histories are not beside this clone")
def test_real_histories_are_told_completely():
    before: dict[str, dict] = {}
    for line in AGENTS.read_text().splitlines():
        row = json.loads(line)
        new = {"agent": row["config"]}
        old = before.get(row["agent"], {"agent": {}})
        changes = compare_fields(old, new)
        assert written(applied(old, changes)) == written(new), (row["agent"], row["version"])
        assert 0 < len(changes) <= 60 or row["agent"] not in before
        before[row["agent"]] = new
    assert len(before) == 13
