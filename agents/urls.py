"""The pages of agents, as a map. What every kind of artifact has comes from `lifecycle`."""

from django.urls import path

from agents import views
from versioning.versions.urls import lifecycle

app_name = "agents"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("new/", views.new, name="new"),
    path("<str:slug>/", views.editor, name="editor"),
    path("<str:slug>/v/<int:number>/", views.look, name="look"),
    path("<str:slug>/v/<int:number>/copy/", views.copy, name="copy"),
    path("<str:slug>/code/", views.code, name="code"),
    path("<str:slug>/settings/", views.settings_page, name="settings"),
    path("<str:slug>/archive/", views.archive, name="archive"),
    path("<str:slug>/unarchive/", views.unarchive, name="unarchive"),
    *lifecycle("agent"),
]
