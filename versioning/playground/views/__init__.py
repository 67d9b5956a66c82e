"""The pages of the playground."""

from versioning.playground.views.home import home
from versioning.playground.views.provider import provider, remove_provider
from versioning.playground.views.runs import run, stop
from versioning.playground.views.trying import try_page

__all__ = ["home", "provider", "remove_provider", "run", "stop", "try_page"]
