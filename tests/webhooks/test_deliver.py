"""What is told: each Event once, signed, in order; by real workers to real receivers."""

import time
from collections import defaultdict
from datetime import UTC, datetime

import pytest
from django.db import transaction

from agents.models import AgentTrigger, Snapshot
from agents.services import add_part, change_agent
from agents.services.connectors import change_connector, create_connector, remove_connector
from agents.services.restoring import restore_snapshot
from prompts.services import change_prompt, create_prompt
from tests.factories import make_agent, make_prompt
from tests.webhooks.process import Worker
from tests.webhooks.receiver import Receiver
from versioning.changes.resources import RESOURCES
from versioning.changes.services.restoring import restore
from versioning.lib.transaction import told
from versioning.versions import services as versions
from versioning.versions.services.artifacts import Imported
from versioning.webhooks.services.endpoints import create_endpoint, rotate_secret
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event
from versioning.workspaces.services.keys import create_key

OF_ARTIFACTS = ("artifact.", "version.", "staging.", "resource.", "snapshot.", "connector.")


@pytest.fixture(autouse=True)
def worker(server_environment, committed_cast):
    """One worker. It is gone before the tables are emptied, which would wait for it, and it for them."""
    started = Worker(server_environment, timeout=5).start()
    yield started
    assert started.stop() == 0
    assert "Traceback" not in started.log()


def do_every_act_of_prompts(actor):
    prompt = make_prompt(actor, live=2, drafts=2)
    change_prompt(actor, prompt, name="Other")
    versions.update_draft(actor, prompt, 3, source="Hello {{ you }}.")
    versions.stage(actor, prompt, 3)
    versions.unstage(actor, prompt)
    versions.delete_draft(actor, prompt, 4)
    versions.roll_back(actor, prompt, 1)
    versions.unpublish(actor, prompt)
    versions.archive(actor, prompt)
    versions.unarchive(actor, prompt)
    restore(actor, RESOURCES["prompt"], prompt.pk, 1)
    imported = create_prompt(actor, slug="imported", source="")
    history = [Imported(f"Text {n}", "", "Ann", datetime(2026, 1, n, tzinfo=UTC)) for n in (1, 2)]
    versions.import_versions(actor, imported, history)


def do_every_act_of_agents(actor):
    agent = make_agent(actor, locked=2, live=1)
    change_agent(actor, agent, bio="Other")
    versions.revert(actor, agent)
    add_part(actor, agent, AgentTrigger, name="hourly", trigger_type="schedule",
             trigger_config={"cron": "0 * * * *"})  # fmt: skip
    restore_snapshot(actor, agent, Snapshot.objects.of(agent.pk).first())
    connector = create_connector(actor, agent, name="Line", channel="api")
    change_connector(actor, agent, connector.pk, name="Main line")
    remove_connector(actor, agent, connector.pk)
    versions.stage(actor, agent, 2)


def test_every_act_of_prompts_and_agents_arrives_once_in_order_and_signed(committed_cast, receiver):
    cast = committed_cast
    with told(cast.demo.id):
        _, secret = create_endpoint(cast.alice, url=receiver.url)
        do_every_act_of_prompts(cast.alice)
        do_every_act_of_agents(cast.alice)
        events = list(Event.objects.filter(artifact_id__isnull=False).order_by("artifact_id", "sequence"))

    receiver.wait_for(len(events) + 1)
    time.sleep(0.3)  # for what would come twice

    said = [one.verified(secret) for one in receiver.came]
    acts = [one for one in said if one["data"]["artifact"]]
    assert sorted(one["data"]["id"] for one in acts) == sorted(str(event.pk) for event in events)
    every = {name.value for name in EventName if name.value.startswith(OF_ARTIFACTS)}
    assert {one["type"] for one in acts} == every
    sequences = defaultdict(list)
    for one in acts:
        sequences[one["data"]["artifact"]["slug"]].append(one["data"]["sequence"])
    assert len(sequences) == 3
    for found in sequences.values():
        assert found == list(range(1, len(found) + 1))


def test_an_act_is_told_at_once(committed_cast, receiver):
    cast = committed_cast
    with told(cast.demo.id):
        create_endpoint(cast.alice, url=receiver.url)
    receiver.wait_for(1)
    waits = []
    for number in range(5):
        with told(cast.demo.id):
            create_key(cast.alice, name=f"key {number}", kind="live")
        committed = time.monotonic()
        waits.append(receiver.wait_for(number + 2)[-1].at - committed)

    assert min(waits) < 0.1, waits
    assert max(waits) < 2, waits


def test_what_is_rolled_back_is_not_told(committed_cast, receiver):
    cast = committed_cast
    with told(cast.demo.id):
        _, secret = create_endpoint(cast.alice, url=receiver.url, events=["key.created"])
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            create_key(cast.alice, name="undone", kind="live")
            raise ZeroDivisionError
        create_key(cast.alice, name="done", kind="live")

    receiver.wait_for(1)
    time.sleep(0.3)

    assert [one.verified(secret)["data"]["data"]["key_name"] for one in receiver.came] == ["done"]


def test_while_a_secret_is_exchanged_both_verify(committed_cast, receiver):
    cast = committed_cast
    with told(cast.demo.id):
        endpoint, first = create_endpoint(cast.alice, url=receiver.url, events=["webhook.rotated"])
        second = rotate_secret(cast.alice, endpoint)

    (came,) = receiver.wait_for(1)

    assert came.verified(first) == came.verified(second)


def test_two_workers_tell_each_event_once(committed_cast, worker_process):
    cast, receivers = committed_cast, [Receiver() for _ in range(4)]
    worker_process(timeout=5)
    with told(cast.demo.id):
        for one in receivers:
            create_endpoint(cast.alice, url=one.url, events=["key.created"])
    for number in range(15):
        with told(cast.demo.id):
            create_key(cast.alice, name=f"key {number}", kind="live")

    for one in receivers:
        one.wait_for(15)
    time.sleep(0.3)

    with told(cast.demo.id):
        events = Event.objects.filter(name="key.created").order_by("sequence").values_list("pk", flat=True)
        order = [str(event) for event in events]
    for one in receivers:
        one.close()
        assert [order.index(came.id) for came in one.came] == list(range(15))
