"""The worker: inside the server and by itself, when it is told to stop, and when its database goes away."""

import time

import pytest
from django.db import connection

from tests.server import Installation, Server
from tests.webhooks.receiver import OK, Receiver
from versioning.lib.transaction import told
from versioning.webhooks.models import Delivery
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.workspaces.services.keys import create_key

TELL = """
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Workspace
from versioning.workspaces.services.keys import create_key
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.workspaces.services.workspaces import create_workspace
"""
FIRST = (
    TELL
    + """
actor = Actor.of_operator(create_workspace("demo"), via="command")
with told(actor.workspace.id):
    create_endpoint(actor, url={url!r}, events=["key.created"])
"""
)
ACT = (
    TELL
    + """
with told(operator=True):
    workspace = Workspace.objects.get(slug="demo")
with told(workspace.id):
    create_key(Actor.of_operator(workspace, via="command"), name="one", kind="live")
"""
)


def until(true, *, within):
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_told_to_stop_it_ends_soon_and_leaves_what_is_under_way_to_the_next(committed_cast, worker_process):
    cast = committed_cast
    slow = Receiver(lambda connection, _: (time.sleep(8), connection.sendall(OK)))
    with told(cast.demo.id):
        create_endpoint(cast.alice, url=slow.url, events=["key.created"])
        create_key(cast.alice, name="one", kind="live")
    worker = worker_process(timeout=15)
    slow.wait_for(1)
    started = time.monotonic()

    assert worker.stop() == 0
    assert time.monotonic() - started < 8
    slow.answer = lambda connection, _: connection.sendall(OK)
    worker = worker_process(timeout=15)
    slow.wait_for(2)  # at once: the lease was let go

    assert slow.came[0].id == slow.came[1].id
    until(lambda: delivered(cast), within=5)
    assert worker.stop() == 0
    assert "Traceback" not in worker.log()


def delivered(cast):
    with told(cast.demo.id):
        return not Delivery.objects.all().owed().exists()


@pytest.fixture(scope="module")
def installation():
    made = Installation()
    made.environment |= {"WEBHOOK_ALLOW_PRIVATE": "1", "WEBHOOK_TIMEOUT": "5"}
    try:
        yield made.start_copy()
    finally:
        made.remove()


def test_in_the_server_it_tells_and_outlives_the_loss_of_its_database(installation, receiver):
    installation.run(FIRST.format(url=receiver.url))
    server = Server(installation.environment)
    server.start()
    assert server.get("/readyz").json() == {"status": "ready", "missing": []}
    installation.run(ACT)
    receiver.wait_for(1)

    installation.database.stop()
    until(lambda: not server.is_ready(), within=10)
    time.sleep(2)
    installation.database.start()
    installation.run(ACT)
    receiver.wait_for(2, within=20)

    assert server.stop() == 0
    assert "versioning/webhooks" not in server.log()  # in no traceback


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_without_a_worker_readyz_says_so_until_one_runs_elsewhere(transactional_db, server):
    ask("DELETE FROM procrastinate_workers")

    assert server.get("/readyz").json() == {"status": "not ready", "missing": ["worker"]}
    ask("SELECT procrastinate_register_worker_v1()")
    assert server.get("/readyz").json() == {"status": "ready", "missing": []}
    ask("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")
    assert server.get("/readyz").status_code == 503
