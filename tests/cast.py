"""The people that every test knows, and how they reach Previse."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Member, Role, User, Workspace
from versioning.workspaces.services.members import add_member
from versioning.workspaces.services.workspaces import create_workspace

PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """Two workspaces and the members of each, as actors."""

    demo: Workspace
    elsewhere: Workspace
    alice: Actor
    ada: Actor
    eve: Actor
    bob: Actor
    charlie: Actor

    def everyone(self) -> list[Actor]:
        """The members of `demo`, from the owner down."""
        return [self.alice, self.ada, self.eve, self.bob]


def build_cast() -> Cast:
    """Make the cast through the services, as an installation would."""
    demo, elsewhere = create_workspace("demo"), create_workspace("elsewhere")
    return Cast(
        demo=demo,
        elsewhere=elsewhere,
        alice=join(demo, "alice", Role.OWNER),
        ada=join(demo, "ada", Role.ADMIN),
        eve=join(demo, "eve", Role.EDITOR),
        bob=join(demo, "bob", Role.VIEWER),
        charlie=join(elsewhere, "charlie", Role.OWNER),
    )


def join(workspace: Workspace, name: str, role: str) -> Actor:
    """A new person as a member of a workspace."""
    user = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name.capitalize())
    with told(workspace.id):
        member = add_member(Actor.of_operator(workspace, via="command"), user, role)
        member = Member.objects.select_related("workspace", "user").get(pk=member.pk)
        return Actor.of_member(member, via="web")


class Web:
    """A member's browser. Paths are those inside the member's workspace (`prompts/`)."""

    def __init__(self, cast: Cast, actor: Actor, *, htmx: bool = False):
        self.cast, self.actor, self.htmx = cast, actor, htmx
        headers = {"HX-Request": "true"} if htmx else {}
        self.client = Client(headers=headers)
        assert actor.user
        self.client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def of(self, actor: Actor) -> "Web":
        """The same kind of browser, in another's hands."""
        return Web(self.cast, actor, htmx=self.htmx)

    def url(self, path: str) -> str:
        """A path inside the workspace `demo`, whoever asks."""
        return path if path.startswith("/") else f"/w/{self.cast.demo.slug}/{path}"

    def get(self, path: str, **data: Any) -> HttpResponse:
        """GET a page."""
        return self.client.get(self.url(path), data)  # type: ignore[return-value]

    def post(self, path: str, **data: Any) -> HttpResponse:
        """POST a form."""
        return self.client.post(self.url(path), data)  # type: ignore[return-value]
