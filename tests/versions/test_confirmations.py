"""Unpublish, delete, stage and unstage on pages: confirmed or done at once, bound to what was shown."""

import pytest

from tests.factories import make_prompt
from tests.versions.pages import body, hidden, live_of, shown
from versioning.versions import services
from versioning.versions.models import Artifact, Version
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event


def test_unpublishing_is_confirmed_with_a_reason(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1)
    page = web.get("prompts/one/unpublish/")

    answer = web.post("prompts/one/unpublish/", message="Recalled", **shown(page, "generation", "sequence"))

    assert "404 no_live_version" in body(page)
    assert answer.status_code == 303
    assert live_of(prompt) is None
    assert Event.objects.get(artifact_id=prompt.pk, name=EventName.VERSION_UNPUBLISHED).message == "Recalled"
    assert "Promote v1 again…" in body(web.client.get(answer["Location"]))


def test_unpublishing_what_is_no_longer_shown_is_refused(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    page = web.get("prompts/one/unpublish/")
    services.promote(cast.ada, prompt, 2)

    answer = web.post("prompts/one/unpublish/", message="Why", **shown(page, "generation", "sequence"))

    assert answer.status_code == 412
    assert "Unpublish v2?" in body(answer)
    assert "Ada promoted v2" in body(answer)
    assert live_of(prompt) == 2


def test_deleting_a_draft_names_what_goes_and_clears_staging(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)
    page = web.get("prompts/one/versions/2/delete/")

    answer = web.post("prompts/one/versions/2/delete/", expected=hidden(page, "expected"))

    assert "Staging stands on v2: it is cleared" in body(page)
    assert "Its text stays in the History tab" in body(page)
    assert answer.status_code == 303
    assert not Version.objects.of(prompt).filter(number=2).exists()
    assert Artifact.objects.get(pk=prompt.pk).staging_id is None


def test_a_draft_rewritten_since_is_not_deleted(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    page = web.get("prompts/one/versions/2/delete/")
    services.update_draft(cast.eve, prompt, 2, source="Precious words.\n")

    answer = web.post("prompts/one/versions/2/delete/", expected=hidden(page, "expected"))

    assert answer.status_code == 412
    assert "Nothing was done." in body(answer)
    assert Version.objects.of(prompt).filter(number=2).exists()


def test_a_frozen_version_is_not_offered_for_deletion(cast, web):
    make_prompt(cast.eve, slug="one", live=1)

    answer = web.get("prompts/one/versions/1/delete/")

    assert answer.status_code == 303
    assert "is frozen" in body(web.client.get(answer["Location"]))


def test_staging_is_set_and_cleared_by_forms(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)

    staged = web.post("prompts/one/versions/2/stage/")
    said = body(web.client.get(staged["Location"]))
    cleared = web.post("prompts/one/unstage/")

    assert (staged.status_code, cleared.status_code) == (303, 303)
    assert "Staging is on v2." in said
    assert Artifact.objects.get(pk=prompt.pk).staging_id is None


def test_htmx_is_told_which_rows_staging_moved(cast, htmx):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=2)
    services.stage(cast.eve, prompt, 2)

    answer = htmx.post("prompts/one/versions/3/stage/")

    assert answer.status_code == 204
    for name in ("toast", "version-changed", "v3-changed", "v2-changed"):
        assert name in answer["HX-Trigger"]


@pytest.mark.parametrize("address", ["versions/2/stage/", "unstage/"])
def test_a_pointer_is_moved_by_post_alone(cast, web, address):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    assert web.get(f"prompts/one/{address}").status_code == 405


def test_a_refusal_is_a_page_that_says_what_to_do_and_leads_back(cast, web):
    make_prompt(cast.eve, slug="one", live=1)

    answer = web.post("prompts/one/unstage/")

    assert answer.status_code == 409
    assert "Staging is not set." in body(answer)
    assert "Nothing was changed." in body(answer)
    assert "/prompts/one/versions/" in answer.content.decode()
