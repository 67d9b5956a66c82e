"""Who reads a prompt or an agent, and whether a release has arrived."""

import pytest

from tests.delivery.seen import note, sighting
from tests.factories import make_agent, make_prompt
from versioning.versions import services
from versioning.workspaces.services.keys import create_key


@pytest.fixture
def key(cast):
    """A live key."""
    return create_key(cast.alice, name="Phone line", kind="live")[0]


def test_a_prompt_says_who_serves_it_and_which_keys_read_it(rest, cast, key):
    prompt = make_prompt(cast.eve, slug="greeting", live=2)
    note(sighting(key, prompt, 2, count=3), sighting(key, prompt, 1, instance="late", ago=9))

    said = rest.of(cast.bob).get("prompts/greeting/clients").json()

    late, current = said["items"]
    assert {name: said[name] for name in ("pointer", "number", "serving", "total")} == {
        "pointer": "live", "number": 2, "serving": 1, "total": 2,
    }  # fmt: skip
    assert said["generation"] == prompt.generation
    assert said["furthest_behind_seconds"] == late["behind_seconds"] >= 0
    assert (late["instance"], late["number"], late["key"]) == ("late", 1, "Phone line")
    assert (current["instance"], current["number"], current["behind_seconds"]) == ("web-1", 2, None)
    assert current.keys() == {
        "key", "key_id", "instance", "generation", "number", "since", "seen_at", "behind_seconds",
    }  # fmt: skip
    [use] = said["keys"]
    assert (use["key"], use["prefix"], use["kind"], use["reads"]) == ("Phone line", key.prefix, "live", 4)


def test_staging_is_asked_for_by_name(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)
    trial = create_key(cast.alice, name="Trial line", kind="test")[0]
    note(sighting(trial, prompt, 2, served_from="staging"))

    said = rest.get("prompts/greeting/clients", pointer="staging").json()

    assert (said["pointer"], said["number"], said["serving"], said["total"]) == ("staging", 2, 1, 1)
    assert rest.get("prompts/greeting/clients").json()["total"] == 0
    assert rest.get("prompts/greeting/clients", pointer="other").status_code == 422


def test_an_agent_is_found_by_its_id_and_by_its_slug(rest, cast, key):
    agent = make_agent(cast.eve, slug="desk", locked=1, live=1)
    note(sighting(key, agent, 1))

    answers = [rest.get(f"agents/{name}/clients") for name in (agent.pk, "desk")]

    assert [answer.json()["serving"] for answer in answers] == [1, 1]
    assert rest.get("prompts/desk/clients").status_code == 404


def test_nobody_reads_what_nobody_read(rest, cast):
    make_prompt(cast.eve, slug="greeting", drafts=1)

    said = rest.get("prompts/greeting/clients").json()

    assert (said["number"], said["items"], said["keys"]) == (None, [], [])
    assert said["furthest_behind_seconds"] is None


def test_a_key_needs_the_scope_history(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=1)

    refused = rest.with_key("drafts").get("prompts/greeting/clients")

    assert rest.with_key("history").get("prompts/greeting/clients").status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")


def test_another_workspace_s_is_like_what_never_was(rest, cast):
    make_prompt(cast.eve, slug="greeting", live=1)
    agent = make_agent(cast.eve, slug="desk", locked=1)
    stranger = rest.of(cast.charlie)

    answers = {
        (answer.status_code, answer.content)
        for answer in map(stranger.get, ("prompts/greeting/clients", "prompts/no/clients",
                                         f"agents/{agent.pk}/clients", "agents/%00/clients"))
    }  # fmt: skip

    assert {status for status, _ in answers} == {404}
    assert len(answers) == 1
