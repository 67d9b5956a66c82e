"""What tests of webhooks share: receivers and worker processes."""

from collections.abc import Callable, Iterator

import pytest

from tests.webhooks.process import Worker
from tests.webhooks.receiver import Receiver
from tests.webhooks.scene import Clock, Scene
from versioning.webhooks import holding, schedule


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def worker_process(server_environment: dict[str, str]) -> Iterator[Callable[..., Worker]]:
    """Starts worker processes, and stops them at the end."""
    started: list[Worker] = []

    def start(**options: int) -> Worker:
        started.append(Worker(server_environment, **options).start())
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait(10)


@pytest.fixture
def quick(settings):
    """Endpoints on this machine, which have a second."""
    settings.WEBHOOK_TIMEOUT, settings.WEBHOOK_ALLOW_PRIVATE = 1, True


@pytest.fixture
def clock(monkeypatch):
    """The clock of the schedule; retries wait for their turn."""
    made = Clock()
    monkeypatch.setattr(schedule, "now", made)
    monkeypatch.setattr(holding, "RETRIES", 0)
    return made


@pytest.fixture
def scene(committed_cast, receiver, quick):
    """A workspace with an endpoint at `receiver`."""
    return Scene(committed_cast, receiver)
