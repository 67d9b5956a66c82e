"""Home: where one arrives."""

import pytest
from django.test import Client

from tests.cast import PASSWORD, Web, join
from versioning.lib.transaction import told
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Role, User
from versioning.workspaces.services.members import add_member


def test_a_stranger_is_led_to_the_sign_in_page(cast):
    answer = Client().get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")


def test_one_workspace_opens_with_its_prompts(web):
    answer = web.client.get("/", follow=True)

    assert answer.redirect_chain == [("/w/demo/", 302), ("/w/demo/prompts/", 302)]


def test_several_workspaces_are_a_list_to_choose_from(cast, web):
    with told(cast.elsewhere.id):
        add_member(Actor.of_operator(cast.elsewhere, via="command"), cast.alice.user, "viewer")

    page = web.client.get("/").content.decode()

    assert 'href="/w/demo/"' in page
    assert 'href="/w/elsewhere/"' in page


def test_none_says_how_to_get_into_one(cast):
    User.objects.create_user("new@example.com", PASSWORD)
    client = Client()
    client.force_login(User.objects.get(email="new@example.com"))

    page = client.get("/").content.decode()

    assert "invite link" in page
    assert "/admin/" not in page


def test_none_shows_the_operator_the_way(cast):
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))

    page = client.get("/").content.decode()

    assert 'href="/admin/"' in page
    assert "manage.py create_workspace" in page


@pytest.mark.parametrize("path", ["", "settings/", "settings/members/", "settings/keys/", "settings/log/"])
def test_a_workspace_that_is_not_mine_is_as_if_it_were_not_there(cast, path):
    web = Web(cast, cast.charlie)

    theirs, none = web.client.get(f"/w/demo/{path}"), web.client.get(f"/w/never-was/{path}")

    assert (theirs.status_code, none.status_code) == (404, 404)


def test_every_member_reads_the_settings_the_members_and_the_log(cast, web):
    join(cast.demo, "dan", Role.VIEWER)

    for actor in cast.everyone():
        for path in ("settings/", "settings/members/", "settings/tokens/", "settings/log/"):
            assert web.of(actor).get(path).status_code == 200, (actor.label, path)
