"""Whoever is signed out is asked to sign in, and comes back to where they were."""

import pytest
from django.test import Client

PAGE = "/w/demo/prompts/greeting/versions/"


@pytest.mark.parametrize(
    ("method", "headers", "back"),
    [
        ("get", {}, "/w/demo/prompts/greeting/unstage/%3Fa%3D1"),
        ("post", {"Referer": f"http://testserver{PAGE}?q=x"}, f"{PAGE}%3Fq%3Dx"),
        ("post", {"Referer": "http://elsewhere.example/w/demo/"}, "/"),
        ("post", {}, "/"),
    ],
)
def test_one_comes_back_to_the_page_and_never_to_a_form(db, method, headers, back):
    answer = getattr(Client(), method)("/w/demo/prompts/greeting/unstage/?a=1", headers=headers)

    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={back}")


def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(db):
    headers = {"HX-Request": "true", "Referer": f"http://testserver{PAGE}"}

    answer = Client().get(PAGE, headers=headers)

    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/account/login/?next={PAGE}")


def test_what_is_not_there_asks_for_the_same(db):
    answer = Client().get("/w/never-was/prompts/")

    assert answer["Location"] == "/account/login/?next=/w/never-was/prompts/"
