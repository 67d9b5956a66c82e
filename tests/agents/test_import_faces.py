"""The import of agents through every face: the command, REST, the page."""

from django.core.files.uploadedfile import SimpleUploadedFile

from agents.models import Agent
from tests.agents.histories import TEAM, WORKFLOW, line, prompt_line
from tests.commands.say import say


def lines(*each: str) -> bytes:
    return "\n".join(each).encode()


def test_the_command_counts_each_kind(cast, tmp_path):
    file = tmp_path / "all.jsonl"
    file.write_bytes(lines(line(WORKFLOW), prompt_line(), line(TEAM, 2), line(TEAM, agent="team")))

    first = say("import_history", str(file), "--workspace=demo").splitlines()
    second = say("import_history", str(file), "--workspace=demo").splitlines()

    assert first[-2:] == ["1 prompt, 1 version (1 of them new)", "2 agents, 3 versions (3 of them new)"]
    assert second[-1] == "2 agents, 3 versions (0 of them new)"


def test_the_command_says_what_was_set_aside(cast, tmp_path):
    file = tmp_path / "one.jsonl"
    file.write_bytes(lines(line({"tools": [{"name": "broken", "parameters": {"type": 5}}]})))

    said = say("import_history", str(file), "--workspace=demo")

    assert "The schema 'broken' is no JSON Schema" in said


def test_rest_tells_of_agents_and_prompts_apart(cast, rest):
    body = lines(line(WORKFLOW), prompt_line(), line(TEAM, 3, agent="holes"), "{")

    answer = rest.of(cast.eve).send("POST", "agents/import", body)

    found = answer.json()
    assert (answer.status_code, found["added"], found["problems"]) == (200, 2, 2)
    assert [each["slug"] for each in found["prompts"]] == ["greeting"]
    assert [each["slug"] for each in found["agents"]] == ["", "triage", "holes"]
    assert found["agents"][2]["problem"].startswith("v1 is missing.")


def test_rest_refuses_viewers_and_keys(cast, rest):
    body = lines(line(WORKFLOW))

    refusals = [
        rest.of(cast.bob).send("POST", "agents/import", body).status_code,
        rest.with_key("history", "drafts").send("POST", "agents/import", body).status_code,
        rest.nobody().send("POST", "agents/import", body).status_code,
    ]

    assert refusals == [403, 403, 401]
    assert not Agent.objects.exists()


def test_the_page_says_agent_by_agent_what_happened(cast, web):
    file = SimpleUploadedFile("all.jsonl", lines(line(WORKFLOW), line(TEAM, 2), prompt_line(), "{"))

    page = web.post("agents/import/", file=file).content.decode()

    for words in (
        "3 versions of 1 prompt and 1 agent came in.",
        "New; its last version is live, and a draft is forked from it.",
        "Line 4: it is no JSON",
        'href="/w/demo/agents/triage/"',
        'href="/w/demo/prompts/greeting/"',
    ):
        assert words in page, words


def test_the_page_shows_the_form_of_a_line(cast, web):
    page = web.get("agents/import/").content.decode()

    assert "issue-triage" in page
    assert "To the agents" not in page
    assert web.of(cast.bob).get("agents/import/").status_code == 403


def test_the_list_names_the_author_whose_message_it_shows(cast, web):
    web.post("agents/import/", file=SimpleUploadedFile("one.jsonl", lines(line(WORKFLOW))))

    page = web.get("agents/").content.decode()

    assert "Step 1" in page
    assert "contributor-01" in page
    assert "Alice" not in page.split("<table")[1]
