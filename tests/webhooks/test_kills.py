"""Workers killed in mid-delivery: nothing is lost, and what comes again is the same."""

from tests.webhooks.killing import kill_often


def test_killed_in_mid_delivery_nothing_is_lost_and_repeats_are_the_same(transactional_db, worker_process):
    found = kill_often(lambda: worker_process(timeout=2), 5)

    assert found.whole, found
    assert found.meant, found
