"""Use in code: the calls of this very prompt, and no secret."""

import json

from django.conf import settings

from prompts.models import Prompt
from prompts.presenters import answer_to
from tests.factories import make_prompt
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import change_workspace


def test_the_calls_name_the_prompt_and_this_server(cast, web):
    make_prompt(cast.eve, slug="greeting", live=2)

    page = web.get("prompts/greeting/code/").content.decode()

    for words in (
        f"{settings.PUBLIC_URL}/v1/prompts/greeting", "?version=2", "pv_live_", "pv_test_", "If-None-Match",
        "no_live_version", "not_found",
    ):  # fmt: skip
        assert words in page, words


def test_the_example_is_the_live_version_with_the_text_cut_short(cast):
    prompt = make_prompt(cast.eve, slug="greeting", source="Hello {{ name }}. " * 20, live=1)

    answer = json.loads(answer_to(Prompt.objects.with_pointers().get(pk=prompt.pk)))

    assert (answer["label"], answer["number"], answer["served_from"]) == ("v1", 1, "live")
    assert answer["variables"] == ["name"]
    assert answer["content"].endswith("…")


def test_a_prompt_that_is_not_live_says_so(cast, web):
    make_prompt(cast.eve, slug="greeting")

    assert "Nothing of this prompt is live now" in web.get("prompts/greeting/code/").content.decode()


def test_no_secret_is_shown(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)
    _, secret = create_key(cast.alice, name="program", kind="live")

    assert secret not in web.get("prompts/greeting/code/").content.decode()


def test_admins_get_a_link_to_make_a_key_and_others_are_told_whom_to_ask(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)

    assert "/w/demo/settings/keys/" in web.of(cast.ada).get("prompts/greeting/code/").content.decode()
    assert (
        "An admin of the workspace can make you a key."
        in web.of(cast.eve).get("prompts/greeting/code/").content.decode()
    )


def test_with_staging_off_no_call_speaks_of_it(cast, web):
    make_prompt(cast.eve, slug="greeting", live=1)
    change_workspace(cast.alice, staging_enabled=False)

    assert "pv_test_" not in web.get("prompts/greeting/code/").content.decode()
