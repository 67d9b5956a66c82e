"""How far a run can be."""

from datetime import timedelta

from django.db import models

LOST_AFTER = timedelta(seconds=20)  # without a sign of life: see `Run.seen_at`


class RunStatus(models.TextChoices):
    """How far a run is. A preview was sent nowhere, for no server is set."""

    WAITING = "waiting", "waiting"
    STREAMING = "streaming", "answering"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    STOPPED = "stopped", "stopped"
    PREVIEW = "preview", "not sent"


OPEN = (RunStatus.WAITING, RunStatus.STREAMING)
