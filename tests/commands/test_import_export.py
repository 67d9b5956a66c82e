"""`import_history` of what `export` wrote: what comes in, what stays, and what is refused."""

import random
import shutil
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management.base import CommandError

from agents.models import Agent
from agents.services import change_agent, create_agent
from prompts.models import Prompt
from prompts.services import archive
from tests.commands.folders import bring, export, files, rewrite, seal, state
from tests.commands.say import say
from tests.factories import PromptFactory, make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.exports import import_export, open_folder
from versioning.versions.models import Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event, Workspace
from versioning.workspaces.services.workspaces import create_workspace


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "out"


def test_messages_authors_and_dates_come_back_as_they_were(cast, folder):
    prompt = PromptFactory(actor=cast.eve, slug="greet")
    services.save_version(cast.eve, prompt, source="Two", message="Why\n\nIndeed", base=1)
    services.promote(cast.eve, prompt, 2)
    export(folder)
    fields = ("number", "source", "message", "author_name", "created_at", "updated_at", "locked_at")
    before = list(Version.objects.of(prompt).order_by("number").values_list(*fields, "forked_from__number"))

    bring(folder)

    with told(cast.elsewhere.id):
        there = Version.objects.filter(artifact__slug="greet").order_by("number")
        assert list(there.values_list(*fields, "forked_from__number")) == before
        assert [version.author for version in there] == [None, None]


def test_it_is_recorded_as_an_import_that_went_live(cast, folder):
    prompt = make_prompt(cast.eve, live=2, drafts=1, slug="greet")
    services.stage(cast.eve, prompt, 3)
    make_agent(cast.eve, locked=2, live=1, slug="desk")
    export(folder)

    bring(folder)

    with told(cast.elsewhere.id):
        named = Event.objects.filter(artifact_id=Prompt.objects.get(slug="greet").pk).order_by("sequence")
        assert list(named.values_list("name", "from_number", "to_number")) == [
            ("artifact.created", None, None), ("artifact.imported", 1, 3), ("version.published", None, 2),
            ("staging.set", None, 3),
        ]  # fmt: skip
        agent = Agent.objects.get(slug="desk")
        assert (agent.live.number, agent.last_number, agent.bio) == (1, 3, "Answers the phone, in way 2.")


def test_a_draft_that_is_served_stays_what_is_served_of_it(cast, folder):
    """It follows a live prompt, and serves the version that was live when it was published."""
    prompt = make_prompt(cast.eve, live=1, slug="greet")
    agent = create_agent(cast.eve, slug="desk", llm_config={"prompts": {"greet": "live"}})
    services.promote(cast.eve, agent, 1, lock=False)
    services.save_version(cast.eve, prompt, source="Two")
    services.promote(cast.eve, prompt, 2)

    export(folder)
    bring(folder)

    with told(cast.elsewhere.id):
        there = Agent.objects.get(slug="desk")
        assert there.llm_config == {"prompts": {"greet": "live"}}
        assert '"greet": 1' in there.live.source


def test_an_agent_whose_prompt_is_not_there_stays_out(cast, folder):
    make_prompt(cast.eve, live=1, slug="greet")
    agent = create_agent(cast.eve, slug="desk", llm_config={"prompts": {"greet": "live"}})
    services.lock(cast.eve, agent)
    export(folder)
    shutil.rmtree(folder / "prompts")
    seal(folder)

    with pytest.raises(CommandError, match="Of 1 agent, 1 did not come in"):
        bring(folder)

    with told(cast.elsewhere.id):
        assert not Agent.objects.exists()


def test_what_was_added_since_comes_in_and_live_stays(cast, folder):
    prompt = make_prompt(cast.eve, live=2, slug="greet")
    export(folder)
    bring(folder)
    services.save_version(cast.eve, prompt, source="Three")
    services.promote(cast.eve, prompt, 3)
    export(folder)

    said = bring(folder)

    assert "3 versions, 1 new" in said
    with told(cast.elsewhere.id):
        assert Prompt.objects.get(slug="greet").live.number == 2


def test_a_version_that_differs_is_a_conflict_and_nothing_is_written_over(cast, folder):
    make_prompt(cast.eve, live=1, slug="greet")
    make_prompt(cast.eve, live=1, slug="other")
    export(folder)
    with told(cast.elsewhere.id):
        mine = make_prompt(cast.charlie, live=1, slug="greet", source="Mine")

    with pytest.raises(CommandError, match="Of 2 prompts, 1 did not come in"):
        bring(folder)

    with told(cast.elsewhere.id):
        assert Version.objects.get(artifact=mine).source == "Mine"
        assert Prompt.objects.filter(slug="other").exists()


def test_a_draft_that_was_rewritten_here_stays_and_is_named(cast, folder):
    make_prompt(cast.eve, drafts=1, slug="greet")
    export(folder)
    bring(folder)
    with told(cast.elsewhere.id):
        services.update_draft(cast.charlie, Prompt.objects.get(slug="greet"), 1, source="Mine")

    said = bring(folder)

    assert "v1, a draft, says something else here: it stays as it is." in said
    with told(cast.elsewhere.id):
        assert Version.objects.get(artifact__slug="greet").source == "Mine"


def test_an_agent_that_was_worked_on_here_stays_as_it_is(cast, folder):
    make_agent(cast.eve, locked=2, live=2, slug="desk")
    export(folder)
    bring(folder)
    with told(cast.elsewhere.id):
        agent = Agent.objects.get(slug="desk")
        change_agent(cast.charlie, agent, bio="Mine")
        services.lock(cast.charlie, agent)
        services.promote(cast.charlie, agent, 1)
    before = state(cast.elsewhere)

    assert "nothing new" in bring(folder)

    assert state(cast.elsewhere) == before


def test_an_archived_prompt_comes_in_archived(cast, folder):
    prompt = make_prompt(cast.eve, drafts=1, slug="greet")
    archive(cast.eve, prompt)
    export(folder)

    bring(folder)
    assert "nothing new" in bring(folder)

    with told(cast.elsewhere.id):
        assert Prompt.objects.get(slug="greet").archived_at


def test_where_live_is_protected_an_editor_imports_nothing_live(cast, folder):
    make_prompt(cast.eve, live=1, slug="greet")
    make_prompt(cast.eve, drafts=1, slug="draft")
    export(folder)
    with told(cast.elsewhere.id):
        editor = Actor(cast.elsewhere, "member", uuid4(), "Eve", "web", role=cast.eve.role)
        cast.elsewhere.protect_live = True

        results = {result.slug: result for result in import_export(editor, open_folder(folder))}

    assert "protects live" in results["greet"].problem
    assert results["draft"].added == 1


def test_a_zip_is_read_back_also_where_it_was_packed_by_somebody_else(cast, folder, tmp_path):
    make_prompt(cast.eve, live=2, slug="greet")
    say("export", f"--zip={tmp_path / 'own.zip'}", "--workspace=demo")
    export(folder)
    shutil.make_archive(str(tmp_path / "theirs"), "zip", tmp_path, "out")

    bring(tmp_path / "own.zip")
    said = bring(tmp_path / "theirs.zip")

    assert "2 versions, nothing new" in said


@pytest.mark.parametrize("at", [10, -30])
def test_a_zip_that_is_damaged_is_refused(cast, tmp_path, at):
    make_prompt(cast.eve, live=2, slug="greet")
    file = tmp_path / "own.zip"
    say("export", f"--zip={file}", "--workspace=demo")
    content = bytearray(file.read_bytes())
    file.write_bytes(
        content[:at] if at < 0 else bytes(content[:at]) + b"\xff" * 40 + bytes(content[at + 40 :])
    )

    with pytest.raises(CommandError):
        bring(file)

    with told(cast.elsewhere.id):
        assert not Version.objects.exists()


def test_what_is_no_export_is_said(cast, tmp_path):
    with pytest.raises(CommandError, match="is no export of Previse"):
        bring(tmp_path)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(CommandError, match="is no export of Previse"):
        bring(tmp_path / "x.zip")


def test_a_newer_form_is_refused(cast, folder):
    export(folder)
    rewrite(folder, "previse.json", version=2)

    with pytest.raises(CommandError, match="newer Previse"):
        bring(folder)


def test_ends_of_lines_that_were_converted_are_noticed(cast, folder):
    make_prompt(cast.eve, live=1, slug="greet", source="one\r\ntwo\r\n")
    make_prompt(cast.eve, live=1, slug="other")
    export(folder)
    text = folder / "prompts/greet/v1.txt"
    text.write_bytes(text.read_bytes().replace(b"\r\n", b"\n"))

    with pytest.raises(CommandError, match="1 did not come in"):
        bring(folder)

    with told(cast.elsewhere.id):
        assert list(Prompt.objects.values_list("slug", flat=True)) == ["other"]


ODD = [
    ("prompts/greet/prompt.json", {"live": 7}, "not in the history"),
    ("prompts/greet/prompt.json", {"live": 3}, "is a draft"),
    ("prompts/greet/prompt.json", {"staging": "2"}, "whole number"),
    ("prompts/greet/prompt.json", {"archived": True}, "neither live nor staged"),
    ("prompts/greet/prompt.json", {"last_number": 1}, "last_number"),
    ("prompts/greet/prompt.json", {"slug": "other"}, "another slug"),
    ("prompts/greet/prompt.json", {"name": 7}, "holds a name"),
    ("prompts/greet/prompt.json", {"tags": ["x" * 99]}, "tags"),
    ("agents/desk/agent.json", {"live": True}, "whole number"),
    ("agents/desk/v1.json", {"schemas": [{"id": "x"}]}, "as its id"),
    ("agents/desk/v1.json", {"schemas": [7]}, "list of objects"),
    ("agents/desk/v1.json", {"mcp_servers": 7}, "list of objects"),
    ("agents/desk/v1.json", {"agent": {"temperature": 1}}, "form of an export"),
]


@pytest.mark.parametrize(("path", "changed", "why"), ODD)
def test_what_cannot_be_is_refused_and_spares_the_rest(cast, folder, path, changed, why):
    make_prompt(cast.eve, live=2, drafts=1, slug="greet")
    make_agent(cast.eve, locked=1, live=1, slug="desk")
    export(folder)
    rewrite(folder, path, **changed)
    with told(cast.elsewhere.id):
        results = {result.kind: result for result in import_export(cast.charlie, open_folder(folder))}

    kind = path.split("/")[0].removesuffix("s")
    assert why in results.pop(kind).problem
    assert all(result.added for result in results.values())


LINES = [
    ("[]", "JSON object"), ("{", "no JSON"), ('{"version": 0}', "whole number"),
    ('{"version": 2}', "must grow"),
    ('{"version": 9, "message": 7, "author": ""}', "must be a text"),
    ('{"version": 9, "message": "\\u0000", "author": ""}', "NUL"),
    ('{"version": 9, "message": "", "author": "", "created": "soon", "updated": "soon"}', "a date such as"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "why"), LINES)
def test_a_line_of_a_history_that_is_none_is_named(cast, folder, line, why):
    make_prompt(cast.eve, live=2, slug="greet")
    export(folder)
    with open(folder / "prompts/greet/history.jsonl", "a") as file:
        file.write(line + "\n")
    seal(folder)

    with told(cast.elsewhere.id):
        (result,) = import_export(cast.charlie, open_folder(folder))

    assert why in result.problem
    assert "history.jsonl, line 3" in result.problem


def test_random_damage_never_breaks_the_import(cast, folder):
    make_prompt(cast.eve, live=2, drafts=1, slug="greet")
    make_agent(cast.eve, locked=1, live=1, slug="desk")
    export(folder)
    whole, dice = files(folder), random.Random(7)
    for _ in range(25):
        path = dice.choice([name for name in whole if "/" in name])
        content = bytearray(whole[path])
        for _ in range(dice.randrange(1, 4)):
            content[dice.randrange(len(content))] = dice.choice(b'"{}[]0:,\x00\xff\n')
        (folder / path).write_bytes(bytes(content))
        seal(folder)
        with told(create_workspace(f"w-{uuid4().hex[:8]}").id):
            workspace = Workspace.objects.order_by("-created_at").first()
            import_export(Actor.of_operator(workspace, via="command"), open_folder(folder))
        (folder / path).write_bytes(whole[path])
