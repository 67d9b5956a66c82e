"""What one does here: set the server that answers, try versions, stop an answer."""

from versioning.playground.services.providers import change_provider, provider_of, remove_provider
from versioning.playground.services.runs import run_of, start_runs, stop_run

__all__ = [
    "change_provider", "provider_of", "remove_provider", "run_of", "start_runs", "stop_run",
]  # fmt: skip
