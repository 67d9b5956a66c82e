"""The Blame page of a prompt: each line with the version it came with, who made it and why."""

import re

import pytest

from tests.factories import make_prompt
from versioning.versions import services
from versioning.versions.presenters import blame as presenter


@pytest.fixture
def prompt(cast):
    made = make_prompt(cast.eve, slug="greeting", source="Hello {{ name }}.\nHow are you?\n", message="Begin")
    services.save_version(
        cast.ada, made, source="Hello {{ name }}.\nBe <brief>.\nHow are you?\n", message="Shorter", base=1
    )
    return made


def html(response):
    """The page as it is sent."""
    return response.content.decode()


def groups(page):
    """The version of each group of lines, where it leads, and its lines."""
    found = []
    for each in re.findall(r"<tbody.*?</tbody>", page, re.DOTALL):
        link = re.search(r'class="bl-v" href="([^"]+)"[^>]*>(v\d+)<', each)
        found.append((link[2], link[1], re.findall(r'class="ln" id="L(\d+)"', each)))
    return found


def test_each_line_says_its_version_which_leads_to_what_it_changed(web, prompt):
    page = html(web.get("prompts/greeting/v/2/blame/"))

    assert groups(page) == [
        ("v1", "/w/demo/prompts/greeting/versions/1/", ["1"]),
        ("v2", "/w/demo/prompts/greeting/compare/1...2/", ["2"]),
        ("v1", "/w/demo/prompts/greeting/versions/1/", ["3"]),
    ]
    assert web.get("prompts/greeting/compare/1...2/").status_code == 200
    for words in ("Shorter", "Begin", "Ada", "Eve", "3 lines from 2 versions"):
        assert words in page, words


def test_texts_and_messages_are_escaped_and_variables_stand_out(cast, web, prompt):
    services.save_version(cast.eve, prompt, source="<script>x</script>\n", message='<b>"why"</b>', base=2)

    page = html(web.get("prompts/greeting/v/3/blame/"))

    assert "<script>x" not in page
    assert "<b>&quot;why" not in page
    assert "&lt;b&gt;&quot;why&quot;&lt;/b&gt;" in page
    assert '<span class="var">{{ name }}</span>' in html(web.get("prompts/greeting/v/2/blame/"))


def test_what_was_there_before_a_version_is_one_click_away(web, prompt):
    page = html(web.get("prompts/greeting/v/2/blame/"))

    assert 'href="/w/demo/prompts/greeting/v/1/blame/"' in page
    assert groups(html(web.get("prompts/greeting/v/1/blame/"))) == [
        ("v1", "/w/demo/prompts/greeting/versions/1/", ["1", "2"])
    ]


def test_a_long_text_comes_in_pieces_with_and_without_htmx(cast, web, htmx, monkeypatch):
    monkeypatch.setattr(presenter, "AT_ONCE", 3)
    make_prompt(cast.eve, slug="long", source="".join(f"line {at}\n" for at in range(1, 9)))

    first = html(web.get("prompts/long/v/1/blame/"))
    second = html(web.get("prompts/long/v/1/blame/", **{"from": 4}))
    rest = html(htmx.get("prompts/long/v/1/blame/", **{"from": 7}))

    assert groups(first)[0][2] == ["1", "2", "3"]
    assert "?from=4" in first
    assert groups(second)[0][2] == ["4", "5", "6"]
    assert "Lines 4 to 6 of 8" in second
    assert groups(rest)[0][2] == ["7", "8"]
    assert "<html" not in rest
    assert "More lines" not in rest


@pytest.mark.parametrize("piece", ["0", "-1", "x", "999999999999", "9"])
def test_a_piece_that_there_is_not_is_the_nearest_one(web, prompt, piece):
    assert web.get("prompts/greeting/v/2/blame/", **{"from": piece}).status_code == 200


def test_where_the_history_was_not_followed_to_its_end_the_page_says_so(cast, web, monkeypatch):
    made = make_prompt(cast.eve, slug="far", source="a\n")
    for text in ("a\nb\n", "a\nb\nc\n"):
        services.save_version(cast.eve, made, source=text)
    monkeypatch.setattr("versioning.versions.blame.MOST_CHARS", 11)

    page = html(web.get("prompts/far/v/3/blame/"))

    assert "or an older version" in page
    assert 'href="/w/demo/prompts/far/v/2/blame/">Blame of v2</a> looks further back' in page


def test_viewers_read_it_and_it_is_linked_where_a_version_is_looked_at(cast, web, prompt):
    bob = web.of(cast.bob)

    assert bob.get("prompts/greeting/v/2/blame/").status_code == 200
    for page in ("prompts/greeting/versions/2/", "prompts/greeting/"):
        assert 'href="/w/demo/prompts/greeting/v/2/blame/"' in html(bob.get(page)), page


def test_what_is_not_there_or_another_workspace_s_is_not_found(cast, web, prompt):
    assert web.get("prompts/greeting/v/3/blame/").status_code == 404
    assert web.get("prompts/other/v/1/blame/").status_code == 404
    assert web.of(cast.charlie).get("prompts/greeting/v/1/blame/").status_code == 404


def test_by_rest_the_texts_of_all_runs_are_the_text(rest, prompt):
    answer = rest.get("prompts/greeting/versions/2/blame")

    said = answer.json()
    assert "".join(run["text"] for run in said["runs"]) == "Hello {{ name }}.\nBe <brief>.\nHow are you?\n"
    assert [(run["line"], run["lines"], run["version"], run["exact"]) for run in said["runs"]] == [
        (1, 1, 1, True), (2, 1, 2, True), (3, 1, 1, True),
    ]  # fmt: skip
    newest, oldest = said["versions"]
    assert (newest["label"], newest["author"], newest["message"], newest["written_from"]) == (
        "v2",
        "Ada",
        "Shorter",
        1,
    )
    assert newest["url"].endswith("/w/demo/prompts/greeting/compare/1...2/")
    assert (oldest["label"], oldest["written_from"]) == ("v1", None)


def test_by_rest_a_key_needs_the_scope_history(rest, prompt):
    assert rest.with_key("history").get("prompts/greeting/versions/2/blame").status_code == 200
    assert rest.with_key("drafts").get("prompts/greeting/versions/2/blame").status_code == 403
    assert rest.get("prompts/greeting/versions/9/blame").status_code == 404
    assert rest.get(f"prompts/greeting/versions/{2**40}/blame").status_code == 404
