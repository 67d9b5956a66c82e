"""The Versions tab with 10,000 versions against one with 100: first page, search, last page by cursor.

Limits: at most 1.5 times as long, with the same number of queries. Both are asked in turn in one run,
through Django's whole stack, by a signed-in member; the median of ROUNDS answers each.
"""

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.scratch import scratch_database

LONG, SHORT, ROUNDS = 10_000, 100, 31
LIMIT = 1.5
LINES = [f"Line {n}: be brief, be kind, say what you do before you do it." for n in range(40)]


def history(length: int) -> list[Any]:
    """A believable history: 2.5 KB texts that differ in one line; one message in a thousand is rare."""
    from versioning.versions.services.artifacts import Imported

    start = datetime(2024, 1, 1, tzinfo=UTC)
    made = []
    for n in range(1, length + 1):
        lines = [*LINES]
        lines[n % len(lines)] = f"Line for version {n}: answer in {n % 7} sentences to {{{{ name }}}}."
        about = "Ask about the warranty" if n % max(1, length // 10) == 1 else f"Tidy the wording, step {n}"
        who = f"contributor-{n % 23}"
        made.append(Imported("\n".join(lines), about, who, start + timedelta(minutes=n)))
    return made


def run() -> list[dict[str, Any]]:
    """One row per question: {name, value, unit, limit, ok}."""
    with scratch_database():
        return _measure()


def _measure() -> list[dict[str, Any]]:
    from django.conf import settings
    from django.test import Client

    from prompts.services import create_prompt
    from versioning.lib.transaction import told
    from versioning.versions import services
    from versioning.workspaces.actor import Actor
    from versioning.workspaces.models import Member, User
    from versioning.workspaces.services.members import add_member
    from versioning.workspaces.services.workspaces import create_workspace

    settings.ALLOWED_HOSTS = ["testserver"]
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = backend
    workspace = create_workspace("bench")
    user = User.objects.create_user("bench@example.com", None, name="Bench")
    with told(workspace.id, user.id):
        member = add_member(Actor.of_operator(workspace, via="command"), user, "owner")
        actor = Actor.of_member(Member.objects.get(pk=member.pk), via="command")
        for slug, length in (("short", SHORT), ("long", LONG)):
            prompt = create_prompt(actor, slug=slug)
            services.import_versions(actor, prompt, history(length))
    _analyze()
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    questions = {
        "first page": {"short": {}, "long": {}},
        "search": {"short": {"q": "warranty"}, "long": {"q": "warranty"}},
        "last page by cursor": {"short": {"before": 31}, "long": {"before": 31}},
    }
    return [row for name, asked in questions.items() for row in _compare(client, name, asked)]


def _compare(client: Any, name: str, asked: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    took: dict[str, list[float]] = {slug: [] for slug in asked}
    queries: dict[str, int] = {}
    for turn in range(ROUNDS + 3):
        for slug, data in asked.items():
            seconds, queries[slug] = _ask(client, f"/w/bench/prompts/{slug}/versions/", data)
            if turn >= 3:  # the first answers warm the templates up
                took[slug].append(seconds)
    ratio = statistics.median(took["long"]) / statistics.median(took["short"])
    same = queries["long"] - queries["short"]
    return [
        {
            "name": f"versions tab, {name}: {LONG:,} against {SHORT}", "value": round(ratio, 2),
            "unit": "×", "limit": LIMIT, "ok": ratio <= LIMIT,
        },
        {
            "name": f"versions tab, {name}: queries more than with {SHORT} ({queries['short']})",
            "value": same, "unit": "queries", "limit": 0, "ok": same == 0,
        },
    ]  # fmt: skip


def _ask(client: Any, url: str, data: dict[str, Any]) -> tuple[float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        start = time.perf_counter()
        response = client.get(url, data)
        seconds = time.perf_counter() - start
    assert response.status_code == 200, (url, response.status_code)
    return seconds, len(captured)


def _analyze() -> None:
    """What autovacuum does by itself within a minute."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def main() -> None:
    """Print the rows."""
    for row in run():
        verdict = "ok" if row["ok"] else "MISSED"
        print(f"{row['name']}: {row['value']} {row['unit']} (limit {row['limit']}) {verdict}")


if __name__ == "__main__":
    main()
