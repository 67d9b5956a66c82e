"""What is queued for the worker, and what it does then. Procrastinate's door to Django finds this module.

There, a visit is registered to be queued: in the transaction of whoever queues it. What runs is registered
on an app of the worker's own (`app_of_worker`), since the timer of Django's would keep one of its connections
for good, and never recover from the loss of it.
"""

from procrastinate import App, JobContext
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

QUEUE = "webhooks"
VISIT, SWEEP, PURGE = "webhooks.visit", "webhooks.sweep", "webhooks.purge"
EVERY_5_SECONDS, HOURLY = "* * * * * */5", "17 * * * *"
LOST_AFTER = 30.0  # seconds without a sign of life of a worker


async def visit(context: JobContext, workspace: str, endpoint: str) -> None:
    """Bring one endpoint what it is owed and due; where more is left, queue up again."""
    from versioning.webhooks.work import work_off  # all of sending is loaded where it is done

    if await work_off(workspace, endpoint, stopping=context.additional_context["stopping"]):
        await _queue_up(context, workspace, endpoint)


async def sweep(context: JobContext, timestamp: int) -> None:
    """Find what is due: retries, and what workers left that were killed. Their jobs are put away."""
    from versioning.webhooks import sweeping
    from versioning.webhooks.work import in_thread

    for workspace, endpoint in await in_thread(sweeping.owed):
        await _queue_up(context, workspace, endpoint)
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=LOST_AFTER):
        await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
    await jobs.prune_stalled_workers(LOST_AFTER)


async def purge(context: JobContext, timestamp: int) -> None:
    """Forget the log of more than 30 days ago."""
    from versioning.webhooks import sweeping
    from versioning.webhooks.work import in_thread

    await in_thread(sweeping.purge)


async def _queue_up(context: JobContext, workspace: str, endpoint: str) -> None:
    """A visit at the end of the queue, unless one of this kind waits there."""
    job = context.app.configure_task(VISIT, queue=QUEUE, queueing_lock=f"webhook {endpoint}")
    try:
        await job.defer_async(workspace=workspace, endpoint=endpoint)
    except AlreadyEnqueued:
        return


queued_visit = app.task(name=VISIT, queue=QUEUE, pass_context=True)(visit)


def app_of_worker(connector: BaseConnector) -> App:
    """The tasks and their times, on connections of the worker's own."""
    own = App(connector=connector)
    own.task(name=VISIT, queue=QUEUE, pass_context=True)(visit)
    sweeps = own.task(name=SWEEP, queue=QUEUE, queueing_lock=SWEEP, priority=1, pass_context=True)(sweep)
    purges = own.task(name=PURGE, queue=QUEUE, queueing_lock=PURGE, pass_context=True)(purge)
    own.periodic(cron=EVERY_5_SECONDS)(sweeps)
    own.periodic(cron=HOURLY)(purges)
    return own
