"""The last known on disk: it carries a start without the server, and can do no harm."""

import multiprocessing
import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from tests.client import made_up
from tests.client.door import Door, Says
from tests.delivery.house import House, until

FORK = multiprocessing.get_context("fork")


def file_of(client: Any, slug: str = "greeting") -> Path:
    """Where a prompt is kept."""
    found: Path = client._memory.disk.folder / f"prompt-{slug}.previse"
    return found


@pytest.fixture
def kept(clients: Any, stage: Door) -> Path:
    """The file of a prompt that was read by a program which has ended since, and its server too."""
    stage.say(made_up.prompt())
    client = clients(made_up.KEY, stage)
    client.prompt("greeting")
    client.close()
    stage.say(Says(status=0))
    path = file_of(client)
    path.write_bytes(path.read_bytes())
    return path


def test_a_program_starts_without_its_server_from_what_it_knew(clients: Any, house: House, door: Door):
    prompt, agent, key = house.prompt(), house.agent(), house.key()
    first = clients(key, door, fresh=0.1)
    fresh = (first.prompt(prompt.slug), first.agent(agent.slug))
    first.close()
    time.sleep(0.1)
    door.say(Says(status=0))

    second = clients(key, door, fresh=0.1)

    assert (second.prompt(prompt.slug).content, second.agent(agent.slug).content) == tuple(
        each.content for each in fresh
    )
    read = second.prompt(prompt.slug)
    assert (read.read_from, read.stale, read.since) == ("disk", True, fresh[0].since)
    assert 0.1 < read.age < 10
    door.pass_on()
    until(lambda: second.prompt(prompt.slug).read_from == "memory")


def test_a_server_that_hangs_holds_up_a_start_for_a_second_at_most(clients: Any, kept: Path, stage: Door):
    stage.hang()
    time.sleep(0.2)
    client = clients(made_up.KEY, stage, fresh=0.2, timeout=30)

    began = time.monotonic()
    assert client.prompt("greeting").read_from == "disk"
    assert 0.9 < time.monotonic() - began < 5
    began = time.monotonic()
    client.prompt("greeting")
    assert time.monotonic() - began < 0.1


def test_what_is_fresh_on_disk_is_fresh(clients: Any, kept: Path, stage: Door):
    assert clients(made_up.KEY, stage).prompt("greeting").stale is False
    assert len(stage.asked) == 1


def test_the_age_counts_from_the_server_s_word_through_restarts(clients: Any, kept: Path, stage: Door):
    from previse import Unreachable

    time.sleep(0.3)

    with pytest.raises(Unreachable, match="max_stale"):
        clients(made_up.KEY, stage, fresh=0.1, max_stale=0.2).prompt("greeting")


def test_nobody_else_can_read_it_and_the_key_is_not_in_it(kept: Path):
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert made_up.KEY not in str(kept)
    assert made_up.KEY.encode() not in kept.read_bytes()
    assert [each.name for each in sorted(kept.parent.iterdir())] == ["lock", kept.name]


def test_keys_and_servers_have_folders_of_their_own(clients: Any, stage: Door):
    stage.say(made_up.prompt())
    with Door() as other:
        other.say(made_up.prompt())
        made = [clients(made_up.KEY, stage), clients(made_up.KEY[:-1] + "x", stage),
                clients(made_up.KEY, other)]  # fmt: skip
        for client in made:
            client.prompt("greeting")

        assert len({file_of(client).parent for client in made}) == 3
        assert all(file_of(client).exists() for client in made)


def _damages() -> dict[str, Any]:
    def flip(at: float) -> Any:
        def damage(path: Path) -> None:
            content = bytearray(path.read_bytes())
            content[int(at * (len(content) - 1))] ^= 4
            path.write_bytes(content)

        return damage

    def replaced(make: Any) -> Any:
        def damage(path: Path) -> None:
            path.unlink()
            make(path)

        return damage

    return {
        "empty": lambda path: path.write_bytes(b""),
        "cut": lambda path: path.write_bytes(path.read_bytes()[:-7]),
        "cut to its first line": lambda path: path.write_bytes(path.read_bytes().partition(b"\n")[0]),
        "longer": lambda path: path.write_bytes(path.read_bytes() + b" "),
        "noise": lambda path: path.write_bytes(os.urandom(2_000)),
        "a folder": replaced(Path.mkdir),
        "a pipe": replaced(os.mkfifo),
        "a link to nowhere": replaced(lambda path: path.symlink_to("/nowhere")),
        "a link to itself": replaced(lambda path: path.symlink_to(path)),
        **{f"a bit flipped at {at}": flip(at) for at in (0, 0.05, 0.2, 0.5, 0.8, 1)},
    }


@pytest.mark.parametrize("damage", _damages())
def test_what_is_damaged_is_ignored_and_put_right(damage: str, clients: Any, kept: Path, stage: Door):
    from previse import Unreachable

    _damages()[damage](kept)

    with pytest.raises(Unreachable):
        clients(made_up.KEY, stage).prompt("greeting")
    stage.say(made_up.prompt("Whole again."))
    client = clients(made_up.KEY, stage, fresh=0.1)
    assert client.prompt("greeting").content == "Whole again."
    if damage != "a folder":
        assert b"Whole again." in kept.read_bytes()


def test_a_file_of_another_key_or_another_prompt_is_foreign(clients: Any, kept: Path, stage: Door):
    from previse import Unreachable

    other = clients(made_up.KEY[:-1] + "x", stage)
    file_of(other).parent.mkdir(parents=True)
    file_of(other).write_bytes(kept.read_bytes())
    kept.rename(kept.with_name("prompt-another.previse"))

    for client, slug in ((other, "greeting"), (clients(made_up.KEY, stage), "another")):
        with pytest.raises(Unreachable):
            client.prompt(slug)


def test_an_older_generation_never_takes_the_place_of_a_newer_one(clients: Any, kept: Path, stage: Door):
    stage.say(made_up.prompt("Newer.", generation=9))
    slow = clients(made_up.KEY, stage, fresh=0.1)
    time.sleep(0.15)
    until(lambda: slow.prompt("greeting").content == "Newer.")
    until(lambda: b"Newer." in kept.read_bytes())

    stage.say(made_up.prompt("Older.", generation=8))
    lagging = clients(made_up.KEY, stage, fresh=0.2)  # another memory: as another process has
    kept.rename(kept.with_suffix(".away"))
    assert lagging.prompt("greeting").content == "Older."
    kept.with_suffix(".away").rename(kept)
    stage.say(made_up.prompt("Older, once more.", generation=8, number=3))
    until(lambda: lagging.prompt("greeting").number == 3)
    time.sleep(0.1)

    assert b"Newer." in kept.read_bytes()


def _write_many(url: str, folder: Path, generations: range) -> None:
    from previse.answers import Place, news_of
    from previse.disk import Disk, Kept

    disk = Disk(folder, made_up.KEY, url)
    for generation in generations:
        news = news_of(Place("prompt", "greeting"), made_up.entry(generation=generation))
        disk.save(Kept(Place("prompt", "greeting"), news, time.time()))


def test_processes_that_write_at_once_leave_the_newest_and_never_half_a_file(tmp_path: Path):
    from previse.answers import Place
    from previse.disk import Disk

    url, disk = "http://one", Disk(tmp_path, made_up.KEY, "http://one")
    workers = [FORK.Process(target=_write_many, args=(url, tmp_path, range(first, 120, 3)))
               for first in (1, 2, 3)]  # fmt: skip
    for worker in workers:
        worker.start()
    seen = []
    while any(worker.is_alive() for worker in workers):
        if found := disk.load(Place("prompt", "greeting")):
            seen.append(found.news.generation)
        assert found or not seen
    for worker in workers:
        worker.join(10)

    assert seen == sorted(seen)
    assert disk.load(Place("prompt", "greeting")).news.generation == 119


def test_without_a_place_to_write_reads_go_on(clients: Any, stage: Door, tmp_path: Path):
    from previse import DiskFailed

    told: list[Any] = []
    (tmp_path / "file").write_text("in the way")
    stage.say(made_up.prompt())

    client = clients(made_up.KEY, stage, cache_dir=tmp_path / "file", on_event=told.append)

    assert client.prompt("greeting").number == 1
    assert [event.path for event in told if isinstance(event, DiskFailed)] == [
        str(client._memory.disk.folder)
    ]


def test_it_can_be_off_and_be_told_by_the_environment(
    clients: Any, stage: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from previse import Previse

    monkeypatch.setenv("PREVISE_CACHE_DIR", str(tmp_path / "told"))
    stage.say(made_up.prompt())
    clients(made_up.KEY, stage, cache_dir=None).prompt("greeting")
    assert list(tmp_path.iterdir()) == []

    with Previse(made_up.KEY, base_url=stage.url) as client:
        client.prompt("greeting")
    assert [each.name for each in tmp_path.iterdir()] == ["told"]


def test_a_strange_slug_touches_no_file(clients: Any, stage: Door, tmp_path: Path):
    for slug in ("../../up", "a/b", "A", "x" * 200, "a\0b"):
        stage.say(made_up.prompt(slug=slug))
        assert clients(made_up.KEY, stage).prompt(slug).slug == slug
    assert list(tmp_path.rglob("*.previse")) == []
