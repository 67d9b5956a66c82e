"""Prompts, versions and working copies in Django admin: pointers move by the services."""

import pytest

from prompts.models import Prompt
from prompts.services import keep_typing
from tests.admin.desk import told
from tests.factories import make_prompt
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event

PROMPTS, VERSIONS = "prompts/prompt/", "versions/version/"


def version(prompt, number):
    return Version.objects.of(prompt).get(number=number)


def now(prompt):
    return Prompt.objects.with_pointers().get(pk=prompt.pk)


def test_a_version_is_promoted_as_the_operator(cast, desk):
    prompt = make_prompt(cast.alice, live=1, drafts=1)

    answer = desk.act(VERSIONS, "promote", version(prompt, 2))

    event = Event.objects.of(prompt.pk).newest_first().first()
    assert told(answer) == ["Made live: 1"]
    assert now(prompt).live.number == 2
    assert version(prompt, 2).locked_at
    assert (event.name, event.actor_kind, event.via) == ("version.published", "operator", "admin")


def test_rolling_back_stages_and_the_rest_go_by_the_same_verbs(cast, desk):
    prompt = make_prompt(cast.alice, live=2)

    desk.act(VERSIONS, "roll_back", version(prompt, 1))
    desk.act(VERSIONS, "stage", version(prompt, 2))
    between = now(prompt)
    desk.act(PROMPTS, "unstage", prompt)
    desk.act(PROMPTS, "unpublish", prompt)
    desk.act(PROMPTS, "archive", prompt)

    after = now(prompt)
    assert (between.live.number, between.staging.number) == (1, 2)
    assert (after.live, after.staging, bool(after.archived_at)) == (None, None, True)
    assert [event.name for event in Event.objects.of(prompt.pk).newest_first()[:5]] == [
        "artifact.archived", "version.unpublished", "staging.cleared", "staging.set", "version.rolled_back",
    ]  # fmt: skip


def test_a_refusal_is_told_and_the_other_rows_are_done(cast, desk):
    live, spare = make_prompt(cast.alice, live=1), make_prompt(cast.alice)

    answer = desk.act(PROMPTS, "archive", live, spare)

    assert told(answer) == [f"{live.slug}: v1 is live. Unpublish it first.", "Archived: 1"]
    assert now(spare).archived_at
    assert not now(live).archived_at


@pytest.mark.parametrize("path", ["change/", "delete/"])
def test_no_form_writes_a_prompt_a_version_or_a_working_copy(cast, desk, path):
    prompt = make_prompt(cast.alice, live=1, drafts=1)
    copy = keep_typing(cast.alice, prompt, source="my own words", base=1)
    rows = [(PROMPTS, prompt), (VERSIONS, version(prompt, 2)), ("prompts/workingcopy/", copy)]

    answers = [
        desk.post(f"{base}{row.pk}/{path}", source="changed", name="changed", post="yes")
        for base, row in rows
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_every_row_can_be_read_and_the_words_of_a_working_copy_are_its_owners(cast, desk):
    prompt = make_prompt(cast.alice, live=1, drafts=1)
    services.stage(cast.alice, prompt, 2)
    copy = keep_typing(cast.alice, prompt, source="my own words", base=1)

    pages = [
        desk.get(f"{base}{row.pk}/change/")
        for base, row in [(PROMPTS, prompt), (VERSIONS, version(prompt, 1)), ("prompts/workingcopy/", copy)]
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert "my own words" not in pages[2].content.decode()
