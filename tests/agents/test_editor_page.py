"""The editor page of an agent: the draft in sections, what changed in it, and who may write."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.desk import desk_of
from agents.models import AgentSchema, AgentTrigger, McpServer
from agents.services import add_part, change_agent, change_part, remove_part
from tests.agents.sheets import sheet, sheets_on
from tests.factories import AgentFactory, make_agent, make_prompt
from versioning.versions import services
from versioning.versions.kinds import KINDS
from versioning.versions.models import Version
from versioning.versions.services.one_draft import draft_of
from versioning.workspaces.services.workspaces import change_workspace


def said(answer):
    """A page as one reads it: without tags, in one line."""
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())
    return text.replace(" ,", ",")


def counts(answer):
    """What the list of sections counts."""
    toc = re.search(r'<nav class="toc".*?</nav>', answer.content.decode(), re.S)[0]
    return dict(re.findall(r'href="#(\w+)"[^>]*>[^<]*<span class="dot"[^>]*>(\d+)', toc))


def test_it_shows_the_draft_in_its_sections(cast, web):
    make_agent(cast.eve, slug="desk", locked=2, live=1)

    answer = web.get("agents/desk/")
    forms = sheets_on(answer)

    assert [*forms] == ["identity", "model", "metadata"]
    assert (forms["identity"]["name"], forms["identity"]["bio"]) == (
        "Front desk",
        "Answers the phone, in way 2.",
    )
    assert (forms["model"]["model"], forms["model"]["temperature"]) == ("small", "0.2")
    assert forms["model"]["instructions"] == "Be brief.\nBe kind."
    words = said(answer)
    for each in (
        "order input active",
        "nightly schedule 0 3 * * * on",
        "tools streamable HTTP, tools.example",
    ):
        assert each in words, each


def test_what_it_was_handed_is_what_a_lock_would_write(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", live=2)
    agent = AgentFactory(actor=cast.eve, llm_config={"prompts": {"greeting": "live"}, "temperature": 1.0})

    desk = desk_of(cast.eve, KINDS["agent"].find(cast.eve, agent.slug))

    assert desk.draft.source == draft_of(agent).source
    assert desk.draft.digest == draft_of(agent).digest
    assert desk.configuration["agent"]["llm_config"]["prompts"] == {"greeting": prompt.live.number}


def test_each_changed_field_says_what_it_was(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1, tags=["github"])
    change_agent(
        cast.eve,
        agent,
        section="identity",
        tags=["github", "triage"],
        commercial_name="Desk",
        bio="Long. " * 40,
    )
    change_agent(
        cast.eve, agent, section="model", llm_config={"model": "small", "temperature": 0, "top_p": 0.9}
    )

    answer = web.get("agents/desk/")
    words = said(answer)

    assert counts(answer) == {"identity": "3", "model": "3"}
    for each in ("was github", "was 0.2", "removed since v1", "top_p new since v1", "see the diff"):
        assert each in words, each
    assert '/w/demo/agents/desk/compare/1...2/"' in answer.content.decode()


def test_each_changed_part_says_what_changed(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    trigger, schema = AgentTrigger.objects.of(agent).get(), AgentSchema.objects.of(agent).get()
    change_part(cast.eve, agent, AgentTrigger, trigger.pk, enabled=False)
    data = {**schema.schema_data, "properties": {"a": {}, "b": {}}, "required": ["a"]}
    change_part(cast.eve, agent, AgentSchema, schema.pk, schema_data=data)
    add_part(cast.eve, agent, AgentTrigger, name="hook", trigger_type="webhook")
    remove_part(cast.eve, agent, McpServer, McpServer.objects.of(agent).get().pk)

    answer = web.get("agents/desk/")
    words = said(answer)

    assert counts(answer) == {"schemas": "1", "triggers": "2", "mcp_servers": "1"}
    for each in (
        "schedule 0 3 * * *, was on off", "input, 2 fields, 1 required", "webhook, new since v1",
        "removed since v1",
    ):  # fmt: skip
        assert each in words, each


def test_the_first_draft_was_forked_from_nothing_and_says_of_no_change(cast, web):
    AgentFactory(actor=cast.eve, slug="desk")

    answer = web.get("agents/desk/")

    assert counts(answer) == {}
    assert 'class="was"' not in answer.content.decode()


def test_a_named_prompt_says_what_is_live_of_it_now(cast, web):
    make_prompt(cast.eve, slug="greeting", live=3)
    make_prompt(cast.eve, slug="rules", live=2)
    named = {"greeting": "live", "rules": 1}
    AgentFactory(actor=cast.eve, slug="desk", llm_config={"prompts": named})

    answer = web.get("agents/desk/")

    assert "follows live, now v3" in said(answer)
    assert "v1, v2 is live now" in said(answer)
    assert 'href="/w/demo/prompts/rules/compare/1...2/"' in answer.content.decode()
    form = sheets_on(answer)["model"]
    assert form.fields["prompt"] == ["greeting", "rules", ""]
    assert form.fields["at"] == ["live", "1", ""]


def test_a_locked_version_is_read_in_the_same_layout(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)
    agent = make_agent(cast.eve, slug="desk", locked=2, live=1, llm_config={"prompts": {"greeting": "live"}})
    services.stage(cast.eve, agent, 1)

    answer = web.get("agents/desk/v/1/")
    words = said(answer)

    assert sheets_on(answer) == {}
    assert "v1 is read-only. It is locked, on staging and live. Changes belong in the draft." in words
    assert "Go to draft v3" in words
    assert "greeting v1, live now" in words
    assert "Answers the phone." in words
    assert 'role="alert"' not in answer.content.decode()


def test_the_number_of_the_draft_leads_to_the_editor(cast, web):
    make_agent(cast.eve, slug="desk", locked=1)

    answer = web.get("agents/desk/v/2/")

    assert (answer.status_code, answer["Location"]) == (302, "/w/demo/agents/desk/")
    assert web.get("agents/desk/v/7/").status_code == 404


def test_a_viewer_reads_the_draft_with_the_reason(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    change_agent(cast.eve, agent, section="identity", tags=["new"])

    answer = web.of(cast.bob).get("agents/desk/")
    words = said(answer)

    assert sheets_on(answer) == {}
    assert "v2 is read-only for you. Your role is viewer: editors and higher change the draft." in words
    assert "was empty" in words
    for control in ("data-save", "Edit<", "data-agent", "new/"):
        assert control not in answer.content.decode(), control


def test_where_live_is_protected_an_editor_reads_a_live_draft(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    services.promote(cast.eve, agent, 1, lock=False)
    change_workspace(cast.alice, protect_live=True)

    words = said(web.of(cast.eve).get("agents/desk/"))

    assert "It is live, and this workspace protects live: admins and owners change it." in words
    assert "identity" in sheets_on(web.of(cast.ada).get("agents/desk/"))


def test_an_archived_agent_is_read(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    services.archive(cast.eve, agent)

    answer = web.get("agents/desk/")

    assert sheets_on(answer) == {}
    assert "The agent is archived" in said(answer)


@pytest.mark.parametrize(
    ("served", "words"),
    [
        ("live", "v1 is live: what is saved here is served at once."),
        ("staging", "v1 is on staging: test keys get what is saved here at once."),
    ],
)
def test_each_save_says_where_the_draft_is_served(cast, web, served, words):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    if served == "live":
        services.promote(cast.eve, agent, 1, lock=False)
    else:
        services.stage(cast.eve, agent, 1)

    answer = web.get("agents/desk/")

    assert said(answer).count(words) == 4  # at the top, and at each of the three sections
    assert sheet(web, "agents/desk/", "identity")["served"] == served


def test_a_credential_is_a_mask_everywhere(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    server = McpServer.objects.of(agent).get()
    secret = "sk-abcdefghijklmnop1234"
    change_part(
        cast.eve,
        agent,
        McpServer,
        server.pk,
        auth_method="api_key",
        config={"api_key": secret, "region": "eu"},
    )
    services.lock(cast.eve, agent)

    for path in ("agents/desk/", f"agents/desk/mcp_servers/{server.pk}/", "agents/desk/v/1/"):
        page = web.get(path).content.decode()
        assert "••••1234" in page, path
        assert secret not in page, path
        assert "$secret" not in page, path


def test_what_the_system_observed_shows_where_there_is_something(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    assert "Tools 12" not in said(web.get("agents/desk/"))
    McpServer.objects.of(agent).update(
        tools_count=12, last_error="refused at 10:00", last_connected_at=cast.eve.now()
    )

    words = said(web.get("agents/desk/"))

    for each in ("Last connected just now", "Last error refused at 10:00", "Tools 12"):
        assert each in words, each


def test_its_queries_do_not_grow_with_the_parts(cast, web):
    few = AgentFactory(actor=cast.eve, slug="few")
    many = AgentFactory(actor=cast.eve, slug="many")
    for agent, times in ((few, 1), (many, 15)):
        services.lock(cast.eve, agent)
        for n in range(times):
            add_part(cast.eve, agent, AgentTrigger, name=f"trigger {n}")
            add_part(cast.eve, agent, McpServer, name=f"server {n}", config={"api_key": f"key-{n}-12345678"})
            add_part(cast.eve, agent, AgentSchema, schema_data={"title": f"schema {n}"})
    web.get("agents/few/")

    asked = []
    for slug in ("few", "many"):
        with CaptureQueriesContext(connection) as queries:
            web.get(f"agents/{slug}/")
        asked.append([query["sql"] for query in queries])

    assert len(asked[0]) == len(asked[1])
    of_agents = [sql for sql in asked[1] if re.search(r'"(versions|builder|agents)_', sql)]
    assert len(of_agents) < 15, of_agents  # the others are of the session, the member, the transaction


def test_the_page_is_never_taken_from_a_browsers_store(cast, web):
    AgentFactory(actor=cast.eve, slug="desk")

    assert "no-store" in web.get("agents/desk/")["Cache-Control"]


def test_a_stranger_finds_none_of_the_pages(cast, web):
    agent = make_agent(cast.eve, slug="desk", locked=1)
    schema = AgentSchema.objects.of(agent).get()
    charlie = web.of(cast.charlie)
    pages = (
        "",
        "v/1/",
        "section/identity/",
        "schemas/new/",
        f"schemas/{schema.pk}/",
        f"schemas/{schema.pk}/remove/",
    )

    for page in pages:
        for ask in (charlie.get, charlie.post):
            assert ask(f"agents/desk/{page}").status_code in (404, 405), page
            assert ask(f"/w/elsewhere/agents/desk/{page}").status_code in (404, 405), page


def test_a_section_or_a_part_that_never_was_is_not_found(cast, web):
    agent = AgentFactory(actor=cast.eve, slug="desk")
    other = AgentFactory(actor=cast.eve)
    here, there = AgentSchema.objects.of(agent).get(), AgentSchema.objects.of(other).get()

    parts = (f"nothing/{here.pk}/", f"triggers/{here.pk}/", f"schemas/{there.pk}/")
    for path in ("section/nothing/", "nothing/new/", *parts):
        assert web.get(f"agents/desk/{path}").status_code == 404, path


def test_a_text_is_shown_as_it_is_and_nothing_of_it_runs(cast, web):
    hostile = "</textarea><script>alert(1)</script>\"'&amp; ${x} {{ y }}"
    agent = AgentFactory(
        actor=cast.eve, slug="desk", name=hostile, bio=f"\n{hostile}", metadata={hostile: hostile},
        llm_config={"instructions": f"\n\n{hostile}\n", "odd": hostile},
    )  # fmt: skip

    answer = web.get("agents/desk/")
    forms = sheets_on(answer)

    assert "<script>alert" not in answer.content.decode()
    assert forms["identity"]["name"] == agent.name
    assert forms["model"]["instructions"] == f"\n\n{hostile}\n"
    assert Version.objects.of(agent).count() == 1
