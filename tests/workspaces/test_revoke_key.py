"""Revoke a key."""

from uuid import uuid4

from django.db import connection

from tests.refusals import refused
from versioning.workspaces import keys as form
from versioning.workspaces.models import Event
from versioning.workspaces.services.keys import create_key, revoke_key


def test_a_revoked_key_opens_nothing_and_is_recorded(cast):
    key, secret = create_key(cast.alice, name="program", kind="live")

    revoke_key(cast.ada, key.pk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM key_owner(%s)", [form.digest(secret)])
        assert cursor.fetchall() == []
    assert Event.objects.get(name="key.revoked").data["key_name"] == "program"


def test_a_key_is_revoked_once(cast):
    key, _ = create_key(cast.alice, name="program", kind="live")
    revoke_key(cast.alice, key.pk)

    with refused("key_revoked"):
        revoke_key(cast.alice, key.pk)


def test_the_page_asks_first_and_the_key_stays_listed(cast, web):
    key, _ = create_key(cast.alice, name="program", kind="live")
    path = f"settings/keys/{key.pk}/revoke/"

    asked, revoked = web.get(path), web.post(path)

    page = web.get("settings/keys/").content.decode()
    assert "Revoke “program”?" in asked.content.decode()
    assert revoked.status_code == 303
    assert "program" in page
    assert "revoked" in page


def test_a_key_that_is_none_is_not_found(web):
    path = f"settings/keys/{uuid4()}/revoke/"

    assert [web.get(path).status_code, web.post(path).status_code] == [404, 404]
