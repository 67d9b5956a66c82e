"""Delete a draft."""

from tests.factories import make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_a_draft_can_be_deleted_and_its_number_stays_empty(cast):
    prompt = make_prompt(cast.eve, drafts=3)

    services.delete_draft(cast.eve, prompt, 2)

    assert list(Version.objects.of(prompt).newest_first().values_list("number", flat=True)) == [3, 1]


def test_only_drafts_can_be_deleted(cast):
    prompt = make_prompt(cast.eve, live=2)

    with refused("frozen"):
        services.delete_draft(cast.eve, prompt, 1)
    with refused("frozen"):
        services.delete_draft(cast.eve, prompt, 2)


def test_deleting_the_staged_draft_clears_staging_in_the_same_act(cast):
    prompt = make_prompt(cast.eve, live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)

    services.delete_draft(cast.eve, prompt, 2)

    prompt.refresh_from_db()
    deleted, cleared = Event.objects.of(prompt.pk).order_by("sequence")[5:]
    assert prompt.staging is None
    assert (deleted.name, cleared.name) == ("version.deleted", "staging.cleared")
    assert deleted.act_id == cleared.act_id


def test_the_text_of_a_deleted_draft_stays_in_its_event(cast):
    prompt = make_prompt(cast.eve, drafts=1, source="Precious words")

    services.delete_draft(cast.eve, prompt, 1)

    event = Event.objects.of(prompt.pk).latest("sequence")
    assert event.data["former"]["source"] == "Precious words"


def test_versions_forked_from_a_deleted_draft_stay(cast):
    prompt = make_prompt(cast.eve)
    services.save_version(cast.eve, prompt, source="A", base=1)
    services.promote(cast.eve, prompt, 2)

    services.delete_draft(cast.eve, prompt, 1)

    assert Version.objects.of(prompt).get().forked_from is None


def test_a_rewritten_draft_is_not_deleted_unseen(cast):
    prompt = make_prompt(cast.eve)
    seen = Version.objects.of(prompt).get().tag
    services.update_draft(cast.ada, prompt, 1, source="New text")

    with refused("stale"):
        services.delete_draft(cast.eve, prompt, 1, expected=seen)


def test_a_viewer_cannot_delete(cast):
    prompt = make_prompt(cast.eve)

    with refused("forbidden"):
        services.delete_draft(cast.bob, prompt, 1)
