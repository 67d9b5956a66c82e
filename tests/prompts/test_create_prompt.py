"""Create a prompt: its slug is fixed, its first text a draft."""

import pytest

from prompts.models import Prompt
from prompts.services import create_prompt
from tests.factories import make_prompt
from tests.refusals import refused
from versioning.versions.models import Version
from versioning.workspaces.models import Event

TEXT = "Hello {{ name }}.\n"


def test_a_new_prompt_has_v1_as_a_draft(cast):
    prompt = create_prompt(cast.eve, slug="greeting", source=TEXT, message="First text")

    version = Version.objects.of(prompt).get()
    assert (version.number, version.source, version.message, version.is_draft) == (
        1,
        TEXT,
        "First text",
        True,
    )


def test_a_new_prompt_is_recorded_with_its_first_version(cast):
    prompt = create_prompt(cast.eve, slug="greeting", source=TEXT)

    names = list(Event.objects.of(prompt.pk).order_by("sequence").values_list("name", flat=True))
    assert names == ["artifact.created", "version.created"]


def test_a_prompt_without_a_name_is_called_by_its_slug(cast):
    prompt = create_prompt(cast.eve, slug="greeting", name="  ", source=TEXT)

    assert prompt.name == "greeting"


def test_tags_are_kept_once_each_in_lower_case(cast):
    prompt = create_prompt(cast.eve, slug="greeting", tags=["Sales", " sales ", "", "EU"], source=TEXT)

    assert prompt.tags == ["sales", "eu"]


def test_a_slug_is_never_given_twice(cast):
    make_prompt(cast.eve, slug="greeting")

    with refused("slug_taken"):
        create_prompt(cast.eve, slug="greeting", source=TEXT)


@pytest.mark.parametrize(
    "slug", ["", "Greeting", "a b", "-a", "a--b", "ä", "a" * 101, "new", "import", "a\0b"]
)
def test_a_slug_that_no_address_can_hold_is_refused(cast, slug):
    with refused("invalid") as caught:
        create_prompt(cast.eve, slug=slug, source=TEXT)

    assert caught.value.data["field"] == "slug"


@pytest.mark.parametrize("field", ["name", "description"])
def test_words_that_no_database_can_hold_are_refused(cast, field):
    for bad in ("a\0b", "half \ud800"):
        with refused("invalid") as caught:
            create_prompt(cast.eve, slug="greeting", source=TEXT, **{field: bad})

        assert caught.value.data["field"] == field


def test_a_viewer_makes_no_prompt(cast):
    with refused("forbidden"):
        create_prompt(cast.bob, slug="greeting", source=TEXT)


def test_the_page_makes_the_prompt_and_opens_its_editor(cast, web):
    answer = web.of(cast.eve).post(
        "prompts/new/",
        slug="greeting",
        name="Greeting",
        tags="Sales, eu",
        source="Hi\r\nthere\r\n",
        message="First",
    )

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/prompts/greeting/")
    prompt = Prompt.objects.get(slug="greeting")
    assert (prompt.name, prompt.tags) == ("Greeting", ["sales", "eu"])
    assert Version.objects.of(prompt).get().source == "Hi\nthere\n"


def test_the_page_shows_a_refusal_at_its_field_and_keeps_what_was_typed(cast, web):
    make_prompt(cast.eve, slug="greeting")

    answer = web.post("prompts/new/", slug="greeting", source="My long text", message="Why")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a prompt &#x27;greeting&#x27; already." in page
    assert "My long text" in page
    assert 'value="Why"' in page


def test_the_page_asks_for_what_is_missing(cast, web):
    answer = web.post("prompts/new/", slug="greeting", source="")

    assert answer.status_code == 422
    assert not Prompt.objects.filter(slug="greeting").exists()


def test_a_viewer_is_refused_the_page(cast, web):
    bob = web.of(cast.bob)

    assert bob.get("prompts/new/").status_code == 403
    assert bob.post("prompts/new/", slug="greeting", source=TEXT).status_code == 403
    assert not Prompt.objects.filter(slug="greeting").exists()
