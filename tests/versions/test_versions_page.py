"""The Versions tab: the list, its search, its pages, one row open, what each row offers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import PromptFactory, VersionFactory, make_prompt
from tests.versions.pages import body, labels, row_of, text_of
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.services.artifacts import Imported
from versioning.workspaces.models import Workspace


def long_history(actor: Any, count: int, slug: str) -> Any:
    prompt = PromptFactory(actor=actor, slug=slug, source="")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    history = [
        Imported(
            f"Text {n} of {{{{ name }}}}.\n", f"Change {n}", f"writer-{n % 7}", start + timedelta(hours=n)
        )
        for n in range(1, count + 1)
    ]
    services.import_versions(actor, prompt, history)
    prompt.refresh_from_db()
    return prompt


def test_versions_are_listed_newest_first_with_status_message_author_and_count(cast, web):
    prompt = make_prompt(cast.eve, live=2, drafts=1)

    page = web.get(f"prompts/{prompt.slug}/versions/")

    assert labels(page) == ["v3", "v2", "v1"]
    assert "draft" in row_of(page, 3)
    assert "Eve" in row_of(page, 3)
    assert 'class="chip live"' in row_of(page, 2)
    assert "retired" in row_of(page, 1)
    assert "3 versions" in body(page)


def test_a_prompt_without_versions_says_what_to_do(cast, web):
    prompt = PromptFactory(actor=cast.eve, source="")

    page = web.get(f"prompts/{prompt.slug}/versions/")

    assert "No versions yet" in body(page)
    assert f"prompts/{prompt.slug}/" in page.content.decode()


def test_a_search_finds_message_author_and_label_and_counts_them(cast, web):
    prompt = long_history(cast.alice, 40, "long")

    page = web.get("prompts/long/versions/", q="change 7")
    label = web.get("prompts/long/versions/", q="v12")
    author = web.get("prompts/long/versions/", q="writer-3")

    assert labels(page) == ["v37", "v27", "v17", "v7"]
    assert "4 of 40 versions found" in body(page)
    assert "<mark>7</mark>" in row_of(page, 7)
    assert labels(label) == ["v12"]
    assert labels(author)[-1] == "v3"
    assert Version.objects.of(prompt).count() == 40


def test_the_text_is_searched_by_the_switch_alone_and_its_passage_shown(cast, web):
    make_prompt(cast.eve, slug="one", source="Speak of the marmalade at length.\n")

    without = web.get("prompts/one/versions/", q="marmalade")
    within = web.get("prompts/one/versions/", q="marmalade", text="1")

    assert labels(without) == []
    assert "No version found" in body(without)
    assert labels(within) == ["v1"]
    assert "<mark>marmalade</mark>" in row_of(within, 1)


@pytest.mark.parametrize("words", ["100%", "_", "\\", "'; DROP TABLE", "\x00", "%", "x" * 5000, "ﬁ ß İ"])
def test_any_words_can_be_searched_for(cast, web, words):
    make_prompt(cast.eve, slug="one")

    assert web.get("prompts/one/versions/", q=words, text="1").status_code == 200


def test_a_message_is_shown_as_text_whatever_it_says(cast, web):
    prompt = PromptFactory(actor=cast.eve, slug="one")
    VersionFactory(actor=cast.eve, prompt=prompt, message="<script>alert(1)</script> & more")

    page = web.get("prompts/one/versions/", q="script").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;<mark>script</mark>&gt;" in page


def test_a_long_history_goes_on_by_cursor(cast, web, htmx):
    long_history(cast.alice, 70, "long")

    first = web.get("prompts/long/versions/")
    second = web.get("prompts/long/versions/", before="41")
    more = htmx.get("prompts/long/versions/", before="41")
    last = web.get("prompts/long/versions/", before="11")

    assert labels(first) == [f"v{n}" for n in range(70, 40, -1)]
    assert "versions/?before=41" in first.content.decode()
    assert labels(second) == labels(more) == [f"v{n}" for n in range(40, 10, -1)]
    assert "<html" not in more.content.decode()
    assert labels(last)[-1] == "v1"
    assert "Show older versions" not in body(last)


def test_a_cursor_goes_on_within_what_was_found(cast, web):
    long_history(cast.alice, 80, "long")

    page = web.get("prompts/long/versions/", q="change", before="31")

    assert labels(page)[0] == "v30"
    assert "80 of 80 versions found" in body(page)


@pytest.mark.parametrize(
    "path", ["versions/", "versions/?before=31", "versions/?q=change", "versions/?q=writer-1&text=1"]
)
def test_ten_times_the_history_costs_the_same_queries_and_no_text(cast, web, path):
    long_history(cast.alice, 40, "short")
    long_history(cast.alice, 400, "long")
    web.get(f"prompts/short/{path}")

    with CaptureQueriesContext(connection) as few:
        web.get(f"prompts/short/{path}")
    with CaptureQueriesContext(connection) as many:
        page = web.get(f"prompts/long/{path}")

    assert page.status_code == 200
    assert len(many) == len(few) <= 18
    assert not any('"versions_version"."source"' in query["sql"] for query in many)


def test_htmx_gets_the_list_alone_with_its_count_and_a_tidy_address(cast, htmx):
    long_history(cast.alice, 12, "long")

    part = htmx.client.get(
        htmx.url("prompts/long/versions/"), {"q": "v12", "range": "90"}, headers={"HX-Target": "list"}
    )

    html = part.content.decode()
    assert "<html" not in html
    assert 'id="list"' in html
    assert "1 of 12 versions found" in html
    assert part["HX-Push-Url"].endswith("/prompts/long/versions/?q=v12")


def test_htmx_gets_the_header_alone_to_refresh_it(cast, htmx):
    make_prompt(cast.eve, slug="one", live=1)

    part = htmx.client.get(
        htmx.url("prompts/one/versions/"), {"tab": "editor"}, headers={"HX-Target": "header"}
    )

    html = part.content.decode()
    assert 'id="header"' in html
    assert "<html" not in html
    assert 'aria-current="page">Editor' in html


def test_the_selector_names_the_latest_draft_live_staging_and_the_newest(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=2, drafts=12)
    services.stage(cast.eve, prompt, 4)

    page = body(web.get("prompts/one/versions/"))

    menu = page[page.index("Quick select") : page.index("All 14 versions")]
    assert "v14 Latest draft" in menu
    assert "v2 Live" in menu
    assert "v4 Staging" in menu
    assert "v5 draft" in menu.partition("Version history")[2]
    assert "v4 " not in menu.partition("Version history")[2]


def test_the_latest_draft_is_named_however_old_it_is(cast, web):
    prompt = make_prompt(cast.eve, slug="one", drafts=1)
    for number in range(2, 14):
        VersionFactory(actor=cast.eve, prompt=prompt)
        services.promote(cast.eve, prompt, number)

    page = body(web.get("prompts/one/versions/"))

    assert "v1 Latest draft" in page


def test_an_open_version_shows_its_diff_against_live_among_the_other_rows(cast, web):
    make_prompt(cast.eve, slug="one", live=2, drafts=2)

    page = web.get("prompts/one/versions/4/")

    assert labels(page) == ["v4", "v3", "v2", "v1"]
    row = row_of(page, 4)
    assert "v2 compared with v4" in row
    assert 'value="2" selected>live v2' in row
    assert "compare/2...4/" in row
    assert "never live" in row


def test_the_live_version_is_compared_with_the_one_before_it(cast, web):
    make_prompt(cast.eve, slug="one", live=3)

    row = row_of(web.get("prompts/one/versions/3/"), 3)

    assert "v2 compared with v3" in row
    assert "live since" in row


def test_the_version_before_may_have_been_deleted(cast, web):
    prompt = make_prompt(cast.eve, slug="one", drafts=3)
    services.delete_draft(cast.eve, prompt, 2)

    assert "v1 compared with v3" in row_of(web.get("prompts/one/versions/3/"), 3)


def test_the_first_version_alone_is_shown_as_added(cast, web):
    make_prompt(cast.eve, slug="one", source="Only line.\n")

    row = row_of(web.get("prompts/one/versions/1/"), 1)

    assert 'class="tx add">Only line.' in row
    assert "Compare with" not in row


@pytest.mark.parametrize("query", [{"base": "1"}, {"base": "2", "other": "1"}, {"other": "v1"}])
def test_the_base_can_be_chosen(cast, web, query):
    make_prompt(cast.eve, slug="one", live=2, drafts=1)

    assert "v1 compared with v3" in row_of(web.get("prompts/one/versions/3/", **query), 3)


def test_a_base_that_is_not_there_is_named_and_live_taken(cast, web):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    row = row_of(web.get("prompts/one/versions/2/", other="77"), 2)

    assert "There is no v77. Compared with v1 instead." in row


@pytest.mark.parametrize("junk", ["0", "-1", "x", "99999999999999999999", "1.5", "²"])
def test_a_base_that_is_no_number_is_as_none(cast, web, junk):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    page = web.get("prompts/one/versions/2/", base=junk, before=junk)

    assert page.status_code == 200
    assert "v1 compared with v2" in row_of(page, 2)


def test_variables_that_came_and_went_are_named(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1)
    VersionFactory(actor=cast.eve, prompt=prompt, source="Hello {{ who }}.\n")

    row = body(web.get("prompts/one/versions/2/"))

    assert "+ who" in row
    assert "− name" in row


def test_a_version_deep_in_the_history_opens_among_its_neighbours(cast, web):
    long_history(cast.alice, 90, "long")

    page = web.get("prompts/long/versions/20/")

    assert labels(page)[:7] == ["v25", "v24", "v23", "v22", "v21", "v20", "v19"]
    assert "Show from the newest version on" in body(page)


def test_an_open_version_stays_among_what_was_found(cast, web):
    long_history(cast.alice, 50, "long")

    page = web.get("prompts/long/versions/20/", q="change 3")

    assert "v20" in labels(page)
    assert "v3" in labels(page)
    assert labels(page) == sorted(labels(page), key=lambda label: -int(label[1:]))


def test_htmx_gets_the_row_alone_open_or_closed(cast, htmx):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    opened = htmx.get("prompts/one/versions/2/").content.decode()
    closed = htmx.get("prompts/one/versions/2/", closed="1").content.decode()

    assert opened.strip().startswith("<li")
    assert 'aria-expanded="true"' in opened
    assert 'class="diff"' in opened
    assert 'aria-expanded="false"' in closed
    assert 'class="diff"' not in closed


def test_unchanged_runs_are_folded_and_unfold_without_a_script(cast, web):
    lines = [f"Line {n}" for n in range(60)]
    prompt = make_prompt(cast.eve, slug="one", live=1, source="\n".join(lines))
    VersionFactory(actor=cast.eve, prompt=prompt, source="\n".join([*lines[:30], "New", *lines[30:]]))

    row = row_of(web.get("prompts/one/versions/2/"), 2)

    assert '<details class="fold"><summary>' in row
    assert "Show 27 unchanged lines" in row
    assert "Line 5<" in row


def test_the_layout_and_the_whitespace_are_in_the_address(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, source="a b\n")
    VersionFactory(actor=cast.eve, prompt=prompt, source="a  b\n")

    row = row_of(web.get("prompts/one/versions/2/", layout="unified", ws="1"), 2)

    assert 'class="diff unified"' in row
    assert '<span class="ws">··</span>' in row
    assert "layout=unified" in row


def test_the_text_of_a_diff_is_escaped(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, source="<b>{{ x }}</b>\n")
    VersionFactory(actor=cast.eve, prompt=prompt, source='<img src=x onerror="alert(1)">{{ x }}</b>\n')

    for query in ({}, {"ws": "1"}, {"layout": "unified"}):
        page = web.get("prompts/one/versions/2/", **query).content.decode()

        assert "<img src=x" not in page
        assert "&lt;img" in page


def test_texts_that_cannot_be_aligned_are_shown_whole_with_the_reason(cast, web, monkeypatch):
    from versioning.versions.diff import compare
    from versioning.versions.presenters import diffs

    class Reason:
        aligned, reason, hidden, added, removed, places = False, "Too different.", False, 1, 1, 1
        blocks = compare("a", "b").blocks

    monkeypatch.setattr(diffs, "compare_safely", lambda old, new: Reason())
    make_prompt(cast.eve, slug="one", live=1, drafts=1, source="Whole <old> text.\n")

    row = row_of(web.get("prompts/one/versions/2/"), 2)

    assert "Too different." in row
    assert "Whole &lt;old&gt; text." in row
    assert "This is text number" in row


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
        assert not any(
            word in text for word in ("Promote", "Set as staging", "Delete", "Unpublish", "Open in")
        ), path


def test_protecting_live_takes_publishing_from_an_editor_and_leaves_staging(cast, web):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)

    acts = offers(web.of(cast.eve), "one", 2)

    assert "Promote" not in acts
    assert "Set as staging" in acts
    assert "Promote" in offers(web.of(cast.ada), "one", 2)


def test_an_archived_prompt_offers_nothing(cast, web):
    from prompts.services import archive

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
