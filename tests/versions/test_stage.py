"""Stage and unstage: the staging pointer."""

from dataclasses import replace

from tests.factories import make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace


def test_staging_may_point_at_a_draft_and_leaves_it_one(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=1)

    row = services.stage(cast.eve, prompt, 2)

    assert row.staging.number == 2
    assert row.staging.is_draft
    assert row.live.number == 1


def test_staging_may_point_at_any_version(cast):
    prompt = make_prompt(cast.eve, live=3)

    assert [services.stage(cast.eve, prompt, n).staging.number for n in (1, 3, 2)] == [1, 3, 2]


def test_unstaging_clears_it(cast):
    prompt = make_prompt(cast.eve, drafts=1)
    services.stage(cast.eve, prompt, 1)

    assert services.unstage(cast.eve, prompt).staging is None


def test_both_acts_are_recorded_with_from_and_to(cast):
    prompt = make_prompt(cast.eve, drafts=2)
    services.stage(cast.eve, prompt, 1)
    services.stage(cast.eve, prompt, 2)
    services.unstage(cast.eve, prompt)

    events = Event.objects.of(prompt.pk).filter(name__startswith="staging").order_by("sequence")
    assert list(events.values_list("name", "from_number", "to_number")) == [
        ("staging.set", None, 1),
        ("staging.set", 1, 2),
        ("staging.cleared", 2, None),
    ]


def test_with_staging_off_setting_and_clearing_are_refused(cast):
    prompt = make_prompt(cast.eve, drafts=1)
    services.stage(cast.eve, prompt, 1)
    change_workspace(cast.alice, staging_enabled=False)

    with refused("staging_disabled"):
        services.stage(cast.eve, prompt, 1)
    with refused("staging_disabled"):
        services.unstage(cast.eve, prompt)


def test_switching_staging_off_and_on_brings_the_pointer_back(cast):
    prompt = make_prompt(cast.eve, drafts=1)
    services.stage(cast.eve, prompt, 1)

    change_workspace(cast.alice, staging_enabled=False)
    change_workspace(cast.alice, staging_enabled=True)

    prompt.refresh_from_db()
    assert prompt.staging.number == 1


def test_staging_what_is_staged_and_clearing_what_is_clear_are_refused(cast):
    prompt = make_prompt(cast.eve, drafts=1)
    with refused("not_staged"):
        services.unstage(cast.eve, prompt)
    services.stage(cast.eve, prompt, 1)

    with refused("already_staged"):
        services.stage(cast.eve, prompt, 1)


def test_an_editor_may_stage_where_live_is_protected(cast):
    prompt = make_prompt(cast.eve, drafts=1)
    eve = replace(cast.eve, workspace=change_workspace(cast.alice, protect_live=True))

    assert services.stage(eve, prompt, 1).staging.number == 1


def test_a_viewer_cannot_stage(cast):
    prompt = make_prompt(cast.eve, drafts=1)

    with refused("forbidden"):
        services.stage(cast.bob, prompt, 1)
