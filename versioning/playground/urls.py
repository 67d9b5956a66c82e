"""The pages of the playground, as a map, inside a workspace. Answers as they come: see `stream.py`."""

from django.urls import path

from versioning.playground import views

app_name = "playground"
urlpatterns = [
    path("playground/", views.home, name="home"),
    path("playground/runs/<uuid:run_id>/", views.run, name="run"),
    path("playground/runs/<uuid:run_id>/stop/", views.stop, name="stop"),
    path("settings/playground/", views.provider, name="provider"),
    path("settings/playground/remove/", views.remove_provider, name="remove_provider"),
    path("<str:collection>/<str:slug>/playground/", views.try_page, name="try"),
]
