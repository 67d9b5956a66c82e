"""Workspaces in Django admin."""

from tests.admin.desk import told
from versioning.lib.transaction import told as inside
from versioning.workspaces.models import Event, Workspace


def test_a_workspace_is_made_by_the_service(desk):
    desk.post("workspaces/workspace/add/", slug="acme", name="Acme", staging_enabled="on")

    with inside(None, operator=True):
        acme = Workspace.objects.get(slug="acme")
        event = Event.objects.get(workspace=acme, name="workspace.created")
    assert (event.actor_kind, event.actor_id, event.via) == ("operator", desk.user.pk, "admin")


def test_a_slug_that_is_none_is_told_and_nothing_is_made(desk):
    answer = desk.post("workspaces/workspace/add/", slug="Not-A--Slug", name="Acme")

    assert "A slug is lower-case letters" in told(answer)[0]


def test_settings_change_with_an_event(cast, desk):
    path = f"workspaces/workspace/{cast.demo.pk}/change/"

    desk.post(path, name="Renamed", protect_live="on")

    demo = Workspace.objects.get(pk=cast.demo.pk)
    event = Event.objects.get(name="workspace.changed")
    assert (demo.name, demo.staging_enabled, demo.protect_live) == ("Renamed", False, True)
    assert (event.actor_label, event.via, set(event.data["changes"])) == (
        "Root (operator)", "admin", {"name", "staging_enabled", "protect_live"},
    )  # fmt: skip


def test_a_slug_stays(cast, desk):
    desk.post(f"workspaces/workspace/{cast.demo.pk}/change/", slug="stolen", name="Demo")

    assert Workspace.objects.get(pk=cast.demo.pk).slug == "demo"


def test_a_workspace_is_not_deleted_here(cast, desk):
    answer = desk.post(f"workspaces/workspace/{cast.demo.pk}/delete/", post="yes")

    assert answer.status_code == 403
