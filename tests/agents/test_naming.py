"""The prompts that an agent names: checked, resolved to numbers, and pinned where they are served."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import naming
from agents.models import Agent
from agents.naming import agents_that_name, check_names, kept_live, named_by, names_in, resolved
from agents.services import change_agent
from prompts.models import Prompt
from prompts.services import archive, create_prompt
from tests.agents.json_values import ANYTHING, NAMES, can_be_kept
from tests.cast import Cast
from tests.factories import AgentFactory, make_agent, make_prompt
from tests.kept import begin_with
from tests.keys import key_actor
from tests.refusals import refused
from versioning.lib.errors import DomainError
from versioning.versions.kinds import kind_of
from versioning.versions.models import Version
from versioning.versions.presenters.diffs import live_of
from versioning.versions.services import (
    delete_draft,
    lock,
    promote,
    revert,
    save_version,
    stage,
    unpublish,
    unstage,
)
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.models import Event, Workspace


def beginning(cast: Cast) -> Prompt:
    """A prompt `greeting`, live on v1, with the draft v2."""
    return make_prompt(cast.alice, slug="greeting", live=1, drafts=1)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def prompt(scene: tuple[Cast, Prompt]) -> Prompt:
    return scene[1]


def follower(cast: Cast, wanted: Any = "live", **fields: Any) -> Agent:
    """An agent that names `greeting`."""
    return AgentFactory(actor=cast.eve, llm_config={"prompts": {"greeting": wanted}}, **fields)


def on(source: str) -> Any:
    """The number of `greeting` in a configuration."""
    return json.loads(source)["agent"]["llm_config"]["prompts"]["greeting"]


def served(agent: Agent, number: int = 1) -> Any:
    """What the version itself holds, and so what programs get of it."""
    return on(Version.objects.get(artifact=agent, number=number).source)


@pytest.mark.parametrize(
    "prompts",
    [{"nothing": "live"}, {"greeting": 7}, {"greeting": 0}, {"greeting": -1}, {"greeting": True},
     {"greeting": "newest"}, {"greeting": None}, {"greeting": 1.5}, {"greeting": [1]}, {"greeting": 2**40},
     {"greeting\x7f": "live"}, ["greeting"], "greeting", {f"p{n}": "live" for n in range(51)}],
)  # fmt: skip
def test_a_name_that_leads_nowhere_is_refused(cast: Cast, prompt: Prompt, prompts: Any):
    with refused("invalid") as caught:
        check_names(cast.demo.id, {"prompts": prompts})

    assert caught.value.data["field"] == "llm_config.prompts"


def test_a_name_leads_into_ones_own_workspace_alone(cast: Cast, prompt: Prompt):
    check_names(cast.demo.id, {"prompts": {"greeting": "live"}})

    with refused("invalid"):
        check_names(cast.elsewhere.id, {"prompts": {"greeting": "live"}})


def test_what_an_import_left_under_prompts_in_another_form_stays_and_names_nothing(
    cast: Cast, prompt: Prompt
):
    config = {"prompts": {"greeting": "live", "a": "newest", "b": [1], "c": {"text": "Hi"}, "d": True}}

    found = resolved(cast.demo.id, config, strictly=True)

    assert found == {"prompts": {**config["prompts"], "greeting": 1}}
    assert [named.slug for named in named_by(cast.eve, config)] == ["greeting"]
    assert kept_live(cast.demo.id, config, found) == config
    for nothing in ({"prompts": ["greeting"]}, {"prompts": "live"}, {"prompts": None}, {}):
        assert resolved(cast.demo.id, nothing, strictly=True) == nothing


@pytest.mark.parametrize("number", [2, 9, 0, -3, 2**31, 2**70])
def test_a_number_that_is_no_frozen_version_is_refused_where_it_would_be_served(cast, prompt, number):
    config = {"prompts": {"greeting": number}}

    assert resolved(cast.demo.id, config, strictly=False) == config
    with refused("not_frozen") as caught:
        resolved(cast.demo.id, config, strictly=True)

    assert caught.value.data == {"prompt": "greeting"}


def test_whatever_stands_under_prompts_is_resolved_or_refused(cast: Cast, prompt: Prompt):
    """Nothing of it raises anything else, nothing of it is lost, and strictly only frozen numbers remain."""
    make_prompt(cast.eve, slug="quiet", drafts=1)
    wanted = st.sampled_from(["live", 1, 2, 7, True, 1.0, 2**40]) | ANYTHING.filter(can_be_kept)
    slugs = st.sampled_from(["greeting", "quiet", "nothing", "", "greeting "]) | NAMES

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(st.dictionaries(slugs, wanted, max_size=4) | ANYTHING.filter(can_be_kept), st.booleans())
    def each(prompts: Any, has: bool):
        config = {"model": "small"} | ({"prompts": prompts} if has else {})
        loose = resolved(cast.demo.id, config, strictly=False)
        assert resolved(cast.demo.id, loose, strictly=False) == loose
        assert {**loose, "prompts": 0} == {**config, "prompts": 0}
        try:
            check_names(cast.demo.id, config)
        except DomainError as error:
            assert (error.code, error.data["field"]) == ("invalid", "llm_config.prompts")  # noqa: PT017
        else:
            assert names_in(config) == (config.get("prompts") or {})
        try:
            strict = resolved(cast.demo.id, config, strictly=True)
        except DomainError as error:
            assert error.code in ("prompt_not_live", "not_frozen")  # noqa: PT017
        else:
            assert strict == loose
            assert set(names_in(strict).values()) <= {1}, "the only version that is frozen"
            assert kept_live(cast.demo.id, config, strict) in (config, strict)
        named_by(cast.eve, config)

    each()


def test_fifty_names_are_resolved_in_a_few_questions(cast: Cast, django_assert_max_num_queries: Any):
    names = {f"p{number}": "live" for number in range(25)} | {f"q{number}": 1 for number in range(25)}
    for slug in names:
        create_prompt(cast.eve, slug=slug, source="Hello.")

    with django_assert_max_num_queries(2):
        check_names(cast.demo.id, {"prompts": names})
    with django_assert_max_num_queries(2), refused("prompt_not_live"):
        resolved(cast.demo.id, {"prompts": names}, strictly=True)


def test_pinning_what_one_follows_is_a_change_though_today_it_is_the_same_version(cast: Cast, prompt: Prompt):
    agent = follower(cast)
    before = draft_of(agent)

    change_agent(cast.eve, agent, llm_config={"prompts": {"greeting": 1}})

    agent.refresh_from_db()
    assert agent.llm_config == {"prompts": {"greeting": 1}}
    assert draft_of(agent).digest == before.digest, "what would be locked is the same"
    assert Event.objects.filter(artifact_id=agent.pk, name="version.updated").count() == 1
    promote(cast.alice, prompt, 2)
    assert on(draft_of(agent).source) == 1
    change_agent(cast.eve, agent, llm_config={"prompts": {"greeting": "live"}})
    assert on(draft_of(agent).source) == 2


def test_a_draft_shows_what_it_would_be_locked_with_and_an_older_review_is_stale(cast, prompt):
    agent = follower(cast)
    shown = draft_of(agent).tag

    promote(cast.alice, prompt, 2)

    assert on(draft_of(agent).source) == 2
    with refused("stale"):
        lock(cast.eve, agent, expected=shown)
    with refused("stale"):
        promote(cast.eve, agent, 1, expected=shown)
    with refused("stale"):
        promote(cast.eve, agent, 1, expected=shown, lock=False)
    lock(cast.eve, agent, expected=draft_of(agent).tag)
    assert served(agent) == 2


@pytest.mark.parametrize("way", ["lock", "lock and publish", "publish the draft"])
def test_a_prompt_that_goes_live_between_the_check_and_the_act_makes_it_stale(
    cast: Cast, prompt: Prompt, monkeypatch: pytest.MonkeyPatch, way: str
):
    agent = follower(cast)
    shown = draft_of(agent).tag
    resolve = naming.resolved

    def somebody_is_quicker(*args: Any, strictly: bool) -> Any:
        if strictly:
            promote(cast.alice, prompt, 2)
        return resolve(*args, strictly=strictly)

    monkeypatch.setattr(naming, "resolved", somebody_is_quicker)

    with refused("stale"):
        if way == "lock":
            lock(cast.eve, agent, expected=shown)
        else:
            promote(cast.eve, agent, 1, expected=shown, lock=way == "lock and publish")

    agent.refresh_from_db()
    assert (agent.live, draft_of(agent).number) == (None, 1)


def test_publishing_a_prompt_changes_no_agent(cast: Cast, prompt: Prompt):
    locked, live, staged = follower(cast), follower(cast), follower(cast)
    lock(cast.eve, locked)
    promote(cast.eve, live, 1, lock=False)
    stage(cast.eve, staged, 1)
    generations = [Agent.objects.get(pk=agent.pk).generation for agent in (locked, live, staged)]

    promote(cast.alice, prompt, 2)
    unpublish(cast.alice, prompt)

    assert [served(locked), served(live), served(staged)] == [1, 1, 1]
    assert [Agent.objects.get(pk=agent.pk).generation for agent in (locked, live, staged)] == generations


def test_a_save_of_a_served_draft_takes_up_what_is_live_now(cast: Cast, prompt: Prompt):
    agent = follower(cast)
    promote(cast.eve, agent, 1, lock=False)
    promote(cast.alice, prompt, 2)

    change_agent(cast.eve, agent, bio="Saved.")

    assert served(agent) == 2


def test_a_save_of_a_served_draft_is_refused_while_a_prompt_is_not_live_and_keeps_all(cast, prompt):
    agent = follower(cast)
    stage(cast.eve, agent, 1)
    unpublish(cast.alice, prompt)

    with refused("prompt_not_live"):
        change_agent(cast.eve, agent, bio="Saved.")

    agent.refresh_from_db()
    assert (agent.bio, served(agent)) == ("Answers the phone.", 1)
    unstage(cast.eve, agent)
    change_agent(cast.eve, agent, bio="Saved.")
    assert served(agent) == "live", "what is not served may name what is not live yet"


def test_a_prompt_that_is_unpublished_and_archived_stays_in_what_was_locked(cast: Cast, prompt: Prompt):
    agent = follower(cast)
    lock(cast.eve, agent)
    unpublish(cast.alice, prompt)
    archive(cast.alice, prompt)

    promote(cast.eve, agent, 1)

    assert served(agent) == 1
    with refused("prompt_not_live"):
        lock(cast.eve, agent)
    change_agent(cast.eve, agent, llm_config={"prompts": {"greeting": 1}})
    assert lock(cast.eve, agent).number == 2


def test_a_draft_of_a_prompt_that_is_deleted_leaves_a_name_that_says_so(cast: Cast, prompt: Prompt):
    agent = follower(cast, 2)
    delete_draft(cast.alice, prompt, 2)

    with refused("not_frozen") as caught:
        lock(cast.eve, agent)

    assert "not there any more" in caught.value.message
    change_agent(cast.eve, agent, bio="The draft can still be saved.")


def test_staging_a_draft_that_is_live_changes_nothing_of_what_live_answers(cast: Cast, prompt: Prompt):
    agent = follower(cast)
    promote(cast.alice, agent, 1, lock=False)
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)
    promote(cast.alice, prompt, 2)

    stage(cast.eve, agent, 1)

    assert served(agent) == 1, "an editor may not change what is live here"


def test_publishing_a_staged_draft_serves_what_was_reviewed(cast: Cast, prompt: Prompt):
    agent = follower(cast)
    stage(cast.eve, agent, 1)
    promote(cast.alice, prompt, 2)

    promote(cast.eve, agent, 1, expected=draft_of(agent).tag, lock=False)

    assert served(agent) == 2


def test_a_review_compares_with_what_a_live_draft_serves_not_with_what_it_would_come_to(cast, prompt):
    agent = make_agent(cast.eve, locked=1, llm_config={"prompts": {"greeting": "live"}})
    promote(cast.eve, agent, 2, lock=False)
    promote(cast.alice, prompt, 2)
    agent = kind_of(agent).find(cast.eve, agent.slug)

    live = live_of(agent)

    assert (live.number, on(live.source), on(draft_of(agent).source)) == (2, 1, 2)


def test_reverting_to_a_number_that_is_live_no_longer_pins_it(cast: Cast, prompt: Prompt):
    agent = make_agent(cast.eve, locked=1, llm_config={"prompts": {"greeting": "live"}})
    promote(cast.alice, prompt, 2)

    revert(cast.eve, agent)

    agent.refresh_from_db()
    assert agent.llm_config == {"prompts": {"greeting": 1}}
    assert draft_of(agent).digest == Version.objects.get(artifact=agent, number=1).digest


def test_a_draft_that_is_served_can_be_reverted_whatever_became_of_its_prompts(cast: Cast, prompt: Prompt):
    agent = make_agent(cast.eve, locked=1, llm_config={"prompts": {"greeting": "live"}})
    change_agent(cast.eve, agent, bio="Changed.")
    promote(cast.eve, agent, 2, lock=False)
    unpublish(cast.alice, prompt)

    revert(cast.eve, agent)

    agent.refresh_from_db()
    assert served(agent, 2) == 1
    assert agent.live.digest == Version.objects.get(artifact=agent, number=1).digest


def test_a_prompts_page_hears_which_agents_name_it_in_draft_or_live(cast: Cast, prompt: Prompt):
    follower(cast, slug="follows")
    follower(cast, 2, slug="pinned")
    was = follower(cast, slug="was")
    promote(cast.eve, was, 1)
    change_agent(cast.eve, was, llm_config={})
    AgentFactory(actor=cast.eve, slug="apart", bio='It only says "greeting": live.')

    uses = {use.slug: use.words for use in agents_that_name(cast.bob, prompt)}

    assert uses == {
        "follows": "its draft follows live",
        "pinned": "its draft is on v2",
        "was": "v1, which is live, is on v1",
    }


def test_a_key_names_prompts_like_a_person(cast: Cast, prompt: Prompt):
    agent, key = follower(cast), key_actor(cast, scopes=["drafts"])

    save_version(key, prompt, source="Hello from a program.")
    change_agent(key, agent, llm_config={"prompts": {"greeting": 3}})

    assert on(draft_of(agent).source) == 3
