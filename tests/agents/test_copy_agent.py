"""A copy of a version: an agent of its own, with the whole configuration and none of the credentials."""

import pytest

from agents.canonical import parsed
from agents.models import PARTS, Agent, McpServer, Secret
from agents.services import change_agent, copy_agent
from tests.factories import make_agent
from tests.kept import begin_with
from tests.refusals import refused
from tests.versions.pages import body, shown
from versioning.versions import services
from versioning.versions.models import Version

SECRET = "sk-abcdefghijklmnopqrstuv"


def source_of(agent, number):
    return Version.objects.of(agent).get(number=number).source


def beginning(cast):
    """v1 locked with a credential, the draft v2 with another bio."""
    server = {"name": "mail", "endpoint": "https://mail.example/mcp", "config": {"token": SECRET}}
    triggers = [{"name": "nightly", "trigger_type": "schedule"}]
    parts = {"mcp_servers": [server], "triggers": triggers}
    made = make_agent(cast.eve, slug="desk", locked=1, parts=parts)
    change_agent(cast.eve, made, bio="Answers at night.")
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def desk(scene):
    return scene[1]


def test_a_copy_begins_with_the_versions_configuration(cast, desk):
    made = copy_agent(cast.eve, desk, slug="desk-two", source=source_of(desk, 1))

    theirs, ours = parsed(source_of(desk, 1)), parsed(source_of(made, 1))
    assert ours["agent"] == theirs["agent"]
    assert [trigger["name"] for trigger in ours["triggers"]] == ["nightly"]
    assert Version.objects.of(made).count() == 1


def test_its_parts_are_rows_of_its_own(cast, desk):
    made = copy_agent(cast.eve, desk, slug="desk-two", source=source_of(desk, 1))

    for model in PARTS:
        theirs = set(model.objects.of(desk).values_list("id", flat=True))
        assert theirs.isdisjoint(model.objects.of(made).values_list("id", flat=True))


def test_credentials_are_not_copied(cast, desk):
    made = copy_agent(cast.eve, desk, slug="desk-two", source=source_of(desk, 1))

    assert not Secret.objects.filter(agent=made).exists()
    assert McpServer.objects.of(made).get().config == {"token": ""}
    assert "$secret" not in source_of(made, 1)


def test_a_name_of_its_own_takes_the_place_of_the_originals(cast, desk):
    assert copy_agent(cast.eve, desk, slug="two", source=source_of(desk, 1)).name == "Front desk"
    assert copy_agent(cast.eve, desk, slug="three", source=source_of(desk, 1), name="Third").name == "Third"


def test_a_slug_that_is_taken_is_refused(cast, desk):
    with refused("slug_taken"):
        copy_agent(cast.eve, desk, slug="desk", source=source_of(desk, 1))


def test_a_viewer_copies_nothing(cast, desk):
    with refused("forbidden"):
        copy_agent(cast.bob, desk, slug="two", source=source_of(desk, 1))


def test_the_page_copies_the_version_that_was_chosen(cast, web, desk):
    page = web.get("agents/desk/copy/", version=1)

    answer = web.post("agents/desk/copy/", version=1, slug="desk-two", **shown(page, "once"))

    assert 'value="1" selected' in page.content.decode()
    assert "draft v2" in body(page)
    assert answer["Location"].endswith("/agents/desk-two/")
    assert Agent.objects.get(slug="desk-two").bio == "Answers the phone."
    assert "Made desk-two of v1 of desk. Its v1 is the draft." in body(web.client.get(answer["Location"]))


def test_the_page_copies_the_draft_as_its_rows_are(cast, web, desk):
    web.post("agents/desk/copy/", version=2, slug="desk-two", name="Second")

    made = Agent.objects.get(slug="desk-two")
    assert (made.bio, made.name) == ("Answers at night.", "Second")


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"version": 9, "slug": "two"}, "version"), ({"version": 1, "slug": "desk"}, "slug"),
     ({"version": 1, "slug": "New One"}, "slug"), ({"slug": "two"}, "version")],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(cast, web, desk, typed, field):
    answer = web.post("agents/desk/copy/", **typed)

    following = {"version": "slug", "slug": "name"}[field]
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "errorlist" in html.partition(f'name="{field}"')[2].partition(f'name="{following}"')[0]
    assert Agent.objects.count() == 1


def test_an_archived_agent_can_be_copied(cast, web):
    services.archive(cast.eve, make_agent(cast.eve, slug="old"))

    assert web.post("agents/old/copy/", version=1, slug="anew").status_code == 303
    assert Agent.objects.get(slug="anew").archived_at is None


def test_a_viewer_and_a_stranger_have_no_such_page(cast, web, desk):
    assert web.of(cast.bob).get("agents/desk/copy/").status_code == 403
    assert web.of(cast.charlie).get("agents/desk/copy/").status_code == 404
