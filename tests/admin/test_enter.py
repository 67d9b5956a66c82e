"""Who enters Django admin, and how."""

import pytest
from django.contrib import admin
from django.test import Client

from tests.cast import Web
from versioning.workspaces.models import User


def test_signing_in_is_everyones(cast):
    answer = Client().get("/admin/workspaces/member/")

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
    login = Client().get(answer["Location"])
    assert login["Location"] == "/account/login/?next=/admin/workspaces/member/"


@pytest.mark.parametrize("flags", [{}, {"is_staff": True}])
def test_neither_an_owner_nor_staff_enters(cast, flags):
    User.objects.filter(pk=cast.alice.user.pk).update(**flags)
    web = Web(cast, cast.alice)

    answers = [web.client.get(path, follow=True) for path in ("/admin/", "/admin/workspaces/user/")]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_superuser_who_is_not_active_does_not_enter(desk):
    User.objects.filter(pk=desk.user.pk).update(is_active=False)

    answer = desk.get("")

    assert answer.status_code == 302


def test_every_list_and_every_search_opens(desk):
    for model, of in admin.site._registry.items():
        path = f"{model._meta.app_label}/{model._meta.model_name}/"
        for query in ({}, {"q": "x"}):
            assert desk.get(path, **query).status_code == 200, path
        assert of.get_actions(_request(desk)).keys().isdisjoint({"delete_selected"}), path


def test_all_workspaces_are_seen(desk):
    page = desk.get("workspaces/workspace/").content.decode()

    assert "demo" in page
    assert "elsewhere" in page


def test_secrets_and_second_factors_are_no_pages_of_it(desk):
    names = {model._meta.model_name for model in admin.site._registry}

    assert names.isdisjoint({"authenticator", "emailaddress", "once", "session", "group"})


def _request(desk):
    from django.test import RequestFactory

    request = RequestFactory().get("/admin/")
    request.user = desk.user
    return request
