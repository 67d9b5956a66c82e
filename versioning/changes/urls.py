"""The pages of the record, as a map; those of one artifact are listed in its kind's own urls.py."""

from django.urls import URLPattern, path

from versioning.changes.views import health
from versioning.changes.views.restore import restore
from versioning.changes.views.timeline import history, timeline

app_name = "changes"
urlpatterns: list[URLPattern] = [
    path("history/", timeline, name="timeline"),
    path("settings/health/", health.show, name="health"),
]


def of_artifact(kind: str) -> list[URLPattern]:
    """The pages that the record has for each artifact of a kind."""
    one = "<str:slug>/history/<str:resource_type>/<uuid:resource_id>/<int:version>/"
    return [
        path("<str:slug>/history/", history, {"kind": kind}, name="history"),
        path(f"{one}restore/", restore, {"kind": kind}, name="restore"),
    ]
