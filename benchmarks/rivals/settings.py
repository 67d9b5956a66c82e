"""Our settings, with the rivals beside: each as its documentation sets it up, and nothing tuned."""

from versioning.settings import *  # noqa: F403
from versioning.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [
    *OURS,
    "pgtrigger",
    "pghistory",
    "simple_history",
    "reversion",
    "auditlog",
    "benchmarks.rivals",
]
