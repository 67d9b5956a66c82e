"""The operator's browser in Django admin."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.cast import PASSWORD
from versioning.workspaces.models import User


class Desk:
    """A superuser's browser, a member of nothing."""

    def __init__(self) -> None:
        self.user = User.objects.create_superuser("root@example.com", PASSWORD, name="Root")
        self.client = Client()
        self.client.force_login(self.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(self, path: str, **data: Any) -> HttpResponse:
        """A page of the admin."""
        return self.client.get(f"/admin/{path}", data)  # type: ignore[return-value]

    def post(self, path: str, **data: Any) -> HttpResponse:
        """A form of the admin, followed to the page that tells what came of it."""
        return self.client.post(f"/admin/{path}", data, follow=True)  # type: ignore[return-value]

    def act(self, path: str, action: str, *rows: Any) -> HttpResponse:
        """An action on chosen rows of a list."""
        chosen = [str(row.pk) for row in rows]
        return self.post(path, action=action, _selected_action=chosen)


def told(answer: HttpResponse) -> list[str]:
    """What the page tells."""
    return [str(message) for message in answer.context["messages"]]
