"""A committed workspace with one endpoint, visits of a worker to it, and a clock that goes when told."""

import asyncio

from django.utils import timezone

from versioning.lib.transaction import told
from versioning.webhooks.models import Attempt, Delivery
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.webhooks.work import work_off
from versioning.workspaces.services.keys import create_key


class Clock:
    """The clock of the schedule: it goes when it is told."""

    def __init__(self):
        self.at = timezone.now()

    def __call__(self):
        return self.at


class Scene:
    """A committed workspace with one endpoint, and a worker's visits to it."""

    def __init__(self, cast, receiver):
        self.cast, self.alice = cast, cast.alice
        with told(cast.demo.id):
            self.endpoint, self.secret = create_endpoint(self.alice, url=receiver.url)
            Delivery.objects.all().delete()

    def visit(self):
        return asyncio.run(work_off(str(self.cast.demo.id), str(self.endpoint.pk), stopping=lambda: False))

    def act(self, times=1):
        with told(self.cast.demo.id):
            for number in range(times):
                create_key(self.alice, name=f"key {number}", kind="live")

    def do(self, verb, *args):
        with told(self.cast.demo.id):
            return verb(self.alice, *args)

    def deliveries(self):
        with told(self.cast.demo.id):
            return list(Delivery.objects.order_by("id"))

    def log(self, delivery):
        with told(self.cast.demo.id):
            return list(Attempt.objects.of(delivery))
