"""Django admin, with the operator's site in place of its own."""

from django.contrib.admin.apps import AdminConfig


class OperatorAdmin(AdminConfig):
    """Django admin for superusers."""

    default_site = "versioning.workspaces.admin_site.OperatorSite"
