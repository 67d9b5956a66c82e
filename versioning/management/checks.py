"""What `doctor` looks at. Each check says in words what is right, or what to do."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from agents.models import Secret
from agents.secrets import LABEL
from versioning.changes.presenters.health import troubles
from versioning.changes.services import health
from versioning.lib import postgres, roles
from versioning.lib.crypto import unseal
from versioning.lib.transaction import told
from versioning.management import database, statics
from versioning.workspaces.models import Workspace

LITTLE, TOO_LITTLE = 2_000_000_000, 200_000_000  # bytes of free disk
SKEW = 5  # seconds
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Finding:
    """One sentence about one thing: `good`, `warning` or `bad`."""

    level: str
    about: str
    words: str


Check = Callable[[], Iterator[Finding]]


def examine() -> Iterator[Finding]:
    """Every finding; of the database only why it cannot be reached, if it cannot."""
    for check in (disk, secret_key, address, mail, static_files):
        yield from check()
    why = database.unreachable()
    if why:
        yield Finding("bad", "database", f"It cannot be reached: {why}. Check DATABASE_URL.")
        return
    for check in (reached, walls, migrations, listening, clocks):
        yield from check()
    if not database.pending():
        yield from drafts()
        yield from credentials()
        yield from history()
        yield from webhooks()


def disk() -> Iterator[Finding]:
    """Room, and the right to write, where data is kept."""
    folders = {Path(settings.DATA)}
    if postgres.wanted():
        folders.add(postgres.Embedded(settings.DATA).home)
    for folder in sorted(folders):
        free = shutil.disk_usage(folder).free
        level = "bad" if free < TOO_LITTLE else "warning" if free < LITTLE else "good"
        yield Finding(level, "disk", f"{free / 1e9:.1f} GB are free at {folder}.")
    if not os.access(settings.DATA, os.W_OK):
        yield Finding("bad", "disk", f"{settings.DATA} cannot be written. Choose another with PREVISE_DATA.")


def secret_key() -> Iterator[Finding]:
    """The key that signs sessions and digests API keys."""
    kept = Path(settings.DATA) / "secret.key"
    if os.environ.get("SECRET_KEY"):
        yield Finding("good", "secret key", "It comes from SECRET_KEY.")
    elif kept.stat().st_mode & 0o077:
        yield Finding("bad", "secret key", f"Others can read {kept}. Close it: chmod 600 {kept}")
    else:
        yield Finding("good", "secret key", f"It is kept in {kept}. Back it up with the database.")


def address() -> Iterator[Finding]:
    """Whether passwords and sessions travel in the open."""
    host, https = urlsplit(settings.PUBLIC_URL).hostname, settings.PUBLIC_URL.startswith("https://")
    if settings.DEBUG and host not in LOCAL:
        yield Finding("bad", "address", "DEBUG shows visitors the insides. Unset it.")
    if https or host in LOCAL:
        cookies = "cookies travel by HTTPS only" if https else "it is this machine's own"
        yield Finding("good", "address", f"{settings.PUBLIC_URL}: {cookies}.")
    else:
        words = f"{settings.PUBLIC_URL} is not HTTPS: passwords travel in the open. Put a proxy before it."
        yield Finding("bad", "address", words)
    if https and not settings.SECURE_PROXY_SSL_HEADER:
        words = "BEHIND_PROXY is not set: set it to 1 if the proxy sends X-Forwarded-Proto itself."
        yield Finding("warning", "address", words)


def mail() -> Iterator[Finding]:
    """Where password resets go."""
    how = settings.MAILERS["default"]
    if how["BACKEND"].endswith("console.EmailBackend"):
        words = "None is sent: password resets are printed where the server runs. Set EMAIL_HOST."
        yield Finding("warning", "mail", words)
    else:
        yield Finding("good", "mail", f"It is sent by {how.get('OPTIONS', {}).get('host', how['BACKEND'])}.")


def static_files() -> Iterator[Finding]:
    """Whether pages find their style and scripts."""
    if statics.collected():
        yield Finding("good", "static files", "They are collected.")
    else:
        yield Finding("warning", "static files", "They changed. Restart, or run collectstatic.")


def reached() -> Iterator[Finding]:
    """Which database this is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user, current_setting('server_version')")
        name, login, version = cursor.fetchone()
        wrong = database.unfit(cursor)
    kind = "embedded" if postgres.wanted() else "DATABASE_URL"
    yield Finding("good", "database", f"PostgreSQL {version}, database {name}, as {login} ({kind}).")
    for reason in wrong:
        yield Finding("bad", "roles", f"{reason}. See: manage.py database_roles")


def walls() -> Iterator[Finding]:
    """Whether anything keeps workspaces apart."""
    with connection.cursor() as cursor:
        weak = roles.weaknesses(cursor)
    for reason in weak:
        yield Finding("bad", "walls", f"{reason}. See: manage.py database_roles")
    if not weak:
        yield Finding("good", "walls", "Every table of a workspace is walled, for this login too.")


def migrations() -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    waiting = database.pending()
    if waiting:
        yield Finding("bad", "migrations", f"{waiting} are not applied. Run: manage.py migrate")
    else:
        yield Finding("good", "migrations", "All are applied.")


# Signs of life of workers, and what has waited for one for longer than any of them takes.
WORKER = """
SELECT (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'),
  count(*), coalesce(min(d.due_at), now())
FROM webhooks_delivery d JOIN webhooks_endpoint e ON e.id = d.endpoint_id
WHERE d.due_at < now() - interval '10 minutes' AND e.disabled_at IS NULL AND e.removed_at IS NULL
"""


def webhooks() -> Iterator[Finding]:
    """Whether anybody delivers, and what waits for it."""
    with told(operator=True), connection.cursor() as cursor:
        cursor.execute(WORKER)
        workers, late, since = cursor.fetchone()
    if not workers:
        where = "Run: manage.py worker" if settings.WORKER_APART else "The server runs one: start it."
        yield Finding("warning", "webhooks", f"No worker gives a sign of life; nothing is delivered. {where}")
    if late:
        words = f"Late: {late}, the first since {since:%Y-%m-%d %H:%M} UTC."
        yield Finding("warning", "webhooks", f"{words} Are there enough workers? See Settings → Webhooks.")
    if workers and not late:
        yield Finding("good", "webhooks", f"Nothing is late; workers running: {workers}.")


# Wanted: each agent with one draft, and the index and the triggers that hold it so.
DRAFTS = """
SELECT count(*), count(*) FILTER (WHERE found <> 1),
  (SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('one_draft') AND indisunique AND indisvalid),
  (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'need_draft%%' AND tgenabled = 'A')
FROM (SELECT a.id, count(v.id) AS found FROM versions_artifact a
  LEFT JOIN versions_version v ON v.artifact_id = a.id AND v.locked_at IS NULL
  WHERE a.kind = 'agent' GROUP BY a.id) AS agent
"""
GUARDS = 3


def drafts() -> Iterator[Finding]:
    """Whether each agent has exactly one draft, counted past every service."""
    with told(operator=True), connection.cursor() as cursor:
        cursor.execute(DRAFTS)
        agents, wrong, indexes, guards = cursor.fetchone()
    if wrong:
        words = f"{wrong} of {agents} agents do not have exactly one draft. Compare with a backup."
        yield Finding("bad", "drafts", words)
    if not indexes or guards < GUARDS:
        words = "The database no longer holds every agent to one draft. Restore its index and triggers."
        yield Finding("bad", "drafts", words)
    if not wrong and indexes and guards >= GUARDS:
        yield Finding("good", "drafts", f"Every agent ({agents}) has exactly one draft.")


def credentials() -> Iterator[Finding]:
    """Whether what was sealed opens with this secret key."""
    with told(operator=True):
        sealed = [bytes(each) for each in Secret.objects.values_list("sealed", flat=True)]
    shut = sum(unseal(each, label=LABEL) is None for each in sealed)
    if shut:
        words = f"{shut} of {len(sealed)} do not open with this secret key. Bring the old one back."
        yield Finding("bad", "credentials", words)
    else:
        yield Finding("good", "credentials", f"All {len(sealed)} of agents open with the secret key.")


def history() -> Iterator[Finding]:
    """Whether every change is recorded, and what of the past is known not to be."""
    silent = health.silent()
    for trigger in silent:
        yield Finding("bad", "history", f"Changes go unrecorded: a trigger does not fire ({trigger}).")
    if health.is_strict() != settings.HISTORY_STRICT:
        says = "on" if settings.HISTORY_STRICT else "off"
        words = f"HISTORY_STRICT is {says}, and the database was told otherwise. Run: manage.py migrate"
        yield Finding("warning", "history", words)
    with told(operator=True):
        workspaces = list(Workspace.objects.order_by("slug"))
    whole = not silent
    for workspace in workspaces:
        with told(workspace.id):
            known = health.health_of(workspace.id)
        for words in troubles(known, of_workspace=True):
            whole = False
            yield Finding("warning", "history", f"{workspace.slug}: {words}")
    if whole:
        words = f"Nothing is known to be missing in any workspace ({len(workspaces)})."
        yield Finding("good", "history", words)


def listening() -> Iterator[Finding]:
    """Whether a notice arrives: without it, programs see a publish only after seconds."""
    channel = f"previse_doctor_{secrets.token_hex(4)}"
    with database.connect() as ear, database.connect() as mouth:
        ear.execute(f"LISTEN {channel}".encode())
        mouth.execute(f"NOTIFY {channel}".encode())
        heard = list(ear.notifies(timeout=2, stop_after=1))
    if heard:
        yield Finding("good", "notices", "LISTEN and NOTIFY work: a publish is served at once.")
    else:
        words = "No notice arrives: a publish is served late. Connect past the transaction pooler."
        yield Finding("warning", "notices", words)


def clocks() -> Iterator[Finding]:
    """Whether this machine and the database agree on the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((datetime.now(UTC) - cursor.fetchone()[0]).total_seconds())
    level = "warning" if apart > SKEW else "good"
    yield Finding(level, "clocks", f"This machine and the database are {apart:.1f} s apart.")
