"""A model server that does as it is told, and a workspace that asks it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_prompt
from tests.playground.model_server import ModelServer
from versioning.lib.transaction import told
from versioning.playground import services
from versioning.playground.models import Run
from versioning.playground.runner import runner
from versioning.workspaces.actor import Actor

KEY = "sk-the-key-of-the-tests"


@pytest.fixture
def model_server(settings: Any) -> Iterator[ModelServer]:
    """On this machine, which the operator allows."""
    settings.PLAYGROUND_ALLOW_PRIVATE = True
    server = ModelServer()
    yield server
    server.close()


class Playground:
    """Committed, so that the runner's threads see it: eve tries the prompt `greeting` of `demo`."""

    def __init__(self, cast: Cast, model_server: ModelServer):
        self.cast, self.server = cast, model_server
        with self.inside():
            self.prompt = make_prompt(cast.eve, slug="greeting", live=2, drafts=1)

    def inside(self, actor: Actor | None = None) -> Any:
        """A transaction of a member's."""
        actor = actor or self.cast.eve
        return told(actor.workspace.id, actor.person_id)

    def answered_by(self, how: str = "words", key: str | None = KEY) -> "Playground":
        """Set the server, which shall answer that way."""
        with self.inside(self.cast.alice):
            base_url = self.server.url(how)
            services.change_provider(self.cast.alice, base_url=base_url, model="tiny", key=key)
        return self

    def start(self, *numbers: int, said: str = "Where is it?", **options: Any) -> list[Run]:
        """Start runs; they are under way when this returns."""
        options.setdefault("values", {"name": "Ann"})
        with self.inside():
            return services.start_runs(self.cast.eve, self.prompt, numbers or (3,), said=said, **options)

    def run(self, *numbers: int, **options: Any) -> Run:
        """Run to the end; the row as it is then, of two the first."""
        started = self.start(*numbers, **options)
        runner.join()
        return self.now(started[0])

    def now(self, run: Run) -> Run:
        """A run's row as it is now."""
        with self.inside():
            return Run.objects.get(pk=run.pk)


@pytest.fixture
def playground(committed_cast: Cast, model_server: ModelServer) -> Iterator[Playground]:
    """See `Playground`."""
    yield Playground(committed_cast, model_server)
    model_server.gate.set()
    runner.join()
