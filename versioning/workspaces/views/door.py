"""Where one arrives: home, the workspace's address, the theme."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from versioning.workspaces.actor import actor_of
from versioning.workspaces.services.workspaces import workspaces_of

THEMES = ("system", "light", "dark")
COMMANDS = """python manage.py create_workspace acme
python manage.py create_member {email} --workspace acme --role owner"""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the one workspace, or the choice between several, or how to get into one."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    mine = workspaces_of(request.user.pk)
    if len(mine) == 1:
        return redirect("workspaces:workspace", mine[0]["slug"])
    operator = getattr(request.user, "is_superuser", False)
    page = {"mine": mine, "operator": operator, "commands": COMMANDS.format(email=request.user.email)}
    return render(request, "workspaces/home.html", page)


@require_safe
def workspace(request: HttpRequest) -> HttpResponse:
    """A workspace opens with its prompts."""
    return redirect("prompts:list", actor_of(request).workspace.slug)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the reader's theme, and go back to where they were."""
    back = request.POST.get("next", "/")
    hosts, secure = {request.get_host()}, request.is_secure()
    if not url_has_allowed_host_and_scheme(back, hosts, require_https=secure):
        back = "/"
    response = HttpResponseRedirect(back, status=303)
    value = request.POST.get("value")
    if value in THEMES:
        response.set_cookie(
            "theme", value, max_age=365 * 86_400, samesite="Lax", httponly=True,
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )  # fmt: skip
    return response
