"""Unpublish: clear live."""

from tests.factories import make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Status, Version
from versioning.workspaces.models import Event


def test_unpublishing_clears_live_and_keeps_the_version(cast):
    prompt = make_prompt(cast.eve, live=1)

    row = services.unpublish(cast.eve, prompt)

    assert row.live is None
    assert Version.objects.of(prompt).get().status_in(row) == Status.RETIRED


def test_unpublishing_leaves_staging_where_it_is(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)

    assert services.unpublish(cast.eve, prompt).staging.number == 2


def test_unpublishing_says_what_was_live_and_why(cast):
    prompt = make_prompt(cast.eve, live=1)

    services.unpublish(cast.eve, prompt, message="Wrong prices")

    event = Event.objects.of(prompt.pk).latest("sequence")
    assert (event.name, event.from_number, event.to_number) == ("version.unpublished", 1, None)
    assert event.message == "Wrong prices"


def test_with_nothing_live_there_is_nothing_to_unpublish(cast):
    with refused("not_live"):
        services.unpublish(cast.eve, make_prompt(cast.eve))


def test_a_confirmation_is_stale_once_a_pointer_moved(cast):
    prompt = make_prompt(cast.eve, live=2)
    services.roll_back(cast.ada, prompt, 1)

    with refused("stale"):
        services.unpublish(cast.eve, prompt, generation=prompt.generation)


def test_a_viewer_cannot_unpublish(cast):
    with refused("forbidden"):
        services.unpublish(cast.bob, make_prompt(cast.eve, live=1))
