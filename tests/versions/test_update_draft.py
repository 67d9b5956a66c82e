"""Rewrite a draft."""

from tests.factories import make_prompt
from tests.keys import key_actor
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_a_draft_can_be_rewritten(cast):
    prompt = make_prompt(cast.eve)

    version = services.update_draft(cast.ada, prompt, 1, source="New text", message="Better")

    kept = Version.objects.get(pk=version.pk)
    assert (kept.number, kept.source, kept.message, kept.author_name) == (1, "New text", "Better", "Ada")


def test_a_version_that_was_live_is_frozen(cast):
    prompt = make_prompt(cast.eve, live=1)
    services.unpublish(cast.eve, prompt)

    with refused("frozen"):
        services.update_draft(cast.eve, prompt, 1, source="New text")


def test_the_second_of_two_saves_is_refused_and_neither_text_is_lost(cast):
    prompt = make_prompt(cast.eve)
    opened = Version.objects.of(prompt).get().tag
    services.update_draft(cast.ada, prompt, 1, source="Ada's text", expected=opened)

    with refused("stale") as error:
        services.update_draft(cast.eve, prompt, 1, source="Eve's text", expected=opened)

    assert "Ada" in error.value.message
    assert Version.objects.of(prompt).get().source == "Ada's text"


def test_the_former_text_of_a_staged_draft_stays_in_its_event(cast):
    prompt = make_prompt(cast.eve)
    services.stage(cast.eve, prompt, 1)
    former = Version.objects.of(prompt).get().source

    services.update_draft(cast.ada, prompt, 1, source="New text")

    event = Event.objects.of(prompt.pk).latest("sequence")
    assert event.data["former"]["source"] == former
    assert event.data["former"]["author"] == "Eve"


def test_rewriting_a_staged_draft_counts_the_generation_up(cast):
    prompt = make_prompt(cast.eve)
    generation = services.stage(cast.eve, prompt, 1).generation

    services.update_draft(cast.eve, prompt, 1, source="New text")

    prompt.refresh_from_db()
    assert prompt.generation == generation + 1


def test_rewriting_a_draft_that_nobody_is_served_changes_no_generation(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=1)

    services.update_draft(cast.eve, prompt, 2, source="New text")

    generation, prompt = prompt.generation, type(prompt).objects.get(pk=prompt.pk)
    assert prompt.generation == generation


def test_a_message_alone_can_be_corrected(cast):
    prompt = make_prompt(cast.eve)

    assert services.update_draft(cast.eve, prompt, 1, message="Corrected").message == "Corrected"


def test_the_same_text_and_message_are_not_saved_again(cast):
    prompt = make_prompt(cast.eve)
    version = Version.objects.of(prompt).get()

    with refused("unchanged"):
        services.update_draft(cast.eve, prompt, 1, source=version.source, message=version.message)


def test_a_key_rewrites_no_draft_that_is_served(cast):
    prompt = make_prompt(cast.eve, drafts=2)
    key = key_actor(cast, scopes=["drafts"])
    services.stage(cast.eve, prompt, 1)

    with refused("forbidden"):
        services.update_draft(key, prompt, 1, source="New text")

    assert services.update_draft(key, prompt, 2, source="New text").author_name == key.label


def test_a_key_without_the_scope_is_told_which_it_lacks(cast):
    prompt = make_prompt(cast.eve)

    with refused("missing_scope") as error:
        services.update_draft(key_actor(cast), prompt, 1, source="New text")

    assert error.value.data == {"scope": "drafts"}
