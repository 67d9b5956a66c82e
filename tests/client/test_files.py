"""Prompts as files: `previse pull` and `previse push`, against a real server."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door, Says
from tests.delivery.house import House
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.services.keys import create_key

TEXT = "\ufeffHello {{ name }}.\r\n\r\nTwo\rlines\n\n\u2028 é \t\n"


@dataclass
class Desk:
    """A workspace of its own, a folder, and the command with a key."""

    house: House
    door: Door
    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def key(self, *scopes: str, kind: str = "live") -> "Desk":
        """Use a new key with these scopes."""
        _, secret = self.house.act(create_key, name="files", kind=kind, scopes=scopes)
        self.monkeypatch.setenv("PREVISE_API_KEY", secret)
        return self

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was said."""
        from previse.files.cli import main

        code = main([arguments[0], str(self.folder), *arguments[1:]])
        return (code, *self.capsys.readouterr())

    def file(self, slug: str) -> Path:
        """A prompt's file."""
        return self.folder / "prompts" / f"{slug}.txt"

    def versions(self, prompt: Any) -> list[tuple[int, str, str, bool]]:
        """What the database holds of it: numbers, texts, messages, and whether they are drafts."""
        with told(self.house.actor.workspace.id):
            rows = Version.objects.of(prompt).order_by("number")
            return [(row.number, row.source, row.message, row.is_draft) for row in rows]

    def contents(self) -> dict[str, bytes]:
        """Every file, byte for byte."""
        return {str(path): path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()}


@pytest.fixture
def desk(
    house: House, door: Door, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:  # fmt: skip
    """See `Desk`."""
    monkeypatch.setenv("PREVISE_URL", door.url)
    with pytest.MonkeyPatch.context():
        yield Desk(House.build(), door, tmp_path / "work", capsys, monkeypatch)


def test_pull_writes_what_is_live_byte_for_byte_and_a_second_one_nothing(desk: Desk):
    prompt = desk.house.prompt(slug="greeting", source=TEXT)
    desk.house.act(services.save_version, prompt, source="A draft.")
    desk.house.prompt(slug="unpublished", live=0, drafts=1)

    code, out, err = desk.key().run("pull")

    assert (code, err) == (0, "")
    assert "* greeting: v1 (live)" in out
    assert desk.file("greeting").read_bytes() == TEXT.encode()
    assert not desk.file("unpublished").exists()
    assert (desk.folder / "prompts" / ".gitattributes").read_text().endswith("*.txt -text\n")
    before = desk.contents()
    assert desk.run("pull")[:2] == (0, "  greeting: v1 (live)\n")
    assert desk.contents() == before


def test_git_does_not_touch_the_newlines_of_what_was_pulled(desk: Desk, tmp_path: Path):
    desk.house.prompt(slug="greeting", source=TEXT)
    desk.key().run("pull")

    def git(*arguments: str) -> None:
        said = ("core.autocrlf=true", "user.name=a", "user.email=a@example.com")
        options = [part for each in said for part in ("-c", each)]
        subprocess.run(["git", *options, *arguments], cwd=desk.folder, check=True, capture_output=True)

    git("init", "-q", ".")
    git("add", "-A")
    git("commit", "-qm", "Pulled")
    desk.file("greeting").unlink()
    git("checkout", "--", ".")

    assert desk.file("greeting").read_bytes() == TEXT.encode()


def test_pull_takes_what_is_newer_and_leaves_a_file_with_changes_of_its_own(desk: Desk):
    prompt, other = desk.house.prompt(slug="a"), desk.house.prompt(slug="b")
    desk.key().run("pull")
    for each in (prompt, other):
        desk.house.act(services.save_version, each, source="Newer.")
        desk.house.act(services.promote, each, 2)
    desk.file("b").write_bytes(b"Mine.\n")

    assert desk.run("pull", "--check")[0] == 3
    code, out, err = desk.run("pull")

    assert code == 3
    assert "* a: v1 → v2 (live)" in out
    assert desk.file("a").read_bytes() == b"Newer."
    assert desk.file("b").read_bytes() == b"Mine.\n"
    assert "! b: the file has changes of its own" in err
    assert "-Newer." in err
    assert "+Mine." in err
    assert desk.run("pull", "--force")[0] == 0
    assert desk.file("b").read_bytes() == b"Newer."


def test_pull_newest_brings_drafts_to_a_key_that_may_see_them(desk: Desk):
    desk.house.prompt(slug="greeting", live=1, drafts=2)
    desk.house.prompt(slug="newer", live=0, drafts=1)

    code, _, err = desk.key().run("pull", "--newest")
    assert (code, "lacks the scope 'history'" in err) == (4, True)
    code, out, _ = desk.key("history").run("pull", "--newest")

    assert (code, "* greeting: v3 (draft)" in out, "* newer: v1 (draft)" in out) == (0, True, True)


def test_push_saves_changed_files_as_drafts_and_publishes_nothing(desk: Desk):
    prompt, other = desk.house.prompt(slug="greeting", source="Hi.\n"), desk.house.prompt(slug="other")
    desk.key("drafts").run("pull")
    desk.file("greeting").write_bytes(TEXT.encode())

    code, out, err = desk.run("push", "-m", "Longer")

    assert (code, err) == (0, "")
    assert "* greeting: saved as the draft v2" in out
    assert "  other: v1, unchanged" in out
    assert desk.versions(prompt) == [(1, "Hi.\n", "", False), (2, TEXT, "Longer", True)]
    assert len(desk.versions(other)) == 1


@pytest.mark.parametrize("scopes", [("drafts",), ("drafts", "history")])
def test_a_second_push_changes_nothing_nor_does_one_from_a_fresh_checkout(
    desk: Desk, scopes: tuple[str, ...]
):
    prompt = desk.house.prompt(slug="greeting")
    desk.key(*scopes).run("pull")
    pulled = desk.contents()
    desk.file("greeting").write_bytes(b"Another.\n")
    desk.run("push")
    after = desk.contents()

    assert desk.run("push")[:2] == (0, "  greeting: v2, unchanged\n")
    assert desk.contents() == after
    (desk.folder / "previse.json").write_bytes(pulled[str(desk.folder / "previse.json")])
    assert desk.run("push")[:2] == (0, "  greeting: is v2 already\n")
    assert len(desk.versions(prompt)) == 2
    assert json.loads((desk.folder / "previse.json").read_text())["prompts"]["greeting"]["number"] == 2


def test_somebody_elses_newer_draft_is_a_conflict_that_is_shown(desk: Desk):
    prompt = desk.house.prompt(slug="greeting", source="One.\n")
    desk.key("drafts", "history").run("pull")
    desk.house.act(services.save_version, prompt, source="Theirs.\n")
    desk.file("greeting").write_bytes(b"Mine.\n")

    code, _, err = desk.run("push")

    assert code == 3
    assert "! greeting: v2 was saved after v1, which this file was written from" in err
    assert "-Theirs." in err
    assert "+Mine." in err
    assert len(desk.versions(prompt)) == 2
    code, _, err = desk.key("drafts").run("push")
    assert (code, "This key cannot read it (scope history)" in err, "Theirs" in err) == (3, True, False)
    code, out, _ = desk.run("push", "--force", "--only", "greeting")
    assert (code, "saved as the draft v3" in out) == (0, True)
    assert [text for _, text, _, _ in desk.versions(prompt)] == ["One.\n", "Theirs.\n", "Mine.\n"]


def test_a_file_that_was_never_pulled_knows_of_no_version(desk: Desk):
    desk.house.prompt(slug="greeting", source="One.\n")
    empty = desk.house.prompt(slug="empty", live=0, source="")
    desk.key("drafts", "history")
    for slug in ("greeting", "empty", "unknown"):
        desk.file(slug).parent.mkdir(parents=True, exist_ok=True)
        desk.file(slug).write_bytes(b"Mine.\n")

    code, out, err = desk.run("push")

    assert code == 4
    assert "! greeting: v1 was saved and this file knows of none" in err
    assert "* empty: saved as the draft v1" in out
    assert "! unknown: there is no prompt of this slug. A member makes it in Previse" in err
    assert [text for _, text, _, _ in desk.versions(empty)] == ["Mine.\n"]


def test_rewrite_keeps_one_draft_while_it_is_the_one_that_was_pushed(desk: Desk):
    prompt = desk.house.prompt(slug="greeting")
    desk.key("drafts", "history").run("pull")
    for text in (b"First.", b"Second."):
        desk.file("greeting").write_bytes(text)
        assert desk.run("push", "--rewrite")[0] == 0
    assert [text for _, text, _, _ in desk.versions(prompt)][1:] == ["Second."]

    desk.house.act(services.update_draft, prompt, 2, source="Edited by a person.")
    desk.file("greeting").write_bytes(b"Third.")
    code, _, err = desk.run("push", "--rewrite")
    assert (code, "-Edited by a person." in err) == (3, True)
    desk.house.act(services.promote, prompt, 2)
    desk.run("push", "--force")
    desk.file("greeting").write_bytes(b"Fourth.")
    assert "rewritten as the draft v3" in desk.run("push", "--rewrite")[1]


def test_check_changes_nothing_and_says_by_its_code_whether_it_would(desk: Desk):
    prompt = desk.house.prompt(slug="greeting")
    desk.key("drafts").run("pull")
    assert desk.run("push", "--check")[0] == 0
    desk.file("greeting").write_bytes(b"Another.\n")
    before = desk.contents()

    code, out, _ = desk.run("push", "--check")
    assert (code, out.startswith("* greeting: would be saved as a draft, unless others")) == (1, True)
    assert desk.key("drafts", "history").run("push", "--check")[0] == 1
    desk.house.act(services.save_version, prompt, source="Theirs.")
    assert desk.run("push", "--check")[0] == 3
    assert desk.contents() == before
    assert len(desk.versions(prompt)) == 2
    assert desk.run("pull", "--check")[0] == 3


def test_what_is_wrong_is_said_with_what_to_do(desk: Desk):
    desk.house.prompt(slug="greeting")
    desk.key().run("pull")
    desk.file("greeting").write_bytes(b"Mine.\n")
    assert desk.run("push")[::2] == (
        4, "previse: This key lacks the scope 'drafts'. Make a key with it under Settings → Keys.\n"
    )  # fmt: skip
    desk.file("greeting").write_bytes(b"\xff")
    assert "is not UTF-8 (at byte 0)" in desk.run("push")[2]
    desk.file("greeting").write_bytes(b"")
    assert "cannot be empty" in desk.key("drafts").run("push")[2]
    assert "came from" in desk.run("push", "--url", "http://127.0.0.1:9")[2]
    assert "There is no file prompts/nothing.txt" in desk.run("push", "--only", "nothing")[2]
    (desk.folder / "previse.json").write_text("{")
    assert "previse.json cannot be read" in desk.run("push")[2]
    (desk.folder / "previse.json").unlink()
    (desk.folder / "prompts" / "Not A Slug.txt").write_text("x")
    assert "is no slug" in desk.run("push")[2]
    desk.monkeypatch.setenv("PREVISE_API_KEY", made_up.KEY)
    assert desk.run("pull")[::2] == (
        4, "previse: Previse does not accept this key. Make a new one under Settings → Keys.\n"
    )  # fmt: skip
    desk.monkeypatch.delenv("PREVISE_API_KEY")
    assert desk.run("pull")[0] == 2


def test_a_server_that_is_away_or_none_of_ours_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("previse.files.remote.time.sleep", lambda _: None)
    desk.key()
    desk.door.say(Says(status=0))
    code, _, err = desk.run("pull")
    assert (code, "does not answer (RemoteProtocolError" in err, len(desk.door.asked)) == (5, True, 3)
    for answer in (Says(b"<html>"), Says(b"<html>", 404), Says(b"", 502), Says(b"", 302)):
        desk.door.say(answer)
        assert desk.run("pull")[0] == 5
    assert not desk.folder.exists()


def test_a_push_whose_answer_was_lost_saves_once(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    prompt = desk.house.prompt(slug="greeting")
    desk.key("drafts").run("pull")
    desk.file("greeting").write_bytes(b"Mine.\n")
    forward, lost = desk.door._forward, []

    def lose_the_first(request: Any, headers: dict[str, str], body: bytes) -> Says:
        answer = forward(request, headers, body)
        if request.command == "POST" and not lost:
            lost.append(answer)
            return Says(status=0)
        return answer

    monkeypatch.setattr(desk.door, "_forward", lose_the_first)

    code, out, _ = desk.run("push")

    assert (code, "saved as the draft v2" in out, lost[0].status) == (0, True, 201)
    assert len(desk.versions(prompt)) == 2


def test_it_runs_as_a_module(desk: Desk):
    import os
    import sys

    from tests.server import ROOT

    desk.house.prompt(slug="greeting", source="Hi.\n")
    desk.key()
    done = subprocess.run(
        [sys.executable, "-m", "previse", "pull", str(desk.folder)], capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "clients" / "python" / "src")}, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "* greeting: v1 (live)\n")
    assert desk.file("greeting").read_text() == "Hi.\n"
