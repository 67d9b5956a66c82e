"""The body: what it says of each kind of act, and what it never says."""

import json

import pytest

from tests.factories import make_agent, make_prompt
from versioning.versions import services as versions
from versioning.webhooks.models import Delivery
from versioning.webhooks.payload import body_of
from versioning.webhooks.services.endpoints import create_endpoint
from versioning.workspaces.models import Event
from versioning.workspaces.services.keys import create_key


@pytest.fixture(autouse=True)
def _endpoint(cast):
    create_endpoint(cast.alice, url="https://hooks.example/")


def last():
    return json.loads(Delivery.objects.order_by("-id").first().body)


def test_a_publish_says_what_moved_by_whom_why_and_where_to_see_it(cast, settings):
    settings.PUBLIC_URL = "https://previse.example"
    prompt = make_prompt(cast.alice, live=1, slug="greeting", name="Greeting")
    versions.save_version(cast.eve, prompt, source="Hi {{ first }} {{ last }}!")

    versions.promote(cast.eve, prompt, 2, message="Shorter")

    event = Event.objects.of(prompt.pk).order_by("sequence").last()
    assert last() == {
        "type": "version.published",
        "timestamp": event.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": str(event.pk), "act_id": str(event.act_id), "workspace": "demo",
            "artifact": {"kind": "prompt", "slug": "greeting", "name": "Greeting"},
            "sequence": 5, "from": 1, "to": 2, "actor": {"kind": "member", "label": "Eve"}, "via": "web",
            "message": "Shorter",
            "url": "https://previse.example/w/demo/prompts/greeting/versions/2/",
            "diff_url": "https://previse.example/w/demo/prompts/greeting/compare/1...2/",
            "variables": {"added": ["first", "last"], "removed": ["name"]},
            "data": {"froze": True},
        },
    }  # fmt: skip


def test_the_links_lead_to_pages(cast, settings, web):
    settings.PUBLIC_URL = ""
    prompt = make_prompt(cast.alice, live=2)

    assert web.get(last()["data"]["url"]).status_code == 200
    assert web.get(last()["data"]["diff_url"]).status_code == 200
    versions.unpublish(cast.alice, prompt)
    assert web.get(last()["data"]["url"]).status_code == 200
    create_key(cast.alice, name="one", kind="live")
    assert web.get(last()["data"]["url"]).status_code == 200


def test_the_first_publish_adds_its_variables_and_has_no_diff(cast):
    make_prompt(cast.alice, live=1)

    said = last()["data"]
    assert (said["from"], said["to"], said["diff_url"]) == (None, 1, None)
    assert said["variables"] == {"added": ["name"], "removed": []}


def test_a_rewritten_draft_says_its_variables_and_not_its_former_text(cast):
    prompt = make_prompt(cast.alice, source="Hello {{ name }}, this was secret.")

    versions.update_draft(cast.alice, prompt, 1, source="Hello {{ you }}.")

    said = last()
    assert said["type"] == "version.updated"
    assert said["data"]["variables"] == {"added": ["you"], "removed": ["name"]}
    assert "former" not in said["data"]["data"]
    assert "this was secret" not in json.dumps(said)


def test_a_deleted_draft_leads_to_the_history(cast):
    prompt = make_prompt(cast.alice, source="Hello {{ name }}, this was secret.")

    versions.delete_draft(cast.alice, prompt, 1)

    said = last()["data"]
    assert said["url"].endswith(f"/prompts/{prompt.slug}/history/")
    assert (said["variables"], said["diff_url"]) == (None, None)
    assert "this was secret" not in json.dumps(said)


def test_an_act_on_the_workspace_has_no_artifact(cast):
    create_key(cast.alice, name="one", kind="live")

    said = last()["data"]
    assert (said["artifact"], said["variables"], said["diff_url"]) == (None, None, None)
    assert said["data"]["key_name"] == "one"
    assert said["url"].endswith("/w/demo/settings/log/")


def test_an_agent_is_named_and_asks_no_variables(cast):
    agent = make_agent(cast.alice, locked=1, live=1)

    said = last()["data"]
    assert said["artifact"] == {"kind": "agent", "slug": agent.slug, "name": "Front desk"}
    published = Delivery.objects.get(event__name="version.published")
    assert json.loads(published.body)["data"]["variables"] == {"added": [], "removed": []}


def test_made_later_it_is_the_same_but_for_what_is_gone_since(cast):
    prompt = make_prompt(cast.alice, live=1, drafts=1)
    created = Delivery.objects.filter(event__name="version.created").order_by("-id").first()
    assert body_of(created.event, cast.demo) == created.body

    versions.delete_draft(cast.alice, prompt, 2)

    later = json.loads(body_of(created.event, cast.demo))
    assert later["data"].pop("variables") is None
    assert later["data"] == {k: v for k, v in json.loads(created.body)["data"].items() if k != "variables"}


def test_it_is_one_line_of_utf_8(cast):
    versions.promote(cast.alice, make_prompt(cast.alice), 1, message="Grüße 👋\nzwei")

    body = Delivery.objects.order_by("-id").first().body
    assert "Grüße 👋\\nzwei" in body
    assert "\n" not in body
