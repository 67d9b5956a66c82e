"""The room of delivery."""

from django.apps import AppConfig


class Delivery(AppConfig):
    """The room of delivery."""

    name = "versioning.delivery"
    label = "delivery"
