"""Texts made to hang a diff, and workers that hang, die or run out of memory."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from pathlib import Path

import pytest

from tests.versions.test_diff import both
from versioning.versions import diff as diff_package
from versioning.versions.diff import compare, compare_safely, has_hidden, name_of, show_whitespace
from versioning.versions.diff.cache import PlanCache
from versioning.versions.diff.plan import MOST_LINES, TOO_BIG, TOO_DIFFERENT, unaligned
from versioning.versions.diff.pool import BUSY, FAILED, Pool
from versioning.versions.diff.worker import TOO_MUCH_MEMORY

BIG = 30_000  # characters: enough to be sent to a worker
ROOT = Path(__file__).parents[2]


def planted(body: str) -> list[str]:
    """The command of a worker that runs `body` for each pair of texts."""
    code = "import os, time\nfrom versioning.versions.diff.worker import serve\n"
    return [sys.executable, "-c", f"{code}def plan(old, new):\n    {body}\nserve(plan)"]


@pytest.fixture
def use(monkeypatch):
    """Put a pool in the place of the common one."""
    pools = []
    monkeypatch.setattr(diff_package, "_cache", PlanCache())

    def put(pool: Pool) -> Pool:
        monkeypatch.setattr(diff_package, "_pool", pool)
        pools.append(pool)
        return pool

    yield put
    for pool in pools:
        pool.close()


def big_pair(seed: int = 0) -> tuple[str, str]:
    words = random.Random(seed)
    old = [f"{words.random()} is line {n}" for n in range(BIG // 20)]
    new = [*old]
    new[100] = "changed"
    return "\n".join(old), "\n".join(new)


def ended(pid: int) -> bool:
    """Whether a process is no more, or waits for a parent that never asks."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


# Texts


def similar_lines() -> tuple[str, str]:
    old = [f"the item number {n} costs {n * 7} in the shop of {n % 9}" for n in range(400)]
    new = [f"the item number {n} costs {n * 5 + 1} in the shop on {n % 7}" for n in range(400)]
    return "\n".join(old), "\n".join(new)


def permuted_lines() -> tuple[str, str]:
    dice = random.Random(3)
    old = [f"symbol {dice.randrange(150)} on a line" for _ in range(8000)]
    return "\n".join(old), "\n".join(dice.sample(old, len(old)))


def one_long_line() -> tuple[str, str]:
    return "ab" * 16_384, "ba" * 16_384


def one_long_line_of_signs() -> tuple[str, str]:
    return "+-" * 16_384, "-+" * 16_384


def long_lines_of_signs() -> tuple[str, str]:
    dice = random.Random(4)
    old = ["".join(dice.choices("+-*/ ab", k=4000)) for _ in range(50)]
    new = ["".join(dice.choices("+-*/ ab", k=4000)) for _ in range(50)]
    return "\n".join(old), "\n".join(new)


def two_symbols() -> tuple[str, str]:
    dice = random.Random(5)
    return "\n".join(dice.choices("ab", k=90_000)), "\n".join(dice.choices("ab", k=90_000))


def shuffled_megabyte() -> tuple[str, str]:
    dice = random.Random(6)
    old = [f"{dice.random()} and some more words in this line" for _ in range(20_000)]
    return "\n".join(old), "\n".join(dice.sample(old, len(old)))


def open_braces() -> tuple[str, str]:
    return "{" * 500_000, "{" * 499_999 + "}"


@pytest.mark.parametrize(
    "pair",
    [
        similar_lines,
        permuted_lines,
        one_long_line,
        one_long_line_of_signs,
        long_lines_of_signs,
        two_symbols,
        shuffled_megabyte,
        open_braces,
    ],
)
def test_a_hostile_pair_is_answered_in_time_and_whole(pair, use):
    use(Pool())
    old, new = pair()
    diff = compare_safely(old, new, timeout=60)  # of a busy machine; what it costs is counted
    assert both(diff) == (old, new)
    # Answered by the worker, and not because it was killed.
    assert diff.reason in ("", TOO_DIFFERENT)


def test_permuted_lines_are_called_too_different():
    diff = compare(*permuted_lines())
    assert (diff.aligned, diff.reason) == (False, TOO_DIFFERENT)


def test_few_changes_among_few_symbols_are_still_aligned():
    lines = random.Random(7).choices(["yes", "no"], k=4000)
    diff = compare("\n".join(lines), "\n".join([*lines[:1000], "maybe", *lines[1000:3000], *lines[3001:]]))
    assert (diff.aligned, diff.added, diff.removed) == (True, 1, 1)


def test_too_many_lines_are_not_aligned_at_all():
    old = "\n" * (MOST_LINES + 2)
    diff = compare(old, old + "x")
    assert (diff.aligned, diff.reason, diff.places) == (False, TOO_BIG, 1)
    assert diff.blocks[0].size == 2 * MOST_LINES + 5


def test_a_costly_passage_leaves_the_rest_aligned():
    dice = random.Random(8)
    head = [f"{dice.random()} head" for _ in range(4000)]
    noise = [dice.choices("abc", k=3000) for _ in range(2)]
    diff = compare("\n".join([*head, *noise[0]]), "\n".join(["first", *head, *noise[1]]))
    assert diff.aligned
    assert diff.reason.startswith("Some passages are too different")
    assert diff.blocks[0].size == 1


# Characters that one does not see


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\u2066", "\u00a0", "\ufeff", "\x00", "\U000e0041"])
def test_hidden_characters_in_changed_lines_are_told(sign):
    assert compare("one\n", f"one{sign}\n").hidden
    assert not compare(f"a{sign}\nb\n", f"a{sign}\nc\n").hidden


def test_plain_space_and_emoji_are_not_hidden():
    assert not has_hidden("plain\ttext\r\nwith ❤️ and ünïcödé")


def test_every_format_sign_and_odd_space_of_unicode_counts_as_hidden():
    odd = {"Cf", "Cc", "Zs", "Zl", "Zp"}
    signs = (chr(code) for code in range(sys.maxunicode + 1))
    missed = [s for s in signs if unicodedata.category(s) in odd and not has_hidden(s)]
    assert missed == ["\t", "\n", "\r", " "]


def test_whitespace_is_shown_on_request():
    assert show_whitespace("a  b\t\r") == [
        ("a", ""),
        ("··", "space"),
        ("b", ""),
        ("→\t", "tab"),
        ("␍", "cr"),
    ]
    assert show_whitespace("\u200b\u202e") == [("U+200B", "hidden"), ("U+202E", "hidden")]
    assert name_of("U+202E") == "RIGHT-TO-LEFT OVERRIDE"


# Workers


def test_a_worker_says_what_this_process_says(use):
    pool = use(Pool())
    pair = big_pair()
    assert compare_safely(*pair) == compare(*pair)
    assert len(pool.pids()) == 1


def test_half_a_surrogate_pair_reaches_the_worker(use):
    use(Pool())
    old, new = big_pair()
    assert both(compare_safely(old, new + "\ud800")) == (old, new + "\ud800")


def test_small_texts_need_no_worker(use):
    pool = use(Pool())
    compare_safely("one\ntwo", "one\nthree")
    assert pool.pids() == []


def test_a_worker_is_kept_for_the_next_pair(use):
    pool = use(Pool())
    compare_safely(*big_pair(1))
    before = pool.pids()
    compare_safely(*big_pair(2))
    assert pool.pids() == before


def test_a_hanging_comparison_is_killed_and_both_texts_are_shown(use):
    pool = use(Pool(command=planted("time.sleep(600)")))
    old, new = big_pair()
    pids: list[int] = []
    watch = threading.Timer(0.4, lambda: pids.extend(pool.pids()))
    watch.start()
    diff = compare_safely(old, new, timeout=0.8)
    watch.join()
    assert not diff.aligned
    assert diff.reason == ("These texts are too different to align within 0.8 s; both are shown whole.")
    assert both(diff) == (old, new)
    assert len(pids) == 1
    assert ended(pids[0])


def test_a_killed_comparison_is_not_remembered(use):
    use(Pool(command=planted("time.sleep(600)")))
    assert not compare_safely(*big_pair(), timeout=0.3).aligned
    use(Pool())
    assert compare_safely(*big_pair()).aligned


def test_a_worker_killed_from_outside_is_replaced(use):
    pool = use(Pool())
    compare_safely(*big_pair(1))
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGKILL)
    assert compare_safely(*big_pair(2)).aligned
    assert ended(pid)
    assert pid not in pool.pids()


def test_a_worker_that_dies_while_comparing_is_tried_once_more(use, tmp_path):
    once = tmp_path / "once"
    body = f"""if not os.path.exists({str(once)!r}):
        open({str(once)!r}, 'w').close()
        os.kill(os.getpid(), 9)
    from versioning.versions.diff.plan import make_plan
    return make_plan(old, new)"""
    use(Pool(command=planted(body)))
    assert compare_safely(*big_pair(), timeout=10).aligned


@pytest.mark.parametrize("command", [planted("os._exit(3)"), ["/no/such/program"]])
def test_a_worker_that_always_dies_or_never_starts_is_given_up(command, use):
    use(Pool(command=command))
    old, new = big_pair()
    diff = compare_safely(old, new, timeout=10)
    assert (diff.aligned, diff.reason) == (False, FAILED)
    assert both(diff) == (old, new)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of memory there")
def test_a_worker_has_little_memory_and_says_when_it_is_too_little(use):
    use(Pool(command=planted("return bytes(600_000_000)")))
    assert compare_safely(*big_pair(), timeout=10).reason == TOO_MUCH_MEMORY


def test_the_wait_for_a_worker_counts(use):
    use(Pool(size=1, command=planted("time.sleep(600)")))
    reasons: list[str] = []

    def ask() -> None:
        reasons.append(compare_safely(*big_pair(), timeout=0.5).reason)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BUSY in reasons or all("within 0.5 s" in reason for reason in reasons)


def test_eight_threads_share_two_workers(use):
    pool = use(Pool())
    pairs = [big_pair(seed) for seed in range(24)]
    answers: dict[int, bool] = {}

    def ask(start: int) -> None:
        for index in range(start, 24, 8):
            answers[index] = compare_safely(*pairs[index], timeout=30) == compare(*pairs[index])

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 24
    assert all(answers.values())
    assert 1 <= len(pool.pids()) <= 2


def test_workers_end_with_their_parent():
    code = f"""
import os, signal
from versioning.versions import diff
diff.compare_safely("x" * {BIG}, "y" * {BIG})
print(*diff._pool.pids(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    parent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert parent.returncode == -signal.SIGKILL
    assert ended(int(parent.stdout))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork there")
def test_a_forked_child_starts_workers_of_its_own():
    code = f"""
import os
from versioning.versions import diff
pair = "x" * {BIG}, "y" * {BIG}
diff.compare_safely(*pair)
before = diff._pool.pids()
child = os.fork()
if not child:
    assert diff.compare_safely(*pair, cached=False).aligned
    assert not set(before) & set(diff._pool.pids())
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert diff.compare_safely(*pair, cached=False).aligned
assert diff._pool.pids() == before
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)


# Cache


def test_a_pair_seen_before_needs_no_worker(use):
    pool = use(Pool())
    first = compare_safely(*big_pair())
    pool.close()
    assert compare_safely(*big_pair()) == first
    assert pool.pids() == []


def test_the_cache_serves_every_width_of_context(use):
    pool = use(Pool())
    compare_safely(*big_pair())
    pool.close()
    assert compare_safely(*big_pair(), context=7) == compare(*big_pair(), context=7)
    assert pool.pids() == []


def test_the_cache_drops_what_was_not_used_for_longest():
    cache = PlanCache(most=2)
    plans = {name: unaligned(name) for name in "abc"}
    for name in "ab":
        cache.put((name.encode(), b""), plans[name])
    cache.get((b"a", b""))
    cache.put((b"c", b""), plans["c"])
    assert cache.get((b"b", b"")) is None
    assert cache.get((b"a", b"")) is plans["a"]


def test_the_cache_is_bounded_in_bytes():
    cache = PlanCache(most_bytes=3 * unaligned("").weight)
    for number in range(10):
        cache.put((bytes([number]), b""), unaligned(""))
    assert len(cache) == 3
