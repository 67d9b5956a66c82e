"""The pages of prompts."""

app_name = "prompts"
urlpatterns: list = []
