"""The Versions tab: the list, its search, its pages, one row open, what each row offers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import PromptFactory, VersionFactory, make_prompt
from tests.versions.pages import body, labels, long_history, row_of
from versioning.versions import services
from versioning.versions.models import Version


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
    assert len(many) == len(few) <= 20
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
