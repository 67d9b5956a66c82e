"""MCP tokens in Django admin: read and revoked."""

from tests.admin.desk import told
from versioning.workspaces.models import Event, MemberToken
from versioning.workspaces.services.tokens import make_token


def test_a_token_is_revoked_with_an_event(cast, desk):
    token, _ = make_token(cast.bob, name="Claude")

    first = desk.act("workspaces/membertoken/", "revoke", token)
    second = desk.act("workspaces/membertoken/", "revoke", token)

    assert MemberToken.objects.get(pk=token.pk).revoked_at
    assert Event.objects.get(name="token.revoked").via == "admin"
    assert told(first) == ["Tokens revoked: 1"]
    assert "revoked already" in told(second)[0]


def test_no_token_is_made_changed_or_deleted_by_a_form(cast, desk):
    token, secret = make_token(cast.bob, name="Claude")
    path = f"workspaces/membertoken/{token.pk}"

    answers = [
        desk.post("workspaces/membertoken/add/", name="x"),
        desk.post(f"{path}/change/", name="x"),
        desk.post(f"{path}/delete/", post="yes"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    page = desk.get(f"{path}/change/").content.decode()
    assert "bob@example.com" in page
    assert "digest" not in page
    assert secret not in page
