"""The working copy: what a member types is kept by itself, and never served."""

import json

from prompts.desk import desk_of
from prompts.models import WorkingCopy
from prompts.services import archive, discard, drop_kept, keep_aside, keep_typing, open_version, reopen_kept
from tests.factories import VersionFactory, make_prompt
from tests.keys import key_actor
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def kept_texts(actor, prompt):
    return [copy.source for copy in WorkingCopy.objects.kept(actor, prompt)]


def text_of(prompt, number):
    return Version.objects.of(prompt).get(number=number).source


def test_typing_is_kept_and_makes_no_version(cast):
    prompt = make_prompt(cast.eve)
    events = Event.objects.of(prompt.pk).count()

    keep_typing(cast.eve, prompt, source="Half a thought", base=1, base_tag='"1-1"')

    assert desk_of(cast.eve, prompt).source == "Half a thought"
    assert Version.objects.of(prompt).count() == 1
    assert Event.objects.of(prompt.pk).count() == events


def test_each_member_has_a_copy_of_their_own(cast):
    prompt = make_prompt(cast.eve)

    keep_typing(cast.eve, prompt, source="Eve's", base=1)
    keep_typing(cast.ada, prompt, source="Ada's", base=1)

    assert desk_of(cast.eve, prompt).source == "Eve's"
    assert desk_of(cast.ada, prompt).source == "Ada's"


def test_each_keeping_counts_the_revision_up(cast):
    prompt = make_prompt(cast.eve)

    first = keep_typing(cast.eve, prompt, source="a", base=1, expected=0)
    second = keep_typing(cast.eve, prompt, source="ab", base=1, expected=first.revision)

    assert second.revision == first.revision + 1


def test_a_second_window_is_refused_and_overwrites_nothing(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="First window", base=1, expected=0)

    with refused("stale") as caught:
        keep_typing(cast.eve, prompt, source="Second window", base=1, expected=0)

    assert caught.value.data["revision"] == 1
    assert desk_of(cast.eve, prompt).source == "First window"


def test_going_on_in_the_second_window_keeps_the_firsts_text_aside(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="First window", base=1, expected=0)

    keep_typing(cast.eve, prompt, source="Second window", base=1, expected=0, take_over=True)

    assert desk_of(cast.eve, prompt).source == "Second window"
    assert kept_texts(cast.eve, prompt) == ["First window"]


def test_a_revision_is_never_used_twice_by_the_copies_of_one_desk(cast):
    prompt = make_prompt(cast.eve, drafts=2)
    typed = keep_typing(cast.eve, prompt, source="Typed", base=2)

    opened = open_version(cast.eve, prompt, Version.objects.of(prompt).get(number=1))

    assert opened.revision > typed.revision


def test_a_text_that_no_database_can_hold_is_refused(cast):
    prompt = make_prompt(cast.eve)

    for bad in ("a\0b", "half \ud800", "x" * 2_000_001):
        with refused("invalid"):
            keep_typing(cast.eve, prompt, source=bad, base=1)


def test_typing_outlives_the_draft_that_it_was_written_from(cast):
    prompt = make_prompt(cast.eve, drafts=2)
    keep_typing(cast.eve, prompt, source="Typed", base=2, expected=0)
    services.delete_draft(cast.ada, prompt, 2)

    keep_typing(cast.eve, prompt, source="Typed on", base=2, expected=1)

    desk = desk_of(cast.eve, prompt)
    assert (desk.source, desk.base, desk.unsaved) == ("Typed on", None, True)


def test_discarding_goes_back_to_the_version_and_keeps_the_text_aside(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="Half a thought", base=1)

    discard(cast.eve, prompt, source="Half a thought more", base=1)

    desk = desk_of(cast.eve, prompt)
    assert (desk.source, desk.unsaved) == (text_of(prompt, 1), False)
    assert kept_texts(cast.eve, prompt) == ["Half a thought more"]


def test_discarding_what_equals_the_version_keeps_nothing(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source=text_of(prompt, 1), base=1)

    discard(cast.eve, prompt, base=1)

    assert kept_texts(cast.eve, prompt) == []


def test_a_kept_text_comes_back_and_what_lay_there_is_kept_in_turn(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="Old thought", base=1)
    discard(cast.eve, prompt, base=1)
    keep_typing(cast.eve, prompt, source="New thought", base=1)
    kept = WorkingCopy.objects.kept(cast.eve, prompt).get()

    reopen_kept(cast.eve, prompt, kept.pk)

    assert desk_of(cast.eve, prompt).source == "Old thought"
    assert kept_texts(cast.eve, prompt) == ["New thought"]


def test_a_kept_text_is_thrown_away_by_its_member_alone(cast):
    prompt = make_prompt(cast.eve)
    kept = keep_aside(cast.eve, prompt, source="Mine", base=1)

    with refused("not_found"):
        drop_kept(cast.ada, prompt, kept.pk)
    with refused("not_found"):
        reopen_kept(cast.ada, prompt, kept.pk)
    drop_kept(cast.eve, prompt, kept.pk)

    assert kept_texts(cast.eve, prompt) == []


def test_a_rollback_says_why_the_text_was_kept(cast):
    prompt = make_prompt(cast.eve, live=2)
    keep_typing(cast.eve, prompt, source="Half a thought", base=2)

    services.roll_back(cast.eve, prompt, 1)

    assert WorkingCopy.objects.kept(cast.eve, prompt).get().kept_why == "v1 was rolled back to"


def test_without_a_copy_the_newest_draft_lies_on_the_desk_then_live_then_the_newest(cast):
    drafted = make_prompt(cast.eve, live=2, drafts=1)
    served = make_prompt(cast.eve, live=3)
    services.roll_back(cast.ada, served, 1)
    idle = make_prompt(cast.eve, live=2)
    services.unpublish(cast.ada, idle)
    for prompt in (served, idle):
        prompt.refresh_from_db()

    assert desk_of(cast.eve, drafted).base.number == 3
    assert desk_of(cast.eve, served).base.number == 1
    assert desk_of(cast.eve, idle).base.number == 2


def test_the_desk_tells_of_a_newer_version(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="Typed", base=1)

    VersionFactory(actor=cast.ada, prompt=prompt)

    assert desk_of(cast.eve, prompt).newer.number == 2


def test_a_copy_without_a_word_of_its_own_follows_the_rewritten_draft(cast):
    prompt = make_prompt(cast.eve)
    version = Version.objects.of(prompt).get()
    keep_typing(cast.eve, prompt, source=version.source, base=1, base_tag=version.tag)
    services.update_draft(cast.ada, prompt, 1, source="Ada's text")

    desk = desk_of(cast.eve, prompt)

    assert (desk.source, desk.unsaved, desk.tag) == ("Ada's text", False, '"1-2"')


def test_a_copy_with_words_of_its_own_keeps_the_tag_that_it_began_with(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="Mine", base=1, base_tag='"1-1"')
    services.update_draft(cast.ada, prompt, 1, source="Ada's text")

    desk = desk_of(cast.eve, prompt)

    assert (desk.source, desk.rewritten, desk.tag) == ("Mine", True, '"1-1"')


def test_a_viewer_and_a_reading_key_keep_nothing(cast):
    prompt = make_prompt(cast.eve)

    with refused("forbidden"):
        keep_typing(cast.bob, prompt, source="x", base=1)
    with refused("missing_scope"):
        keep_typing(key_actor(cast, scopes=["history"]), prompt, source="x", base=1)


def test_the_page_keeps_typing_by_itself(cast, web):
    make_prompt(cast.eve, slug="greeting")
    eve = web.of(cast.eve)

    answer = eve.client.post(
        "/w/demo/prompts/greeting/typing/",
        {"source": "a\r\nb", "base": "1", "base_tag": '"1-1"', "revision": "0"},
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == 200
    assert json.loads(answer.content)["revision"] == 1
    assert WorkingCopy.objects.get().source == "a\nb"


def test_the_page_of_a_second_window_is_told_so(cast, web):
    make_prompt(cast.eve, slug="greeting")
    send = {"source": "a", "base": "1", "revision": "0"}
    json_please = {"Accept": "application/json"}
    web.client.post("/w/demo/prompts/greeting/typing/", send, headers=json_please)

    answer = web.client.post("/w/demo/prompts/greeting/typing/", send | {"source": "b"}, headers=json_please)

    assert answer.status_code == 412
    assert answer.json()["code"] == "stale"


def test_without_a_script_a_button_keeps_the_text(cast, web):
    make_prompt(cast.eve, slug="greeting")

    answer = web.post("prompts/greeting/typing/", source="Half a thought", base=1, revision=0)

    assert answer.status_code == 303
    assert "Half a thought" in web.get("prompts/greeting/").content.decode()


def test_the_page_discards_and_offers_back(cast, web):
    make_prompt(cast.alice, slug="greeting")

    web.post("prompts/greeting/discard/", source="Half a thought", base=1, base_tag='"1-1"', revision=0)

    page = web.get("prompts/greeting/").content.decode()
    assert "You have unsaved text from" in page
    assert "you discarded it" in page
    kept = WorkingCopy.objects.get(kept_at__isnull=False)
    assert "Half a thought" in web.get(f"prompts/greeting/kept/{kept.pk}/").content.decode()
    web.post(f"prompts/greeting/kept/{kept.pk}/reopen/")
    assert "Half a thought" in web.get("prompts/greeting/").content.decode()


def test_opening_a_version_from_the_editor_keeps_the_last_words(cast, web):
    prompt = make_prompt(cast.alice, slug="greeting", drafts=2)

    web.post("prompts/greeting/versions/1/open/", source="Last words", base=2, revision=0)

    assert desk_of(cast.alice, prompt).source == text_of(prompt, 1)
    assert kept_texts(cast.alice, prompt) == ["Last words"]


def test_what_a_viewer_posts_is_refused(cast, web):
    make_prompt(cast.eve, slug="greeting")
    bob = web.of(cast.bob)

    for verb in (
        "typing/",
        "save/",
        "discard/",
        "versions/1/open/",
        "archive/",
        "kept/1/reopen/",
        "kept/1/drop/",
    ):
        assert bob.post(f"prompts/greeting/{verb}", source="x", base=1).status_code == 403, verb


def test_an_archived_prompt_shows_no_copy(cast):
    prompt = make_prompt(cast.eve)
    keep_typing(cast.eve, prompt, source="Typed", base=1)
    archived = archive(cast.ada, prompt)

    desk = desk_of(cast.eve, archived)

    assert (desk.writable, desk.source) == (False, text_of(prompt, 1))
