"""The pages of agents, as a map. What every kind of artifact has comes from `lifecycle`."""

from django.urls import path

from agents import views
from versioning.changes.urls import of_artifact
from versioning.versions.urls import lifecycle
from versioning.versions.views import import_page

app_name = "agents"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("new/", views.new, name="new"),
    path("import/", import_page, {"kind": "agent"}, name="import"),
    path("<str:slug>/", views.editor, name="editor"),
    path("<str:slug>/v/<int:number>/", views.look, name="look"),
    path("<str:slug>/v/<int:number>/blame/", views.blame, name="blame"),
    path("<str:slug>/code/", views.code, name="code"),
    path("<str:slug>/copy/", views.copy, name="copy"),
    path("<str:slug>/settings/", views.settings_page, name="settings"),
    path("<str:slug>/section/<str:name>/", views.section, name="section"),
    path("<str:slug>/archive/", views.archive, name="archive"),
    path("<str:slug>/unarchive/", views.unarchive, name="unarchive"),
    path("<str:slug>/connectors/", views.connectors_page, name="connectors"),
    path("<str:slug>/connectors/new/", views.new_connector, name="new_connector"),
    path("<str:slug>/connectors/<uuid:connector>/", views.connector_page, name="connector"),
    path("<str:slug>/connectors/<uuid:connector>/remove/", views.remove_connector, name="remove_connector"),
    path("<str:slug>/snapshots/", views.snapshots_page, name="snapshots"),
    path("<str:slug>/snapshots/<int:version_number>/", views.snapshot_page, name="snapshot"),
    path(
        "<str:slug>/snapshots/<int:version_number>/restore/", views.restore_snapshot, name="restore_snapshot"
    ),
    path("<str:slug>/snapshots/<int:old>..<int:new>/", views.compare_snapshots, name="compare_snapshots"),
    path("<str:slug>/conversations/", views.conversations_page, name="conversations"),
    path("<str:slug>/conversations/<uuid:conversation>/", views.conversation_page, name="conversation"),
    *lifecycle("agent"),
    *of_artifact("agent"),
    # Of parts; last, for `section` takes any word.
    path("<str:slug>/<str:section>/new/", views.new_part, name="new_part"),
    path("<str:slug>/<str:section>/<uuid:part>/", views.part, name="part"),
    path("<str:slug>/<str:section>/<uuid:part>/remove/", views.remove_part, name="remove_part"),
]
