"""The diff beside the standard library's, on a real pair, a made one and hostile ones.

`python -m benchmarks.diff` prints one line a figure. A ratio compares medians of interleaved runs
in this process; a hostile pair is timed once, on the clock.
"""

import json
import random
import statistics
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from versioning.versions.diff import INLINE_CHARS, INLINE_LINES, Diff, compare, compare_safely

PROMPTS = Path(__file__).parents[2] / "shared" / "data" / "prompts.jsonl"
RUNS = 31
MOST_TIMES = 5.0  # as long as difflib
MOST_SECONDS = 2.0  # for a hostile pair: a worker that needs longer is killed before
MOST_INLINE = 0.05  # seconds of processor for a pair that is compared without a worker

type Pair = tuple[str, str]


def real_pair() -> Pair | None:
    """The longest two consecutive, different versions of a prompt; None without the data."""
    if not PROMPTS.exists():
        return None
    prompts: dict[str, list[tuple[int, str]]] = {}
    with PROMPTS.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            prompts.setdefault(record["prompt"], []).append((record["version"], record["source"]))
    pairs: list[Pair] = []
    for versions in prompts.values():
        versions.sort()
        pairs += [(old, new) for (_, old), (_, new) in pairwise(versions)]
    return max((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: len("".join(pair)))


def made_pair() -> Pair:
    """65 KB of prose-like lines; in 5 % of them some words changed."""
    dice = random.Random(65)
    words = ["".join(dice.choices("abcdefghijklmnopqrst", k=dice.randint(2, 9))) for _ in range(800)]
    old: list[str] = []
    size = 0
    while size < 65_000:
        line = " ".join(dice.choices(words, k=dice.randint(6, 16))) if dice.random() > 0.15 else ""
        old.append(line)
        size += len(line) + 1
    new = [*old]
    written = [index for index, line in enumerate(old) if line]
    for index in dice.sample(written, len(old) // 20):
        parts = old[index].split(" ")
        for _ in range(dice.randint(1, 3)):
            parts[dice.randrange(len(parts))] = dice.choice(words)
        new[index] = " ".join(parts)
    return "\n".join(old) + "\n", "\n".join(new) + "\n"


def hostile_pairs() -> Iterator[tuple[str, Pair]]:
    """Pairs on which a plain diff takes many seconds, by name."""
    dice = random.Random(2)
    yield (
        "400 similar lines",
        (
            "\n".join(f"the item {n} costs {n * 7} in the shop of {n % 9}" for n in range(400)),
            "\n".join(f"the item {n} costs {n * 5 + 1} in the shop on {n % 7}" for n in range(400)),
        ),
    )
    symbols = [f"symbol {dice.randrange(150)} on a line" for _ in range(8000)]
    yield "8000 lines of 150 symbols", ("\n".join(symbols), "\n".join(dice.sample(symbols, 8000)))
    yield "one line of 32 KB", ("ab" * 16_384, "ba" * 16_384)
    signs = ["\n".join("".join(dice.choices("+-*/ ab", k=4000)) for _ in range(50)) for _ in range(2)]
    yield "50 lines of 4 KB of signs", (signs[0], signs[1])
    unique = [f"{dice.random()} and some more words in this line" for _ in range(20_000)]
    yield "1 MB shuffled", ("\n".join(unique), "\n".join(dice.sample(unique, 20_000)))
    yield "1 MB of newlines", ("\n" * 1_000_000, "\n" * 999_999 + "x")


def small_hostile_pairs() -> Iterator[Pair]:
    """Pairs as costly as we found, as big as may be compared without a worker."""
    dice = random.Random(3)
    for signs in ("+-", "+-*/(),;", "ab +-", "abc \u4e00\u4e01"):
        for lines in (2, 20, 50, INLINE_LINES):
            width = INLINE_CHARS // lines - 1
            old = ["".join(dice.choices(signs, k=width)) for _ in range(lines)]
            kept = ["".join(c if dice.random() > 0.2 else "+" for c in line) for line in old]
            other = ["".join(dice.choices(signs, k=width)) for _ in range(lines)]
            yield "\n".join(old), "\n".join(kept)
            yield "\n".join(old), "\n".join(other)


def run() -> list[dict[str, Any]]:
    """All figures as rows of name, value, unit, limit and ok."""
    rows: list[dict[str, Any]] = []
    pairs = {"longest real pair": real_pair(), "65 KB, 5 % changed": made_pair()}
    for name, pair in pairs.items():
        if pair is None:
            print(f"diff: {name} skipped, there is no {PROMPTS}")
            continue
        rows += _ratios(name, pair)
    for name, pair in hostile_pairs():
        seconds = _seconds(partial(compare_safely, *pair, cached=False))
        rows.append(_row(f"diff, {name}", seconds, "s", MOST_SECONDS))
    worst = max(_least_processor(pair) for pair in small_hostile_pairs())
    rows.append(_row("diff without a worker, worst pair", worst, "s", MOST_INLINE))
    return rows


def main() -> None:
    """Print the figures, one a line."""
    for row in run():
        verdict = "ok" if row["ok"] else "OVER"
        figure = f"{row['value']:8.3f} {row['unit']:10} at most {row['limit']:g}"
        print(f"{row['name']:50} {figure}  {verdict}")


def _ratios(name: str, pair: Pair) -> list[dict[str, Any]]:
    """How many times as long as difflib: in this process, and by a warm worker."""
    # Rows are made when they are asked for: they are asked for here, to be fair.
    ways: list[Callable[[], object]] = [
        lambda: _difflib(*pair),
        lambda: _shown(compare(*pair)),
        lambda: _shown(compare_safely(*pair, cached=False)),
    ]
    for way in ways:
        way()
    times = [[_seconds(way) for way in ways] for _ in range(RUNS)]
    base, here, worker = (statistics.median(column) for column in zip(*times, strict=True))
    return [
        _row(f"diff, {name}", here / base, "x difflib", MOST_TIMES),
        _row(f"diff by a worker, {name}", worker / base, "x difflib", MOST_TIMES),
    ]


def _difflib(old: str, new: str) -> object:
    return list(SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False).get_opcodes())


def _shown(diff: Diff) -> list[object]:
    return [block.rows for block in diff.blocks]


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _least_processor(pair: Pair) -> float:
    """Seconds of processor, the least of three: what others do here does not count."""
    times: list[float] = []
    for _ in range(3):
        start = process_time()
        compare(*pair)
        times.append(process_time() - start)
    return min(times)


def _row(name: str, value: float, unit: str, limit: float) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "limit": limit, "ok": value <= limit}


if __name__ == "__main__":
    main()
