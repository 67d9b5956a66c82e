"""`import_history FILE.jsonl`: what it prints, and how it fails. The verb itself: tests/prompts."""

import io
import json
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from prompts.models import Prompt
from tests.commands.say import say
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def line(slug: str, number: int, **changed: object) -> str:
    entry = {
        "prompt": slug, "version": number, "message": f"Change {number}", "author": "contributor-01",
        "created": f"2025-04-{number:02}T17:19:55Z", "source": f"Hello {{{{ name }}}}, this is {number}.\n",
    }  # fmt: skip
    return json.dumps(entry | changed)


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "prompts.jsonl"
    path.write_text("\n".join([line("first", 1), line("first", 2), line("second", 1)]) + "\n")
    return path


def test_it_says_what_came_in_by_prompt_and_in_all(cast, file):
    said = say("import_history", str(file), "--workspace=demo").splitlines()

    assert said[0].split() == ["first", "2", "versions,", "2", "new"]
    assert said[-1] == "2 prompts, 3 versions (3 of them new)"
    assert Prompt.objects.get(slug="first").live.number == 2


def test_a_second_run_adds_nothing_and_moves_nothing(cast, file):
    say("import_history", str(file), "--workspace=demo")
    before = list(Prompt.objects.order_by("slug").values_list("generation", "live_since", "changed_at"))
    events = Event.objects.count()

    said = say("import_history", str(file), "--workspace=demo")

    assert said.splitlines()[-1] == "2 prompts, 3 versions (0 of them new)"
    assert (
        list(Prompt.objects.order_by("slug").values_list("generation", "live_since", "changed_at")) == before
    )
    assert Event.objects.count() == events


def test_it_is_recorded_as_the_operators_act(cast, file):
    say("import_history", str(file), "--workspace=demo")

    assert set(Event.objects.filter(name="artifact.imported").values_list("actor_kind", "via")) == {
        ("operator", "command")
    }


def test_stdin_is_read_where_the_file_is_a_dash(cast, monkeypatch, file):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))

    said = say("import_history", "-", "--workspace=demo")

    assert "2 prompts, 3 versions" in said


def test_a_bad_line_fails_the_command_and_spares_the_other_prompts(cast, file):
    file.write_text(file.read_text() + line("third", 1, created="yesterday") + "\n")

    with pytest.raises(CommandError, match="Of 3 prompts, 1 did not come in"):
        say("import_history", str(file), "--workspace=demo")

    assert Version.objects.count() == 3


def test_a_line_that_names_nothing_fails_the_command(cast, file):
    file.write_text('{"version": 1, "config": {}}\n')

    with pytest.raises(CommandError, match="Of 1 history, 1 did not come in"):
        say("import_history", str(file), "--workspace=demo")


def test_a_file_that_is_not_there_is_named(cast, tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.jsonl cannot be read"):
        say("import_history", str(tmp_path / "nothing.jsonl"), "--workspace=demo")
