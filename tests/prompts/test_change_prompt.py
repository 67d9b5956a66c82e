"""Change a prompt's words: name, description, tags; never its slug."""

from prompts.models import Prompt
from prompts.services import change_prompt
from tests.factories import make_prompt
from tests.refusals import refused
from versioning.workspaces.models import Event


def test_changing_the_name_keeps_the_slug_and_the_pointers(cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=2)

    changed = change_prompt(cast.eve, prompt, name="Welcome")

    assert (changed.name, changed.slug, changed.live_id) == ("Welcome", "greeting", prompt.live_id)


def test_what_is_not_given_stays(cast):
    prompt = make_prompt(cast.eve, name="Welcome", description="For guests", tags=["eu"])

    changed = change_prompt(cast.eve, prompt, tags=["us"])

    assert (changed.name, changed.description, changed.tags) == ("Welcome", "For guests", ["us"])


def test_the_event_says_what_was_and_what_is(cast):
    prompt = make_prompt(cast.eve, name="Welcome")

    change_prompt(cast.eve, prompt, name="Hello", description="")

    event = Event.objects.of(prompt.pk).newest_first().first()
    assert event.name == "artifact.changed"
    assert event.data == {"changes": {"name": {"from": "Welcome", "to": "Hello"}}}


def test_changing_nothing_records_nothing(cast):
    prompt = make_prompt(cast.eve, name="Welcome")
    before = Event.objects.of(prompt.pk).count()

    change_prompt(cast.eve, prompt, name=" Welcome ")

    assert Event.objects.of(prompt.pk).count() == before


def test_a_prompt_cannot_be_left_without_a_name(cast):
    prompt = make_prompt(cast.eve)

    with refused("invalid"):
        change_prompt(cast.eve, prompt, name="   ")


def test_too_many_tags_are_refused(cast):
    prompt = make_prompt(cast.eve)

    with refused("invalid") as caught:
        change_prompt(cast.eve, prompt, tags=[f"tag-{n}" for n in range(21)])

    assert caught.value.data["field"] == "tags"


def test_the_page_saves_the_words(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting")

    answer = web.post("prompts/greeting/settings/", name="Welcome", description="For guests", tags="a, b")

    assert answer.status_code == 303
    prompt = Prompt.objects.get(pk=prompt.pk)
    assert (prompt.name, prompt.description, prompt.tags) == ("Welcome", "For guests", ["a", "b"])


def test_the_page_shows_what_is_wrong_beside_the_field(cast, web):
    make_prompt(cast.eve, slug="greeting")

    answer = web.post("prompts/greeting/settings/", name="", tags="x" * 60)

    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


def test_a_viewer_reads_the_words_and_changes_none(cast, web):
    make_prompt(cast.eve, slug="greeting", description="For guests")
    bob = web.of(cast.bob)

    page = bob.get("prompts/greeting/settings/")

    assert "For guests" in page.content.decode()
    assert "Archive" not in page.content.decode()
    assert bob.post("prompts/greeting/settings/", name="Mine").status_code == 403


def test_a_stranger_finds_no_page(cast, web):
    make_prompt(cast.eve, slug="greeting")

    assert web.of(cast.charlie).get("prompts/greeting/settings/").status_code == 404
