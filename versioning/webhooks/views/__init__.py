"""The pages of Settings → Webhooks."""

from versioning.webhooks.views.deliveries import delivery, endpoint, redeliver
from versioning.webhooks.views.endpoints import disable, edit, enable, endpoints, new, remove, rotate

__all__ = [
    "delivery", "disable", "edit", "enable", "endpoint", "endpoints", "new", "redeliver", "remove", "rotate",
]  # fmt: skip
