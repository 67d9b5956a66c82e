"""Two versions side by side, with a link of their own."""

import pytest

from tests.factories import VersionFactory, make_prompt
from tests.versions.pages import body
from versioning.versions import services


def test_any_pair_has_a_page_of_its_own(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, source="Hello {{ name }}.\nSame\n")
    VersionFactory(actor=cast.eve, prompt=prompt, source="Hello {{ who }}.\nSame\n")

    page = web.get("prompts/one/compare/1...2/")

    assert "v1 compared with v2" in body(page)
    assert "+1 −1" in body(page)
    assert "1 place, 1 character shorter" in body(page)
    assert "+ who − name" in body(page)
    assert '<del><span class="var">{{ name }}</span></del>' in page.content.decode()


def test_the_sides_can_be_swapped(cast, web):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    page = web.get("prompts/one/compare/1...2/", layout="unified").content.decode()

    assert "/prompts/one/compare/2...1/?layout=unified" in page
    assert "v2 compared with v1" in body(web.get("prompts/one/compare/2...1/"))


@pytest.mark.parametrize(
    ("query", "there"),
    [({"old": "2"}, "2...3"), ({"new": "1"}, "1...1"), ({"old": "2", "other_old": "3"}, "3...3"),
     ({"other_new": "v2", "layout": "unified"}, "1...2/?layout=unified")],
)  # fmt: skip
def test_what_the_pickers_choose_leads_to_that_pairs_link(cast, web, query, there):
    make_prompt(cast.eve, slug="one", drafts=3)

    answer = web.get("prompts/one/compare/1...3/", **query)

    assert answer.status_code == 302
    assert f"/compare/{there}" in answer["Location"]


def test_a_version_equals_itself(cast, web):
    make_prompt(cast.eve, slug="one")

    page = body(web.get("prompts/one/compare/1...1/"))

    assert "The texts are equal." in page
    assert "no difference" in page


def test_equal_texts_of_two_versions_say_so(cast, web):
    prompt = make_prompt(cast.eve, slug="one", drafts=2, source="One\n")
    services.save_version(cast.eve, prompt, source="One\n")

    assert "The texts are equal." in body(web.get("prompts/one/compare/1...3/"))


@pytest.mark.parametrize("pair", ["1...9", "9...1", "0...1", "1...99999999999999999999"])
def test_a_pair_that_is_not_there_is_404(cast, web, pair):
    make_prompt(cast.eve, slug="one")

    assert web.get(f"prompts/one/compare/{pair}/").status_code == 404


def test_characters_that_one_does_not_see_are_pointed_out_and_shown(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, source="Be brief.\n")
    VersionFactory(actor=cast.eve, prompt=prompt, source="Be\u200b brief.\n")

    page = web.get("prompts/one/compare/1...2/")
    shown = web.get("prompts/one/compare/1...2/", ws="1")

    assert "characters that one does not see" in body(page)
    assert 'title="ZERO WIDTH SPACE">U+200B' in shown.content.decode()


def test_htmx_gets_the_diff_alone(cast, htmx):
    make_prompt(cast.eve, slug="one", drafts=2)

    part = htmx.get("prompts/one/compare/1...2/", layout="unified").content.decode()

    assert "<html" not in part
    assert part.strip().startswith('<section id="compare"')


def test_a_fold_too_long_for_the_page_is_loaded_on_request(cast, web):
    lines = [f"Line {n}" for n in range(6_000)]
    prompt = make_prompt(cast.eve, slug="one", live=1, source="\n".join(lines))
    VersionFactory(actor=cast.eve, prompt=prompt, source="\n".join([*lines, "New"]))

    page = web.get("prompts/one/compare/1...2/").content.decode()
    whole = web.get("prompts/one/compare/1...2/", whole="1").content.decode()

    assert "Line 50<" not in page
    assert "whole=1" in page
    assert "Line 50<" in whole
