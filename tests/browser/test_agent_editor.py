"""The agent's editor before people: each section saves by itself, and nothing that was typed is lost."""

import json
import re

import pytest
from playwright.sync_api import expect

from agents.services import change_agent
from prompts.services import create_prompt
from tests.browser.agent_page import AgentPage, field, save
from tests.browser.axe import grave
from tests.browser.hands import Keyboard
from tests.factories import make_agent, make_prompt
from versioning.versions import services

SECRET = "sk-abcdefghijklmnop1234"


@pytest.fixture
def desk(world, browsers, request):
    """eve before the editor of an agent of its own: v1 is locked, v2 the draft."""
    slug = re.sub(r"\W+", "-", request.node.name).strip("-")[:90]
    agent = world.act(world.cast.eve, make_agent, slug=slug, locked=1)
    here = AgentPage(browsers.of(world.cast.eve), slug).open()
    here.agent = agent
    return here


def note(here):
    return here.section("Identity").locator("[data-back]")


def alert(here):
    return here.section("Identity").get_by_role("alert")


def counted(here, title):
    return here.page.locator("#toc a", has_text=title).locator(".dot")


def test_a_save_leaves_what_was_typed_elsewhere_and_says_so(desk):
    field(desk, "Model", "Temperature").fill("0.7")
    expect(save(desk, "Identity")).to_be_disabled()

    desk.saves("Identity", "Commercial name", "Triage")

    expect(field(desk, "Model", "Temperature")).to_have_value("0.7")
    expect(desk.section("Model").get_by_role("status")).to_contain_text("Not saved yet")
    expect(field(desk, "Identity", "Commercial name")).to_have_value("Triage")
    expect(desk.section("Identity").locator(".was")).to_contain_text("was empty")
    expect(counted(desk, "Identity")).to_contain_text("1")
    expect(desk.page.locator("#header")).to_contain_text("Saved just now")
    save(desk, "Model").click()
    expect(counted(desk, "Model")).to_contain_text("1")
    expect(desk.section("Model").locator(".was")).to_contain_text("was 0.2")


def test_unsaved_text_is_back_after_a_reload_and_can_be_thrown_away(desk):
    field(desk, "Identity", "Bio").fill("Half a thought")
    field(desk, "Model", "Instructions").fill("One.\nTwo.")
    desk.page.reload()

    expect(note(desk)).to_contain_text(re.compile("Unsaved text of .* is back."))
    expect(field(desk, "Identity", "Bio")).to_have_value("Half a thought")
    expect(field(desk, "Model", "Instructions")).to_have_value("One.\nTwo.")
    desk.section("Identity").locator("[data-drop]").click()
    expect(field(desk, "Identity", "Bio")).to_have_value("Answers the phone.")
    expect(note(desk)).to_be_hidden()

    desk.page.goto("agents/")
    desk.open()
    expect(field(desk, "Identity", "Bio")).to_have_value("Answers the phone.")
    expect(field(desk, "Model", "Instructions")).to_have_value("One.\nTwo.")
    desk.section("Model").get_by_role("link", name="Discard").click()
    expect(field(desk, "Model", "Instructions")).to_have_value("Be brief.\nBe kind.")
    desk.page.reload()
    expect(field(desk, "Model", "Instructions")).to_have_value("Be brief.\nBe kind.")


def test_unsaved_text_is_not_another_members(desk, world, browsers):
    field(desk, "Identity", "Bio").fill("Half a thought")
    desk.page.reload()
    expect(field(desk, "Identity", "Bio")).to_have_value("Half a thought")
    desk.page.context.clear_cookies()
    desk.page.context.add_cookies(world.session(world.cast.ada))

    desk.open()

    expect(field(desk, "Identity", "Bio")).to_have_value("Answers the phone.")


def test_unsaved_text_comes_back_on_what_somebody_saved_since_as_a_choice(desk, world, watch):
    watch.expect("412")
    field(desk, "Identity", "Bio").fill("Mine.")
    desk.page.goto("agents/")
    world.act(world.cast.alice, change_agent, desk.agent, section="identity", bio="Alice's.")

    desk.open()

    expect(note(desk)).to_contain_text("Somebody saved here since")
    save(desk, "Identity").click()
    expect(alert(desk)).to_contain_text("Alice saved this section")
    expect(field(desk, "Identity", "Bio")).to_have_value("Mine.")


def test_two_people_in_one_section_lose_nothing(desk, world, watch):
    watch.expect("412")
    field(desk, "Identity", "Bio").fill("Mine.")
    field(desk, "Identity", "Tags").fill("mine")
    world.act(
        world.cast.alice,
        change_agent,
        desk.agent,
        section="identity",
        bio="Alice's.",
        commercial_name="Alice's",
    )

    save(desk, "Identity").click()

    section = desk.section("Identity")
    expect(alert(desk)).to_contain_text("Alice saved this section just now, while you were writing.")
    expect(alert(desk)).to_contain_text("Alice changed Commercial name, where you wrote nothing")
    expect(alert(desk)).to_be_focused()
    expect(alert(desk)).to_be_in_viewport()
    expect(section.locator(".clash")).to_contain_text("Alice's.")
    expect(section.locator(".clash")).not_to_contain_text("Tags")  # she wrote nothing there
    expect(field(desk, "Identity", "Commercial name")).to_have_value("Alice's")
    expect(field(desk, "Identity", "Bio")).to_have_value("Mine.")
    section.get_by_role("button", name="Take Alice’s").click()
    expect(field(desk, "Identity", "Bio")).to_have_value("Alice's.")
    save(desk, "Identity").click()
    expect(section.get_by_role("status")).to_contain_text("Saved just now")
    desk.page.reload()
    expect(field(desk, "Identity", "Bio")).to_have_value("Alice's.")
    expect(field(desk, "Identity", "Tags")).to_have_value("mine")
    expect(field(desk, "Identity", "Commercial name")).to_have_value("Alice's")


def test_what_is_typed_while_a_save_is_on_its_way_stays(desk):
    page = desk.page
    held = []
    page.route("**/section/identity/", lambda route: held.append(route))
    field(desk, "Identity", "Bio").fill("Saved.")
    save(desk, "Identity").click()
    expect(desk.section("Identity").get_by_role("status")).to_contain_text("Saving…")
    field(desk, "Identity", "Bio").press_sequentially(" And more.")
    held.pop().continue_()

    expect(counted(desk, "Identity")).to_contain_text("1")
    expect(field(desk, "Identity", "Bio")).to_have_value("Saved. And more.")
    expect(desk.section("Identity").get_by_role("status")).to_contain_text("Not saved yet")
    page.unroute("**/section/identity/")
    save(desk, "Identity").click()
    expect(desk.section("Identity").get_by_role("status")).to_contain_text("Saved just now")
    page.reload()
    expect(field(desk, "Identity", "Bio")).to_have_value("Saved. And more.")


def test_a_wrong_json_says_where_and_the_caret_is_there(desk, watch):
    watch.expect("422")
    metadata = field(desk, "Metadata", "As JSON")
    metadata.fill('{\n  "a": 1,\n  "b" 2\n}')

    save(desk, "Metadata").click()

    expect(desk.section("Metadata").locator(".errorlist")).to_contain_text("(line 3, column 7)")
    expect(metadata).to_be_focused()
    assert metadata.evaluate("(box) => box.value.slice(box.selectionStart)") == "2\n}"
    expect(metadata).to_have_value('{\n  "a": 1,\n  "b" 2\n}')
    metadata.fill('{"a": 1, "b": 2}')
    save(desk, "Metadata").click()
    expect(metadata).to_have_value('{\n  "a": 1,\n  "b": 2\n}')


def test_a_section_is_saved_by_the_keyboard(desk):
    keys = Keyboard(desk.page)
    keys.append(field(desk, "Model", "Instructions"), "\nBe calm.")
    desk.page.keyboard.press("Control+s")

    expect(desk.section("Model").get_by_role("status")).to_contain_text("Saved just now")
    expect(field(desk, "Model", "Instructions")).to_be_focused()
    expect(field(desk, "Model", "Instructions")).to_have_value("Be brief.\nBe kind.\nBe calm.")


def test_a_part_opens_in_its_line_beside_another_and_each_is_saved_alone(desk):
    triggers = desk.section("Triggers")
    triggers.get_by_role("link", name="Edit nightly").click()
    expect(triggers.get_by_label("Name", exact=True)).to_be_focused()
    triggers.get_by_label("Description").fill("Half a thought")
    schemas = desk.section("Schemas")
    schemas.get_by_role("link", name="Schema", exact=True).click()
    schemas.get_by_label("Name", exact=True).fill("receipt")
    schemas.get_by_role("button", name="Save schema").click()

    expect(schemas.locator(".part", has_text="receipt")).to_contain_text("new since v1")
    expect(counted(desk, "Schemas")).to_contain_text("1")
    expect(triggers.get_by_label("Description")).to_have_value("Half a thought")
    desk.page.reload()
    expect(triggers.get_by_label("Description")).to_have_value("Half a thought")
    expect(triggers.locator("[data-back]")).to_contain_text("is back")
    triggers.get_by_role("button", name="Save trigger").click()
    expect(triggers.locator(".part", has_text="nightly")).to_contain_text("Saved")
    expect(triggers.get_by_role("link", name="Edit nightly")).to_be_focused()
    expect(desk.page.locator("#announce")).to_have_text("Saved")
    desk.page.reload()
    expect(triggers.get_by_role("link", name="Edit nightly")).to_be_visible()


def test_a_new_part_that_was_not_saved_is_there_again(desk):
    servers = desk.section("MCP servers")
    servers.get_by_role("link", name="Server", exact=True).click()
    servers.get_by_label("Name", exact=True).fill("half a server")
    desk.page.reload()

    expect(servers.get_by_label("Name", exact=True)).to_have_value("half a server")
    servers.get_by_role("link", name="Discard").click()
    expect(servers.get_by_label("Name", exact=True)).to_have_count(0)
    desk.page.reload()
    expect(servers.get_by_role("link", name="Edit tools")).to_be_visible()
    expect(servers.get_by_label("Name", exact=True)).to_have_count(0)


def test_a_part_is_removed_after_a_question(desk):
    desk.section("MCP servers").get_by_role("link", name="Edit tools").click()
    desk.section("MCP servers").get_by_role("link", name="Remove…").click()
    desk.page.get_by_role("button", name="Remove tools").click()

    desk.said("Removed from v2.")
    expect(desk.section("MCP servers")).to_contain_text("removed since v1")


def test_a_credential_is_kept_by_nobody_but_the_server(desk, watch, world):
    watch.expect("422|beforeunload")
    servers = desk.section("MCP servers")
    servers.get_by_role("link", name="Edit tools").click()
    servers.get_by_label("Credential", exact=True).fill(SECRET)
    servers.get_by_role("button", name="Save server").click()
    expect(servers.locator(".errorlist")).to_contain_text("Choose how the server takes the credential.")
    expect(servers.get_by_label("Credential", exact=True)).to_have_value(SECRET)
    stored = desk.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert SECRET not in stored

    servers.get_by_label("Authentication").select_option("bearer token")
    servers.get_by_role("button", name="Save server").click()

    expect(servers.locator(".part", has_text="tools")).to_contain_text("credential ••••1234")
    assert SECRET not in desk.page.content()
    servers.get_by_role("link", name="Edit tools").click()
    expect(servers.get_by_label("Credential", exact=True)).to_have_attribute("placeholder", "••••1234")
    expect(servers.get_by_label("Config", exact=True)).to_have_value(re.compile("••••1234"))


def test_the_config_of_a_server_is_kept_no_longer_than_its_tab(desk):
    servers = desk.section("MCP servers")
    servers.get_by_role("link", name="Edit tools").click()
    servers.get_by_label("Config", exact=True).fill(json.dumps({"api_key": SECRET}))
    desk.page.wait_for_function("Object.keys(sessionStorage).length > 0")

    assert SECRET not in desk.page.evaluate("JSON.stringify({...localStorage})")


def test_prompts_are_named_row_by_row(desk, world):
    world.act(world.cast.eve, make_prompt, slug="rows-greeting", live=3)
    world.act(world.cast.eve, make_prompt, slug="rows-rules", live=2)
    desk.open()
    section = desk.section("Model")
    section.get_by_label("Prompt", exact=True).last.select_option("rows-greeting")
    expect(section.get_by_label("Prompt", exact=True)).to_have_count(2)
    section.get_by_label("Prompt", exact=True).last.select_option("rows-rules")
    section.get_by_label("Which version: live, or a number").nth(1).fill("v1")
    desk.page.reload()
    expect(section.get_by_label("Prompt", exact=True)).to_have_count(3)

    save(desk, "Model").click()

    expect(section.locator(".naming")).to_contain_text("follows live, now v3")
    expect(section.locator(".naming")).to_contain_text("v2 is live now")
    section.get_by_role("link", name="v2 is live now").click()
    expect(desk.page).to_have_url(re.compile(r"/prompts/rows-rules/compare/1\.\.\.2/"))


def test_a_draft_that_is_live_says_so_before_and_after_a_save(desk, world):
    world.act(world.cast.eve, services.promote, desk.agent, 2, lock=False)
    desk.open()
    expect(desk.page.locator(".lockbar")).to_contain_text("v2 is live: what is saved here is served at once.")

    field(desk, "Identity", "Bio").fill("Served.")
    desk.button("Save and serve identity").click()

    expect(desk.section("Identity").get_by_role("status")).to_contain_text(
        "Saved just now, and served since then"
    )


def test_a_version_is_read_in_the_same_layout_and_its_parts_unfold(desk):
    desk.open("v/1/")

    expect(desk.page.locator(".lockbar")).to_contain_text(
        "v1 is read-only. It is locked. Changes belong in the draft."
    )
    expect(desk.page.locator("#toc [aria-current]")).to_have_text("Identity")
    desk.page.get_by_role("link", name="Metadata", exact=True).click()
    expect(desk.page.locator("#toc [aria-current]")).to_have_text("Metadata")
    desk.page.get_by_text("nightly", exact=True).click()
    expect(desk.page.get_by_text('"cron": "0 3 * * *"')).to_be_visible()
    desk.link("Go to draft v2").click()
    expect(desk.page).to_have_url(re.compile(rf"/agents/{desk.slug}/$"))


def test_all_of_it_works_without_a_script(world, browsers, watch):
    watch.expect("422|412|Failed to load")
    world.act(world.cast.eve, make_agent, slug="scriptless", locked=1)
    page = browsers.of(world.cast.eve, java_script_enabled=False)
    here = AgentPage(page, "scriptless").open()

    field(here, "Identity", "Bio").fill("Without a script.")
    save(here, "Identity").click()
    expect(page).to_have_url(re.compile(r"/agents/scriptless/#identity$"))
    expect(field(here, "Identity", "Bio")).to_have_value("Without a script.")

    here.section("Triggers").get_by_role("link", name="Edit nightly").click()
    here.section("Triggers").get_by_label("Config").fill("{")
    here.section("Triggers").get_by_role("button", name="Save trigger").click()
    expect(here.section("Triggers").locator(".errorlist")).to_contain_text("line 1")
    expect(here.section("Triggers").get_by_label("Config")).to_have_value("{")
    here.section("Triggers").get_by_label("Config").fill('{"cron": "0 4 * * *"}')
    here.section("Triggers").get_by_role("button", name="Save trigger").click()
    expect(here.section("Triggers").locator(".part")).to_contain_text("0 4 * * *")

    here.section("Schemas").get_by_role("link", name="Schema", exact=True).click()
    here.section("Schemas").get_by_label("Name", exact=True).fill("receipt")
    here.section("Schemas").get_by_role("button", name="Save schema").click()
    expect(here.section("Schemas").locator(".part", has_text="receipt")).to_be_visible()


def test_nothing_serious_is_on_a_conflict(desk, watch, world):
    watch.expect("412")
    field(desk, "Identity", "Bio").fill("Mine.")
    world.act(world.cast.alice, change_agent, desk.agent, section="identity", bio="Alice's.")
    save(desk, "Identity").click()
    expect(alert(desk)).to_be_visible()

    assert grave(desk.page) == []


def test_many_prompts_are_typed_not_scrolled(browsers, world):
    def many(actor):
        for n in range(101):
            create_prompt(actor, slug=f"many-{n}", source="Hello.")

    world.act(world.cast.eve, many)
    world.act(world.cast.eve, make_agent, slug="with-many")
    here = AgentPage(browsers.of(world.cast.eve), "with-many").open()
    section = here.section("Model")

    section.get_by_label("Prompt", exact=True).fill("many-7")
    save(here, "Model").click()

    expect(section.get_by_label("Prompt", exact=True).first).to_have_value("many-7")
    expect(section.locator(".naming")).to_contain_text("has no live version yet")


def test_enter_keeps_the_indentation_of_json(desk):
    metadata = field(desk, "Metadata", "As JSON")
    metadata.click()
    for text in ("{", '"a": {', '"b": 1'):
        desk.page.keyboard.type(text)
        desk.page.keyboard.press("Enter")

    expect(metadata).to_have_value('{\n  "a": {\n    "b": 1\n    ')
