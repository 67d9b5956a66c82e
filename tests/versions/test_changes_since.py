"""What the editor says of a draft that differs: counts by section, and what each field was."""

import pytest

from tests.versions.configs import BASE, agent, edited
from versioning.versions.presenters.since import Was, changes_since

NIGHTLY = BASE["triggers"][1]["id"]


def field(path, value, name):
    return changes_since(BASE, edited(BASE, path, value)).fields[name]


def item(path, value, where):
    return changes_since(BASE, edited(BASE, path, value)).items[where]


def test_an_equal_draft_counts_nothing_in_each_section():
    since = changes_since(BASE, BASE)

    assert since.sections == {"identity": 0, "model": 0, "schemas": 0, "triggers": 0, "mcp_servers": 0}
    assert (since.fields, since.items, since.total) == ({}, {}, 0)


def test_the_sections_count_fields_and_items():
    new = edited(edited(BASE, "agent.bio", "x"), "agent.tags", ["phone", "vip"])
    new = edited(edited(new, "agent.llm_config.temperature", 0.0), "triggers.1.enabled", False)
    new = edited(new, "triggers.1.description", "x")

    since = changes_since(BASE, new)

    assert since.sections == {"identity": 2, "model": 1, "schemas": 0, "triggers": 1, "mcp_servers": 0}
    assert since.total == 4


@pytest.mark.parametrize(
    ("path", "value", "name", "was"),
    [
        ("agent.llm_config.temperature", 0.0, "llm_config.temperature", Was("changed", "was 0.2", "0.2")),
        ("agent.tags", ["phone", "vip"], "tags", Was("changed", "was phone", "phone")),
        ("agent.tags", [], "tags", Was("changed", "was phone", "phone")),
        ("agent.llm_config.top_p", 1, "llm_config.top_p", Was("added", "new")),
        ("agent.llm_config.instructions", "x", "llm_config.instructions",
         Was("changed", "text changed", text=True)),
        ("agent.llm_config.prompts.greeting", 4, "llm_config.prompts", Was("changed", "greeting was 3")),
        ("agent.metadata", {"a": 1}, "metadata", Was("changed", "2 values changed")),
        ("agent.metadata.team", {"$secret": "s", "rev": 1}, "metadata", Was("changed", "team secret set")),
        ("agent.bio", "", "bio", Was("changed", "was Answers the phone.", "Answers the phone.")),
    ],
)  # fmt: skip
def test_a_field_says_what_it_was(path, value, name, was):
    assert field(path, value, name) == was


def test_what_was_empty_and_what_went_say_so():
    since = changes_since(agent(tags=[], bio="", llm_config={"top_p": 1}), agent(llm_config={}))

    assert since.fields["tags"].phrase == since.fields["bio"].phrase == "was empty"
    assert since.fields["llm_config.top_p"] == Was("removed", "removed", "1")


def test_values_in_another_order_say_so():
    since = changes_since(agent(tags=["a", "b"]), agent(tags=["b", "a"]))

    assert since.fields["tags"].phrase == "in another order"


def test_an_item_says_what_of_it_changed():
    one = item("triggers.1.enabled", False, NIGHTLY)

    assert (one.label, one.became, one.phrase) == ("nightly", "changed", "enabled was true")
    assert one.fields == {"enabled": Was("changed", "was true", "true")}


def test_an_item_names_what_was_added_deep_inside():
    path = "schemas.0.schema_data.properties.close-issue"

    one = item(path, {"type": "string"}, BASE["schemas"][0]["id"])

    assert one.phrase == "close-issue added"


def test_an_item_of_which_much_changed_names_some_of_it():
    new = BASE["triggers"][1] | {"name": "n", "enabled": False, "description": "", "trigger_type": "call"}

    one = changes_since(BASE, agent(triggers=[BASE["triggers"][0], new])).items[NIGHTLY]

    assert one.phrase == "changed: description, enabled, name and 1 more"
    assert set(one.fields) == {"name", "enabled", "description", "trigger_type"}


def test_a_secret_of_an_item_is_spoken_of_alone():
    one = item("mcp_servers.0.config.headers.Authorization.rev", 2, BASE["mcp_servers"][0]["id"])

    assert one.phrase == "Authorization secret changed"
    assert one.fields["config"].phrase == "Authorization secret changed"


def test_items_that_came_and_went_are_there():
    fresh = BASE["triggers"][0] | {"id": "new-one", "name": "weekly"}

    since = changes_since(BASE, agent(triggers=[BASE["triggers"][0], fresh]))

    assert (since.items["new-one"].became, since.items["new-one"].phrase) == ("added", "new")
    assert (since.items[NIGHTLY].became, since.items[NIGHTLY].label) == ("removed", "nightly")
    assert since.sections["triggers"] == 2


def test_a_former_value_that_is_long_is_not_said():
    assert changes_since(agent(bio="x" * 70), agent(bio="y")).fields["bio"] == Was("changed", "changed")
    assert changes_since(agent(bio=[{}] * 90), agent(bio="y")).fields["bio"] == Was("changed", "changed")
