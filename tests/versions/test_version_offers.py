"""What each version offers, to whom; and who sees nothing at all."""

import re
from typing import Any

import pytest

from prompts.services import archive
from tests.factories import make_prompt
from tests.versions.pages import body, row_of, text_of
from versioning.versions import services
from versioning.workspaces.models import Workspace


def offers(web: Any, slug: str, number: int) -> str:
    row = row_of(web.get(f"prompts/{slug}/versions/{number}/"), number)
    return text_of("<div " + row[row.index('class="v-acts"') : row.index('<div class="v-vars"')])


def test_each_version_offers_what_fits_its_status(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=3, drafts=1)
    services.roll_back(cast.eve, prompt, 2)

    assert offers(web, "one", 4).startswith("Promote v4… Set as staging Open in editor Delete draft…")
    assert offers(web, "one", 3) == "Promote v3… Set as staging Open in editor"
    assert offers(web, "one", 2) == "Unpublish… Set as staging Open in editor"
    assert offers(web, "one", 1) == "Roll back to v1… Set as staging Open in editor"


def test_with_nothing_live_a_retired_version_is_promoted(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=2)
    services.unpublish(cast.eve, prompt)

    assert offers(web, "one", 1).startswith("Promote v1…")


def test_the_staged_version_offers_to_clear_staging(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)

    assert "Clear staging" in offers(web, "one", 2)
    assert "on staging since" in row_of(web.get("prompts/one/versions/2/"), 2)


def test_with_staging_off_nothing_speaks_of_staging(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)
    Workspace.objects.filter(pk=cast.demo.pk).update(staging_enabled=False)

    for path in ("versions/", "versions/2/", "versions/2/promote/", "unpublish/", "versions/2/delete/"):
        page = web.get(f"prompts/one/{path}")

        assert page.status_code == 200
        assert "staging" not in body(page).lower(), path


def test_a_viewer_reads_all_and_is_offered_nothing(cast, web):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)
    bob = web.of(cast.bob)

    for path in ("versions/", "versions/2/", "compare/1...2/", "history/"):
        page = bob.get(f"prompts/one/{path}")
        text = body(page)

        assert page.status_code == 200
        assert not re.findall(r"\b(?:Promote|Set as staging|Delete|Unpublish|Open in)\b", text), path


def test_protecting_live_takes_publishing_from_an_editor_and_leaves_staging(cast, web):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)

    acts = offers(web.of(cast.eve), "one", 2)

    assert "Promote" not in acts
    assert "Set as staging" in acts
    assert "Promote" in offers(web.of(cast.ada), "one", 2)


def test_an_archived_prompt_offers_nothing(cast, web):
    prompt = make_prompt(cast.eve, slug="one", drafts=1)
    archive(cast.eve, prompt)

    page = web.get("prompts/one/versions/1/")

    assert "Promote" not in body(page)
    assert "archived" in body(page)


@pytest.mark.parametrize("path", ["versions/", "versions/1/", "compare/1...1/", "history/"])
def test_a_stranger_and_an_unknown_slug_get_404(cast, web, path):
    make_prompt(cast.eve, slug="one")

    assert web.of(cast.charlie).get(f"prompts/one/{path}").status_code == 404
    assert web.get(f"prompts/none/{path}").status_code == 404
    assert web.get(f"prompts/%00/{path}").status_code == 404


@pytest.mark.parametrize("path", ["versions/9/", "versions/99999999999999999999/", "versions/0/"])
def test_a_version_that_is_not_there_is_404(cast, web, path):
    make_prompt(cast.eve, slug="one")

    assert web.get(f"prompts/one/{path}").status_code == 404
