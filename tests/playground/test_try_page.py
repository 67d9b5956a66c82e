"""The Playground tab, its home, one answer as a part of a page; all of it without JavaScript too."""

import re

import pytest

from tests.factories import make_prompt
from versioning.lib.transaction import told
from versioning.playground import services
from versioning.playground.models import Run
from versioning.playground.states import RunStatus
from versioning.versions import services as versions

PAGE = "prompts/greeting/playground/"
SOURCE = "You help {{ name }} in {{ city }}.\n"
NOTHING = [
    {"v": "99"}, {"v": "x"}, {"v": "9" * 30}, {"v": "1", "with": "-3"}, {"of": "77"}, {"page": "77"},
    {"run": "x"}, {"run": "00000000-0000-4000-8000-000000000000"},
]  # fmt: skip


@pytest.fixture
def prompt(cast):
    prompt = make_prompt(cast.eve, slug="greeting", source=SOURCE)
    versions.promote(cast.eve, prompt, 1)
    versions.save_version(cast.eve, prompt, source="Be brief with {{ name }}.\n")
    return prompt


@pytest.fixture
def provider(cast):
    return services.change_provider(cast.alice, base_url="https://api.example/v1", model="tiny", key="")


def html(response):
    return response.content.decode()


def fields(page):
    return re.findall(r'<textarea name="value_(\w+)"', page)


def form(**values):
    return {"act": "run", "v": "1", "with": "", "input": "Hello?"} | values


def run_of(web):
    return Run.objects.get(pk=re.search(r"run=([0-9a-f-]{36})", web["Location"])[1])


def test_the_newest_version_is_offered_with_its_variables_as_fields(web, prompt):
    page = html(web.get(PAGE))

    assert '<option value="2" selected>v2 · draft</option>' in page
    assert fields(page) == ["name"]
    assert "Preview v2" in page


def test_any_version_is_chosen_by_the_address_and_another_beside_it(web, prompt):
    page = html(web.get(PAGE, v=1, **{"with": 2}))

    assert fields(page) == ["name", "city"]
    assert "only v1" in page
    assert "Preview v1 and v2" in page


@pytest.mark.parametrize("query", NOTHING)
def test_an_address_that_names_nothing_shows_the_page_all_the_same(web, prompt, query):
    assert web.get(PAGE, **query).status_code == 200


def test_without_a_server_a_run_is_a_plainly_labelled_preview(web, prompt):
    answer = web.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    page = html(web.client.get(answer["Location"]))

    assert answer.status_code == 303
    assert run_of(answer).status == "preview"
    assert "Nothing was sent: no model server is set. This is the exact request" in page
    assert "You help Ann in Rome." in page
    assert "&quot;stream&quot;: true" in page


def test_the_page_of_a_run_has_its_form_filled_in(web, prompt):
    answer = web.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    page = html(web.client.get(answer["Location"]))

    assert '<option value="1" selected>' in page
    assert re.search(r'id="value_city"[^>]*>\nRome</textarea>', page)
    assert re.search(r'id="input"[^>]*>\nHello\?</textarea>', page)


def test_who_comes_back_finds_what_they_said_last(web, cast, prompt):
    web.post(PAGE, **form(value_name="Ann", value_city="Rome"))

    mine, another = html(web.get(PAGE, v=1)), html(web.of(cast.eve).get(PAGE, v=1))

    assert ">\nRome</textarea>" in mine
    assert ">\nRome</textarea>" not in another


def test_two_versions_side_by_side_are_one_page(web, prompt, provider):
    answer = web.post(PAGE, **form(**{"with": "2"}, value_name="Ann", value_city="Rome"))
    page = html(web.client.get(answer["Location"]))

    assert len(re.findall(r'<article class="run open"', page)) == 2
    assert page.count("data-stream=") == 2
    assert "Run v1 and v2" in page


def test_what_is_missing_is_said_and_what_was_typed_stays(web, prompt):
    answer = web.post(PAGE, **form(value_name="Ann", value_city="  "))

    assert answer.status_code == 422
    assert "Give a value for city." in html(answer)
    assert ">\nAnn</textarea>" in html(answer)
    assert re.search(r'name="value_city"[^>]*aria-invalid="true"', html(answer))
    assert not Run.objects.exists()


def test_other_versions_show_their_fields_and_keep_what_was_typed(web, prompt):
    answer = web.post(PAGE, **(form(value_name="Ann") | {"act": "pick", "v": "2", "with": "1"}))

    assert answer.status_code == 200
    assert fields(html(answer)) == ["name", "city"]
    assert ">\nAnn</textarea>" in html(answer)
    assert not Run.objects.exists()


def test_ends_of_lines_are_sent_as_they_were_typed(web, prompt):
    answer = web.post(PAGE, **form(input="one\r\ntwo", value_name="Ann", value_city="Rome"))

    assert run_of(answer).said == "one\ntwo"


def test_a_page_without_javascript_reloads_itself_until_the_answer_is_there(web, prompt, provider):
    answer = web.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    before = html(web.client.get(answer["Location"]))

    Run.objects.update(status=RunStatus.DONE, answer="Hello, Ann.", finished_at=run_of(answer).created_at)
    after = html(web.client.get(answer["Location"]))

    assert '<noscript><meta http-equiv="refresh"' in before
    assert 'http-equiv="refresh"' not in after
    assert "Hello, Ann." in after


def test_an_answer_is_text_and_never_html(web, prompt, provider):
    answer = web.post(PAGE, **form(value_name="<b>Ann</b>", value_city="Rome"))
    Run.objects.update(status=RunStatus.DONE, answer="<script>alert(1)</script> & co")

    page = html(web.client.get(answer["Location"]))

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page
    assert "<script>alert" not in page
    assert "<b>Ann" not in page


def test_an_answer_says_version_model_times_and_tokens(web, prompt, provider):
    answer = web.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    at = run_of(answer).created_at
    Run.objects.update(
        status=RunStatus.DONE, answer="Hello.", started_at=at, first_token_at=at.replace(microsecond=0),
        finished_at=at, tokens_in=1204, tokens_out=3,
    )  # fmt: skip

    page = html(web.client.get(answer["Location"]))

    for words in ("v1", "tiny", "First token", "Took", "1,204", "Tokens", "by Alice"):
        assert words in page


def test_by_htmx_the_answer_comes_with_an_address_of_its_own(htmx, prompt, provider):
    answer = htmx.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    [run] = Run.objects.all()

    assert answer.status_code == 200
    assert answer["HX-Push-Url"].endswith(f"?run={run.pk}")
    assert "run-changed" in answer["HX-Trigger"]
    assert html(answer).lstrip().startswith('<div class="try"')
    assert "<html" not in html(answer)


def test_a_part_of_a_page_is_one_answer_or_the_list(htmx, prompt, provider):
    htmx.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    [run] = Run.objects.all()

    card, listed = html(htmx.get(f"playground/runs/{run.pk}/")), html(htmx.get(PAGE))

    assert card.count("<article") == 1
    assert "<article" not in listed
    assert listed.lstrip().startswith('<section class="run-list"')


def test_stop_ends_the_answer_where_it_is(web, prompt, provider):
    answer = web.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    run = run_of(answer)
    Run.objects.update(answer="Half an")

    stopped = web.post(f"playground/runs/{run.pk}/stop/")

    assert stopped.status_code == 303
    page = html(web.client.get(stopped["Location"]))
    assert "Half an" in page
    assert "stopped" in page


def test_runs_are_listed_by_version(web, prompt):
    for number in ("1", "2"):
        web.post(PAGE, **form(v=number, value_name="Ann", value_city="Rome"))

    everything, ones = html(web.get(PAGE)), html(web.get(PAGE, of=1))

    assert "2 runs" in everything
    assert "1 run of v1" in ones


def test_the_same_press_twice_runs_once(web, prompt):
    sent = form(value_name="Ann", value_city="Rome", once="0" * 32)

    first, second = web.post(PAGE, **sent), web.post(PAGE, **sent)

    assert first["Location"] == second["Location"]
    assert Run.objects.count() == 1


def test_a_version_that_names_another_model_can_be_asked_of_the_servers_own(web, cast, prompt, monkeypatch):
    from prompts.kind import PromptKind

    ask = PromptKind.ask
    monkeypatch.setattr(PromptKind, "ask", lambda *a: ask(*a).__class__(ask(*a).messages, "gpt-large"))
    services.change_provider(cast.alice, base_url="https://api.example/v1", model="tiny", key="")

    public = html(web.get(PAGE))
    own = run_of(web.post(PAGE, **form(value_name="A", value_city="B")))
    override = run_of(web.post(PAGE, **form(value_name="A", value_city="B", override="1")))
    services.change_provider(cast.alice, base_url="http://127.0.0.1:8131/v1", model="tiny", key="")
    local = html(web.get(PAGE))

    assert 'name="override" value="1">' in public
    assert 'name="override" value="1" checked>' in local
    assert (own.model, own.overridden, override.model, override.overridden) == (
        "gpt-large",
        False,
        "tiny",
        True,
    )


def test_the_home_offers_what_was_changed_last_and_lists_every_run(web, cast, prompt):
    make_prompt(cast.eve, slug="farewell")
    web.post(PAGE, **form(value_name="Ann", value_city="Rome"))

    page = html(web.get("playground/"))
    found = html(web.get("playground/", q="fare"))

    assert page.index("farewell") < page.index(">greeting<")
    assert "1 run" in page
    assert "playground/?v=" not in page
    assert f"/w/demo/{PAGE}" not in found
    assert "/w/demo/prompts/farewell/playground/" in found


def test_what_has_no_version_yet_says_so(web, cast):
    make_prompt(cast.eve, slug="blank", source="")

    page = web.get("prompts/blank/playground/")
    sent = web.post("prompts/blank/playground/", **form())

    assert "Nothing to try yet" in html(page)
    assert (page.status_code, sent.status_code) == (200, 422)


def test_who_may_not_try_sees_neither_tab_nor_entry_nor_page(web, cast, prompt):
    bob = web.of(cast.bob)

    editor = html(bob.get("prompts/greeting/"))

    assert "Playground" not in editor
    assert bob.get("playground/").status_code == 403
    assert bob.get(PAGE).status_code == 403
    assert bob.post(PAGE, **form(value_name="Ann", value_city="Rome")).status_code == 403


def test_who_may_try_finds_it_from_every_page_of_the_artifact(web, cast, prompt):
    page = html(web.of(cast.eve).get("prompts/greeting/versions/1/"))

    assert f'href="/w/demo/{PAGE}?v=1"' in page
    assert 'href="/w/demo/playground/"' in page


def test_what_belongs_to_another_workspace_is_not_there(web, cast, prompt):
    web.post(PAGE, **form(value_name="Ann", value_city="Rome"))
    [run] = Run.objects.all()
    charlie = web.of(cast.charlie)

    with told(cast.elsewhere.id, cast.charlie.person_id):
        assert charlie.client.get(f"/w/elsewhere/playground/runs/{run.pk}/").status_code == 404
        assert charlie.client.post(f"/w/elsewhere/playground/runs/{run.pk}/stop/").status_code == 404
        assert charlie.client.get(f"/w/elsewhere/{PAGE}").status_code == 404
    assert web.get("nothings/greeting/playground/").status_code == 404
