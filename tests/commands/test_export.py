"""`export DIR` and `--zip FILE`: what they write, and that it comes back the same."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection

from agents.models import McpServer
from agents.services import add_part, change_part
from prompts.models import Prompt
from prompts.services import change_prompt
from tests.again import Again
from tests.cast import Cast
from tests.commands import worlds
from tests.commands.folders import bring, export, files, state
from tests.commands.say import say
from tests.factories import PromptFactory, VersionFactory, make_agent, make_prompt
from tests.kept import Kept, kept
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.exports import entries, import_export, open_folder
from versioning.versions.models import Artifact, Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.services.workspaces import create_workspace


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "out"


SEEDS = range(5)


def make_worlds(_: Cast) -> None:
    """A workspace full of odd things for each seed."""
    for seed in SEEDS:
        workspace = create_workspace(f"world-{seed}")
        with told(workspace.id):
            worlds.fill(Actor.of_operator(workspace, via="command"), seed)


@pytest.fixture(scope="module")
def made(cast_again: Again[Cast], django_db_blocker: Any) -> Iterator[Kept[None]]:
    with kept(cast_again, django_db_blocker, make_worlds) as made:
        yield made


@pytest.fixture
def cast(made: Kept[None]) -> Iterator[Cast]:
    with made.again() as (cast, _):
        yield cast


@pytest.mark.parametrize("seed", SEEDS)
def test_export_import_and_export_again_are_the_same_bytes(cast, tmp_path, seed):
    export(tmp_path / "one", f"world-{seed}")

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
