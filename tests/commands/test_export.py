"""`export DIR` and `--zip FILE`, and `import_history` of what they wrote."""

import hashlib
import json
import random
import shutil
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management.base import CommandError
from django.db import connection

from agents.models import Agent, McpServer
from agents.services import add_part, change_agent, change_part, create_agent
from prompts.models import Prompt
from prompts.services import archive, change_prompt
from tests.commands import worlds
from tests.commands.say import say
from tests.factories import PromptFactory, VersionFactory, make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.exports import entries, import_export, open_folder
from versioning.versions.models import Artifact, Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event, Workspace
from versioning.workspaces.services.workspaces import create_workspace


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "out"


def export(folder: Path, workspace: str = "demo") -> str:
    return say("export", str(folder), f"--workspace={workspace}")


def bring(folder: Path, workspace: str = "elsewhere") -> str:
    return say("import_history", str(folder), f"--workspace={workspace}")


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and ".git/" not in str(each)
    }


def seal(folder: Path) -> None:
    """Write the manifest of what is there, as somebody does who changed a file by purpose."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {path}\n"
        for path, content in files(folder).items()
        if path != "MANIFEST.sha256"
    ]
    (folder / "MANIFEST.sha256").write_text("".join(lines))


def rewrite(folder: Path, path: str, **changed: object) -> None:
    file = folder / path
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    seal(folder)


def state(workspace: Workspace) -> list[object]:
    with told(workspace.id):
        return [
            list(Artifact.objects.order_by("pk").values()), list(Version.objects.order_by("pk").values()),
            Event.objects.count(),
        ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_export_import_and_export_again_are_the_same_bytes(cast, tmp_path, seed):
    worlds.fill(Actor.of_operator(cast.demo, via="command"), seed)
    export(tmp_path / "one")

    with told(cast.elsewhere.id):
        results = import_export(cast.charlie, open_folder(tmp_path / "one"))
    assert [result.problem for result in results if result.problem] == []
    export(tmp_path / "two", "elsewhere")

    one = files(tmp_path / "one")
    assert files(tmp_path / "two") == one
    assert len(one) > 12
    assert not any(worlds.SECRET.encode() in content for content in one.values())
    before = state(cast.elsewhere)
    assert "(0 of them new)" in bring(tmp_path / "one")
    assert state(cast.elsewhere) == before


def test_the_worlds_of_these_tests_hold_what_they_say(cast):
    """Else the round trips above would prove little."""
    for seed in range(5):
        with told(create_workspace(f"world-{seed}").id):
            workspace = Workspace.objects.get(slug=f"world-{seed}")
            worlds.fill(Actor.of_operator(workspace, via="command"), seed)
    with told(operator=True):
        artifacts = list(Artifact.objects.select_related("live", "staging"))
        drafts = Version.objects.filter(locked_at=None)
        prompts = [each for each in artifacts if each.kind == "prompt"]
        agents = [each for each in artifacts if each.kind == "agent"]
        last = {each.pk: Version.objects.of(each).count() for each in prompts}

        assert any(each.last_number > last[each.pk] for each in prompts)  # numbers that were deleted
        assert any(each.live and each.live.number < each.last_number for each in prompts)
        assert any(each.staging and each.staging.is_draft for each in prompts)
        assert any(each.live is None and last[each.pk] for each in prompts)
        assert any(each.live and each.live.is_draft for each in agents)
        assert any(each.staging and each.staging.is_draft for each in agents)
        assert any('"$secret"' in source for source in drafts.values_list("source", flat=True))
        assert any("\r" in source for source in Version.objects.values_list("source", flat=True))
        names = [json.loads(v.source)["triggers"] for v in Version.objects.filter(kind="agent")]
        assert any(len(rows) > 1 for rows in names)
        assert Prompt.objects.exclude(archived_at=None).exists()


def test_an_unchanged_workspace_is_the_same_bytes_and_no_file_is_written_twice(cast, folder):
    make_prompt(cast.eve, live=2, drafts=1, slug="greet")
    export(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "MANIFEST.sha256"}

    said = export(folder)

    assert "0 written, 0 removed" in said
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_zip_holds_the_same_files_and_is_the_same_bytes_each_time(cast, folder, tmp_path):
    make_prompt(cast.eve, live=2)
    make_agent(cast.eve, locked=1, live=1)
    export(folder)

    say("export", f"--zip={tmp_path / 'one.zip'}", "--workspace=demo")
    say("export", f"--zip={tmp_path / 'two.zip'}", "--workspace=demo")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files(folder)


def test_what_is_exported_reads_as_it_is_called(cast, folder):
    prompt = make_prompt(cast.eve, live=2, drafts=1, slug="greet")
    change_prompt(cast.eve, prompt, name="Greeting", description="Says hello.", tags=["b", "a"])
    services.roll_back(cast.eve, prompt, 1)
    services.stage(cast.eve, prompt, 3)
    VersionFactory(actor=cast.eve, prompt=prompt)
    services.delete_draft(cast.eve, prompt, 4)

    export(folder)

    assert json.loads((folder / "prompts/greet/prompt.json").read_text()) == {
        "slug": "greet", "name": "Greeting", "description": "Says hello.", "tags": ["b", "a"],
        "archived": False, "live": 1, "staging": 3, "last_number": 4,
    }  # fmt: skip
    lines = [json.loads(line) for line in (folder / "prompts/greet/history.jsonl").read_text().splitlines()]
    assert [(line["version"], line["author"], bool(line["locked"])) for line in lines] == [
        (1, "Eve", True), (2, "Eve", True), (3, "Eve", False),
    ]  # fmt: skip
    version = Version.objects.of(prompt).get(number=2)
    assert (folder / "prompts/greet/v2.txt").read_bytes() == version.source.encode()
    assert not (folder / "prompts/greet/v4.txt").exists()


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


def test_no_credential_is_exported_and_the_import_says_what_to_enter_again(cast, folder):
    agent = make_agent(cast.eve, slug="desk")
    config = {"headers": {"Authorization": f"Bearer {worlds.SECRET}"}}
    server = add_part(
        cast.eve, agent, McpServer, name="crm", endpoint="https://crm.example/mcp", config=config
    )
    services.lock(cast.eve, agent)
    change_part(
        cast.eve,
        agent,
        McpServer,
        server.pk,
        config={"headers": {"Authorization": "Bearer other-" + "x" * 30}},
    )

    export(folder)
    said = bring(folder)

    everything = b"".join(files(folder).values())
    assert worlds.SECRET.encode() not in everything
    assert b"other-" not in everything
    assert '"$secret": 1' in (folder / "agents/desk/v1.json").read_text()
    assert "Enter the credential of the server 'crm' again: config.headers.Authorization" in said
    assert str(server.pk).encode() not in everything


def test_a_credential_that_sql_wrote_in_the_open_is_not_exported(cast, folder):
    agent = make_agent(cast.eve, slug="desk")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE builder_mcp_servers SET config = %s WHERE agent_id = %s",
            [json.dumps({"token": worlds.SECRET}), agent.pk],
        )
        cursor.execute("UPDATE builder_agents SET bio = %s WHERE id = %s", [worlds.SECRET, agent.pk])

    export(folder)

    assert worlds.SECRET.encode() not in b"".join(files(folder).values())


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


def test_git_and_what_is_not_the_exports_own_is_left_alone(cast, folder):
    prompt = make_prompt(cast.eve, live=1, slug="greet")
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("x")
    export(folder)
    (folder / "NOTES.md").write_text("mine")
    (folder / "prompts/greet/notes.txt").write_text("mine")
    VersionFactory(actor=cast.eve, prompt=prompt)
    export(folder)
    services.delete_draft(cast.eve, prompt, 2)

    said = export(folder)

    assert "1 written, 1 removed" in said
    assert not (folder / "prompts/greet/v2.txt").exists()
    assert (folder / "NOTES.md").read_text() == (folder / "prompts/greet/notes.txt").read_text() == "mine"
    assert (folder / ".git/config").read_text() == "x"


def test_a_folder_of_something_else_is_refused(cast, folder):
    folder.mkdir()
    (folder / "thesis.doc").write_text("years of work")

    with pytest.raises(CommandError, match=r"no export wrote, such as 'thesis\.doc'"):
        export(folder)

    assert list(files(folder)) == ["thesis.doc"]


def test_a_file_that_was_changed_by_hand_is_not_written_over(cast, folder):
    prompt = make_prompt(cast.eve, drafts=1, slug="greet")
    export(folder)
    (folder / "prompts/greet/v1.txt").write_text("by hand")
    services.update_draft(cast.eve, prompt, 1, source="Two")

    with pytest.raises(CommandError, match="is not as an export left it"):
        export(folder)
    assert (folder / "prompts/greet/v1.txt").read_text() == "by hand"
    (folder / "prompts/greet/v1.txt").unlink()

    export(folder)

    assert (folder / "prompts/greet/v1.txt").read_text() == "Two"
    assert not (folder / "MANIFEST.sha256.unfinished").exists()


def test_an_export_that_was_cut_off_is_taken_up_by_the_next(cast, folder, monkeypatch):
    make_prompt(cast.eve, live=1, slug="a")
    prompt = make_prompt(cast.eve, drafts=1, slug="b")

    def cut_off(actor):
        for entry in entries(actor):
            yield entry
            if entry.path.endswith("b/v1.txt"):
                raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr("versioning.management.commands.export.entries", cut_off)
    with pytest.raises(CommandError, match="No space left"):
        export(folder)
    monkeypatch.undo()
    services.update_draft(cast.eve, prompt, 1, source="Two")

    export(folder)

    assert (folder / "prompts/b/v1.txt").read_text() == "Two"
    bring(folder)


def test_nothing_is_written_or_removed_through_a_link(cast, folder, tmp_path):
    make_prompt(cast.eve, drafts=1, slug="greet")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "v1.txt").write_text("mine")
    folder.mkdir()
    (folder / "MANIFEST.sha256").write_text(
        f"{hashlib.sha256(b'mine').hexdigest()}  ../outside/v1.txt\n"
        f"{hashlib.sha256(b'mine').hexdigest()}  prompts/greet/v1.txt\n"
    )
    (folder / "prompts").mkdir()
    (folder / "prompts/greet").symlink_to(outside)

    with pytest.raises(CommandError, match="is a link"):
        export(folder)

    assert files(outside) == {"v1.txt": b"mine"}


def test_a_link_where_a_file_is_written_first_leads_nowhere(cast, folder, tmp_path):
    export(folder)
    (tmp_path / "mine").write_text("mine")
    (folder / ".MANIFEST.sha256.writing").symlink_to(tmp_path / "mine")

    export(folder)

    assert (tmp_path / "mine").read_text() == "mine"


def test_a_zip_is_written_over_another_export_and_nothing_else(cast, tmp_path):
    (tmp_path / "thesis.doc").write_text("years of work")

    with pytest.raises(CommandError, match="no export wrote it"):
        say("export", f"--zip={tmp_path / 'thesis.doc'}", "--workspace=demo")

    assert files(tmp_path) == {"thesis.doc": b"years of work"}


def test_a_folder_or_a_file_must_be_named(cast):
    with pytest.raises(CommandError, match="Name a folder"):
        say("export", "--workspace=demo")


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


def test_a_long_history_is_not_held_in_memory(cast, folder):
    prompt = PromptFactory(actor=cast.eve, slug="greet", source="x" * 100_000)
    for at in range(80):
        services.save_version(cast.eve, prompt, source=f"{at}" + "x" * 100_000)
    import tracemalloc

    tracemalloc.start()
    export(folder)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 5_000_000  # of 8 MB of texts
    bring(folder)
