"""What the record of changes costs an edit, beside four other ways to keep a history in Django.

One row of 3 KB in the shape of an agent, a table for each way (`rivals/models.py`), each set up as its
documentation says, over one connection of the application's role. An edit loads the row, changes a word of
its text and saves it, in one transaction, as a request does; the bare edit is the same on a table that
nothing watches. All ways take turns, in an order that changes from round to round; a figure is a median of
EDITS, as a ratio to the bare edit's. Once with commits that wait for the disk, as they do by default, and
once without (`synchronous_commit=off`), where the work itself shows: there the limit is django-pghistory's.
"""

import logging
import os
import random
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.scratch import scratch_database

ROUNDS = int(os.environ.get("EDITS", "400"))
BULK_ROUNDS = 3
BULK = 10_000
MOST_EDIT = 1.2  # of the bare edit
MOST_BESIDE = 1.15  # of django-pghistory's ratio
MOST_RUNTIME = 1.3  # an update of a column that is not tracked
ROOT = Path(__file__).resolve().parents[1]
TEXTS = ("agents/demo/front-desk.txt", "prompts/demo/appointment-booking.txt")
WAYS = ("bare", "ours", "pghistory", "simplehistory", "reversion", "auditlog")
SHOWN = {
    "ours": "ours", "pghistory": "django-pghistory", "simplehistory": "django-simple-history",
    "reversion": "django-reversion", "auditlog": "django-auditlog",
}  # fmt: skip
RECORDS = {"ours": ("config_history", "config_counter"), "pghistory": ("rivals_pghistoryevent",)}

_ID, _WORKSPACE, _PERSON = (str(UUID(int=n)) for n in (1, 2, 3))

Way = Callable[[int], None]
Row = dict[str, Any]


def run() -> list[Row]:
    """The rows of every question: name, value, unit, limit, and whether it holds."""
    with scratch_database("benchmarks.rivals.settings"):
        _lay()
        rows: list[Row] = []
        for commits in ("on", "off"):
            with _connection().cursor() as cursor:
                cursor.execute(f"SET synchronous_commit = {commits}")
                cursor.execute("SELECT set_config('app.actor_id', %s, false)", [_PERSON])
            rows += _edits(commits)
        return [*rows, *_sizes(), *_runtime(), *_bulk()]


def _lay() -> None:
    """The tables, the triggers of ours and of pghistory, and the same row in each."""
    from django.core.management import call_command
    from django.db import connections

    from agents.tracked import AGENT
    from versioning.changes.sql import track

    call_command("migrate", run_syncdb=True, verbosity=0)
    logging.disable(logging.INFO)
    call_command("pgtrigger", "install", database="owner", verbosity=0)
    laid = track("rivals_ours", "agent", AGENT.tracked, untracked=AGENT.untracked)
    with connections["owner"].cursor() as cursor:
        cursor.execute(laid.sql)
    connections["owner"].close()
    for way in WAYS:
        _model(way).objects.create(**_values())


def _values() -> Row:
    """An agent of 3 KB, in the words of the demo's."""
    bio, instructions = ((ROOT / name).read_text(encoding="utf-8") for name in TEXTS)
    return {
        "id": _ID, "tenant_id": _WORKSPACE, "name": "Front desk", "commercial_name": "Nova",
        "bio": bio[:1200], "tags": ["phone", "hotel", "night"],
        "llm_config": {"model": "small", "temperature": 0.4, "instructions": instructions[:1600]},
        "metadata": {"team": "reservations", "owner": "front office", "languages": ["de", "en", "fr"]},
    }  # fmt: skip


def _edits(commits: str) -> list[Row]:
    """The single edit, each way."""
    took = _in_turn({way: _edit_of(way) for way in WAYS}, ROUNDS)
    bare = took["bare"]
    times = {way: spent / bare for way, spent in took.items()}
    what = f"edit of one row (synchronous_commit={commits})"
    beside = times["ours"] / times["pghistory"]
    most = MOST_EDIT if commits == "on" else None  # without the disk the bare edit is too short a measure
    rows = [_row(f"{what}: {SHOWN[way]}", times[way], "x bare", "", True) for way in WAYS[2:]]
    return [
        _row(f"{what}: ours", times["ours"], "x bare", most or "", not most or times["ours"] <= most),
        *rows,
        _row(f"{what}: ours against django-pghistory", beside, "times", MOST_BESIDE, beside <= MOST_BESIDE),
        _row(f"{what}: bare edit", bare * 1000, "ms", "", True),
        _row(f"{what}: the record adds", (took["ours"] - bare) * 1000, "ms", "", True),
    ]


def _edit_of(way: str) -> Way:
    """Load the row, change one word of it, save it."""
    import reversion
    from django.db import transaction

    model, text = _model(way), _values()["bio"]
    around: Callable[[], AbstractContextManager[Any]] = (
        reversion.create_revision if way == "reversion" else nullcontext
    )

    def edit(turn: int) -> None:
        with transaction.atomic(), around():
            row = model.objects.get(pk=_ID)
            row.bio = f"{text} {turn}"
            row.save()

    return edit


def _runtime() -> list[Row]:
    """A counter that runs: no way to a record, so it should cost nothing."""
    from django.db.models import F

    def count(way: str) -> Way:
        rows = _model(way).objects.filter(pk=_ID)
        return lambda _: rows.update(total_interactions=F("total_interactions") + 1) and None

    took = _in_turn({way: count(way) for way in ("bare", "ours", "pghistory")}, ROUNDS)
    times = took["ours"] / took["bare"]
    return [
        _row("update of a runtime column: ours", times, "x bare", MOST_RUNTIME, times <= MOST_RUNTIME),
        _row("update of a runtime column: django-pghistory, which records it",
             took["pghistory"] / took["bare"], "x bare", "", True),
    ]  # fmt: skip


def _bulk() -> list[Row]:
    """One UPDATE of many rows; django-pghistory is the one rival that sees it."""
    for way in ("bare", "ours", "pghistory"):
        model = _model(way)
        row = model.objects.get()
        model.objects.bulk_create(
            [model(**_values() | {"id": uuid4(), "bio": f"{row.bio} {n}"}) for n in range(BULK - 1)],
            batch_size=1000,
        )

    def update(way: str) -> Way:
        return lambda turn: _model(way).objects.update(commercial_name=f"Nova {turn}") and None

    took = _in_turn({way: update(way) for way in ("bare", "ours", "pghistory")}, BULK_ROUNDS, warm=0)
    what = f"update of {BULK:,} rows"
    return [_row(f"{what}: {SHOWN.get(way, way)}", took[way], "s", "", True) for way in took] + [
        _row(f"{what}: ours against django-pghistory", took["ours"] / took["pghistory"], "times", "", True)
    ]


def _sizes() -> list[Row]:
    """What an edit leaves behind on the disk, indexes and all."""
    from django.db import connections

    rows = []
    with connections["owner"].cursor() as cursor:
        for way, tables in RECORDS.items():
            cursor.execute(f"SELECT count(*) FROM {tables[0]}")
            edits = cursor.fetchone()[0]
            cursor.execute(
                "SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) t", [[*tables]]
            )
            size = int(cursor.fetchone()[0])
            rows.append(
                _row(
                    f"history of an edit of a 3 KB row: {SHOWN[way]}", round(size / edits), "bytes", "", True
                )
            )
    return rows


def _in_turn(ways: dict[str, Way], rounds: int, *, warm: int = 10) -> dict[str, float]:
    """The median seconds of each way, all of them once in every round."""
    dice = random.Random(1)
    took: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds + warm):
        for way in dice.sample(sorted(ways), len(ways)):
            started = time.perf_counter()
            ways[way](turn)
            spent = time.perf_counter() - started
            if turn >= warm:
                took[way].append(spent)
    return {way: statistics.median(spent) for way, spent in took.items()}


def _model(way: str) -> Any:
    from django.apps import apps

    return apps.get_model("rivals", way)


def _connection() -> Any:
    from django.db import connection

    return connection


def _row(name: str, value: float, unit: str, limit: Any, ok: bool) -> Row:
    return {"name": name, "value": value, "unit": unit, "limit": limit, "ok": ok}


def main() -> None:
    """Print the rows."""
    for row in run():
        verdict = "ok" if row["ok"] else "MISSED"
        print(f"{row['name']}: {row['value']:.3f} {row['unit']} (limit {row['limit']}) {verdict}")


if __name__ == "__main__":
    main()
