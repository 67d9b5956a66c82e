"""What a process remembers is bounded, whatever is asked of it."""

from typing import Any

from versioning.delivery import memory as memory_module
from versioning.delivery.memory import Answer, Key, Memory, Shelf


def test_a_shelf_forgets_what_was_not_asked_for_longest_once_it_is_full():
    shelf = Shelf(most_bytes=3 * (memory_module.OVERHEAD + 1_000))
    for slug in ("a", "b", "c"):
        shelf.put(_answer(slug))
    shelf.used(_answer("a").place)

    shelf.put(_answer("d"))

    assert [place[3] for place in shelf.answers] == ["c", "a", "d"]
    assert shelf.bytes <= shelf.most_bytes


def test_an_answer_larger_than_the_shelf_is_not_kept_and_counts_nothing():
    shelf = Shelf(most_bytes=500)

    shelf.put(_answer("a"))

    assert (len(shelf.answers), shelf.bytes) == (0, 0)


def test_invented_keys_and_slugs_are_remembered_in_bounds(monkeypatch: Any):
    monkeypatch.setattr(memory_module, "BOGUS_KEYS", 100)
    monkeypatch.setattr(memory_module, "KEYS", 100)
    memory = Memory(10_000_000)
    memory.put(_answer("real"))

    for number in range(1_000):
        digest = number.to_bytes(32)
        memory.put_bogus(digest, deaf=False)
        memory.put_key(Key(id=str(number), digest=digest, workspace="w", kind="live", header=digest))
    for number in range(5_000):
        memory.put(_answer(f"invented-{number}", absent=True))

    assert len(memory._bogus) <= 100
    assert len(memory.keys) == len(memory.by_header) <= 100
    assert memory.absent.bytes <= memory.absent.most_bytes
    assert memory.find(_answer("real").place)


def test_conversations_push_out_no_answer_and_are_bounded():
    memory = Memory(4 * (memory_module.OVERHEAD + 1_000) * 10)
    memory.put(_answer("real"))

    for number in range(1_000):
        memory.put(_answer(f"id-{number}", kind=memory_module.CONVERSATION))

    assert memory.find(_answer("real").place)
    assert memory.find(_answer("id-999", kind=memory_module.CONVERSATION).place)
    assert len(memory.conversations.answers) == 10


def _answer(slug: str, *, kind: str = "prompt", absent: bool = False) -> Answer:
    return Answer(
        place=("w", "live", kind, slug, None), status=200, body=b"x" * 1_000, headers=[], absent=absent
    )
