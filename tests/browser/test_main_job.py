"""The main job: on real histories with the mouse, and with the keyboard alone."""

import subprocess
import sys

import pytest

from tests.browser.hands import Keyboard, Mouse
from tests.browser.journey import Journey, do_the_main_job
from tests.server import ROOT

HISTORIES = ROOT.parent / "shared" / "data" / "prompts.jsonl"


def test_the_main_job_on_a_real_history(world, browsers, server_environment):
    if not HISTORIES.exists():
        pytest.skip(f"There are no real histories at {HISTORIES}.")
    command = [sys.executable, "manage.py", "import_history", str(HISTORIES), "--workspace", "demo"]
    told = subprocess.run(command, cwd=ROOT, env=server_environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "18 prompts, 679 versions (679 of them new)" in told.stdout
    page = browsers.nobody()

    journey = Journey(page, "gemini-cli-core-system", world, Mouse(page), newest=92)

    do_the_main_job(journey, words="topic updates", changed="topicUpdateNarrationOverride")


def test_the_main_job_with_the_keyboard_alone(world, browsers):
    world.prompt("greeting", live=3)
    page = browsers.nobody()

    journey = Journey(page, "greeting", world, Keyboard(page), newest=3)

    do_the_main_job(journey, words="v3", changed="This is text number")
