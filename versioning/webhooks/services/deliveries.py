"""Deliveries: brought once more, because somebody asked."""

from django.db import transaction

from versioning.lib.errors import DomainError, not_found
from versioning.webhooks import schedule
from versioning.webhooks.models import Delivery
from versioning.webhooks.waking import wake
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require


def redeliver(actor: Actor, delivery: Delivery) -> Delivery:
    """Try it now, whatever became of it: the same id, the same body. Its log says who asked.

    It is tried once; what was owed stays owed by its schedule, what was settled stays settled.
    Error: `webhook_disabled`.
    """
    require(actor, Act.MANAGE)
    with transaction.atomic():
        found: Delivery | None = (
            Delivery.objects.in_workspace(actor)
            .select_related("endpoint", "event")
            .select_for_update(of=("self",), no_key=True)
            .filter(pk=delivery.pk, endpoint__removed_at=None)
            .first()
        )
        if found is None:
            raise not_found()
        if found.endpoint.disabled_at:
            raise DomainError(
                "webhook_disabled", "This webhook is switched off. Switch it on, then deliver this again."
            )
        found.due_at, found.asked_by = schedule.now(), actor.label[:200]
        found.save(update_fields=["due_at", "asked_by"])
        wake([found.endpoint])
    return found
