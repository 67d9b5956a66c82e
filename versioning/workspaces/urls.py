"""People, workspaces, keys."""


app_name = "workspaces"
urlpatterns: list = []
