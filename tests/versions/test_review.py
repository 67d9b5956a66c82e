"""The reviews and confirmations on pages: bound to what was shown, with a way back."""

import pytest

from prompts.models import WorkingCopy
from prompts.services import keep_typing
from tests.factories import VersionFactory, make_agent, make_prompt
from tests.versions.pages import body, hidden, live_of, shown
from tests.versions.readings import Known, knowing, use
from versioning.versions import services
from versioning.versions.models import Artifact, Version
from versioning.workspaces.events import EventName
from versioning.workspaces.models import Event, Workspace

BOUND = ("expected", "generation", "sequence")


def test_the_review_shows_the_move_the_diff_the_variables_and_who_saved_it(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1)
    VersionFactory(actor=cast.ada, prompt=prompt, source="Hello {{ who }}, {{ who }}.\n", message="Ask who")

    text = body(web.get("prompts/one/versions/2/promote/"))

    assert "live: v1 v2" in text
    assert "Production reads switch to v2. v1 stays in history." in text
    assert "+ who used 2 times" in text
    assert "− name no longer read" in text
    assert "Callers must pass the new variable who." in text
    assert "Staging stays unset" in text
    assert "v2 is frozen from then on" in text
    assert "last saved by Ada" in text
    assert "Ask who" in text


def test_promoting_says_what_is_live_and_how_to_undo_it(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    page = web.get("prompts/one/versions/2/promote/")

    answer = web.post("prompts/one/versions/2/promote/", message="Why not", **shown(page, *BOUND))

    assert answer.status_code == 303
    assert live_of(prompt) == 2
    assert (
        Event.objects.get(artifact_id=prompt.pk, to_number=2, name=EventName.VERSION_PUBLISHED).message
        == "Why not"
    )
    after = web.client.get(answer["Location"])
    assert "v2 is live. v1 stays in history. Roll back to v1…" in body(after)
    assert "/versions/1/rollback/" in after.content.decode()


def test_the_first_promotion_reviews_the_whole_text(cast, web):
    make_prompt(cast.eve, slug="one", source="Only {{ name }}.\n")

    text = body(web.get("prompts/one/versions/1/promote/"))

    assert "live: not live v1" in text
    assert "Nothing is live now." in text
    assert "Callers must pass name." in text


def test_a_draft_rewritten_since_the_review_is_not_promoted(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    page = web.get("prompts/one/versions/2/promote/")
    services.update_draft(cast.eve, prompt, 2, source="Other words.\n")

    answer = web.post("prompts/one/versions/2/promote/", message="My reason", **shown(page, *BOUND))

    text = body(answer)
    assert answer.status_code == 412
    assert live_of(prompt) == 1
    assert "Nothing was done." in text
    assert "Eve rewrote the draft v2" in text
    assert "Other words." in text
    assert "My reason" in text
    assert hidden(answer, "expected") == Version.objects.of(prompt).get(number=2).tag


def test_a_pointer_moved_since_the_review_starts_it_afresh(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=2)
    page = web.get("prompts/one/versions/3/promote/")
    services.promote(cast.ada, prompt, 2, message="In a hurry")

    refused = web.post("prompts/one/versions/3/promote/", **shown(page, *BOUND))
    again = web.post("prompts/one/versions/3/promote/", **shown(refused, *BOUND))

    assert refused.status_code == 412
    assert "Ada promoted v2 (was v1)" in body(refused)
    assert "In a hurry" in body(refused)
    assert "live: v2 v3" in body(refused)
    assert again.status_code == 303
    assert live_of(prompt) == 3


def test_a_form_without_what_it_was_bound_to_is_refused(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)

    answer = web.post("prompts/one/versions/2/promote/", message="Blind")

    assert answer.status_code == 428
    assert live_of(prompt) == 1
    assert "Reload it and try again." in body(answer)


def test_the_same_form_sent_twice_promotes_once(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    page = web.get("prompts/one/versions/2/promote/")
    form = shown(page, "once", *BOUND)

    answers = [web.post("prompts/one/versions/2/promote/", **form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert Event.objects.of(prompt.pk).filter(name=EventName.VERSION_PUBLISHED, to_number=2).count() == 1


@pytest.mark.parametrize("shown_before", [False, True], ids=["lost", "shown"])
def test_the_answer_to_the_second_press_says_what_the_first_one_did(cast, web, shown_before):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)
    sent = shown(web.get("prompts/one/versions/2/promote/"), *BOUND, "once")
    first = web.post("prompts/one/versions/2/promote/", **sent)
    if shown_before:
        web.client.get(first["Location"])
    else:
        del web.client.cookies["messages"]  # the browser gave the first answer up

    second = web.post("prompts/one/versions/2/promote/", **sent)

    after = web.client.get(second["Location"])
    assert body(after).count("v2 is live. v1 stays in history. Roll back to v1…") == 1
    assert '/versions/1/rollback/">Roll back to v1…</a>' in after.content.decode()


def test_a_message_that_is_too_long_is_given_back(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    page = web.get("prompts/one/versions/2/promote/")

    answer = web.post("prompts/one/versions/2/promote/", message="x" * 2001, **shown(page, *BOUND))

    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()
    assert live_of(prompt) == 1


def test_changing_the_layout_swaps_the_diff_and_leaves_the_message(cast, htmx):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    part = htmx.get("prompts/one/versions/2/promote/", layout="unified").content.decode()

    assert part.strip().startswith('<section class="card diff-card" id="changes"')
    assert "textarea" not in part


def test_rolling_back_is_reviewed_and_puts_the_text_into_the_editor(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=2, source="The first words.\n")
    page = web.get("prompts/one/versions/1/rollback/")

    answer = web.post("prompts/one/versions/1/rollback/", message="Too bold", **shown(page, *BOUND))

    assert "goes into your editor" in body(page)
    assert "Newer versions and drafts stay" in body(page)
    assert answer.status_code == 303
    assert live_of(prompt) == 1
    assert "v1 is live and its text is in your editor. v2 stays in history. Promote v2 again…" in body(
        web.client.get(answer["Location"])
    )
    assert WorkingCopy.objects.get(user=cast.alice.user, kept_at=None).source == "The first words.\n"


def test_rolling_back_keeps_unsaved_typing(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=2)
    keep_typing(cast.alice, prompt, source="Half a thought", base=2)
    page = web.get("prompts/one/versions/1/rollback/")

    web.post("prompts/one/versions/1/rollback/", **shown(page, *BOUND))

    assert WorkingCopy.objects.kept(cast.alice, prompt).get().source == "Half a thought"


def test_a_rollback_reviewed_before_another_move_is_not_done(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=3)
    page = web.get("prompts/one/versions/1/rollback/")
    services.roll_back(cast.ada, prompt, 2)

    answer = web.post("prompts/one/versions/1/rollback/", **shown(page, *BOUND))

    assert answer.status_code == 412
    assert "Ada rolled back to v2 (was v3)" in body(answer)
    assert live_of(prompt) == 2


@pytest.mark.parametrize(
    ("address", "leads"),
    [("versions/3/rollback/", "versions/3/promote/"), ("versions/1/promote/", "versions/1/rollback/"),
     ("versions/2/promote/", "versions/2/"), ("versions/2/rollback/", "versions/2/")],
)  # fmt: skip
def test_an_address_that_does_not_fit_leads_to_the_one_that_does(cast, web, address, leads):
    make_prompt(cast.eve, slug="one", live=2, drafts=1)

    answer = web.get(f"prompts/one/{address}")

    assert answer.status_code == 303
    assert answer["Location"].endswith(f"/prompts/one/{leads}")


def test_a_move_that_makes_the_act_another_says_that_nothing_was_done(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=2)
    page = web.get("prompts/one/versions/2/promote/")
    services.promote(cast.ada, prompt, 2)

    answer = web.post("prompts/one/versions/2/promote/", **shown(page, *BOUND))

    assert answer.status_code == 303
    assert "Nothing was done." in body(web.client.get(answer["Location"]))


@pytest.mark.parametrize(
    "address", ["versions/2/promote/", "versions/1/rollback/", "unpublish/", "versions/2/delete/"]
)
def test_a_viewer_sees_no_review_and_a_stranger_nothing(cast, web, address):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    assert web.of(cast.bob).get(f"prompts/one/{address}").status_code == 403
    assert web.of(cast.charlie).get(f"prompts/one/{address}").status_code == 404


def test_an_editor_may_not_publish_where_live_is_protected(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)
    eve = web.of(cast.eve)

    page = eve.get("prompts/one/versions/2/promote/")
    form = {"expected": '"2-1"', "generation": str(Artifact.objects.get(pk=prompt.pk).generation)}
    answer = eve.post("prompts/one/versions/2/promote/", **form)

    assert (page.status_code, answer.status_code) == (403, 403)
    assert "protects live" in body(page)
    assert live_of(prompt) == 1


ACTS = ["versions/2/promote/", "versions/1/rollback/", "unpublish/"]


@pytest.mark.parametrize("act", ACTS)
def test_a_review_says_which_keys_the_act_reaches_and_how_often_they_read(cast, web, act):
    make_prompt(cast.eve, slug="one", live=3 if "rollback" in act else 1, drafts=1)
    known = Known(keys=[use("support-bot", 12_400), use("docs-bot", 31)])

    with knowing(known):
        text = body(web.get(f"prompts/one/{act}"))

    assert (
        "Who reads live 2 keys in 24 h Key Reads Last read support-bot 12,400 20 s ago docs-bot 31 20 s ago"
        in text
    )


@pytest.mark.parametrize("act", ACTS[::2])
def test_a_review_of_what_nobody_reads_says_so(cast, web, act):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    assert "Who reads live No key has read it in the last day." in body(web.get(f"prompts/one/{act}"))


def test_a_review_names_a_few_keys_and_leads_to_the_others(cast, web):
    make_agent(cast.eve, slug="desk", locked=1)
    known = Known(keys=[use(f"key-{number}", 10 - number) for number in range(7)])

    with knowing(known):
        page = web.get("agents/desk/versions/1/publish/")

    assert "7 keys in 24 h" in body(page)
    assert "key-3" in body(page)
    assert "key-4" not in body(page)
    assert "and 3 more" in body(page)
    assert '/agents/desk/clients/"' in page.content.decode()


def test_one_key_more_than_a_few_is_named_itself(cast, web):
    make_prompt(cast.eve, slug="one", live=1, drafts=1)

    with knowing(Known(keys=[use(f"key-{number}") for number in range(5)])):
        text = body(web.get("prompts/one/versions/2/promote/"))

    assert "key-4" in text
    assert "more" not in text.split("Who reads live")[1].split("What happens")[0]


def test_test_keys_are_reached_where_they_read_live(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    known = Known(keys=[use("ci", 3, kind="test")])

    with knowing(known):
        unset = body(web.get("prompts/one/versions/2/promote/"))
        services.stage(cast.eve, prompt, 2)
        staged = body(web.get("prompts/one/versions/2/promote/"))

    assert "ci test key 3" in unset
    assert "Who reads live No key has read it in the last day." in staged
