"""Import: histories from a file, each whole or not at all; twice is once."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from prompts.models import Prompt
from prompts.services import archive
from tests.factories import VersionFactory, make_prompt
from tests.refusals import refused
from versioning.versions import forms, services
from versioning.versions.importing import import_history
from versioning.versions.models import Version
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace


def line(number=1, prompt="greeting", **more):
    entry = {
        "prompt": prompt, "version": number, "message": f"Step {number}", "author": "contributor-01",
        "created": f"2025-04-{number:02}T17:19:55Z", "source": f"Text {number}\n",
    }  # fmt: skip
    return json.dumps(entry | more)


def results(actor, *lines):
    return [(r.slug, r.added, r.total, r.problem) for r in import_history(actor, lines)]


def test_a_history_comes_in_frozen_with_its_last_version_live(cast):
    found = results(cast.eve, line(2), line(1), line(3))

    prompt = Prompt.objects.get(slug="greeting")
    versions = Version.objects.of(prompt)
    assert found == [("greeting", 3, 3, "")]
    assert prompt.live.number == 3
    assert versions.drafts().count() == 0


def test_messages_authors_and_dates_are_kept_and_authors_stay_names(cast):
    import_history(cast.eve, [line(1)])

    version = Version.objects.get()
    assert (version.message, version.author_name, version.author) == ("Step 1", "contributor-01", None)
    assert version.created_at.isoformat() == "2025-04-01T17:19:55+00:00"


def test_a_second_run_adds_nothing_and_moves_nothing(cast):
    import_history(cast.eve, [line(1), line(2)])
    prompt = Prompt.objects.get()
    services.roll_back(cast.eve, prompt, 1)
    before = (
        Event.objects.of(prompt.pk).count(),
        Prompt.objects.get().generation,
        Prompt.objects.get().changed_at,
    )

    found = results(cast.eve, line(1), line(2))

    after = (
        Event.objects.of(prompt.pk).count(),
        Prompt.objects.get().generation,
        Prompt.objects.get().changed_at,
    )
    assert found == [("greeting", 0, 2, "")]
    assert after == before
    assert Prompt.objects.get().live.number == 1


def test_a_longer_file_adds_what_is_new_and_leaves_live_alone(cast):
    import_history(cast.eve, [line(1)])

    assert results(cast.eve, line(1), line(2)) == [("greeting", 1, 2, "")]
    assert Prompt.objects.get().live.number == 1


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{", "it is no JSON ("),
        ("[1]", "it is no JSON object"),
        (b"\xff\xfe", "it is not UTF-8"),
        (json.dumps({"version": 1}), '"prompt" or "agent" must be the slug of the prompt or agent'),
        ("[" * 100_000, "it is no JSON that can be read"),
        ('{"prompt": "a", "version": ' + "9" * 5000 + "}", "it is no JSON that can be read"),
    ],
)
def test_a_line_that_is_no_version_is_named_and_the_others_come_in(cast, bad, words):
    found = results(cast.eve, line(1), bad)

    assert ("greeting", 1, 1, "") in found
    problem = next(problem for slug, _, _, problem in found if not slug)
    assert problem.startswith("Line 2: ")
    assert words in problem


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"version": 0}, '"version" must be a whole number from 1'),
        ({"version": True}, '"version" must be a whole number from 1'),
        ({"source": ""}, "A prompt's text cannot be empty"),
        ({"source": None}, '"source" must be a text'),
        ({"source": "a\0"}, "NUL"),
        ({"message": 5}, '"message" must be a text'),
        ({"author": "\ud800"}, '"author" holds a character that cannot be kept'),
        ({"created": "yesterday"}, '"created" must be a date such as'),
        ({"created": "0001-01-01T00:00:00+05:00"}, '"created" must lie between 1970 and 3000'),
        ({"version": 1}, "v1 of this prompt came before already"),
    ],
)
def test_a_prompt_with_a_bad_line_stays_out_whole_and_the_line_is_named(cast, more, words):
    found = results(cast.eve, line(1), line(2, **more), line(1, prompt="other"))

    by_slug = {slug: (added, total, problem) for slug, added, total, problem in found}
    assert by_slug["other"] == (1, 1, "")
    assert by_slug["greeting"][:2] == (0, 0)
    assert by_slug["greeting"][2].startswith("Line 2: ")
    assert words in by_slug["greeting"][2]
    assert not Prompt.objects.filter(slug="greeting").exists()


def test_a_history_with_a_hole_stays_out(cast):
    [(_, added, _, problem)] = results(cast.eve, line(1), line(3))

    assert added == 0
    assert problem.startswith("v2 is missing.")


def test_a_prompt_that_went_its_own_way_is_left_alone(cast):
    make_prompt(cast.eve, slug="greeting", live=1)

    [(_, added, total, problem)] = results(cast.eve, line(1), line(2))

    assert (added, total) == (0, 1)
    assert "a v1 of its own" in problem


def test_what_cannot_be_a_slug_is_said(cast):
    [(slug, _, _, problem)] = results(cast.eve, line(1, prompt="Not a slug"))

    assert slug == "Not a slug"
    assert problem.startswith("A slug is lower-case letters")


def test_an_archived_prompt_takes_no_history(cast):
    import_history(cast.eve, [line(1)])
    prompt = Prompt.objects.get()
    services.unpublish(cast.eve, prompt)
    archive(cast.eve, prompt)

    [(_, added, _, problem)] = results(cast.eve, line(1), line(2))

    assert (added, problem) == (0, "This is archived. Unarchive it first.")


def test_where_live_is_protected_an_editor_makes_nothing_live_by_import(cast):
    change_workspace(cast.alice, protect_live=True)
    cast.eve.workspace.refresh_from_db()

    [(_, added, total, problem)] = results(cast.eve, line(1))

    assert (added, total) == (0, 0)
    assert "protects live" in problem


def test_drafts_that_were_written_since_stay(cast):
    import_history(cast.eve, [line(1)])
    prompt = Prompt.objects.get()
    VersionFactory(actor=cast.eve, prompt=prompt)

    [(_, added, total, _)] = results(cast.eve, line(1))

    assert (added, total) == (0, 2)


def test_empty_lines_and_a_byte_order_mark_are_passed_over(cast):
    assert results(cast.eve, "\ufeff" + line(1), "", "  \n") == [("greeting", 1, 1, "")]


def test_a_viewer_imports_nothing(cast):
    with refused("forbidden"):
        import_history(cast.bob, [line(1)])


def upload(*lines):
    return SimpleUploadedFile("prompts.jsonl", "\n".join(lines).encode())


def test_the_page_says_prompt_by_prompt_what_happened(cast, web):
    answer = web.post("prompts/import/", file=upload(line(1), line(2), line(1, prompt="other"), "{"))

    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "3 versions of 2 prompts came in.",
        "greeting",
        "other",
        "Line 4: it is no JSON",
        "New; its last version is live.",
    ):
        assert words in page, words


def test_the_page_takes_a_second_file_from_the_same_form(cast, web):
    web.post("prompts/import/", file=upload(line(1)))

    page = web.post("prompts/import/", file=upload(line(1), line(2))).content.decode()

    assert "1 version of 1 prompt came in." in page
    assert "Added to what was here; live was not moved." in page


def test_the_page_refuses_a_file_that_is_too_long_or_empty(cast, web, monkeypatch):
    monkeypatch.setattr(forms, "UPLOAD_LIMIT", 10)

    too_long, empty = (
        web.post("prompts/import/", file=upload(line(1))),
        web.post("prompts/import/", file=upload("")),
    )

    assert too_long.status_code == 422
    assert "the limit is" in too_long.content.decode()
    assert empty.status_code == 422
    assert web.post("prompts/import/").status_code == 422
    assert not Prompt.objects.exists()


def test_a_viewer_is_refused_the_page(cast, web):
    bob = web.of(cast.bob)

    assert bob.get("prompts/import/").status_code == 403
    assert bob.post("prompts/import/", file=upload(line(1))).status_code == 403
