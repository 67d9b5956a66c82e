"""Settings: the name and the two switches."""

from tests.refusals import refused
from versioning.workspaces.models import Event, Workspace
from versioning.workspaces.services.workspaces import change_workspace

SAVED = {"name": "Demo", "staging_enabled": "on"}


def test_each_change_is_recorded_with_before_and_after(cast):
    change_workspace(cast.ada, staging_enabled=False, protect_live=True)

    event = Event.objects.get(name="workspace.changed")
    assert event.data["changes"] == {
        "staging_enabled": {"from": True, "to": False},
        "protect_live": {"from": False, "to": True},
    }


def test_saving_what_is_there_already_records_nothing(cast):
    change_workspace(cast.ada, name=cast.demo.name, staging_enabled=True)

    assert not Event.objects.filter(name="workspace.changed").exists()


def test_an_empty_name_is_refused(cast):
    with refused("invalid") as caught:
        change_workspace(cast.ada, name="  ")

    assert caught.value.data["field"] == "name"


def test_the_form_saves(cast, web):
    answer = web.of(cast.ada).post("settings/", **SAVED, protect_live="on")

    assert answer.status_code == 303
    demo = Workspace.objects.get(pk=cast.demo.pk)
    assert (demo.name, demo.staging_enabled, demo.protect_live) == ("Demo", True, True)


def test_a_switch_that_is_not_sent_is_off(cast, web):
    web.post("settings/", name="Demo")

    assert not Workspace.objects.get(pk=cast.demo.pk).staging_enabled


def test_a_form_with_an_error_says_it_beside_the_field(web):
    answer = web.post("settings/", name=" ")

    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]


def test_the_page_says_what_the_switches_do(web):
    page = web.get("settings/").content.decode()

    assert "nothing is deleted, and switching it on brings them back" in page


def test_a_viewer_reads_the_settings_and_has_no_form(cast, web):
    page = web.of(cast.bob).get("settings/").content.decode()

    assert "Enable staging" in page
    assert "Save settings" not in page


def test_an_editor_cannot_save_the_settings(cast, web):
    answer = web.of(cast.eve).post("settings/", **SAVED)

    assert answer.status_code == 403
    assert Workspace.objects.get(pk=cast.demo.pk).name == "demo"
