"""What the worker does: procrastinate finds the tasks here. What they do is loaded when it is done."""

from procrastinate.contrib.django import app

QUEUE = "webhooks"


@app.task(name="webhooks.work_off", queue=QUEUE)
async def work_off(workspace: str, endpoint: str) -> None:
    """Bring one endpoint what it is owed and due."""
    from versioning.webhooks.work import work_off as work

    await work(workspace, endpoint)
