"""Who fails holds up nobody: no other endpoint, and not even what it is owed later itself."""

import time

from tests.webhooks.receiver import Receiver
from versioning.lib.transaction import told
from versioning.webhooks.models import Attempt
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.workspaces.services.keys import create_key


def test_endpoints_that_hang_hold_up_no_other_and_not_even_their_own_later_deliveries(
    committed_cast, receiver, worker_process
):
    cast = committed_cast
    worker_process(timeout=1)
    hanging = [Receiver(lambda connection, _: time.sleep(5)) for _ in range(5)]
    with told(cast.demo.id):
        for one in hanging:
            create_endpoint(cast.alice, url=one.url, events=["key.created"])
        create_endpoint(cast.alice, url=receiver.url, events=["key.created"])
        for number in range(10):
            create_key(cast.alice, name=f"key {number}", kind="live")

    receiver.wait_for(10)
    tried = [len(one.came) for one in hanging]
    for one in hanging:
        one.wait_for(2)
        one.close()

    assert max(tried) < 5, "each of them is owed ten, and hangs on one after the other"
    for one in hanging:
        assert one.came[0].id != one.came[1].id
    with told(cast.demo.id):
        errors = set(Attempt.objects.filter(status=None).values_list("error", flat=True))
    assert errors == {"No complete answer within 1 seconds."}
