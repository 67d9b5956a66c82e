"""Workers that are killed in mid-delivery, again and again; and what became of what they had in hand."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.webhooks.process import Worker
from tests.webhooks.receiver import OK, Receiver
from versioning.lib.transaction import told
from versioning.webhooks.models import Delivery
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import create_workspace

SLOW = 0.4  # seconds that a receiver takes to answer: a kill falls into it
ACTS = 3
PATIENCE = 60.0


@dataclass
class Killed:
    """What came of it."""

    kills: int
    owed: int
    lost: int
    repeats: int
    altered: int  # repeats whose body is not that of the first
    disordered: int  # endpoints that were first told of a later act
    under_way: int  # requests that had come and were not answered when their worker was killed
    recovered: float  # seconds from the last start to the last delivery

    @property
    def whole(self) -> bool:
        """Whether each Event came, to the letter, in order."""
        return not (self.lost or self.altered or self.disordered)

    @property
    def meant(self) -> bool:
        """Whether kills fell into deliveries: what was under way must come again, or others were at it."""
        return self.repeats >= self.under_way // 2 >= self.kills // 4


class Scene:
    """A workspace with one slow endpoint, and acts that it is owed."""

    def __init__(self, number: int):
        self.answered = self.altered = 0
        self._bodies: dict[str, bytes] = {}
        self.receiver = Receiver(self._answer)
        self.workspace = create_workspace(f"killed-{number}-{random.randrange(10**9)}")
        actor = Actor.of_operator(self.workspace, via="command")
        with told(self.workspace.id):
            _, self.secret = create_endpoint(actor, url=self.receiver.url, events=["key.created"])
            for act in range(ACTS):
                create_key(actor, name=f"key {act}", kind="live")
            rows = Event.objects.filter(workspace=self.workspace, name="key.created").order_by("sequence")
            self.events = [str(event.pk) for event in rows]

    def _answer(self, connection, received) -> None:
        self.altered += received.body != self._bodies.setdefault(received.id, received.body)
        received.verified(self.secret)  # now: a signature is good for five minutes. Else nothing is answered
        time.sleep(SLOW)
        connection.sendall(OK)
        self.answered += 1

    def delivered(self) -> bool:
        """Whether nothing is owed any more."""
        with told(self.workspace.id):
            return not Delivery.objects.filter(workspace=self.workspace).owed().exists()

    def firsts(self) -> list[str]:
        """The ids in the order in which they first came."""
        return list(dict.fromkeys(one.id for one in self.receiver.came))


def kill_often(start: Callable[[], Worker], times: int, *, say: Callable[[str], None] = len) -> Killed:
    """Kill so many workers, each while a request of its own is under way; then let one finish."""
    scenes, under_way = [], 0
    for number in range(times):
        worker = start()
        scene = Scene(number)
        scenes.append(scene)
        scene.receiver.wait_for(1, within=PATIENCE)
        time.sleep(random.uniform(0, (ACTS - 1) * SLOW))
        worker.kill()
        under_way += len(scene.receiver.came) > scene.answered
        say(f"{number + 1} killed")
    started = time.monotonic()
    last = start()
    while not all(scene.delivered() for scene in scenes):
        assert time.monotonic() - started < PATIENCE, last.log()
        time.sleep(0.1)
    recovered = time.monotonic() - started
    last.stop()
    for scene in scenes:
        scene.receiver.close()
    came = [Counter(one.id for one in scene.receiver.came) for scene in scenes]
    return Killed(
        kills=times,
        owed=sum(len(scene.events) for scene in scenes),
        lost=sum(len(set(scene.events) - set(found)) for scene, found in zip(scenes, came, strict=True)),
        repeats=sum(sum(found.values()) - len(found) for found in came),
        altered=sum(scene.altered for scene in scenes),
        disordered=sum(scene.firsts() != scene.events for scene in scenes),
        under_way=under_way,
        recovered=recovered,
    )
