"""What the review before a publish says: whether this very text was tried, when and by whom."""

import re

import pytest

from tests.factories import make_prompt
from versioning.playground import services
from versioning.playground.models import Run
from versioning.playground.states import RunStatus
from versioning.versions import services as versions
from versioning.versions.models import Version
from versioning.versions.trials import trial_of


@pytest.fixture
def prompt(cast):
    return make_prompt(cast.eve, slug="greeting", source="Hello {{ name }}.")


def tried(actor, prompt, number=1, status=RunStatus.DONE):
    [run] = services.start_runs(actor, prompt, [number], said="Hi", values={"name": "Ann"})
    Run.objects.filter(pk=run.pk).update(status=status)
    return run


def asked(cast, prompt, number=1):
    return trial_of(cast.alice, prompt, Version.objects.of(prompt).numbered(number))


def test_a_version_that_nobody_tried(cast, prompt):
    trial = asked(cast, prompt)

    assert (trial.runs, trial.who, trial.at, trial.same_text) == (0, "", None, True)
    assert trial.url == "/w/demo/prompts/greeting/playground/?v=1"


def test_who_tried_it_last_and_how_often(cast, prompt):
    tried(cast.alice, prompt)
    last = tried(cast.eve, prompt)

    trial = asked(cast, prompt)

    assert (trial.runs, trial.who, trial.at, trial.same_text) == (2, "Eve", last.created_at, True)


@pytest.mark.parametrize("status", [each for each in RunStatus if each != RunStatus.DONE])
def test_only_an_answer_is_a_trial(cast, prompt, status):
    tried(cast.eve, prompt, status=status)

    assert asked(cast, prompt).runs == 0


def test_a_draft_that_was_rewritten_since_says_so(cast, prompt):
    tried(cast.eve, prompt)
    versions.update_draft(cast.eve, prompt, 1, source="Good day {{ name }}.")

    changed = asked(cast, prompt)
    tried(cast.alice, prompt)
    again = asked(cast, prompt)

    assert (changed.runs, changed.who, changed.same_text) == (1, "Eve", False)
    assert (again.runs, again.who, again.same_text) == (1, "Alice", True)


def test_another_versions_trials_are_not_its_own(cast, prompt):
    versions.save_version(cast.eve, prompt, source="Another {{ name }}.")
    tried(cast.eve, prompt, 1)

    assert asked(cast, prompt, 2).runs == 0


def test_the_review_says_it(cast, web, prompt):
    def review():
        page = web.get("prompts/greeting/versions/1/promote/").content.decode()
        return " ".join(re.sub(r"<[^>]+>", "", page).split()).replace(" .", ".")

    never = review()
    tried(cast.eve, prompt)
    once = review()
    tried(cast.eve, prompt)
    versions.update_draft(cast.eve, prompt, 1, source="Good day {{ name }}.")
    changed = review()

    assert "v1 was never tried in the playground. Try it" in never
    assert re.search(r"v1 was tried once, by Eve, \d+ \w+ \d{4}", once)
    assert re.search(r"v1 was tried 2 times, last by Eve, .* UTC. Its text has changed since then", changed)
