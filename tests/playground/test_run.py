"""Runs to their end: the answer is kept, and whatever goes wrong is said."""

import json
import time

import pytest

from tests.playground.conftest import KEY
from tests.playground.model_server import WORDS
from tests.refusals import refused
from versioning.playground import runner as running
from versioning.playground import services
from versioning.playground.models import LOST, Provider, Run
from versioning.playground.runner import runner
from versioning.playground.states import LOST_AFTER, OPEN, RunStatus


def until(true, within=10.0):
    """Wait for something."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_the_whole_answer_is_kept_with_its_times_and_tokens(playground):
    run = playground.answered_by().run()

    assert (run.status, run.answer, run.error) == ("done", "".join(WORDS), "")
    assert (run.tokens_in, run.tokens_out, run.model) == (21, 6, "tiny")
    assert run.created_at <= run.started_at <= run.first_token_at <= run.finished_at


def test_what_is_sent_is_what_is_kept_to_the_letter(playground):
    run = playground.answered_by().run(said="Where is it?", values={"name": "Ann {{ name }}", "more": "x"})

    assert playground.server.asked == [run.request["body"]]
    system, user = run.request["body"]["messages"]
    assert system["role"] == "system"
    assert system["content"].startswith("Hello Ann {{ name }}.\n")
    assert user == {"role": "user", "content": "Where is it?"}
    assert run.request["url"] == f"{playground.server.url()}/chat/completions"
    assert run.values == {"name": "Ann {{ name }}"}


def test_the_key_is_sent_and_stands_nowhere_in_the_run(playground):
    run = playground.answered_by("401").run()

    assert playground.server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert run.request["authorization"] == f"Bearer ••••{KEY[-4:]}"
    row = json.dumps({field.name: str(getattr(run, field.attname)) for field in Run._meta.fields})
    assert KEY not in row
    assert run.error.endswith("It says: No Bearer •••• here")


def test_a_server_without_a_key_is_sent_none(playground, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-operator")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-operator")

    playground.answered_by(key="").run()

    sent = set(playground.server.headers[0])
    assert not sent & {"authorization", "openai-organization", "openai-project"}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("401", "does not accept the key"),
        ("404", "knows no model “tiny”"),
        ("429", "takes no more requests"),
        ("400", "refused the request (400)"),
        ("500", "failed (500)"),
        ("302", "leads on to another"),
        ("page", "not as an OpenAI-compatible server"),
        ("nonsense", "no answer of an OpenAI-compatible server"),
        ("away", "broke off"),
        ("error", "broke off"),
    ],
)
def test_what_goes_wrong_is_said(playground, how, words):
    run = playground.answered_by(how).run()

    assert run.status == "failed"
    assert words in run.error
    assert run.finished_at


def test_a_server_that_is_not_there_is_said_to_be_away(playground):
    playground.answered_by()
    playground.server.close()

    run = playground.run()

    assert "No connection to the model server" in run.error


def test_words_that_came_before_it_broke_off_stay(playground):
    assert playground.answered_by("error").run().answer == "Half"


def test_an_address_inside_is_not_asked_unless_the_operator_allows_it(playground, settings):
    settings.PLAYGROUND_ALLOW_PRIVATE = False

    run = playground.answered_by().run()

    assert "inside the network" in run.error
    assert "PLAYGROUND_ALLOW_PRIVATE=1" in run.error
    assert playground.server.asked == []


def test_hostile_words_are_kept_as_text_that_the_database_takes(playground):
    run = playground.answered_by("hostile").run()

    assert run.answer == "<script>alert(1)</script>NUL \ufffd half \ufffd {{ x }}"
    assert run.status == "done"


def test_calls_of_tools_are_the_answer_then(playground):
    assert playground.answered_by("tools").run().answer.strip() == 'lookup({"id": 7})'


def test_an_answer_that_the_model_cut_off_says_so(playground):
    run = playground.answered_by("cut").run()

    assert (run.status, run.answer) == ("done", "Half")
    assert "cut off" in run.error


def test_an_answer_without_an_end_is_ended(playground, monkeypatch):
    monkeypatch.setattr(running, "MOST_TEXT", 50_000)

    run = playground.answered_by("endless").run()

    assert (run.status, len(run.answer)) == ("failed", 50_000)
    assert "cut off at 50,000" in run.error


def test_an_answer_that_takes_too_long_is_ended(playground, monkeypatch):
    monkeypatch.setattr(running, "LONGEST", 0.5)
    playground.server.gate.clear()

    run = playground.answered_by().run()

    assert (run.status, run.answer) == ("failed", WORDS[0])
    assert "not complete" in run.error


def test_what_has_come_is_in_the_row_before_the_end(playground):
    playground.server.gate.clear()
    [run] = playground.answered_by().start()

    until(lambda: playground.now(run).answer == WORDS[0])

    assert playground.now(run).status == "streaming"


def test_a_stopped_run_keeps_its_words_and_ends_at_once(playground):
    playground.server.gate.clear()
    [run] = playground.answered_by().start()
    until(lambda: playground.now(run).answer == WORDS[0])

    with playground.inside():
        services.stop_run(playground.cast.eve, run.pk)
    runner.join(5)

    assert (playground.now(run).status, playground.now(run).answer) == ("stopped", WORDS[0])
    assert runner.under_way(run.pk) is None


def test_a_run_that_another_process_stopped_ends_here(playground):
    playground.server.gate.clear()
    [run] = playground.answered_by().start()
    until(lambda: playground.now(run).status == "streaming")

    with playground.inside():
        Run.objects.filter(pk=run.pk).update(status=RunStatus.STOPPED)
    runner.join(10)

    assert runner.under_way(run.pk) is None
    assert playground.now(run).status == "stopped"


def test_to_stop_what_has_ended_changes_nothing(playground):
    run = playground.answered_by().run()

    with playground.inside():
        assert services.stop_run(playground.cast.eve, run.pk).status == "done"


def test_a_run_that_its_process_lost_is_shown_as_failed(playground):
    run = playground.answered_by().run()
    with playground.inside():
        Run.objects.filter(pk=run.pk).update(status=RunStatus.STREAMING, seen_at=run.seen_at - 2 * LOST_AFTER)
        lost = Run.objects.get(pk=run.pk)
        still_open = Run.objects.open().count()

    assert (lost.state, lost.problem, lost.is_open, still_open) == ("failed", LOST, False, 0)


def test_a_waiting_run_gives_a_sign_of_life(playground, monkeypatch):
    monkeypatch.setattr(running, "SIGN_EVERY", 0.0)
    playground.server.gate.clear()
    [run] = playground.answered_by().start()

    until(lambda: playground.now(run).seen_at > run.seen_at and playground.now(run).status in OPEN)


def test_no_more_answers_come_at_once_than_a_workspace_may_have(playground):
    playground.answered_by("slow")

    for _ in range(5):
        playground.start(2, 3)
    runner.join()

    assert playground.server.most_at_once == running.AT_ONCE
    with playground.inside():
        assert set(Run.objects.values_list("status", flat=True)) == {"done"}


def test_too_many_at_once_are_refused(playground):
    playground.server.gate.clear()
    playground.answered_by()
    for _ in range(services.runs.MOST_OPEN):
        playground.start(3)

    with refused("rate_limited"):
        playground.start(3)


def test_a_key_that_can_no_longer_be_read_is_asked_for_again(playground):
    playground.answered_by()
    with playground.inside():
        Provider.objects.update(sealed_key=b"sealed with another SECRET_KEY")

    run = playground.run()

    assert run.error == running.NO_KEY
    assert playground.server.asked == []


def test_more_bytes_than_any_answer_has_are_not_read(playground, monkeypatch):
    monkeypatch.setattr("versioning.playground.asking.MOST_BYTES", 30_000)

    run = playground.answered_by("endless").run()

    assert "longer than 30,000 bytes" in run.error
