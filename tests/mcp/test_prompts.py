"""Live prompts as prompts of the protocol: offered by slug, rendered with their variables."""

from itertools import count

import mcp_types as protocol
import pytest
from mcp.shared.exceptions import MCPError

from prompts import services as prompts
from tests.factories import make_prompt
from tests.mcp.assistant import message, post
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.workspaces.models import Workspace

_numbers = count(1)


@pytest.fixture
def greeting(world):
    """v1 is live, v2 is a draft."""
    slug = f"greeting-{next(_numbers)}"
    made = world.act(
        world.cast.eve, make_prompt, slug=slug, name="A greeting", description="Says hello.", live=1,
        source="Hello {{ name }}, welcome to {{shop}}. Bye, {{name}}. {not} {{ one more }}",
    )  # fmt: skip
    world.act(world.cast.eve, services.save_version, made, source="Staged for {{ name }}")
    return made


@pytest.fixture
def bob(world):
    return world.of(world.cast.bob)


def text(found):
    [one] = found.messages
    return one.role, one.content.text


def refused(assistant, name, /, **arguments):
    with pytest.raises(MCPError) as caught:
        assistant.prompt(name, **arguments)
    return caught.value


def test_a_live_prompt_is_offered_with_its_variables_as_arguments(bob, greeting):
    offered = bob.prompts()[greeting.slug]

    assert (offered.title, offered.description) == ("A greeting", "Says hello.")
    assert [(each.name, each.required) for each in offered.arguments] == [("name", True), ("shop", True)]


def test_it_is_rendered_with_them(bob, greeting):
    found = bob.prompt(greeting.slug, name="Ann", shop="{{ name }}'s")

    assert found.description == "Says hello."
    assert text(found) == (
        "user", "Hello Ann, welcome to {{ name }}'s. Bye, Ann. {not} {{ one more }}",
    )  # fmt: skip


def test_missing_and_unknown_arguments_are_named(bob, greeting):
    missing = refused(bob, greeting.slug, name="Ann")
    unknown = refused(bob, greeting.slug, name="Ann", shop="x", colour="red")

    assert (missing.code, missing.message) == (protocol.INVALID_PARAMS, "Missing argument: shop.")
    assert unknown.message == "Unknown argument: colour. It takes name, shop."
    assert missing.data["code"] == unknown.data["code"] == "invalid"


def test_all_members_and_every_kind_of_key_read_them(world, greeting):
    bearers = [world.token(actor) for actor in world.cast.everyone()]
    bearers += [world.jwt(world.cast.bob), world.key(), world.key("history", kind="live")]

    for bearer in bearers:
        assistant = world.by(bearer)
        assert greeting.slug in assistant.prompts()
        assert text(assistant.prompt(greeting.slug, name="A", shop="B"))[1].startswith("Hello A")


def test_a_test_key_reads_what_is_staged_as_in_delivery(world, greeting):
    world.act(world.cast.eve, services.stage, greeting, 2)
    tester = world.by(world.key(kind="test"))

    staged = tester.prompt(greeting.slug, name="Ann")

    assert text(staged)[1] == "Staged for Ann"
    assert [each.name for each in tester.prompts()[greeting.slug].arguments] == ["name"]
    assert text(world.by(world.key()).prompt(greeting.slug, name="A", shop="B"))[1].startswith("Hello A")


def test_a_test_key_reads_what_is_live_where_staging_is_off_or_unset(world, greeting):
    tester = world.by(world.key(kind="test"))
    unset = text(tester.prompt(greeting.slug, name="A", shop="B"))[1]
    world.act(world.cast.eve, services.stage, greeting, 2)
    with told(world.cast.demo.id):
        Workspace.objects.filter(slug="demo").update(staging_enabled=False)
    try:
        off = text(tester.prompt(greeting.slug, name="A", shop="B"))[1]
    finally:
        with told(world.cast.demo.id):
            Workspace.objects.filter(slug="demo").update(staging_enabled=True)

    assert unset == off
    assert off.startswith("Hello A")


def test_a_publish_is_seen_at_the_next_call(world, bob, greeting):
    world.act(world.cast.eve, services.promote, greeting, 2)

    assert [each.name for each in bob.prompts()[greeting.slug].arguments] == ["name"]
    assert text(bob.prompt(greeting.slug, name="Ann"))[1] == "Staged for Ann"


def test_what_is_not_live_is_not_offered_and_says_so(world, bob, greeting):
    world.act(world.cast.eve, services.unpublish, greeting)

    error = refused(bob, greeting.slug, name="A", shop="B")

    assert greeting.slug not in bob.prompts()
    assert error.data["code"] == "no_live_version"


@pytest.mark.parametrize("name", ["nobody", "", "../x", "x" * 500, "Großes", "a b"])
def test_what_is_not_there_is_not_found(bob, name):
    error = refused(bob, name)

    assert (error.code, error.message) == (protocol.INVALID_PARAMS, "Resource not found")
    assert error.data["code"] == "not_found"


def test_renaming_changes_the_title_and_not_the_name(world, bob, greeting):
    world.act(world.cast.eve, prompts.change_prompt, greeting, name="Another title")

    assert bob.prompts()[greeting.slug].title == "Another title"


def test_a_long_list_comes_in_pages_by_slug(world, bob):
    for n in range(105):
        world.act(world.cast.eve, make_prompt, slug=f"many-{n:03}", source="Hi", live=1)

    first = bob.do(lambda client: client.list_prompts())
    everything = bob.prompts()

    assert (len(first.prompts), bool(first.next_cursor)) == (100, True)
    assert [name for name in everything if name.startswith("many-")] == [f"many-{n:03}" for n in range(105)]
    assert list(everything) == sorted(everything)


@pytest.mark.parametrize("cursor", ["zzzzzz", "\N{SNOWMAN}", "' OR 1=1 --", "x" * 100_000])
def test_a_cursor_of_anybodys_making_shows_no_more_than_the_rest(bob, cursor):
    page = bob.do(lambda client: client.list_prompts(cursor=cursor))

    assert not [prompt for prompt in page.prompts if prompt.name <= cursor[:100]]


def test_a_value_that_stands_there_ten_thousand_times_fills_no_memory(world, bob):
    slug = f"bomb-{next(_numbers)}"
    world.act(world.cast.eve, make_prompt, slug=slug, source="{{ a }}" * 10_000, live=1)

    error = refused(bob, slug, a="x" * 500_000)

    assert error.data["code"] == "too_large"


@pytest.mark.parametrize("values", [{"name": 7, "shop": "x"}, {"name": None, "shop": "x"}, ["name"], "name"])
def test_values_that_are_no_text_are_refused(world, greeting, values):
    asked = message("prompts/get", {"name": greeting.slug, "arguments": values})

    answer = post(world.server, world.token(world.cast.bob), asked)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, protocol.INVALID_PARAMS)
