"""Credentials in a configuration of any shape: none leaks, none is lost."""

import json
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.credentials import names_one
from agents.models import McpServer, Secret
from agents.secrets import DOTS, LABEL, is_reference, last_fours, masked, references_in
from agents.services import add_part, change_part, remove_part
from tests.agents.json_values import NAMES, SCALARS, can_be_kept, same
from tests.cast import Cast
from tests.factories import AgentFactory, make_agent
from tests.invariants.plain_texts import places_of
from tests.refusals import refused
from versioning.lib.crypto import unseal
from versioning.versions.models import Version
from versioning.versions.services import lock, revert

QUICK = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
MARK = "Zq7"  # what each credential of this file begins with, and nothing else
CREDENTIALS = st.integers(0, 99).map(lambda number: f"{MARK}-hunter-{number}") | st.just(MARK)
SECRET_NAMES = st.sampled_from(["api_key", "Authorization", "clientSecret", "DB_PASSWORD", "token", "cookie"])
PLAIN_NAMES = NAMES.filter(lambda name: not names_one(name, handed=True))
SETTINGS = st.recursive(
    st.dictionaries(PLAIN_NAMES, SCALARS, max_size=2)
    | st.dictionaries(SECRET_NAMES, CREDENTIALS, max_size=2),
    lambda each: st.dictionaries(PLAIN_NAMES, each | st.lists(each, max_size=3), max_size=3)
    | st.fixed_dictionaries({"credentials": st.dictionaries(PLAIN_NAMES, CREDENTIALS, max_size=3)})
    | st.fixed_dictionaries({"args": st.tuples(st.just("--token"), CREDENTIALS).map(list)})
    | st.fixed_dictionaries({"env": st.dictionaries(st.just("MODEL_KEY"), CREDENTIALS)}),
    max_leaves=6,
).filter(can_be_kept)  # fmt: skip
numbers = count()


def revealed(value: Any) -> Any:
    """A kept configuration with the secrets as calls get them: the newest of each."""
    if is_reference(value):
        found = unseal(bytes(Secret.objects.get(pk=value["$secret"]).sealed), label=LABEL)
        assert found is not None
        return found.decode()
    if isinstance(value, dict):
        return {name: revealed(each) for name, each in value.items()}
    return [revealed(each) for each in value] if isinstance(value, list) else value


def with_another(shown: Any, new: str) -> Any:
    """What a form sends when somebody types over the first mask that it shows."""
    text = json.dumps(shown, ensure_ascii=False)
    before, mask, after = text.partition(f'"{DOTS}')
    return json.loads(f'{before}"{new}"{after.partition('"')[2]}') if mask else shown


def test_whatever_its_shape_nothing_of_it_leaks_and_nothing_is_lost(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    @QUICK
    @given(SETTINGS)
    def each(config):
        server = add_part(cast.eve, agent, McpServer, name=f"server {next(numbers)}", config=config)

        assert same(revealed(server.config), config)
        assert MARK not in json.dumps(server.config)
        assert places_of(MARK) == []
        shown = masked(server.config, last_fours(agent))
        assert MARK + "-" not in json.dumps(shown)
        for sent_back in (shown, server.config, json.loads(json.dumps(shown))):
            with refused("unchanged"):
                change_part(cast.eve, agent, McpServer, server.pk, config=sent_back)
        remove_part(cast.eve, agent, McpServer, server.pk)

    each()


def test_one_that_is_typed_over_changes_and_the_others_stay(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    @QUICK
    @given(SETTINGS.filter(lambda config: MARK in json.dumps(config)))
    def each(config):
        server = add_part(cast.eve, agent, McpServer, name=f"server {next(numbers)}", config=config)
        shown = masked(server.config, last_fours(agent))
        new = f"{MARK}-typed-{next(numbers)}"

        changed = change_part(cast.eve, agent, McpServer, server.pk, config=with_another(shown, new))

        before, after = references_in(server.config), references_in(changed.config)
        assert [each["$secret"] for each in before] == [each["$secret"] for each in after]
        assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
        assert json.dumps(revealed(changed.config), ensure_ascii=False).count(new) == 1
        assert places_of(MARK) == []
        remove_part(cast.eve, agent, McpServer, server.pk)

    each()


def test_a_form_is_unchanged_after_a_revert_to_an_older_value_too(cast: Cast):
    agent = make_agent(cast.eve)
    server = add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "first-value-1111"})
    lock(cast.eve, agent)
    change_part(cast.eve, agent, McpServer, server.pk, config={"api_key": "other-value-2222"})
    revert(cast.eve, agent)
    server.refresh_from_db()

    shown = masked(server.config, last_fours(agent))

    assert (server.config["api_key"]["rev"], shown) == (1, {"api_key": "••••2222"})
    with refused("unchanged"):
        change_part(cast.eve, agent, McpServer, server.pk, config=shown)
    assert revealed(server.config) == {"api_key": "other-value-2222"}, "calls use the newest"


def test_a_server_that_goes_leaves_its_secret_to_the_versions_that_name_it(cast: Cast):
    agent = make_agent(cast.eve)
    server = add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "first-value-1111"})
    lock(cast.eve, agent)
    remove_part(cast.eve, agent, McpServer, server.pk)

    revert(cast.eve, agent)

    back = McpServer.objects.get(pk=server.pk)
    assert revealed(back.config) == {"api_key": "first-value-1111"}


def test_two_masks_that_look_alike_are_told_apart_by_their_places(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    config = {"api_key": "one-of-them-1234", "token": "another-one-1234"}
    server = add_part(cast.eve, agent, McpServer, name="paid", config=config)
    shown = masked(server.config, last_fours(agent))

    changed = change_part(cast.eve, agent, McpServer, server.pk, config=shown | {"region": "eu"})
    with refused("invalid"):
        change_part(cast.eve, agent, McpServer, server.pk, config={"elsewhere": {"token": shown["token"]}})

    assert revealed(changed.config) == config | {"region": "eu"}


def test_a_mask_that_moved_goes_on_standing_for_its_secret(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    server = add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "one-of-them-1234"})

    changed = change_part(
        cast.eve, agent, McpServer, server.pk, config={"headers": {"Authorization": "••••1234"}}
    )

    assert changed.config["headers"]["Authorization"] == server.config["api_key"]
    assert Secret.objects.filter(agent=agent).count() == 1


def test_a_mask_with_something_round_it_is_refused_not_kept(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    server = add_part(cast.eve, agent, McpServer, name="paid", config={"Authorization": "Bearer one-1234"})

    for typed in ("Bearer ••••1234", "••••1234 ", "••••", "••••9999"):
        with refused("invalid"):
            change_part(cast.eve, agent, McpServer, server.pk, config={"Authorization": typed})


def test_a_credential_of_digits_is_asked_for_as_a_text(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("invalid") as caught:
        add_part(cast.eve, agent, McpServer, name="paid", config={"auth": {"password": 12345678}})

    assert "12345678" not in caught.value.message
    assert places_of("12345678") == []


def test_a_reference_takes_nothing_else_along(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    server = add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "one-of-them-1234"})

    with refused("invalid"):
        change_part(
            cast.eve, agent, McpServer, server.pk, config={"api_key": {**server.config["api_key"], "a": 1}}
        )


def test_a_refused_save_seals_nothing(cast: Cast):
    agent = AgentFactory(actor=cast.eve)

    with refused("invalid"):
        add_part(cast.eve, agent, McpServer, name="paid", config={"api_key": "a-value-1234", "token": DOTS})

    assert not Secret.objects.filter(agent=agent).exists()
    assert Version.objects.of(agent).get().revision == 1


def test_the_search_for_plain_texts_finds_one(cast: Cast):
    """The planted fault of this file: without it an empty list would mean nothing."""
    agent = AgentFactory(actor=cast.eve, bio=f"Not a secret: {MARK}")
    Secret.objects.create(
        workspace=cast.demo, agent=agent, sealed=MARK.encode(), last4="", created_at=cast.eve.now(),
        changed_at=cast.eve.now(), changed_by="x",
    )  # fmt: skip

    assert places_of(MARK) == ["agents_secret", "builder_agents", "config_history", "versions_version"]
