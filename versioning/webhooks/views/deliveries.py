"""One webhook with its log of deliveries, and one delivery with every attempt."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from versioning.lib.htmx import render_page, wants_part
from versioning.webhooks.forms import grouped
from versioning.webhooks.models import Attempt, Delivery, Endpoint
from versioning.webhooks.presenters import DeliveryShown, EndpointShown, url_of
from versioning.webhooks.presenters_log import Asked, log_of
from versioning.webhooks.services.deliveries import redeliver as redeliver_it
from versioning.webhooks.views.endpoints import TAB
from versioning.webhooks.views.entry import of_endpoint
from versioning.workspaces.actor import Actor
from versioning.workspaces.views.frame import framed

ENDPOINT, DELIVERY, ROW = "webhooks/endpoint.html", "webhooks/delivery.html", "webhooks/delivery_row.html"


@require_safe
@of_endpoint
def endpoint(request: HttpRequest, actor: Actor, endpoint: Endpoint) -> HttpResponse:
    """One webhook and what was sent to it, the newest first; by htmx what a filter found, or what follows."""
    asked = Asked.of(request.GET)
    page = framed(
        actor, TAB, shown=EndpointShown.of(actor, endpoint), list_url=url_of(actor, "endpoints"),
        groups=grouped([asked.name]), **log_of(actor, endpoint, asked),
    )  # fmt: skip
    return render_page(request, ENDPOINT, page, part="rows" if asked.after else "found")


@require_safe
@of_endpoint
def delivery(request: HttpRequest, actor: Actor, endpoint: Endpoint, delivery_id: int) -> HttpResponse:
    """What was sent, and what came of each attempt."""
    found = Delivery.objects.in_workspace(actor).of(endpoint).select_related("event").one(delivery_id)
    return _show(request, actor, endpoint, found)


@require_POST
@of_endpoint
def redeliver(request: HttpRequest, actor: Actor, endpoint: Endpoint, delivery_id: int) -> HttpResponse:
    """Send it again, and show how far it is: its row in the log, or its page."""
    found = Delivery.objects.in_workspace(actor).of(endpoint).select_related("event").one(delivery_id)
    again = redeliver_it(actor, found)
    if not wants_part(request):
        url = url_of(actor, "delivery", endpoint.pk, found.pk)
        return HttpResponseRedirect(url, status=303)
    return _show(request, actor, endpoint, again)


def _show(request: HttpRequest, actor: Actor, endpoint: Endpoint, found: Delivery) -> HttpResponse:
    log = list(Attempt.objects.of(found).reverse())
    one = DeliveryShown.of(actor, endpoint, found, log[0] if log else None)
    page: dict[str, Any] = {"row": one, "watched": one.under_way}
    if wants_part(request) and str(request.htmx.target or "").startswith("row-"):  # type: ignore[attr-defined]
        return render_page(request, ROW, page)
    page |= {"shown": EndpointShown.of(actor, endpoint), "log": one.log(log), "sent": one.sent(log)}
    page["list_url"] = url_of(actor, "endpoints")
    return render_page(request, DELIVERY, framed(actor, TAB, **page), part="delivery")
