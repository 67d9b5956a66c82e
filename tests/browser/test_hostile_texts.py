"""What people write is shown as they wrote it, and never run: in texts, messages, names, tags, notes."""

import pytest
from playwright.sync_api import expect

from prompts.services import change_prompt, keep_aside
from tests.browser.prompt_page import PromptPage
from tests.browser.watch import no_script_ran
from tests.cast import PASSWORD
from tests.factories import VersionFactory
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Member, Role, User
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.members import add_member, invite
from versioning.workspaces.services.tokens import make_token
from versioning.workspaces.services.workspaces import change_workspace

PAYLOADS = [
    "<script>window.__x=1</script>",
    "</textarea><script>window.__x=1</script>",
    "</script><script>window.__x=1</script>",
    "<img src=x onerror=window.__x=1>",
    "<svg onload=window.__x=1>",
    '"><svg/onload=window.__x=1>',
    "' onmouseover='window.__x=1' autofocus onfocus='window.__x=1",
    "<a href=javascript:window.__x=1>press</a>",
    "<p hx-on::load='window.__x=1' hx-get='/account/logout/' hx-trigger='load'>p</p>",
    "{{constructor}} {{ __proto__ }} {{constructor.constructor('window.__x=1')()}}",
    "<iframe srcdoc='<script>parent.__x=1</script>'></iframe><math><mtext></p><style>*{display:none}</style>",
    "<!--<details open ontoggle=window.__x=1>--><details open ontoggle=window.__x=1><del>",
]
# What the payloads would make, were they markup.
SMUGGLED = "[onload], [onerror], [ontoggle], [onfocus], [srcdoc], math, style, a[href^='javascript']"


@pytest.fixture(scope="module")
def mallory(world):
    """A member with a name of that kind, and a prompt in which every word is of that kind."""
    demo = world.cast.demo
    cast = world.cast

    def join(_):
        user = User.objects.create_user("mallory@example.com", PASSWORD, name="<script>window.__x=1</script>")
        add_member(Actor.of_operator(demo, via="command"), user, Role.ADMIN)
        return Actor.of_member(Member.objects.select_related("workspace", "user").get(user=user), via="web")

    actor = world.act(cast.alice, join)
    prompt = world.prompt("hostile", source="Harmless\n")
    for payload in PAYLOADS:
        world.act(actor, lambda actor, text=payload: VersionFactory(
            actor=actor, prompt=prompt, source=f"Before\n{text}\n{{{{ name }}}}{text}\nAfter\n", message=text,
        ))  # fmt: skip
    world.act(actor, change_prompt, prompt, name=PAYLOADS[5], description="\n".join(PAYLOADS),
              tags=[text[:50] for text in PAYLOADS])  # fmt: skip
    world.act(actor, services.promote, prompt, 12, message=PAYLOADS[0])
    world.act(actor, services.stage, prompt, 13)
    world.act(actor, services.update_draft, prompt, 13, source=PAYLOADS[1] * 2, message=PAYLOADS[2])
    world.act(cast.alice, keep_aside, prompt, source="\n".join(PAYLOADS), base=13)
    world.act(actor, create_key, name=PAYLOADS[5], kind="live")
    world.act(actor, make_token, name=PAYLOADS[7])
    world.act(actor, invite, role="viewer", note=PAYLOADS[6])
    world.act(actor, change_workspace, name=PAYLOADS[3])
    return actor


PAGES = [
    "prompts/", "prompts/?q=%3Cscript%3E", "prompts/hostile/", "prompts/hostile/?version=4",
    "prompts/hostile/versions/", "prompts/hostile/versions/?q=%3Cscript%3E&text=1",
    "prompts/hostile/compare/2...13/?ws=1", "prompts/hostile/compare/12...5/?layout=unified&whole=1",
    "prompts/hostile/versions/13/promote/", "prompts/hostile/versions/13/delete/",
    "prompts/hostile/unpublish/",
    "prompts/hostile/history/", "prompts/hostile/history/?at=%3Csvg/onload=window.__x=1%3E",
    "prompts/hostile/settings/", "prompts/hostile/code/",
    "settings/", "settings/members/", "settings/keys/", "settings/tokens/", "settings/log/",
    "settings/log/?q=%3Cscript%3E",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_was_written_runs_on(reader, mallory, path):
    reader.goto(path)

    reader.wait_for_load_state("networkidle")

    assert no_script_ran(reader)
    assert reader.locator("main").locator(SMUGGLED).count() == 0


def test_every_version_opens_as_it_was_written(page, mallory, world):
    here = PromptPage(page, "hostile").open("versions/")
    by_number = world.act(world.cast.alice, lambda actor: dict(
        Version.objects.filter(artifact__slug="hostile").values_list("number", "message")
    ))  # fmt: skip

    for number in range(2, 13):
        expect(here.row(number).locator(".v-msg")).to_have_text(by_number[number])
        here.row(number).locator(".v-row").click()
        expect(here.row(number).locator(".diff")).to_contain_text(PAYLOADS[number - 2][:30])

    assert no_script_ran(page)


def test_the_history_unfolds_as_it_was_written(page, mallory):
    PromptPage(page, "hostile").open("history/")

    entries = page.locator(".t details > summary")
    for at in range(entries.count()):
        entries.nth(at).click()

    expect(page.locator(".events")).to_contain_text(PAYLOADS[3])
    assert no_script_ran(page)


def test_searching_for_it_marks_it_and_runs_nothing(page, mallory):
    PromptPage(page, "hostile").open("versions/")

    page.get_by_role("searchbox", name="Search versions").fill("<img onerror=window")

    expect(page.locator("#count")).to_have_text("1 of 13 versions found")
    expect(page.locator(".versions mark").first).to_have_text("<img")
    assert no_script_ran(page)


def test_typing_it_runs_nothing_and_it_comes_back_as_it_was(page, mallory, world):
    world.prompt("typed", live=1)
    here = PromptPage(page, "typed").open()
    text = "\n".join(PAYLOADS) + "\n{{ constructor }} {{ __proto__ }}\n"

    here.source.fill(text)
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved")
    expect(page.locator("[data-variables]")).to_contain_text("constructor")
    page.reload()

    expect(here.source).to_have_value(text)
    assert no_script_ran(page)
    page.get_by_label("Message optional").fill(PAYLOADS[0])
    here.button("Save as new version").click()
    here.said("Saved v2 (draft).")
    assert no_script_ran(page)


def test_a_kept_text_is_compared_as_it_was_written(page, mallory):
    here = PromptPage(page, "hostile").open()

    here.link("See what differs").click()

    expect(page.locator(".diff")).to_contain_text(PAYLOADS[3])
    assert no_script_ran(page)
