"""Promote: point live at a version."""

import pytest

from tests.factories import VersionFactory, make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Status, Version
from versioning.workspaces.models import Event


def test_promoting_a_draft_freezes_it(cast):
    prompt = make_prompt(cast.eve)

    services.promote(cast.eve, prompt, 1)

    assert Version.objects.of(prompt).get(number=1).locked_at


def test_promoting_makes_it_live_and_retires_what_was(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=1)

    row = services.promote(cast.eve, prompt, 2)

    statuses = [v.status_in(row) for v in Version.objects.of(prompt).newest_first()]
    assert statuses == [Status.LIVE, Status.RETIRED]


def test_promoting_leaves_staging_where_it_is(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=2)
    services.stage(cast.eve, prompt, 3)

    row = services.promote(cast.eve, prompt, 2)

    assert row.staging.number == 3


def test_promoting_records_one_event_with_from_to_who_and_why(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=1)

    services.promote(cast.eve, prompt, 2, message="Shorter greeting")

    event = Event.objects.of(prompt.pk).latest("sequence")
    assert (event.name, event.from_number, event.to_number) == ("version.published", 1, 2)
    assert (event.actor_id, event.actor_label) == (cast.eve.id, "Eve")
    assert event.message == "Shorter greeting"
    assert event.request_id == cast.eve.request_id


def test_a_retired_version_can_be_promoted_again(cast):
    prompt = make_prompt(cast.eve, live=2)
    services.roll_back(cast.eve, prompt, 1)

    row = services.promote(cast.eve, prompt, 2)

    assert row.live.number == 2


def test_promoting_what_is_live_is_refused(cast):
    prompt = make_prompt(cast.eve, live=1)

    with refused("already_live"):
        services.promote(cast.eve, prompt, 1)


def test_a_review_is_stale_once_the_draft_was_rewritten(cast):
    prompt = make_prompt(cast.eve)
    reviewed = Version.objects.of(prompt).get(number=1).tag
    services.update_draft(cast.ada, prompt, 1, source="Good morning {{ name }}.")

    with refused("stale"):
        services.promote(cast.eve, prompt, 1, expected=reviewed)


def test_a_review_is_stale_once_a_pointer_moved(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=2)
    services.promote(cast.ada, prompt, 2)

    with refused("stale"):
        services.promote(cast.eve, prompt, 3, generation=prompt.generation)


def test_a_refused_promotion_leaves_nothing_behind(cast):
    prompt = make_prompt(cast.eve)

    with refused("stale"):
        services.promote(cast.eve, prompt, 1, generation=99)

    assert Version.objects.of(prompt).get(number=1).is_draft
    assert not Event.objects.of(prompt.pk).filter(name="version.published").exists()


def test_a_viewer_cannot_promote(cast):
    prompt = make_prompt(cast.eve)

    with refused("forbidden"):
        services.promote(cast.bob, prompt, 1)


def test_where_live_is_protected_only_admins_promote(cast):
    prompt = make_prompt(cast.eve)
    cast.demo.protect_live = True
    for actor in cast.everyone():
        actor.workspace.protect_live = True

    with refused("forbidden"):
        services.promote(cast.eve, prompt, 1)

    assert services.promote(cast.ada, prompt, 1).live.number == 1


def test_a_stranger_finds_nothing_to_promote(cast):
    prompt = make_prompt(cast.eve)

    with refused("not_found"):
        services.promote(cast.charlie, prompt, 1)


@pytest.mark.parametrize("number", [0, -1, 7, 2**31])
def test_a_number_that_was_never_given_is_not_found(cast, number):
    prompt = make_prompt(cast.eve)

    with refused("not_found"):
        services.promote(cast.eve, prompt, number)


def test_a_message_that_is_too_long_is_refused_with_its_field(cast):
    prompt = make_prompt(cast.eve)

    with refused("invalid") as error:
        services.promote(cast.eve, prompt, 1, message="x" * 2001)

    assert error.value.data == {"field": "message"}


def test_what_an_archived_prompt_has_cannot_be_promoted(cast):
    from prompts.services import archive

    prompt = make_prompt(cast.eve)
    VersionFactory(actor=cast.eve, prompt=prompt)
    archive(cast.eve, prompt)

    with refused("archived"):
        services.promote(cast.eve, prompt, 2)
