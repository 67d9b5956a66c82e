"""Roll back: point live at an older version."""

from prompts.models import WorkingCopy
from prompts.services import keep_typing
from tests.factories import make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_rolling_back_points_live_at_the_older_version(cast):
    prompt = make_prompt(cast.eve, live=3)

    row = services.roll_back(cast.eve, prompt, 1)

    assert row.live.number == 1


def test_rolling_back_keeps_newer_versions_and_drafts(cast):
    prompt = make_prompt(cast.eve, live=2, drafts=2)

    services.roll_back(cast.eve, prompt, 1)

    assert list(Version.objects.of(prompt).newest_first().values_list("number", flat=True)) == [4, 3, 2, 1]
    assert Version.objects.of(prompt).drafts().count() == 2


def test_rolling_back_copies_the_source_into_the_actors_editor(cast):
    prompt = make_prompt(cast.eve, live=2)
    old = Version.objects.of(prompt).get(number=1)

    services.roll_back(cast.eve, prompt, 1)

    copy = WorkingCopy.objects.current(cast.eve, prompt).get()
    assert (copy.source, copy.base_id) == (old.source, old.pk)


def test_typing_that_lay_in_the_editor_is_kept_and_offered_back(cast):
    prompt = make_prompt(cast.eve, live=2)
    keep_typing(cast.eve, prompt, source="Half a thought", base=2)

    services.roll_back(cast.eve, prompt, 1)

    assert [copy.source for copy in WorkingCopy.objects.kept(cast.eve, prompt)] == ["Half a thought"]


def test_another_members_editor_is_left_alone(cast):
    prompt = make_prompt(cast.eve, live=2)
    keep_typing(cast.ada, prompt, source="Ada's thought", base=2)

    services.roll_back(cast.eve, prompt, 1)

    assert WorkingCopy.objects.current(cast.ada, prompt).get().source == "Ada's thought"


def test_rolling_back_records_one_event(cast):
    prompt = make_prompt(cast.eve, live=2)
    before = Event.objects.of(prompt.pk).count()

    services.roll_back(cast.eve, prompt, 1, message="Callers were greeted twice")

    event = Event.objects.of(prompt.pk).latest("sequence")
    assert Event.objects.of(prompt.pk).count() == before + 1
    assert (event.name, event.from_number, event.to_number) == ("version.rolled_back", 2, 1)
    assert event.message == "Callers were greeted twice"


def test_a_draft_cannot_be_rolled_back_to(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=1)
    services.save_version(cast.eve, prompt, source="Third")
    services.promote(cast.eve, prompt, 3)

    with refused("not_frozen"):
        services.roll_back(cast.eve, prompt, 2)


def test_a_newer_version_is_promoted_and_not_rolled_back_to(cast):
    prompt = make_prompt(cast.eve, live=2)
    services.roll_back(cast.eve, prompt, 1)

    with refused("not_older"):
        services.roll_back(cast.eve, prompt, 2)


def test_with_nothing_live_there_is_nothing_to_roll_back_from(cast):
    prompt = make_prompt(cast.eve, live=2)
    services.unpublish(cast.eve, prompt)

    with refused("not_live"):
        services.roll_back(cast.eve, prompt, 1)


def test_a_review_is_stale_once_a_pointer_moved(cast):
    prompt = make_prompt(cast.eve, live=3)
    services.unpublish(cast.ada, prompt)
    services.promote(cast.ada, prompt, 3)

    with refused("stale"):
        services.roll_back(cast.eve, prompt, 1, generation=prompt.generation)


def test_a_viewer_cannot_roll_back(cast):
    prompt = make_prompt(cast.eve, live=2)

    with refused("forbidden"):
        services.roll_back(cast.bob, prompt, 1)
