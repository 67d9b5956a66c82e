"""What tests of webhooks share: receivers and worker processes."""

from collections.abc import Callable, Iterator

import pytest

from tests.webhooks.process import Worker
from tests.webhooks.receiver import Receiver


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
