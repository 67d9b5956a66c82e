"""API keys and Events in Django admin."""

from tests.admin.desk import told
from versioning.workspaces.models import ApiKey, Event
from versioning.workspaces.services.keys import create_key


def test_a_key_is_revoked_with_an_event(cast, desk):
    key, _ = create_key(cast.alice, name="program", kind="live")

    first = desk.act("workspaces/apikey/", "revoke", key)
    second = desk.act("workspaces/apikey/", "revoke", key)

    assert ApiKey.objects.get(pk=key.pk).revoked_at
    assert Event.objects.get(name="key.revoked").via == "admin"
    assert told(first) == ["Keys revoked: 1"]
    assert "revoked already" in told(second)[0]


def test_no_key_is_made_changed_or_deleted_by_a_form(cast, desk):
    key, secret = create_key(cast.alice, name="program", kind="live")
    path = f"workspaces/apikey/{key.pk}"

    answers = [
        desk.post("workspaces/apikey/add/", name="x"),
        desk.post(f"{path}/change/", name="x"),
        desk.post(f"{path}/delete/", post="yes"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    page = desk.get(f"{path}/change/").content.decode()
    assert "program" in page
    assert "digest" not in page
    assert secret not in page


def test_events_are_read_and_nothing_else(cast, desk):
    event = Event.objects.newest_first().first()
    path = f"workspaces/event/{event.pk}"

    answers = [desk.post(f"{path}/change/", message="x"), desk.post(f"{path}/delete/", post="yes")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert desk.get(f"{path}/change/").status_code == 200
