"""Archive and unarchive: put away, never deleted."""

from prompts.models import Prompt
from prompts.services import archive, unarchive
from tests.factories import make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_archiving_clears_staging_and_keeps_the_versions(cast):
    prompt = make_prompt(cast.eve, drafts=2)
    services.stage(cast.eve, prompt, 2)

    archived = archive(cast.eve, prompt)

    assert archived.archived_at
    assert archived.staging_id is None
    assert Version.objects.of(prompt).count() == 2


def test_archiving_is_one_act_with_two_events(cast):
    prompt = make_prompt(cast.eve, drafts=1)
    services.stage(cast.eve, prompt, 1)

    archive(cast.eve, prompt)

    events = Event.objects.of(prompt.pk).filter(name__in=["artifact.archived", "staging.cleared"])
    assert events.count() == 2
    assert events.values("act_id").distinct().count() == 1


def test_what_is_live_cannot_be_archived(cast):
    prompt = make_prompt(cast.eve, live=1)

    with refused("live_in_the_way"):
        archive(cast.eve, prompt)


def test_an_archived_prompt_is_not_archived_again(cast):
    prompt = make_prompt(cast.eve)
    archive(cast.eve, prompt)

    with refused("archived"):
        archive(cast.eve, prompt)


def test_nothing_of_an_archived_prompt_moves(cast):
    prompt = make_prompt(cast.eve)
    archive(cast.eve, prompt)

    with refused("archived"):
        services.promote(cast.eve, prompt, 1)
    with refused("archived"):
        services.save_version(cast.eve, prompt, source="New")


def test_unarchiving_brings_it_back(cast):
    prompt = make_prompt(cast.eve)
    archive(cast.eve, prompt)

    assert unarchive(cast.eve, prompt).archived_at is None
    with refused("not_archived"):
        unarchive(cast.eve, prompt)


def test_a_viewer_archives_nothing(cast):
    prompt = make_prompt(cast.eve)

    with refused("forbidden"):
        archive(cast.bob, prompt)


def test_the_pages_archive_and_unarchive(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting")

    assert web.post("prompts/greeting/archive/").status_code == 303
    assert Prompt.objects.get(pk=prompt.pk).archived_at
    assert web.post("prompts/greeting/unarchive/").status_code == 303
    assert Prompt.objects.get(pk=prompt.pk).archived_at is None


def test_the_page_says_that_live_is_in_the_way(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)

    page = web.get("prompts/greeting/settings/").content.decode()

    assert "v1 is live, and a prompt that is live cannot be archived." in page
    assert web.post("prompts/greeting/archive/").status_code == 409


def test_an_archived_prompt_can_be_read_and_offers_nothing_but_unarchive(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting")
    archive(cast.eve, prompt)

    page = web.get("prompts/greeting/").content.decode()

    assert "Archived on" in page
    assert "Unarchive" in page
    assert "Save as new version" not in page
    assert "Promote" not in page
    assert "Hello {{ name }}." in page


def test_an_archived_prompt_leaves_the_list(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting")
    archive(cast.eve, prompt)

    assert "greeting" not in web.get("prompts/").content.decode()
    assert "greeting" in web.get("prompts/", show="archived").content.decode()
