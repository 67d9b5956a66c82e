"""What the tests of restoring say: a restore by the resource's name, SQL round the services, a history."""

from django.db import connection

from versioning.changes import services
from versioning.changes.models import Change
from versioning.changes.resources import RESOURCES


def sql(statement, *values):
    """Round the services."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def history(name, id):
    """What was done to a resource, and with which note."""
    rows = Change.objects.of(name, id).order_by("version")
    return [(each.version, each.operation, each.changelog) for each in rows]


def restore(actor, name, id, target, **options):
    return services.restore(actor, RESOURCES[name], id, target, **options)
