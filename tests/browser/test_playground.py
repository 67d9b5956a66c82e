"""The playground in a real browser: a real (very small) model, word by word; hostile and slow ones too."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import grave_or_sideways
from tests.browser.prompt_page import PromptPage
from tests.local_model import local_model
from tests.playground.model_server import WORDS, ModelServer
from versioning.playground import services
from versioning.playground.local_model import NAME
from versioning.playground.models import Run

__all__ = ["local_model"]

SOURCE = "Answer {{ name }} in one short sentence.\n"


@pytest.fixture
def told_server(world):
    """A model server that does as it is told."""
    server = ModelServer()
    yield server
    server.close()


def answered_by(world, url, model="tiny"):
    world.act(world.cast.alice, services.change_provider, base_url=url, model=model, key="")


def drafts(world, slug, **options):
    """A prompt whose v1 is live, and a draft v2."""
    return world.prompt(slug, live=1, drafts=1, source=SOURCE, **options)


def card(page, label):
    return page.get_by_role("article", name=label)


def test_a_real_model_answers_two_versions_word_by_word(page, world, local_model):
    drafts(world, "greeting")
    here = PromptPage(page, "greeting")

    page.goto("settings/playground/")
    page.get_by_label("Address").fill(local_model)
    page.get_by_label("Model", exact=True).fill(NAME)
    here.button("Save").click()
    here.said("Saved.")

    here.open("versions/2/")
    here.tab("Playground").click()
    expect(page.get_by_label("Version", exact=True)).to_have_value("2")
    page.get_by_label("name").fill("Ann")
    page.get_by_label(re.compile("^Input")).fill("What is the sea?")
    page.get_by_label("Beside it").select_option("v1 · live")
    expect(here.button("Run v2 and v1")).to_be_visible()
    expect(page.get_by_label("name")).to_have_value("Ann")
    here.button("Run v2 and v1").click()

    for label in ("v2", "v1"):
        answer = card(page, label)
        expect(answer.get_by_text("Tokens", exact=True)).to_be_visible(timeout=120_000)
        assert len(answer.locator(".answer").inner_text()) > 5
        expect(answer).to_contain_text(NAME)
    expect(page.locator("#runs tbody tr")).to_have_count(2)

    here.open("versions/2/promote/")
    expect(page.locator(".review-side")).to_contain_text("v2 was tried once, by Alice")


def test_the_words_appear_as_they_come_and_stop_ends_them(page, world, told_server):
    drafts(world, "worded")
    answered_by(world, told_server.url("words"))
    told_server.gate.clear()
    here = PromptPage(page, "worded").open("playground/?v=1")
    page.get_by_label("name").fill("Ann")
    page.get_by_label(re.compile("^Input")).fill("Where is it?")

    page.keyboard.press("Control+Enter")

    answer = card(page, "v1")
    expect(answer.locator(".answer")).to_have_text(WORDS[0].strip())
    expect(answer).to_have_attribute("aria-busy", "true")
    assert "run=" in page.url
    here.button("Stop v1", answer).click()
    expect(answer).to_contain_text("stopped")
    expect(answer.locator(".answer")).to_have_text(WORDS[0].strip())
    expect(page.locator("#runs tbody tr")).to_contain_text(["stopped"])
    expect(page.get_by_label(re.compile("^Input"))).to_have_value("Where is it?")


def test_an_answer_goes_on_when_one_leaves_and_comes_back(page, world, told_server):
    drafts(world, "patient")
    answered_by(world, told_server.url("words"))
    told_server.gate.clear()
    here = PromptPage(page, "patient").open("playground/?v=1")
    page.get_by_label("name").fill("Ann")
    here.button("Run v1").click()
    expect(card(page, "v1").locator(".answer")).to_have_text(WORDS[0].strip())

    page.goto("prompts/")
    page.go_back()
    expect(card(page, "v1").locator(".answer")).to_have_text(WORDS[0].strip())
    told_server.gate.set()

    expect(card(page, "v1")).to_contain_text("Tokens")
    expect(card(page, "v1").locator(".answer")).to_have_text("".join(WORDS))


def test_hostile_words_stay_words(page, world, told_server):
    drafts(world, "hostile")
    answered_by(world, told_server.url("hostile"))
    here = PromptPage(page, "hostile").open("playground/?v=1")
    page.get_by_label("name").fill("<img src=x onerror=alert(1)>")

    here.button("Run v1").click()

    expect(card(page, "v1").locator(".answer")).to_contain_text("<script>alert(1)</script>NUL")
    expect(card(page, "v1")).to_contain_text("Took")
    page.get_by_text("The exact request").click()
    expect(card(page, "v1")).to_contain_text("Answer <img src=x onerror=alert(1)> in one")
    page.reload()
    expect(card(page, "v1").locator(".answer")).to_contain_text("<script>alert(1)</script>NUL")


def test_what_goes_wrong_is_said_on_the_answer(page, world, told_server):
    drafts(world, "refusing")
    answered_by(world, told_server.url("404"))
    here = PromptPage(page, "refusing").open("playground/?v=1")
    page.get_by_label("name").fill("Ann")

    here.button("Run v1").click()

    expect(card(page, "v1")).to_contain_text("knows no model “tiny”")
    expect(card(page, "v1")).to_contain_text("failed")


def test_it_works_without_javascript(browsers, world, told_server):
    drafts(world, "plain")
    answered_by(world, told_server.url("words"))
    told_server.gate.clear()
    page = browsers.of(world.cast.eve, java_script_enabled=False)
    here = PromptPage(page, "plain").open("playground/")
    page.get_by_label("Beside it").select_option("v1 · live")
    here.button("Show the fields of these versions").click()
    page.get_by_label("name").fill("Ann")
    page.get_by_label(re.compile("^Input")).fill("Where is it?")

    here.button("Run v2 and v1").click()
    expect(card(page, "v2").locator(".answer")).to_have_text(WORDS[0].strip())
    told_server.gate.set()

    for label in ("v2", "v1"):  # the page reloads itself until they are there
        expect(card(page, label).locator(".answer")).to_have_text("".join(WORDS))
    assert page.locator("meta[http-equiv=refresh]").count() == 0


def test_nothing_serious_is_on_its_pages_and_a_phone_scrolls_down_only(page, watch, world, told_server):
    prompt = drafts(world, "checked")
    answered_by(world, told_server.url("words"))
    pages = ["playground/", "playground/?q=zebra", "settings/playground/", "prompts/checked/playground/"]
    [run] = world.act(world.cast.alice, services.start_runs, prompt, [2], values={"name": "Ann"})
    world.act(
        world.cast.alice, lambda actor: Run.objects.filter(pk=run.pk).update(status="failed", error="No.")
    )
    both = world.act(world.cast.alice, services.start_runs, prompt, [2, 1], said="Hi", values={"name": "Ann"})
    world.act(
        world.cast.alice,
        lambda actor: Run.objects.filter(pair=both[0].pair).update(status="done", answer="Hello.\n" * 9),
    )
    pages += [f"prompts/checked/playground/?run={one.pk}" for one in (run, both[0])]

    found = {}
    for path in pages:
        page.goto(path)
        found[path] = grave_or_sideways(page)

    assert found == {path: [] for path in pages}
