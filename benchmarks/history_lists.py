"""Timelines and lists of versions at 1,000,000 records (FULL=1) against 10,000, as pages and by REST.

Two workspaces in one database, filled by SQL (`history_filling`); both are asked in turn in one run, through
Django's whole stack, by a member who is signed in (pages) or has a token (REST). A figure is the ratio of the
medians of ASKED answers each. Limits: 1.5 times for pages of the list, by cursor however deep, and for every
filter; 3 times for a search; and never more queries. To write a million records takes a minute or two, so
only FULL=1 does; without it there are 200,000.
"""

import os
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlencode

from benchmarks.history_filling import RARE, fill, without_indexes
from benchmarks.scratch import scratch_database

FULL = os.environ.get("FULL") == "1"
LONG, SHORT = int(os.environ.get("RECORDS", "1000000" if FULL else "200000")), 10_000
ROUNDS = int(os.environ.get("ASKED", "15" if FULL else "7"))
WARM, SLOW = 2, 3.0  # answers, seconds
LIMIT, SEARCH_LIMIT = 1.5, 3.0
PAGE, REST = "/w/{slug}/history/", "/api/history"
AGENT_PAGE, AGENT_REST = "/w/{slug}/agents/desk/history/", "/api/agents/{desk}/history"
VERSIONS = "/api/agents/{desk}/versions/agent/{desk}"

FILTERS: dict[str, dict[str, dict[str, str]]] = {
    "page": {
        "one kind": {"resource": "schema"}, "the lifecycle": {"resource": "lifecycle"},
        "one row": {"resource": "{desk}"}, "changed": {"act": "changed"}, "created": {"act": "created"},
        "deleted": {"act": "deleted"}, "restored": {"act": "restored"}, "live": {"act": "live"},
        "a busy person": {"who": "{busy}"}, "a rare person": {"who": "{rare}"},
        "programs": {"who": "program"}, "by SQL": {"who": "login"}, "the last week": {"time": "7d"},
    },
    "REST": {
        "one kind": {"resource_type": "schema"}, "changed": {"act": "changed"}, "created": {"act": "created"},
        "deleted": {"act": "deleted"}, "restored": {"act": "restored"},
        "live": {"act": "version.published", "include": "events"}, "with Events": {"include": "events"},
        "a busy person": {"changed_by": "{busy}"}, "a rare person": {"changed_by": "{rare}"},
        "the last week": {"from": "{week}"},
    },
}  # fmt: skip
SEARCHES = {"a rare word": RARE, "a common word": "schema", "a word that is nowhere": "zeppelin"}
Row = dict[str, Any]


def run() -> list[Row]:
    """One row per question: {name, value, unit, limit, ok}."""
    with scratch_database():
        return _measure()


def _measure() -> list[Row]:
    from django.conf import settings
    from django.test import Client

    from versioning.workspaces.services.workspaces import create_workspace
    from versioning.workspaces.tokens import issue

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    started = time.monotonic()
    sides: dict[str, Row] = {}
    with without_indexes("config_history", "workspaces_event"):
        for slug, length in (("short", SHORT), ("long", LONG)):
            sides[slug] = _side(fill(create_workspace(slug), length), slug)
    print(f"history_lists: filled in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    for slug, side in sides.items():
        side["page"] = Client()
        side["REST"] = Client(headers={"Authorization": f"Bearer {issue(side['user'], slug)}"})
        side["page"].force_login(side["user"], backend=settings.AUTHENTICATION_BACKENDS[0])
    return [row for group in _questions() for row in _worst(sides, *group)]


def _side(made: Row, slug: str) -> Row:
    from django.utils import timezone

    week = (timezone.now() - timezone.timedelta(days=7)).isoformat()
    return made | {"slug": slug, "busy": made["people"][1], "rare": made["people"][-1], "week": week}


def _questions() -> list[tuple[str, str, str, dict[str, Row], float]]:
    """What is asked, in groups: the group's name, the face, the path, its queries by name, and the limit."""
    found: list[tuple[str, str, str, dict[str, Row], float]] = []
    paths = (("timeline", "page", PAGE), ("agent's timeline", "page", AGENT_PAGE),
             ("timeline", "REST", REST), ("agent's timeline", "REST", AGENT_REST))  # fmt: skip
    for what, face, path in paths:
        found += [
            (what, face, path, {"first page": {}}, LIMIT),
            (what, face, path, {"deep page by cursor": {"deep": "yes"}}, LIMIT),
            (f"{what}, filter", face, path, FILTERS[face], LIMIT),
            (f"{what}, search", face, path, {n: {"q": w} for n, w in SEARCHES.items()}, SEARCH_LIMIT),
        ]
    for name, query in {"first page": {}, "deep page by cursor": {"deep": "yes"}}.items():
        found.append(("versions of one agent", "REST", VERSIONS, {name: query}, LIMIT))
    return found


def _worst(
    sides: dict[str, Row], group: str, face: str, path: str, queries: dict[str, Row], limit: float
) -> list[Row]:
    """The question of a group whose answer grows most, and whether any asks more queries."""
    asked = [_compare(sides, group, name, face, path, query) for name, query in queries.items()]
    ratio, name, milliseconds = max((ratio, name, milliseconds) for ratio, name, milliseconds, _ in asked)
    more = max(more for *_, more in asked)
    of = f"the worst of {len(asked)}, {name}" if len(asked) > 1 else name
    said = f"{group} ({face}): {of}, {LONG:,} against {SHORT:,}"
    rows: list[Row] = [
        {"name": f"{said}, {milliseconds:.0f} ms", "value": ratio, "unit": "×", "limit": limit,
         "ok": ratio <= limit},
    ]  # fmt: skip
    if more > 0:
        rows.append({"name": f"{said}: more queries", "value": more, "unit": "", "limit": 0, "ok": False})
    return rows


def _compare(
    sides: dict[str, Row], group: str, name: str, face: str, path: str, query: Row
) -> tuple[float, str, float, int]:
    """How many times as long, what, its milliseconds, and how many queries more."""
    took: dict[str, list[float]] = {slug: [] for slug in sides}
    queries: dict[str, int] = {}
    urls = {slug: _url(side, face, path, query) for slug, side in sides.items()}
    for turn in range(ROUNDS + WARM):
        for slug, side in sides.items():
            seconds, queries[slug] = _ask(side[face], urls[slug])
            took[slug].append(seconds)
        if turn >= WARM and took["long"][-1] > SLOW:  # missed by far: no need to ask on
            break
    # The first answers warm the caches up.
    short, long = (statistics.median(took[slug][WARM:]) * 1000 for slug in ("short", "long"))
    ratio, more = round(long / short, 2), queries["long"] - queries["short"]
    print(f"  {ratio:6.2f}  {short:5.0f} to {long:5.0f} ms  {more:+d} queries  {group} ({face}): {name}",
          file=sys.stderr, flush=True)  # fmt: skip
    return ratio, name, long, more


def _url(side: Row, face: str, path: str, query: Row) -> str:
    said = {name: value.format(**side) for name, value in query.items() if name != "deep"}
    url = path.format(**side)
    if "deep" in query:
        said |= _deep(side, face, url)
    return f"{url}?{urlencode(said)}" if said else url


def _deep(side: Row, face: str, url: str) -> dict[str, str]:
    """A cursor near the far end: after nine tenths of all there is."""
    from django.utils import timezone

    from versioning.changes.finding import Place

    if face == "page":
        return {"before": str(Place.until(timezone.now() - timezone.timedelta(days=315)))}
    passed = side["n"] * 9 // (100 if "/versions/agent/" in url else 20 if "/agents/" in url else 10)
    return {"cursor": side["REST"].get(url, {"offset": passed, "limit": 1}).json()["next_cursor"]}


def _ask(client: Any, url: str) -> tuple[float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        start = time.perf_counter()
        response = client.get(url)
        seconds = time.perf_counter() - start
    assert response.status_code == 200, (url, response.status_code, response.content[:500])
    return seconds, len(captured)


def main() -> None:
    """Print the rows."""
    for row in run():
        verdict = "ok" if row["ok"] else "MISSED"
        print(f"{verdict} {row['name']}: {row['value']} {row['unit']} (limit {row['limit']})")


if __name__ == "__main__":
    main()
