"""The theme: kept in a cookie, back to where one was."""

import pytest
from django.test import Client


def test_the_theme_is_kept_and_one_goes_back(db):
    answer = Client().post("/theme/", {"value": "dark", "next": "/w/demo/prompts/?q=a"})

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/prompts/?q=a")
    assert answer.cookies["theme"].value == "dark"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_one_goes_back_to_no_other_site(db, back):
    answer = Client().post("/theme/", {"value": "dark", "next": back})

    assert answer["Location"] == "/"


def test_a_theme_that_is_none_is_not_kept(db):
    answer = Client().post("/theme/", {"value": "<script>"})

    assert "theme" not in answer.cookies
