"""The room of delivery."""

from django.apps import AppConfig


class Delivery(AppConfig):
    """The room of delivery."""

    name = "versioning.delivery"
    label = "delivery"

    def ready(self) -> None:
        """Tell the rooms below who knows who reads."""
        from versioning.delivery.readers import Seen
        from versioning.versions import readers

        readers.register(Seen())
