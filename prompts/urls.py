"""The pages of prompts, as a map. What every kind of artifact has comes from `lifecycle`."""

from django.urls import path

from prompts import views
from versioning.changes.urls import of_artifact
from versioning.versions.urls import lifecycle
from versioning.versions.views import blame, import_page

app_name = "prompts"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("new/", views.new, name="new"),
    path("import/", import_page, {"kind": "prompt"}, name="import"),
    path("<str:slug>/", views.editor, name="editor"),
    path("<str:slug>/typing/", views.typing, name="typing"),
    path("<str:slug>/save/", views.save, name="save"),
    path("<str:slug>/discard/", views.discard, name="discard"),
    path("<str:slug>/kept/<int:copy>/", views.kept, name="kept"),
    path("<str:slug>/kept/<int:copy>/reopen/", views.reopen, name="reopen"),
    path("<str:slug>/kept/<int:copy>/drop/", views.drop, name="drop"),
    path("<str:slug>/versions/<int:number>/open/", views.open_in_editor, name="open"),
    path("<str:slug>/v/<int:number>/blame/", blame, {"kind": "prompt"}, name="blame"),
    path("<str:slug>/code/", views.code, name="code"),
    path("<str:slug>/settings/", views.settings_page, name="settings"),
    path("<str:slug>/archive/", views.archive, name="archive"),
    path("<str:slug>/unarchive/", views.unarchive, name="unarchive"),
    *lifecycle("prompt"),
    *of_artifact("prompt"),
]
