"""One version open in the Versions tab: its diff against another, among the other rows."""

import pytest

from tests.factories import VersionFactory, make_prompt
from tests.versions.pages import body, labels, long_history, row_of
from versioning.versions import services


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
