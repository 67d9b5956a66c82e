"""The editor page: which text it shows, where it stands, what may be done."""

import re
from html import unescape

from prompts.services import keep_typing
from tests.factories import VersionFactory, make_prompt
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.services.workspaces import change_workspace


def text_on(page):
    found = re.search(r'<textarea class="source"[^>]*>\n(.*?)</textarea>', page, re.S)
    return unescape(found[1])


def test_it_shows_the_newest_draft_with_what_it_holds(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1, drafts=1)

    page = web.get("prompts/greeting/").content.decode()

    assert "This is text number" in text_on(page)
    for words in ("Update draft v2", "Save as new version", "Promote v2…", "used once", "about"):
        assert words in page, words


def test_the_message_box_of_a_new_version_is_empty_and_that_of_the_draft_holds_its_message(cast, web):
    make_prompt(cast.eve, slug="greeting", message="First <text>")

    page = web.get("prompts/greeting/").content.decode()

    boxes = dict(re.findall(r'<textarea id="([a-z-]+)" name="[a-z_]+"[^>]*>\n(.*?)</textarea>', page, re.S))
    assert boxes == {"draft-message": "First &lt;text&gt;", "message": ""}


def test_a_frozen_version_can_only_be_saved_as_a_new_one(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)

    page = web.get("prompts/greeting/").content.decode()

    assert "Update draft" not in page
    assert "Save as new version" in page


def test_a_text_that_begins_with_an_empty_line_keeps_it(cast, web):
    make_prompt(cast.eve, slug="greeting", source="\n\nHello & <b>\n")

    assert text_on(web.get("prompts/greeting/").content.decode()) == "\n\nHello & <b>\n"


def test_it_tells_of_a_version_that_was_saved_after_the_one_written_from(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting")
    keep_typing(cast.alice, prompt, source="Mine", base=1)
    VersionFactory(actor=cast.eve, prompt=prompt)

    page = web.get("prompts/greeting/").content.decode()

    assert "v2 was saved by Eve just now" in page
    assert "/w/demo/prompts/greeting/compare/1...2/" in page


def test_it_tells_of_a_draft_that_was_rewritten(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting")
    keep_typing(cast.alice, prompt, source="Mine", base=1, base_tag='"1-1"')
    services.update_draft(cast.eve, prompt, 1, source="Eve's")

    page = web.get("prompts/greeting/").content.decode()

    assert "Eve rewrote v1 just now, after you began." in page
    assert 'name="base_tag" value="&quot;1-1&quot;"' in page


def test_a_version_is_read_by_its_number_and_can_be_opened(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", live=2)

    page = web.get("prompts/greeting/", version=1).content.decode()

    assert text_on(page) == Version.objects.of(prompt).get(number=1).source
    assert "readonly" in page
    assert "Open in editor" in page
    assert "Save as new version" not in page


def test_a_version_that_is_not_there_is_not_found(cast, web):
    make_prompt(cast.eve, slug="greeting")

    for number in ("7", "0", "-1", "x", "", "9" * 40):
        assert web.get("prompts/greeting/", version=number).status_code == 404, number


def test_a_viewer_reads_and_has_no_controls(cast, web):
    make_prompt(cast.eve, slug="greeting", drafts=1)

    page = web.of(cast.bob).get("prompts/greeting/").content.decode()

    assert text_on(page) == "Hello {{ name }}.\nHow can I help?\n"
    assert "readonly" in page
    for words in ("Save as new version", "Update draft", "Promote", "Discard", "data-autosave-url"):
        assert words not in page, words


def test_where_live_is_protected_an_editor_is_offered_no_promote(cast, web):
    make_prompt(cast.eve, slug="greeting", drafts=1)
    change_workspace(cast.alice, protect_live=True)

    assert "Promote" not in web.of(cast.eve).get("prompts/greeting/").content.decode()
    assert "Promote v1…" in web.get("prompts/greeting/").content.decode()


def test_a_prompt_without_a_version_begins_with_an_empty_page(cast, web):
    make_prompt(cast.eve, slug="greeting", source="")

    page = web.get("prompts/greeting/").content.decode()

    assert text_on(page) == ""
    assert "Nothing is saved yet." in page


def test_the_page_is_never_taken_from_a_browsers_store(cast, web):
    make_prompt(cast.eve, slug="greeting")

    assert "no-store" in web.get("prompts/greeting/")["Cache-Control"]


def test_a_stranger_finds_none_of_the_pages(cast, web):
    make_prompt(cast.eve, slug="greeting")
    charlie = web.of(cast.charlie)

    for page in ("", "code/", "settings/", "kept/1/"):
        assert charlie.get(f"prompts/greeting/{page}").status_code == 404, page
        assert charlie.get(f"/w/elsewhere/prompts/greeting/{page}").status_code == 404, page


def test_a_slug_that_never_was_is_not_found(cast, web):
    for slug in ("nothing", "a%00b", "%C3%A4", "x" * 300):
        assert web.get(f"prompts/{slug}/").status_code == 404, slug


def test_it_says_that_an_update_of_a_staged_draft_is_read_at_once(cast, web):
    prompt = make_prompt(cast.eve, slug="greeting", drafts=1)
    services.stage(cast.eve, prompt, 1)

    assert (
        "v1 is on staging: test keys read an update at once." in web.get("prompts/greeting/").content.decode()
    )
