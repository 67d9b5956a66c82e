"""The description at /api/openapi.json, and the page that shows it."""

import json
from pathlib import Path

import pytest
from django.test import Client
from ninja.responses import NinjaJSONEncoder

from versioning.api import api

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.json"
REFRESH = "manage.py export_openapi_schema --api versioning.api.api --indent 1 --output docs/openapi.json"


@pytest.fixture
def schema():
    return json.loads(json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder))


def test_the_snapshot_is_current(schema):
    assert json.loads(SNAPSHOT.read_text()) == schema, f"docs/openapi.json is out of date: {REFRESH}"


def test_every_endpoint_says_what_it_does_and_how_it_refuses(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            assert operation["tags"], (method, path)
            assert "4XX" in operation["responses"], (method, path)


def test_all_but_signing_in_need_a_token_or_a_key(schema):
    open_to_all = {
        path
        for path, methods in schema["paths"].items()
        for each in methods.values()
        if not each.get("security")
    }

    assert open_to_all == {"/api/auth/token", "/api/auth/refresh"}
    assert {each["scheme"] for each in schema["components"]["securitySchemes"].values()} == {"bearer"}


def test_the_served_description_is_the_same(db, schema):
    assert Client().get("/api/openapi.json").json() == schema


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(db):
    page = Client().get("/api/docs").content.decode()

    assert "//" not in page.replace("<!doctype html>", "")
    assert page.count("<script") == page.count("<script src=")
    assert " style=" not in page


def test_who_comes_by_hand_is_led_to_the_page(db):
    assert Client().get("/api/")["Location"] == "/api/docs"


def test_each_endpoint_has_a_name_of_its_own(schema):
    names = [
        operation["operationId"] for methods in schema["paths"].values() for operation in methods.values()
    ]

    assert len(set(names)) == len(names)


def test_what_a_key_can_never_do_does_not_offer_one(schema):
    promote = schema["paths"]["/api/prompts/{slug}/versions/{n}/promote"]["post"]
    save = schema["paths"]["/api/prompts/{slug}/versions"]["post"]

    assert (promote["security"], save["security"]) == ([{"Token": []}], [{"Token": []}, {"Key": []}])
