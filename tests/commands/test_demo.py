"""The demo: that a newcomer finds what they shall find, and that no story breaks a rule."""

import re
from pathlib import Path

import pytest
from django.utils import timezone

from agents import demo as agents
from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from prompts.demo import COLLEAGUES, fill, stories
from prompts.models import Prompt, WorkingCopy
from prompts.variables import variables_of
from tests.kept import kept
from versioning.versions.models import Artifact, Version
from versioning.versions.services.one_draft import draft_of
from versioning.versions.uses import uses_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event, User

ROOT = Path(__file__).resolve().parents[2]


def fill_all(cast):
    people = fill(Actor.of_operator(cast.demo, via="command"))
    agents.fill(people)


@pytest.fixture(scope="module")
def filled(cast_again, django_db_blocker):
    with kept(cast_again, django_db_blocker, fill_all) as filled:
        yield filled


@pytest.fixture
def demo(filled):
    with filled.again() as (cast, _):
        yield cast


def by_slug(slug: str) -> Prompt:
    return Prompt.objects.with_pointers().get(slug=slug)


def test_it_shows_every_state_that_a_prompt_can_be_in(demo):
    used = Prompt.objects.in_use()

    assert used.staged().count() == 2
    assert used.not_live().filter(live_since=None).count() == 2
    assert Prompt.objects.archived().count() == 1
    assert 6 <= Prompt.objects.count() <= 8


def test_every_act_is_told_in_order_and_none_lies_in_the_future(demo):
    for prompt in Artifact.objects.all():
        told = list(Event.objects.of(prompt.pk).order_by("sequence").values_list("created_at", flat=True))
        assert told == sorted(told), prompt.slug
        assert told[-1] < timezone.now(), prompt.slug
        assert (timezone.now() - told[0]).days <= 92, prompt.slug


def test_there_is_an_incident_with_a_rollback(demo):
    prompt = by_slug("phone-greeting")

    event = Event.objects.of(prompt.pk).get(name="version.rolled_back")

    assert (event.from_number, event.to_number) == (5, 4)
    assert "hangs up" in event.message


def test_staging_stands_on_a_draft_ahead_of_live(demo):
    prompt = by_slug("appointment-booking")

    assert prompt.staging.number > prompt.live.number
    assert prompt.staging.is_draft


def test_the_texts_are_real_ones_with_variables_and_small_steps(demo):
    versions = Version.objects.filter(kind="prompt").exclude(forked_from=None)
    for version in versions.select_related("forked_from"):
        former = version.forked_from.source.splitlines()
        changed = set(version.source.splitlines()) ^ set(former)
        assert variables_of(version.source), version
        assert 0 < len(changed) <= 12, f"{version.artifact} {version}"
        assert version.message


def test_the_members_editor_is_left_empty(demo):
    mine = WorkingCopy.objects.filter(user=demo.alice.user)

    assert not mine.exists()


def test_nobody_can_sign_in_as_a_colleague(demo):
    for _, _, email, _ in COLLEAGUES:
        assert not User.objects.get(email=email).has_usable_password()


def test_an_edit_that_does_not_fit_is_a_mistake():
    step = stories()[0].steps[-1]

    with pytest.raises(ValueError, match="occurs 0 times"):
        type(step)("1w Mon 09:00", "mina", "saves", 0, "", "<<<\nnowhere\n===\nhere\n>>>").text("a text")


def test_every_agent_has_a_history_a_live_version_and_a_draft_that_goes_on(demo):
    found = {agent.slug: agent for agent in Agent.objects.with_pointers()}

    assert set(found) == {"front-desk", "nightly-summary", "order-status"}
    for agent in found.values():
        draft = draft_of(agent)
        locked = Version.objects.of(agent).exclude(locked_at=None)
        assert not agent.live.is_draft, agent
        assert draft.digest != draft.forked_from.digest, agent
        assert locked.count() >= 2, agent
        assert all(locked.values_list("message", flat=True)), agent
    assert found["order-status"].staging.number == 2


def test_agents_have_rows_of_every_kind_and_name_where_credentials_are(demo):
    kinds = {row.schema_type for row in AgentSchema.objects.all()}
    starts = {row.trigger_type for row in AgentTrigger.objects.all()}
    servers = list(McpServer.objects.all())

    assert kinds == {"output", "tool"}
    assert starts == {"call", "event", "schedule"}
    assert len(servers) == 3
    assert all("${" in str(server.config["headers"]) for server in servers)


def test_the_front_desk_follows_the_greeting_and_order_status_is_behind_the_refund_rules(demo):
    greeting, rules = by_slug("phone-greeting"), by_slug("refund-answers")

    follows = {use.slug: use.words for use in uses_of(demo.alice, greeting)}
    behind = {use.slug: use.words for use in uses_of(demo.alice, rules)}

    assert follows.keys() == {"front-desk"}
    assert f"is on v{greeting.live.number}" in follows["front-desk"]
    assert "is on v6" in behind["order-status"]
    assert rules.live.number == 7


def test_an_act_of_an_agent_that_there_is_not_is_a_mistake(demo):
    story = agents.stories()[0]
    strange = type(story)(
        "strange", story.words, [type(story.steps[0])("1w Mon 09:00", "mina", "sings", 0, "", "")]
    )

    with pytest.raises(ValueError, match="no such act"):
        agents.play(strange, {"mina": demo.alice}, timezone.now())


def test_the_example_of_the_readme_passes_what_its_prompt_asks_for(demo):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    slug = re.findall(r'Previse\(key\)\.prompt\("([^"]+)"\)', readme)[0]
    passed = re.findall(r"(\w+)=", re.findall(r"\.render\((.*)\)", readme)[0])

    assert sorted(passed) == sorted(variables_of(by_slug(slug).live.source))
