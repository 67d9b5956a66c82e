"""The pages of agents, as a map. What every kind of artifact has comes from `lifecycle`."""

from versioning.versions.urls import lifecycle

app_name = "agents"
urlpatterns = [
    *lifecycle("agent"),
]
