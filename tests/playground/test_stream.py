"""Answers as they come, from a real server: word by word, to whom they were given, holding nobody up."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.core import signing

from tests.playground.conftest import Playground
from tests.playground.model_server import WORDS
from versioning.lib.transaction import told
from versioning.playground.models import Run
from versioning.playground.stream import LASTS, SALT, is_stream, stream_url
from versioning.workspaces.models import Member, Role, User
from versioning.workspaces.tokens import issue


@pytest.fixture
def playground(committed_cast, model_server):
    return Playground(committed_cast, model_server).answered_by()


@pytest.fixture
def eve(playground, server):
    """eve's program at the real server."""
    with playground.inside():
        token = issue(playground.cast.eve.user, "demo")
    with httpx.Client(
        base_url=server.url, timeout=20, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        yield client


def start(eve, n=3):
    body = {"input": "Where is it?", "values": {"name": "Ann"}}
    answer = eve.post(f"/api/prompts/greeting/versions/{n}/runs", json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def url_for(playground, run_id, actor=None):
    actor = actor or playground.cast.eve
    with playground.inside():
        return stream_url(actor, Run.objects.get(pk=run_id))


def events(server, url, **headers):
    """The events of a stream, as they come: (name, data)."""
    with httpx.stream("GET", server.url + url, headers=headers, timeout=20) as answer:
        assert answer.status_code == 200, answer.status_code
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = "message"
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))
            elif not line:
                name = "message"


def test_the_words_come_as_they_are_said_and_then_the_end(playground, server, eve):
    playground.server.gate.clear()
    run = start(eve)
    heard = events(server, url_for(playground, run))

    first = next(heard)
    playground.server.gate.set()
    rest = list(heard)

    assert first == ("message", {"text": WORDS[0]})
    assert WORDS[0] + "".join(data["text"] for name, data in rest if name == "message") == "".join(WORDS)
    assert rest[-1] == ("end", {})
    assert eve.get(f"/api/runs/{run}").json()["status"] == "done"


def test_who_comes_later_hears_it_from_the_beginning_or_from_where_they_were(playground, server, eve):
    run = start(eve)
    url = url_for(playground, run)
    whole = "".join(data.get("text", "") for _, data in events(server, url))

    again = "".join(data.get("text", "") for _, data in events(server, url))
    rest = "".join(data.get("text", "") for _, data in events(server, url, **{"Last-Event-ID": "5"}))

    assert (whole, again, rest) == ("".join(WORDS), "".join(WORDS), "".join(WORDS)[5:])


def test_another_process_reads_it_too(playground, server, other_server, eve):
    playground.server.gate.clear()
    run = start(eve)
    heard = events(other_server, url_for(playground, run))

    first = next(heard)
    playground.server.gate.set()

    assert first == ("message", {"text": WORDS[0]})
    assert list(heard)[-1] == ("end", {})


def test_stop_ends_the_stream(playground, server, other_server, eve):
    playground.server.gate.clear()
    run = start(eve)
    heard = events(server, url_for(playground, run))
    next(heard)

    stopped = eve.post(f"/api/runs/{run}/stop").json()

    assert stopped["status"] == "stopped"
    assert list(heard)[-1] == ("end", {})
    assert eve.get(f"/api/runs/{run}").json()["answer"] == WORDS[0]


def test_long_answers_hold_no_thread_of_the_pages(playground, server, eve):
    """Three times as many listeners as there are threads, and the pages answer as before."""
    playground.server.gate.clear()
    urls = [url_for(playground, start(eve)) for _ in range(3)]
    opened = [events(server, url) for url in urls * 8]
    with ThreadPoolExecutor(24) as threads:
        assert [one[0] for one in threads.map(next, opened)] == ["message"] * 24

        began = time.monotonic()
        for _ in range(10):
            assert eve.get("/api/prompts/greeting").status_code == 200
        took = time.monotonic() - began

        playground.server.gate.set()
        for heard in opened:
            heard.close()
    assert took < 5, took


def test_a_reader_who_leaves_ends_nothing(playground, server, eve):
    playground.server.gate.clear()
    run = start(eve)
    heard = events(server, url_for(playground, run))
    next(heard)
    heard.close()

    playground.server.gate.set()

    deadline = time.monotonic() + 10
    while eve.get(f"/api/runs/{run}").json()["status"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def refused(server, url, method="GET"):
    answer = httpx.request(method, server.url + url, timeout=10)
    return answer.status_code == 404 and answer.content == b""


def test_only_who_was_given_the_address_hears_it(playground, server, eve):
    run, other = start(eve), start(eve)
    url = url_for(playground, run)
    path, token = url.split("?token=")
    charlie = playground.cast.charlie
    forged = signing.dumps({"run": run, "person": str(charlie.person_id)}, salt=SALT)

    assert not refused(server, url)
    for wrong in (
        path,
        f"{path}?token=",
        f"{path}?token={token[:-1]}",
        f"{path}?token=%00%ff",
        f"{url_for(playground, other).split('?')[0]}?token={token}",
        url.replace("/w/demo/", "/w/elsewhere/"),
        url.replace("/w/demo/", "/w/never-was/"),
        f"{path}?token={forged}",
        f"{path.replace(run, '-' * 36)}?token={token}",
    ):
        assert refused(server, wrong), wrong
    assert refused(server, url, "POST")


def test_an_address_ends_with_its_time(playground, server, eve, monkeypatch):
    run = start(eve)
    monkeypatch.setattr(time, "time", lambda now=time.time: now() - LASTS - 5)
    old = url_for(playground, run)
    monkeypatch.undo()

    assert refused(server, old)


@pytest.mark.parametrize("what", ["removed", "made a viewer", "made inactive"])
def test_it_ends_with_the_right_to_try(playground, server, eve, what):
    run = start(eve)
    url, person = url_for(playground, run), playground.cast.eve.user
    with told(playground.cast.demo.id):
        if what == "removed":
            Member.objects.filter(user=person).delete()
        elif what == "made a viewer":
            Member.objects.filter(user=person).update(role=Role.VIEWER)
        else:
            User.objects.filter(pk=person.pk).update(is_active=False)

    assert refused(server, url)


def test_a_server_that_is_ended_says_so_in_the_rows(playground, server_environment, eve):
    from tests.server import Server

    playground.server.gate.clear()
    own = Server(server_environment).start()
    body = {"input": "Where is it?", "values": {"name": "Ann"}}
    answer = own.client.post("/api/prompts/greeting/versions/3/runs", json=body, headers=dict(eve.headers))
    run = answer.json()["id"]
    heard = events(own, url_for(playground, run))
    next(heard)
    heard.close()

    own.stop()

    found = eve.get(f"/api/runs/{run}").json()
    assert (found["status"], found["answer"]) == ("failed", WORDS[0])
    assert "restarted" in found["error"]


def test_a_server_that_is_killed_loses_no_word_that_was_written(playground, server_environment, eve):
    from tests.server import Server

    playground.server.gate.clear()
    own = Server(server_environment).start()
    body = {"input": "Where is it?", "values": {"name": "Ann"}}
    answer = own.client.post("/api/prompts/greeting/versions/3/runs", json=body, headers=dict(eve.headers))
    run = answer.json()["id"]
    deadline = time.monotonic() + 10
    while not eve.get(f"/api/runs/{run}").json()["answer"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    for pid in own.workers():
        os.kill(int(pid), signal.SIGKILL)
    own.process.kill()
    own.process.wait()
    with told(playground.cast.demo.id):
        Run.objects.update(seen_at="2026-01-01T00:00Z")  # as if the time had gone by

    found = eve.get(f"/api/runs/{run}").json()
    assert (found["status"], found["answer"]) == ("failed", WORDS[0])
    assert "restarted" in found["error"]


@pytest.mark.parametrize("path", ["/w/demo/playground/", "/w/demo/playground/runs/x/stream", "/w/a/b/stream"])
def test_other_addresses_are_no_streams(path):
    assert not is_stream(path)
