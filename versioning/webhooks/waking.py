"""Waking a worker for an endpoint, in the transaction that owes it something."""

from collections.abc import Iterable

from procrastinate.types import JSONDict

from versioning.webhooks.models import Endpoint


def wake(endpoints: Iterable[Endpoint]) -> None:
    """Let a worker look at these endpoints as soon as this transaction is committed."""
    from versioning.webhooks.tasks import queued_visit

    queued_visit.batch_defer(*(_job(one) for one in endpoints))


def _job(endpoint: Endpoint) -> JSONDict:
    return {"workspace": str(endpoint.workspace_id), "endpoint": str(endpoint.id)}
