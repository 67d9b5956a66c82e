"""Save: the working copy becomes a draft. Two people on one draft lose no word."""

from prompts.desk import desk_of
from prompts.models import WorkingCopy
from prompts.services import keep_typing, save
from tests.factories import make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version

TEXT = "Hello {{ name }}.\nHow can I help?\n"


def sent(source, *, act="new", base=1, tag='"1-1"', revision=0, **more):
    return {"source": source, "act": act, "base": base, "base_tag": tag, "revision": revision, **more}


def test_saving_a_new_version_stands_the_desk_on_it(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="New text", base=1)

    version = save(cast.eve, prompt, source="New text", message="Why", base=1)

    desk = desk_of(cast.eve, prompt)
    assert (version.number, version.message, version.forked_from.number) == (2, "Why", 1)
    assert (desk.base.number, desk.unsaved) == (2, False)


def test_updating_a_draft_rewrites_it(cast):
    prompt = make_prompt(cast.eve)

    version = save(cast.eve, prompt, source="New text", message="Why", update=1, expected='"1-1"')

    assert (version.number, version.revision, version.source) == (1, 2, "New text")


def test_a_base_that_was_deleted_meanwhile_is_none(cast):
    prompt = make_prompt(cast.eve, drafts=2)
    services.delete_draft(cast.ada, prompt, 2)

    version = save(cast.eve, prompt, source="New text", message="", base=2)

    assert (version.number, version.forked_from) == (3, None)


def test_saving_keeps_aside_what_another_window_typed(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="Other window", base=1)

    save(cast.eve, prompt, source="This window", message="", base=1, revision=0)

    assert [copy.source for copy in WorkingCopy.objects.kept(cast.eve, prompt)] == ["Other window"]
    assert desk_of(cast.eve, prompt).source == "This window"


def test_a_text_that_equals_its_version_is_not_saved(cast):
    prompt = make_prompt(cast.eve)

    with refused("unchanged"):
        save(cast.eve, prompt, source=TEXT, message="Why", base=1)


def test_the_page_saves_a_new_version_and_says_so_with_a_link_to_promote(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")

    answer = web.post("prompts/greeting/save/", **sent("New\r\ntext", message="Why"))

    assert (answer.status_code, answer["Location"]) == (303, "/w/demo/prompts/greeting/")
    assert Version.objects.of(prompt).get(number=2).source == "New\ntext"
    page = web.get("prompts/greeting/").content.decode()
    assert "Saved v2 (draft)." in page
    assert "/w/demo/prompts/greeting/versions/2/promote/" in page


def test_the_page_updates_the_draft_with_its_own_message(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")

    web.post("prompts/greeting/save/", **sent("New text", act="update", draft_message="Better", message="No"))

    version = Version.objects.of(prompt).get()
    assert (version.source, version.message, version.revision) == ("New text", "Better", 2)


def test_a_text_with_crlf_line_ends_keeps_them(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting", source="One\r\nTwo\r\n")

    web.post("prompts/greeting/save/", **sent("One\r\nThree\r\n"))

    assert Version.objects.of(prompt).get(number=2).source == "One\r\nThree\r\n"


def test_a_text_that_a_browser_sends_back_as_it_was_is_unchanged(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting", source="One\nTwo\rThree\r\n")

    answer = web.post("prompts/greeting/save/", **sent("One\r\nTwo\r\nThree\r\n"))

    assert answer.status_code == 409
    assert "nothing to save" in answer.content.decode()
    assert Version.objects.of(prompt).count() == 1


def test_a_refused_save_shows_why_and_keeps_the_text(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")

    answer = web.post("prompts/greeting/save/", **sent("   ", message="My reasons"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A prompt&#x27;s text cannot be empty." in page
    assert "My reasons" in page
    assert Version.objects.of(prompt).count() == 1


def test_a_draft_that_went_live_meanwhile_is_saved_as_a_new_version(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")
    services.promote(cast.ada, prompt, 1)

    answer = web.post("prompts/greeting/save/", **sent("My words", act="update"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "v1 was live, so it is frozen. Save a new version." in page
    assert "My words" in page
    assert "Update draft" not in page


def test_a_draft_that_was_deleted_meanwhile_loses_no_word(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting", drafts=2)
    services.delete_draft(cast.ada, prompt, 2)

    answer = web.post("prompts/greeting/save/", **sent("My words", act="update", base=2, tag='"2-1"'))

    assert answer.status_code == 409
    assert "v2 was deleted meanwhile. Save your text as a new version." in answer.content.decode()
    assert desk_of(cast.alice, prompt).source == "My words"


def test_when_somebody_saved_first_both_texts_and_their_diff_are_shown(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")
    services.update_draft(cast.eve, prompt, 1, source="Eve's text\n")

    answer = web.post("prompts/greeting/save/", **sent("My text\n", act="update", draft_message="Mine"))

    page = answer.content.decode()
    assert answer.status_code == 412
    for words in (
        "Eve saved v1",
        "Eve&#x27;s text",
        "My text",
        'value="Mine"',
        'class="diff',
        "&quot;1-2&quot;",
    ):
        assert words in page, words
    assert Version.objects.of(prompt).get().source == "Eve's text\n"
    assert desk_of(cast.alice, prompt).source == "My text\n"


def test_the_conflict_is_overwritten_with_the_fresh_tag_and_their_text_stays_in_the_event(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")
    services.update_draft(cast.eve, prompt, 1, source="Eve's text\n")

    answer = web.post("prompts/greeting/save/", **sent("My text\n", act="update", tag='"1-2"'))

    assert answer.status_code == 303
    assert Version.objects.of(prompt).get().source == "My text\n"
    page = web.get("prompts/greeting/history/")
    assert page.status_code == 200


def test_the_conflict_ends_by_taking_theirs_with_mine_kept_aside(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")
    services.update_draft(cast.eve, prompt, 1, source="Eve's text\n")

    web.post("prompts/greeting/discard/", **sent("My text\n", tag='"1-2"', revision=1))

    assert desk_of(cast.alice, prompt).source == "Eve's text\n"
    assert WorkingCopy.objects.kept(cast.alice, prompt).get().source == "My text\n"


def test_the_header_if_match_is_respected(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")
    services.update_draft(cast.eve, prompt, 1, source="Eve's text\n")

    answer = web.client.post(
        "/w/demo/prompts/greeting/save/",
        sent("My text\n", act="update", tag=""),
        headers={"If-Match": '"1-1"'},
    )

    assert answer.status_code == 412


def test_the_same_press_twice_saves_once(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting")

    first = web.post("prompts/greeting/save/", **sent("New text", once="k1"))
    second = web.post("prompts/greeting/save/", **sent("New text", once="k1"))

    assert (first.status_code, second.status_code) == (303, 303)
    assert Version.objects.of(prompt).count() == 2


def test_a_text_that_is_too_long_is_refused_in_words(cast, web):
    make_prompt(cast.alice, slug="greeting")

    answer = web.post("prompts/greeting/save/", **sent("x" * 1_000_001))

    assert answer.status_code == 422
    assert "A text has at most 1,000,000 characters; this one has 1,000,001." in answer.content.decode()


def test_a_request_that_is_far_too_long_is_no_error_of_the_server(cast, web):
    make_prompt(cast.alice, slug="greeting")

    assert web.post("prompts/greeting/save/", **sent("x" * 6_000_000)).status_code in (400, 413)
