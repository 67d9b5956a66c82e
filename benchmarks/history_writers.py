"""`python -m benchmarks.history_writers`: eight writers edit at once, and not one change goes unrecorded.

Each has a connection of its own and edits rows that all share and rows of its own: updates, deletions,
returns under the same id, two rows in one transaction; between them updates that are rolled back, and some
of runtime columns, which must leave nothing. Most write SQL, every fourth goes through the ORM. At the end
there are as many records as committed edits, every resource counts without a gap, and the replay ends in the
live rows.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

SHARED_AGENTS, PARTS_OF_EACH = 2, 2
EDITED = {
    "agent": "bio", "schema": "metadata", "trigger": "description", "mcp_server": "endpoint",
    "prompt": "description",
}  # fmt: skip
NEW: dict[str, dict[str, Any]] = {
    "schema": {
        "schema_data": {"title": "order"}, "schema_type": "input", "is_active": True, "metadata": {},
        "validation_rules": {},
    },
    "trigger": {
        "name": "nightly", "trigger_type": "event", "trigger_config": {}, "enabled": True, "description": "",
    },
    "mcp_server": {
        "name": "tools", "endpoint": "", "transport": "sse", "auth_method": "none", "config": {},
        "status": "active",
    },
}  # fmt: skip
NUMBERED = """
SELECT count(*) FROM config_counter c WHERE c.tenant_id = %(workspace)s AND
  (SELECT count(*) <> c.last OR max(h.version) IS DISTINCT FROM c.last FROM config_history h
    WHERE h.resource_type = c.resource_type AND h.resource_id = c.resource_id)
"""


@dataclass(frozen=True)
class Row:
    """A tracked row, there or not."""

    name: str
    table: str
    model: Any
    id: UUID
    agent_id: UUID | None


@dataclass
class World:
    """What is edited: rows that all share, and rows of each writer."""

    workspace: UUID
    person: UUID
    shared: list[Row] = field(default_factory=list)
    own: list[list[Row]] = field(default_factory=list)

    def entered(self) -> Any:
        """A transaction in its workspace."""
        from versioning.lib.transaction import told

        return told(self.workspace, self.person, "writers")

    def records(self) -> int:
        """How many there are."""
        from versioning.changes.models import Change

        with self.entered():
            return int(Change.objects.filter(tenant_id=self.workspace).count())


def build(actor: Any, writers: int) -> World:
    """The rows, made by services; in the actor's workspace, committed by the caller."""
    world = World(actor.workspace.id, actor.user.id)
    for number in range(SHARED_AGENTS):
        world.shared += _rows(actor, f"shared-{number}")
    world.own = [_rows(actor, f"own-{number}") for number in range(writers)]
    return world


def _rows(actor: Any, slug: str) -> list[Row]:
    from agents.services import create_agent
    from agents.tracked import OF_SECTION
    from prompts.services import create_prompt
    from versioning.changes.resources import RESOURCES

    parts = {
        part.model.section: [dict(NEW[part.name])] * PARTS_OF_EACH  # type: ignore[attr-defined]
        for part in OF_SECTION.values()
    }
    parts["mcp_servers"] = [{"name": "tools", "endpoint": "https://tools.example/mcp"}] * PARTS_OF_EACH
    agent, prompt = create_agent(actor, slug=slug, parts=parts), create_prompt(actor, slug=slug + "-prompt")
    found = [("agent", agent.pk, None), ("prompt", prompt.pk, None)]
    for part in OF_SECTION.values():
        ids = part.model._default_manager.filter(agent=agent).values_list("pk", flat=True)
        found += [(part.name, id, agent.pk) for id in ids]
    return [Row(name, RESOURCES[name].table, RESOURCES[name].model, id, of) for name, id, of in found]


class Writer:
    """One of them, in SQL over a connection of its own. `edits` counts what was committed."""

    def __init__(self, world: World, number: int, address: dict[str, Any], share: int, until: float):
        self.world, self.number, self.share, self.until = world, number, share, until
        self.chance, self.edits, self.turn = random.Random(number), 0, 0
        self.address = address

    def run(self) -> int:
        """Edit until the share is done, or the time is up; how many edits were committed."""
        with psycopg.connect(**self.address, autocommit=True) as self.connection:
            self.connection.execute(
                "SELECT set_config('app.workspace_id', %s, false), set_config('app.actor_id', %s, false),"
                " set_config('app.request_id', 'writers', false)",
                [str(self.world.workspace), str(self.world.person)],
            )
            return self._work()

    def _work(self) -> int:
        while self.edits < self.share and time.monotonic() < self.until:
            self.turn += 1
            row, what = self._any_row(), self.chance.random()
            if what < 0.04:
                self.roll_back(row)
            elif what < 0.08:
                self.observe()
            elif what < 0.12 and self.edits + 2 <= self.share:
                self.edits += self.pair(sorted([row, self._any_row()], key=lambda each: str(each.id)))
            elif what < 0.26 and row.agent_id:
                self.edits += self.delete(row) or self.create(row)
            else:
                self.edits += self.update(row)
        return self.edits

    def _any_row(self) -> Row:
        rows = self.world.shared if self.chance.random() < 0.6 else self.world.own[self.number]
        return self.chance.choice(rows)

    def _value(self, name: str) -> Any:
        word = f"writer {self.number}, turn {self.turn}.{self.chance.random()}"
        return {"note": word} if name == "schema" else word

    def _sql(self, statement: str, *values: Any) -> int:
        return self.connection.execute(statement, values).rowcount

    def update(self, row: Row) -> int:
        """Change a word of a row, if it is there."""
        value = self._value(row.name)
        value = Jsonb(value) if isinstance(value, dict) else value
        return self._sql(f"UPDATE {row.table} SET {EDITED[row.name]} = %s WHERE id = %s", value, row.id)

    def delete(self, row: Row) -> int:
        """Delete a part, if it is there."""
        return self._sql(f"DELETE FROM {row.table} WHERE id = %s", row.id)

    def create(self, row: Row) -> int:
        """Bring a part back under its id, unless somebody did."""
        new = {name: Jsonb(each) if isinstance(each, dict) else each for name, each in NEW[row.name].items()}
        return self._sql(
            f"INSERT INTO {row.table} (id, tenant_id, agent_id, {', '.join(new)})"
            f" VALUES (%s, %s, %s{', %s' * len(new)}) ON CONFLICT (id) DO NOTHING",
            row.id, self.world.workspace, row.agent_id, *new.values(),
        )  # fmt: skip

    def pair(self, rows: list[Row]) -> int:
        """Two edits in one transaction; in the order of their ids, so that nobody waits in a ring."""
        with self.connection.transaction():
            return sum(self.update(row) for row in rows)

    def roll_back(self, row: Row) -> None:
        """An edit that never was."""
        with self.connection.transaction(force_rollback=True):
            self.update(row)

    def observe(self) -> None:
        """What the system writes while it works: no edit."""
        id = self.world.own[self.number][0].id
        self._sql("UPDATE builder_agents SET success_rate = random() WHERE id = %s", id)


class OrmWriter(Writer):
    """The same through Django, each edit in a transaction as a request has it."""

    def run(self) -> int:
        """Edit until the share is done, or the time is up; how many edits were committed."""
        from django.db import connection

        try:
            return self._work()
        finally:
            connection.close()

    def _do(self, verb: Callable[[], Any]) -> int:
        from django.db import IntegrityError

        try:
            with self.world.entered():
                return int(verb())
        except IntegrityError:  # somebody brought it back before us
            return 0

    def update(self, row: Row) -> int:
        rows = row.model._default_manager.filter(pk=row.id)
        return self._do(lambda: rows.update(**{EDITED[row.name]: self._value(row.name)}))

    def delete(self, row: Row) -> int:
        return self._do(lambda: row.model._default_manager.filter(pk=row.id).delete()[0])

    def create(self, row: Row) -> int:
        keys = {"id": row.id, "tenant_id": self.world.workspace, "agent_id": row.agent_id}
        return self._do(lambda: bool(row.model._default_manager.create(**keys, **NEW[row.name])))

    def pair(self, rows: list[Row]) -> int:
        with self.world.entered():
            return sum(self.update(row) for row in rows)

    def roll_back(self, row: Row) -> None:
        from django.db import transaction

        with self.world.entered():
            self.update(row)
            transaction.set_rollback(True)

    def observe(self) -> None:
        own = self.world.own[self.number][0]
        rows = own.model._default_manager.filter(pk=own.id)
        self._do(lambda: rows.update(success_rate=self.chance.random()))


def write(world: World, edits: int, *, seconds: float = 600) -> int:
    """All writers at once; how many edits they committed."""
    from django.db import connection

    params = connection.get_connection_params()
    address = {
        name: params[name] for name in ("dbname", "user", "password", "host", "port") if name in params
    }
    writers, until = len(world.own), time.monotonic() + seconds
    shares = [edits // writers + (number < edits % writers) for number in range(writers)]
    made = [
        (OrmWriter if number % 4 == 3 else Writer)(world, number, address, share, until)
        for number, share in enumerate(shares)
    ]
    with ThreadPoolExecutor(writers) as pool:
        return sum(pool.map(lambda writer: writer.run(), made))


def problems(world: World, expected: int) -> list[str]:
    """What is wrong with the record when there should be so many records; nothing, as it should be."""
    from django.db import connection

    from versioning.changes.services.verifying import verify

    found = []
    with world.entered(), connection.cursor() as cursor:
        report = verify(world.workspace)
        cursor.execute(NUMBERED, {"workspace": world.workspace})
        (uneven,) = cursor.fetchone()
    if report.records != expected:
        found.append(f"{expected:,} changes were committed and {report.records:,} are recorded")
    if uneven:
        found.append(f"{uneven} resources do not count 1, 2, 3, … to their last number")
    return found + [f"{each.code}: {each.resource_type} {each.version}" for each in report.findings]


def main() -> int:
    """Run it and print the figures; 1 where one change went unrecorded."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--edits", type=int, default=20_000)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=600, help="stop after so long")
    asked = parser.parse_args()
    from benchmarks.scratch import scratch_database

    with scratch_database():
        from versioning.changes.models import Change
        from versioning.changes.models import Counter as Count
        from versioning.lib.transaction import told
        from versioning.workspaces.actor import Actor
        from versioning.workspaces.models import User
        from versioning.workspaces.services.workspaces import create_workspace

        workspace, user = create_workspace("writers"), User.objects.create_user("w@example.com", None)
        with told(workspace.id, user.id):
            world = build(Actor.of_operator(workspace, via="command", user=user), asked.writers)
        before, start = world.records(), time.monotonic()
        edits = write(world, asked.edits, seconds=asked.seconds)
        wrote = time.monotonic()
        wrong = problems(world, before + edits)
        done = time.monotonic()
        with world.entered():
            kinds = Counter(Change.objects.values_list("operation", flat=True))
            last = list(Count.objects.values_list("last", flat=True))
    print(f"{edits:,} edits committed by {asked.writers} writers in {wrote - start:.1f} s")
    print(f"{sum(kinds.values()):,} records ({before:,} from before): {dict(kinds)}")
    print(f"{len(last)} resources; their last numbers add up to {sum(last):,}, the highest is {max(last):,}")
    print(f"replayed and compared with the live rows in {done - wrote:.1f} s: {len(wrong)} problems")
    print("\n".join(wrong[:20]))
    return 0 if edits == asked.edits and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
