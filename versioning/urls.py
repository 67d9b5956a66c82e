"""The pages, as a map. Programs read `/v1` (versioning/asgi.py) and `/api` (versioning/api.py)."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("versioning.workspaces.urls")),
    path("w/<str:workspace>/prompts/", include("prompts.urls")),
    path("w/<str:workspace>/agents/", include("agents.urls")),
    path("w/<str:workspace>/", include("versioning.versions.urls")),
    path("w/<str:workspace>/", include("versioning.changes.urls")),
    path("w/<str:workspace>/", include("versioning.webhooks.urls")),
    path("w/<str:workspace>/", include("versioning.playground.urls")),
    path("api/", include("versioning.api")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
