"""The pages that every kind of artifact has, as a map, and those of all: finding, and the export."""

from django.urls import URLPattern, path

from versioning.versions import views
from versioning.versions.kinds import KINDS

app_name = "versions"
urlpatterns = [
    path("find/", views.find, name="find"),
    path("settings/export/", views.export, name="export"),
    path("settings/export/download/", views.download_export, name="download_export"),
]


def lifecycle(kind: str) -> list[URLPattern]:
    """The lifecycle of one kind, to be listed in its own urls.py."""
    one, publish = "<str:slug>/versions/<int:number>/", KINDS[kind].words.publish.lower()
    drafts = [
        ("<str:slug>/lock/", views.lock, "lock"),
        ("<str:slug>/revert/", views.revert, "revert"),
    ]
    pages = [
        ("<str:slug>/versions/", views.versions, "versions"),
        (one, views.version, "version"),
        ("<str:slug>/compare/<int:old>...<int:new>/", views.compare, "compare"),
        (f"{one}{publish}/", views.promote, "promote"),
        (f"{one}rollback/", views.rollback, "rollback"),
        (f"{one}stage/", views.stage, "stage"),
        ("<str:slug>/unstage/", views.unstage, "unstage"),
        ("<str:slug>/unpublish/", views.unpublish, "unpublish"),
        ("<str:slug>/clients/", views.clients, "clients"),
        *(drafts if KINDS[kind].one_draft else [(f"{one}delete/", views.delete, "delete")]),
    ]
    return [path(route, view, {"kind": kind}, name=name) for route, view, name in pages]
