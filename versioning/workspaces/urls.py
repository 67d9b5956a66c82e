"""People, workspaces, keys, the log: each verb one address."""

from django.urls import include, path

from versioning.workspaces.views import door, invites, keys, log, members, settings, tokens

app_name = "workspaces"

in_settings = [
    path("", settings.show, name="settings"),
    path("close/", settings.close, name="close"),
    path("members/", members.show, name="members"),
    path("members/invite/", members.invite, name="invite_member"),
    path("members/invites/<uuid:invite_id>/revoke/", members.revoke_invite, name="revoke_invite"),
    path("members/<uuid:member_id>/role/", members.change_role, name="change_role"),
    path("members/<uuid:member_id>/remove/", members.remove, name="remove_member"),
    path("keys/", keys.show, name="keys"),
    path("keys/create/", keys.create, name="create_key"),
    path("keys/<uuid:key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("tokens/", tokens.show, name="tokens"),
    path("tokens/create/", tokens.create, name="create_token"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke, name="revoke_token"),
    path("log/", log.show, name="log"),
]
urlpatterns = [
    path("", door.home, name="home"),
    path("theme/", door.theme, name="theme"),
    path("invite/<str:secret>/", invites.accept, name="invite"),
    path("w/<str:workspace>/", door.workspace, name="workspace"),
    path("w/<str:workspace>/settings/", include(in_settings)),
]
