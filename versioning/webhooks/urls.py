"""The pages of Settings → Webhooks, as a map, inside a workspace."""

from django.urls import URLPattern, URLResolver, include, path

from versioning.webhooks import views

app_name = "webhooks"

of_delivery = [
    path("", views.delivery, name="delivery"),
    path("redeliver/", views.redeliver, name="redeliver"),
]
of_endpoint: list[URLPattern | URLResolver] = [
    path("", views.endpoint, name="endpoint"),
    path("edit/", views.edit, name="edit"),
    path("rotate/", views.rotate, name="rotate"),
    path("disable/", views.disable, name="disable"),
    path("enable/", views.enable, name="enable"),
    path("remove/", views.remove, name="remove"),
    path("deliveries/<int:delivery_id>/", include(of_delivery)),
]
urlpatterns = [
    path("settings/webhooks/", views.endpoints, name="endpoints"),
    path("settings/webhooks/new/", views.new, name="new"),
    path("settings/webhooks/<uuid:endpoint_id>/", include(of_endpoint)),
]
