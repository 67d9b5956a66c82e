"""Agents come in with the histories they had elsewhere: whole, once, and as if they had been locked here."""

import json
from typing import Any

import pytest

from agents.canonical import canonical, parsed
from agents.models import Agent, AgentSchema, McpServer, Secret
from agents.services import change_agent, change_part, section_of
from prompts.models import Prompt
from tests.agents.histories import SHARED, TEAM, WORKFLOW, line, prompt_line
from tests.cast import Cast
from tests.refusals import refused
from versioning.lib.crypto import unseal
from versioning.versions import services
from versioning.versions.diff.fields import compare_fields
from versioning.versions.importing import import_history
from versioning.versions.models import Version
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace

TOKEN = "ghp_" + "a1B2" * 9
LATER = "ghp_" + "c3D4" * 9


def results(actor: Any, *lines: str) -> list[tuple[str, int, int, str]]:
    return [(r.slug, r.added, r.total, r.problem) for r in import_history(actor, lines)]


def sources(agent: Agent) -> list[str]:
    return list(Version.objects.of(agent).order_by("number").values_list("source", flat=True))


def everything_written() -> str:
    """All that anybody can read: versions and Events."""
    return "".join(Version.objects.values_list("source", flat=True)) + "".join(
        json.dumps(data) for data in Event.objects.values_list("data", flat=True)
    )


def test_versions_come_in_locked_the_last_one_live_and_a_draft_forked_from_it(cast: Cast):
    found = results(cast.eve, line(WORKFLOW), line({**WORKFLOW, "timeout-minutes": 5}, 2))

    agent = Agent.objects.get(slug="triage")
    draft = draft_of(agent)
    assert found == [("triage", 2, 2, "")]
    assert (agent.live.number, agent.last_number) == (2, 3)
    assert (draft.label, draft.forked_from.number, draft.digest) == ("v3", 2, agent.live.digest)
    assert Version.objects.of(agent).drafts().count() == 1


def test_messages_authors_and_dates_are_kept_and_authors_stay_names(cast: Cast):
    import_history(cast.eve, [line(WORKFLOW)])

    version = Version.objects.get(kind="agent", number=1)
    assert (version.message, version.author_name, version.author) == ("Step 1", "contributor-01", None)
    assert version.created_at.isoformat() == version.locked_at.isoformat() == "2025-04-01T17:19:55+00:00"


def test_every_version_is_in_the_form_that_lock_makes(cast: Cast):
    import_history(cast.eve, [line(TEAM), line({**TEAM, "version": "3"}, 2)])
    agent = Agent.objects.get()

    locked = services.lock(cast.eve, agent)

    assert all(canonical(parsed(source)) == source for source in sources(agent))
    assert locked.source == sources(agent)[1]


def test_rows_keep_their_ids_by_name_so_that_a_change_is_a_change(cast: Cast):
    changed = json.loads(json.dumps(WORKFLOW))
    changed["tools"]["github"]["toolsets"] = ["issues", "labels"]
    changed["on"]["schedule"][0]["cron"] = "0 4 * * 1"
    import_history(cast.eve, [line(WORKFLOW), line(changed, 2)])

    old, new, _ = map(parsed, sources(Agent.objects.get()))

    found = [(change.section, change.kind, change.path) for change in compare_fields(old, new)]
    assert found == [
        ("schemas", "changed", "metadata.toolsets"), ("triggers", "changed", "trigger_config.cron"),
    ]  # fmt: skip


def test_a_second_run_adds_nothing_and_moves_nothing(cast: Cast):
    lines = [line(WORKFLOW), line(TEAM, 2)]
    import_history(cast.eve, lines)
    agent = Agent.objects.get()
    services.roll_back(cast.eve, agent, 1)
    change_agent(cast.eve, agent, bio="Written since.")
    services.lock(cast.eve, agent)

    def state() -> Any:
        agent.refresh_from_db()
        return (
            agent.generation,
            agent.last_sequence,
            agent.live_id,
            agent.changed_at,
            agent.bio,
            sources(agent),
        )

    before = state()

    assert results(cast.eve, *lines) == [("triage", 0, 3, "")]
    assert state() == before


def test_the_draft_goes_on_like_any_other(cast: Cast):
    import_history(cast.eve, [line(TEAM)])
    agent = Agent.objects.get()
    server = McpServer.objects.of(agent).get(name="librarian/wiki")

    with refused("unchanged"):
        services.revert(cast.eve, agent)
    change_part(cast.eve, agent, McpServer, server.pk, config={"instruction": "Read and write."})
    changed = draft_of(agent).digest
    services.revert(cast.eve, agent)

    assert changed != draft_of(agent).digest == Version.objects.of(agent).get(number=1).digest


def test_saving_one_field_leaves_the_others_as_they_came(cast: Cast):
    import_history(cast.eve, [line(WORKFLOW)])
    agent = Agent.objects.get()
    shown = section_of(agent, "identity")

    change_agent(cast.eve, agent, section="identity", **shown | {"tags": ["issues"]})

    agent.refresh_from_db()
    assert agent.bio == WORKFLOW["description"] == "Sorts new issues.\n"


def test_a_longer_file_is_refused_for_the_draft_has_that_number(cast: Cast):
    import_history(cast.eve, [line(WORKFLOW)])

    [(_, added, total, problem)] = results(cast.eve, line(WORKFLOW), line(TEAM, 2))

    assert (added, total) == (0, 1)
    assert "has a v2 of its own" in problem


def test_prompts_and_agents_may_stand_in_one_file_in_any_order(cast: Cast):
    ours = {"agent": {"llm_config": {"model": "m", "prompts": {"greeting": 2}}}}

    found = results(cast.eve, line(ours), prompt_line(1), line(ours | {"triggers": []}, 2), prompt_line(2))

    assert found == [("greeting", 2, 2, ""), ("triage", 2, 2, "")]
    assert Prompt.objects.get().live.number == 2


@pytest.mark.parametrize("number", [3, "live", None, True, [1]])
def test_an_agent_names_versions_of_prompts_that_are_here(cast: Cast, number: Any):
    import_history(cast.eve, [prompt_line(1)])
    good = {"agent": {"llm_config": {"prompts": {"greeting": 1}}}}
    bad = {"agent": {"llm_config": {"prompts": {"greeting": number}}}}

    [(_, added, _, problem)] = results(cast.eve, line(good), line(bad, 2))

    assert added == 0
    assert problem.startswith("Line 2: ")
    assert "of the prompt 'greeting'" in problem
    assert not Agent.objects.exists()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"config": None}, "config: It must be a JSON object"),
        ({"config": {"a": "x\0"}}, "NUL"),
        ({"config": {"a": "\ud800"}}, "surrogate"),
        ({"config": {"a": 2**60}}, "Numbers go up to"),
        ({"config": {"a": [[]] * 20_000}}, "more than 10,000 entries"),
        ({"config": {"agent": {}, "schemas": 5}}, "schemas: It is a list of objects"),
        ({"config": {"agent": {"llm_config": {"prompts": 5}}}}, "llm_config.prompts is an object"),
        ({"config": {"agent": {"llm_config": 5}}}, "llm_config: It must be a JSON object"),
        ({"prompt": "both"}, '"prompt" or "agent" must be the slug'),
        ({"version": 1}, "v1 of this agent came before already"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_agent_with_a_bad_line_stays_out_whole_and_the_line_is_named(
    cast: Cast, bad: dict[str, Any], words: str
):
    entry = json.dumps(json.loads(line(TEAM, 2)) | bad)

    found = import_history(cast.eve, [line(WORKFLOW), entry, line(WORKFLOW, agent="other")])

    problems = [result.problem for result in found if result.problem]
    assert problems[0].startswith("Line 2: ")
    assert words in problems[0]
    assert Agent.objects.filter(slug="other").exists()
    assert Agent.objects.filter(slug="triage").exists() == ("prompt" in bad)


def test_a_name_that_is_there_twice_is_refused_for_one_would_be_lost(cast: Cast):
    twice = line(WORKFLOW).replace('"on": {', '"description": "again", "on": {')

    [(_, _, _, problem)] = results(cast.eve, twice)

    assert "it holds the name 'description' twice in one object" in problem


@pytest.mark.parametrize("slug", ["new", "import", "Not a slug"])
def test_what_cannot_be_a_slug_is_said(cast: Cast, slug: str):
    [(_, added, _, problem)] = results(cast.eve, line(WORKFLOW, agent=slug))

    assert added == 0
    assert "slug" in problem


def test_where_live_is_protected_an_editor_makes_nothing_live_by_import(cast: Cast):
    change_workspace(cast.alice, protect_live=True)
    cast.eve.workspace.refresh_from_db()

    [(_, added, total, problem)] = results(cast.eve, line(WORKFLOW))

    assert (added, total) == (0, 0)
    assert "protects live" in problem
    assert not Agent.objects.exists()


def test_a_viewer_imports_nothing(cast: Cast):
    with refused("forbidden"):
        import_history(cast.bob, [line(WORKFLOW)])


def with_credentials(token: str) -> dict[str, Any]:
    return {
        **WORKFLOW,
        "mcp-servers": {
            "hub": {"url": "https://hub.example/mcp", "headers": {"Authorization": f"Bearer {token}"}},
            "paid": {"url": f"https://tools.example/mcp?api_key={token}"},
        },
        "instructions": f"Call the hub with {token} as the token.",
        "tools": {"deploy": {"api_key": "hunter2hunter2"}},
        "description": f"Has {token} in its bio.",
    }


def test_credentials_are_sealed_and_nothing_of_them_can_be_read(cast: Cast):
    [result] = import_history(cast.eve, [line(with_credentials(TOKEN))])

    hub, paid = McpServer.objects.order_by("name")
    agent = Agent.objects.get()
    assert TOKEN not in everything_written() + json.dumps(agent.llm_config) + repr(result)
    assert "hunter2" not in everything_written()
    assert set(hub.config["headers"]["Authorization"]) == {"$secret", "rev"}
    assert (paid.endpoint, set(paid.config["endpoint"])) == ("https://tools.example/mcp", {"$secret", "rev"})
    assert agent.llm_config["instructions"] == "Call the hub with ${CREDENTIAL} as the token."
    assert AgentSchema.objects.get().metadata == {"api_key": "${API_KEY}"}
    assert agent.bio == "Has ${CREDENTIAL} in its bio."
    assert [note.split(" held what looks like a credential")[0] for note in result.notes] == [
        "bio", "llm_config.instructions", "metadata.api_key",
    ]  # fmt: skip


def test_of_a_key_or_an_address_inside_a_text_nothing_stays(cast: Cast):
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"
    text = f"Use\n{key}\nfor https://deploy:pass-word@hub.example/x?token=another-one, please."

    import_history(cast.eve, [line({"instructions": text})])

    config = Agent.objects.get().llm_config
    assert config["instructions"] == "Use\n${CREDENTIAL}\nfor ${CREDENTIAL} please."
    kept = {unseal(bytes(secret.sealed), label="agent secret").decode() for secret in Secret.objects.all()}
    assert kept == {key, "https://deploy:pass-word@hub.example/x?token=another-one,"}


def test_what_was_sealed_is_not_lost(cast: Cast):
    import_history(cast.eve, [line(with_credentials(TOKEN))])

    kept = {unseal(bytes(secret.sealed), label="agent secret").decode() for secret in Secret.objects.all()}

    assert kept == {
        f"Bearer {TOKEN}", f"https://tools.example/mcp?api_key={TOKEN}", TOKEN, "hunter2hunter2",
    }  # fmt: skip


def test_a_credential_that_changed_is_the_same_secret_with_a_higher_count(cast: Cast):
    lines = [line(with_credentials(token), n) for n, token in enumerate((TOKEN, TOKEN, LATER), start=1)]

    import_history(cast.eve, lines)
    again = results(cast.eve, *lines)

    agent = Agent.objects.get()
    counts = [
        row["config"]["headers"]["Authorization"]["rev"]
        for source in sources(agent)[:3]
        for row in parsed(source)["mcp_servers"]
        if row["name"] == "hub"
    ]
    assert counts == [1, 1, 2]
    assert again == [("triage", 0, 3, "")]
    assert Secret.objects.count() == 5
    assert {secret.last4 for secret in Secret.objects.filter(rev=2)} == {LATER[-4:]}


def test_the_draft_can_be_saved_over_what_was_sealed(cast: Cast):
    import_history(cast.eve, [line(with_credentials(TOKEN))])
    agent = Agent.objects.get()
    hub = McpServer.objects.get(name="hub")

    change_agent(cast.eve, agent, llm_config={**agent.llm_config, "model": "small"})
    changed = change_part(cast.eve, agent, McpServer, hub.pk, config={**hub.config, "region": "eu"})

    assert changed.config["headers"] == hub.config["headers"]


def test_what_is_no_json_schema_is_kept_beside_the_row_which_is_switched_off(cast: Cast):
    bad = {"type": "nonsense", "properties": 5}
    tools = [{"name": "broken", "parameters": bad}, {"name": "sound", "parameters": {"type": "object"}}]

    [result] = import_history(cast.eve, [line({"tools": tools})])

    rows = {row.name: row for row in AgentSchema.objects.all()}
    assert rows["sound"].is_active
    assert not rows["broken"].is_active
    assert rows["broken"].schema_data == {"title": "broken", "type": "object"}
    assert rows["broken"].metadata == {"invalid_schema_data": {**bad, "title": "broken"}}
    assert result.notes == (
        "The schema 'broken' is no JSON Schema: its metadata keeps it, switched off.",
    )  # fmt: skip


@pytest.mark.skipif(not SHARED.exists(), reason="the shared histories are not beside this clone")
def test_the_real_histories_come_in_whole_and_once(cast: Cast):
    with SHARED.open("rb") as file:
        first = import_history(cast.eve, file)
    with SHARED.open("rb") as file:
        second = import_history(cast.eve, file)

    agents = Agent.objects.select_related("live")
    assert (len(first), sum(r.added for r in first), [r.problem for r in first if r.problem]) == (13, 438, [])
    assert (len(second), sum(r.added for r in second), sum(r.total for r in second)) == (13, 0, 438)
    assert all(draft_of(agent).digest == agent.live.digest for agent in agents)
    assert all(draft_of(agent).source == agent.live.source for agent in agents)
    assert not Secret.objects.exists()
