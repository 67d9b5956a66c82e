"""How people sign in: by allauth, without open sign-up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """An account comes from an invite or from the operator, never from a public form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False
