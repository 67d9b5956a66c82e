"""Threads, forks, hooks and ends; and what an import costs."""

import os
import pickle
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door
from tests.client.later import later
from tests.delivery.house import until
from tests.server import ROOT


def test_a_child_process_refreshes_by_itself_and_says_another_name(clients: Any, stage: Door):
    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, fresh=0.2)
    client.prompt("greeting")
    stage.hang()
    time.sleep(0.2)
    client.prompt("greeting")  # a thread of the parent is under way while it forks
    until(lambda: len(stage.asked) == 2)
    stage.say(made_up.prompt("New.", generation=2))

    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            until(lambda: client.prompt("greeting").content == "New.", within=5)
            os.write(theirs, client.instance.encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as end:
        instance = end.read()
    os.waitpid(child, 0)

    assert instance
    assert instance != client.instance
    assert str(child) in instance
    assert instance in {asked.headers["previse-instance"] for asked in stage.asked}


def test_many_threads_may_read_while_it_is_refreshed(clients: Any, stage: Door):
    generations = iter(range(1, 100_000))
    lock = threading.Lock()

    def next_one(path: str, headers: dict[str, str]) -> Any:
        with lock:
            generation = next(generations)
        return made_up.prompt(f"Text {generation}", generation=generation, number=generation)

    stage.say(next_one)
    client, wrong = clients(made_up.KEY, stage, fresh=0.02), []

    def read() -> None:
        last = 0
        for _ in range(1_500):
            prompt = client.prompt("greeting")
            if prompt.content != f"Text {prompt.number}" or prompt.number < last:
                wrong.append(prompt)
            last = prompt.number
            time.sleep(0)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert wrong == []


def test_it_tells_what_happens_and_a_hook_that_fails_breaks_nothing(clients: Any, stage: Door):
    from previse import FallbackUsed, Read, ReadFailed, Refreshed, RefreshFailed, Unreachable

    told: list[Any] = []

    def hook(event: Any) -> None:
        told.append(event)
        raise RuntimeError("of the hook")

    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage, on_event=hook)
    client.prompt("greeting")
    client.prompt("greeting")
    stage.talk_nonsense()
    later(client, 60)
    client.prompt("greeting")
    until(lambda: any(isinstance(event, RefreshFailed) for event in told))
    client.prompt("other", fallback="Hi.")
    with pytest.raises(Unreachable):
        client.prompt("another")

    reads = [event for event in told if isinstance(event, Read)]
    assert [event.read_from for event in reads] == ["server", "memory", "memory", "fallback"]
    assert [event.stale for event in reads] == [False, False, True, True]
    refreshed = [event for event in told if isinstance(event, Refreshed)]
    assert [(event.number, event.changed, event.server_stale) for event in refreshed] == [(1, True, False)]
    failed = next(event for event in told if isinstance(event, RefreshFailed))
    assert (failed.slug, failed.failures, failed.retry_in >= 60) == ("greeting", 1, True)
    assert [type(event.error) for event in told if isinstance(event, FallbackUsed)] == [Unreachable]
    assert [event.slug for event in told if isinstance(event, ReadFailed)] == ["another"]


def test_a_closed_client_reads_no_more_and_leaves_nothing_running(clients: Any, stage: Door):
    from previse import Previse

    stage.say(made_up.prompt())
    with Previse(made_up.KEY, base_url=stage.url, cache_dir=None) as client:
        client.prompt("greeting")
    client.close()

    with pytest.raises(RuntimeError, match="closed"):
        client.prompt("greeting")
    assert not [thread for thread in threading.enumerate() if thread.name == "previse-refresh"]


def test_a_program_ends_while_the_server_hangs(stage: Door):
    stage.hang()
    code = (
        "import previse, time\n"
        f"client = previse.Previse({made_up.KEY!r}, base_url={stage.url!r}, cache_dir=None, timeout=0.2)\n"
        "client.prompt('greeting', fallback='Hi.')\n"
    )
    began = time.monotonic()

    subprocess.run([sys.executable, "-c", code], env=_environment(), check=True, timeout=60)

    assert time.monotonic() - began < 30


def test_an_import_reads_nothing_starts_nothing_and_loads_no_httpx():
    code = (
        "import sys, threading, os\n"
        "os.environ.clear()\n"
        "import previse\n"
        "assert threading.active_count() == 1\n"
        "assert 'httpx' not in sys.modules\n"
        "assert previse.Prompt.__doc__\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], env=_environment(), check=True)


def test_errors_keep_no_frames_and_can_be_told_apart(clients: Any, stage: Door):
    from previse import NotPublished, PreviseError, Unreachable

    stage.say(made_up.unpublished())
    client, caught = clients(made_up.KEY, stage), []
    for _ in range(3):
        with pytest.raises(PreviseError) as error:
            client.prompt("greeting")
        caught.append(error.value)

    assert len({id(each) for each in caught}) == 3
    assert {type(each) for each in caught} == {NotPublished}
    assert pickle.loads(pickle.dumps(Unreachable("a", "b"))).why in ("b", "")


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "clients" / "python" / "src")}
