"""The canonical form: equal configurations are equal texts, and rows come back from it as they were."""

import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from agents.canonical import SECTIONS, canonical, parsed, rows_of
from agents.models import PARTS, Agent, AgentSchema, AgentTrigger, McpServer
from agents.services import add_part, change_agent
from agents.services.rows import write
from agents.values import DEEPEST, LARGEST, LONGEST, MOST_NAMES, check, read_json
from tests.agents.json_values import ANYTHING, KEPT, OBJECTS, can_be_kept, nested, same
from tests.cast import Cast
from tests.factories import AgentFactory
from tests.refusals import refused
from versioning.versions.services.one_draft import draft_of

QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
OWN = {"name": "x", "bio": "", "llm_config": {}, "tags": []}
EMPTY = {"agent": OWN, **{section: [] for section in SECTIONS}}


def with_metadata(value):
    return canonical(EMPTY | {"agent": OWN | {"metadata": value}})


def trigger(**fields):
    return {"id": "b", "name": "nightly", "trigger_type": "event", "trigger_config": {}, **fields}


def texts(agent: Agent) -> str:
    return canonical(rows_of(Agent.objects.get(pk=agent.pk)))


@QUICK
@given(OBJECTS)
def test_what_was_written_is_read_and_written_alike(value):
    source = with_metadata(value)

    assert canonical(parsed(source)) == source


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (0, -0.0), (10**15, 1e15), ([1.0], [1]), ({"a": {"b": 2.0}}, {"a": {"b": 2}})],
)
def test_whole_numbers_are_one_value_however_they_are_written(one, other):
    assert with_metadata(one) == with_metadata(other)


@pytest.mark.parametrize(
    ("one", "other"), [(True, 1), (False, 0), ("1", 1), (None, ""), (0.1, 0.10000000000000002), ([], {})]
)
def test_what_differs_is_written_otherwise(one, other):
    assert with_metadata(one) != with_metadata(other)


def test_parts_are_in_the_order_of_their_names_and_then_ids_wherever_they_come_from():
    items = [trigger(id="c"), trigger(id="a", name="z"), trigger(id="b")]

    found = parsed(canonical(EMPTY | {"triggers": items}))["triggers"]

    assert [item["id"] for item in found] == ["b", "c", "a"]
    assert canonical(EMPTY | {"triggers": items[::-1]}) == canonical(EMPTY | {"triggers": items})


def test_the_order_of_names_and_of_fields_makes_no_difference():
    one = {"b": 1, "a": {"d": 2, "c": 3}}
    other = {"a": {"c": 3, "d": 2}, "b": 1}

    assert with_metadata(one) == with_metadata(other)


def test_writing_leaves_what_it_was_handed_as_it_was():
    handed = EMPTY | {"agent": {"metadata": {"a": [1.0]}}, "triggers": [trigger(id="b"), trigger(id="a")]}
    before = json.dumps(handed)

    canonical(handed)

    assert json.dumps(handed) == before


def test_what_the_database_keeps_reads_as_what_was_sent(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    @QUICK
    @given(KEPT)
    def each(value):
        if not same(value, Agent.objects.get(pk=agent.pk).metadata):
            change_agent(cast.eve, agent, metadata=value)
        assert same(parsed(texts(agent))["agent"]["metadata"], value)
        assert draft_of(agent).source == texts(agent)
        with connection.cursor() as cursor:
            cursor.execute("SELECT source FROM versions_version WHERE artifact_id = %s", [agent.pk])
            assert cursor.fetchone() == (texts(agent),)

    each()


def test_rows_written_from_a_source_are_that_source(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    ids = {model: model.objects.of(agent).get().pk for model in PARTS}
    columns = {AgentSchema: "metadata", AgentTrigger: "trigger_config", McpServer: "config"}
    first = texts(agent)

    @QUICK
    @given(KEPT, KEPT)
    def each(one, other):
        Agent.objects.filter(pk=agent.pk).update(metadata=one, llm_config={"x": other})
        for model, column in columns.items():
            model.objects.filter(pk=ids[model]).update(**{column: other})
        source = texts(agent)
        Agent.objects.filter(pk=agent.pk).update(metadata=other, llm_config={"x": one})
        for model, column in columns.items():
            model.objects.filter(pk=ids[model]).update(**{column: one})

        write(agent, source)
        assert texts(agent) == source
        write(agent, first)
        assert texts(agent) == first

    each()


@pytest.mark.parametrize(
    ("was", "now"),
    [({"a": 1}, {"a": True}), ({"a": [False]}, {"a": [0]}), ({"a": {"b": 1}}, {"a": {"b": True}})],
)
def test_a_row_that_differs_by_true_and_1_alone_is_put_back(cast: Cast, was, now):
    agent = AgentFactory(actor=cast.eve, metadata=was)
    server = McpServer.objects.of(agent).get()
    McpServer.objects.filter(pk=server.pk).update(config=was)
    source = texts(agent)
    Agent.objects.filter(pk=agent.pk).update(metadata=now)
    McpServer.objects.filter(pk=server.pk).update(config=now)

    write(agent, source)

    assert texts(agent) == source


def test_rows_that_say_what_they_shall_are_not_touched(cast: Cast):
    agent = AgentFactory(actor=cast.eve, metadata={"a": 1.0})
    server = McpServer.objects.of(agent).get()
    McpServer.objects.filter(pk=server.pk).update(tools_count=4, last_error="refused")
    agent.refresh_from_db()
    before = agent.updated_at

    write(agent, texts(agent))

    agent.refresh_from_db()
    server.refresh_from_db()
    assert (agent.updated_at, server.tools_count, server.last_error) == (before, 4, "refused")


def test_a_part_that_went_comes_back_under_its_id(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    source = texts(agent)
    for model in PARTS:
        model.objects.of(agent).delete()
    add_part(cast.eve, agent, AgentTrigger, name="another")

    write(agent, source)

    assert texts(agent) == source


@QUICK
@given(ANYTHING)
def test_every_value_is_kept_or_refused_by_name(value):
    if can_be_kept(value):
        json.dumps(value, allow_nan=False).encode()
        json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({"a": "x\0y"}, "NUL"),
        ({"a\0": 1}, "NUL"),
        ({"a": "\ud800"}, "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        ({"a": float("nan")}, "NaN"),
        ({"a": [float("-inf")]}, "NaN"),
        ({"a": LARGEST + 1}, "9,007,199,254,740,991"),
        ({"a": -1e300}, "9,007,199,254,740,991"),
        ({"a": 10**5000}, "9,007,199,254,740,991"),
        (nested(DEEPEST + 1), "levels"),
        ("x" * (LONGEST + 1), "characters"),
        ({"a": [0] * (MOST_NAMES + 1)}, "entries"),
        ({"x" * 1000 + str(n): 1 for n in range(300)}, "characters"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(value, word):
    with refused("invalid") as caught:
        check(value, "metadata")

    assert word in caught.value.message
    assert caught.value.data["field"] == "metadata"
    assert len(caught.value.message) < 1000


@pytest.mark.parametrize("value", [nested(DEEPEST), LARGEST, -LARGEST, "x" * LONGEST, [0] * MOST_NAMES])
def test_what_is_just_within_the_bounds_is_kept(value):
    check(value, "metadata")


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 2}', '{"a": NaN}', "{", '{"a": 1}x', "[" * 100_000, '{"a": ' + "9" * 5000 + "}",
     '{"a": "\\ud800"}', '{"a": "\\u0000"}', "\ud800", "1e999", '{"a": -1e400}', "\x00"],
)  # fmt: skip
def test_a_typed_text_that_is_no_json_to_keep_is_refused(text):
    with refused("invalid") as caught:
        read_json(text, "metadata")

    assert caught.value.data["field"] == "metadata"


def test_a_configuration_at_its_bounds_goes_through_the_database_and_back(cast: Cast):
    hostile = {
        "": {"": ""}, "__proto__": {"constructor": None}, "deep": nested(DEEPEST - 2), "most": LARGEST,
        "least": -LARGEST, "tiny": 5e-324, "third": 1 / 3, "zero": -0.0, "thousand": 1e3, "long": "é" * 1000,
    }  # fmt: skip
    agent = AgentFactory(actor=cast.eve)

    change_agent(cast.eve, agent, metadata=hostile)

    agent.refresh_from_db()
    assert same(agent.metadata, hostile)
    assert parsed(draft_of(agent).source)["agent"]["metadata"]["tiny"] == 5e-324
    with refused("unchanged"):
        change_agent(cast.eve, agent, metadata=hostile | {"thousand": 1000, "zero": 0})
