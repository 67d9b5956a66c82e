"""Close: the end of a workspace."""

import pytest
from django.db import connection

from versioning.workspaces import keys as form
from versioning.workspaces.models import Event, Workspace
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import close_workspace


def test_closing_takes_the_slug_typed_again(cast, web):
    wrong = web.post("settings/close/", confirm="Demo")
    right = web.post("settings/close/", confirm="demo")

    assert wrong.status_code == 422
    assert (right.status_code, right["Location"]) == (303, "/")
    assert Event.objects.filter(name="workspace.closed").exists()


def test_a_closed_workspace_is_not_there(cast, web):
    close_workspace(cast.alice, confirm="demo")

    answer = web.get("settings/")

    assert answer.status_code == 404


def test_the_keys_of_a_closed_workspace_open_nothing(cast):
    _, secret = create_key(cast.alice, name="program", kind="live")
    close_workspace(cast.alice, confirm="demo")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM key_owner(%s)", [form.digest(secret)])
        found = cursor.fetchall()

    assert found == []


@pytest.mark.parametrize("who", ["ada", "eve", "bob"])
def test_only_an_owner_is_asked(cast, web, who):
    other = web.of(getattr(cast, who))

    answers = [other.get("settings/close/"), other.post("settings/close/", confirm="demo")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Workspace.objects.get(pk=cast.demo.pk).closed_at is None
    assert "Close the workspace" not in other.get("settings/").content.decode()
