"""An agent's header: the selector, how the chosen version stands, and buttons where they can act."""

import re

import pytest

from agents.services import change_agent
from tests.factories import make_agent
from tests.kept import begin_with
from tests.versions.pages import body, text_of
from versioning.versions import services
from versioning.workspaces.services.workspaces import change_workspace


def head(answer):
    html = answer.content.decode()
    return html[html.index('<div class="head"') : html.index('<nav class="tabs"')]


def buttons(answer):
    actions = head(answer).partition('<div class="actions">')[2]
    return [text_of(f"<a {found}</a>") for found in re.findall(r"<a (.*?)</a>", actions, re.DOTALL)]


def menu(answer):
    html = head(answer)
    return text_of(html[html.index('<div class="panel vmenu"') : html.index("</details>")])


def current(answer):
    return text_of(re.search(r"<summary (.*?)</summary>", head(answer), re.DOTALL)[0])


def beginning(cast):
    """v1 and v2 locked, v1 live, the draft v3 changed in two fields."""
    made = make_agent(cast.eve, slug="desk", locked=2, live=1)
    change_agent(cast.eve, made, bio="Answers at night.", tags=["voice"])
    made.refresh_from_db()
    return made


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene):
    return scene[1]


def test_the_selector_shows_the_label_with_its_chips(cast, web, agent):
    services.stage(cast.eve, agent, 1)

    assert current(web.get("agents/desk/")) == "v3 draft"
    assert current(web.get("agents/desk/v/1/")) == "v1 locked staging live"
    assert current(web.get("agents/desk/v/2/")) == "v2 locked"


def test_the_quick_picks_name_the_draft_live_and_staging(cast, web, agent):
    services.stage(cast.eve, agent, 2)

    quick, _, history = menu(web.get("agents/desk/")).partition("Version history")

    assert "v3 Draft (latest) 2 changes since v2" in quick
    assert "v1 Live since just now" in quick
    assert "v2 Staging since just now" in quick
    assert "All 3 versions" in history
    assert re.search(r"v3 draft .* v2 locked staging .* v1 locked live", history)


def test_the_draft_leads_to_the_editor_and_the_others_to_be_looked_at(web, agent):
    html = head(web.get("agents/desk/versions/"))

    assert 'href="/w/demo/agents/desk/"' in html
    assert 'href="/w/demo/agents/desk/v/2/"' in html
    assert '/desk/v/3/"' not in html


def test_a_draft_offers_revert_lock_and_publish(web, agent):
    assert buttons(web.get("agents/desk/")) == ["Use in code", "Revert", "Lock", "Publish…"]


def test_a_locked_version_offers_to_be_compared_and_published(web, agent):
    page = web.get("agents/desk/v/2/")

    assert buttons(page) == ["Use in code", "Compare with draft", "Publish…"]
    assert "/desk/compare/2...3/" in head(page)


def test_the_live_version_offers_to_be_unpublished_and_nothing_to_publish(web, agent):
    assert buttons(web.get("agents/desk/v/1/")) == ["Use in code", "Compare with draft", "Unpublish…"]


def test_a_first_draft_and_one_that_equals_its_base_have_nothing_to_revert(cast, web):
    make_agent(cast.eve, slug="first")
    make_agent(cast.eve, slug="equal", locked=1)

    assert buttons(web.get("agents/first/")) == ["Use in code", "Lock", "Publish…"]
    assert buttons(web.get("agents/equal/")) == ["Use in code", "Lock", "Publish…"]
    assert "the first version" in menu(web.get("agents/first/"))
    assert "no changes since v1" in menu(web.get("agents/equal/"))


def test_a_draft_that_is_live_says_so_and_can_be_unpublished(cast, web, agent):
    services.promote(cast.eve, agent, 3, lock=False)

    page = web.get("agents/desk/")

    assert current(page) == "v3 draft live"
    assert "each save is live at once" in text_of(head(page))
    assert buttons(page) == ["Use in code", "Revert", "Lock", "Unpublish…"]


def test_it_says_when_the_draft_was_saved_and_who_locked_a_version(web, agent):
    assert "Saved just now" in text_of(head(web.get("agents/desk/")))
    assert "Locked just now by Eve" in text_of(head(web.get("agents/desk/v/2/")))


def test_where_live_is_protected_an_editor_locks_and_publishes_nothing(cast, web, agent):
    change_workspace(cast.alice, protect_live=True)
    eve = web.of(cast.eve)

    assert buttons(eve.get("agents/desk/")) == ["Use in code", "Revert", "Lock"]
    assert buttons(eve.get("agents/desk/v/1/")) == ["Use in code", "Compare with draft"]
    assert "Publish…" in buttons(web.of(cast.ada).get("agents/desk/"))


def test_a_live_draft_is_neither_locked_nor_reverted_by_who_may_not_publish(cast, web, agent):
    services.promote(cast.eve, agent, 3, lock=False)
    change_workspace(cast.alice, protect_live=True)

    assert buttons(web.of(cast.eve).get("agents/desk/")) == ["Use in code"]


def test_a_viewer_looks_and_compares_and_has_no_other_button(cast, web, agent):
    bob = web.of(cast.bob)

    assert buttons(bob.get("agents/desk/")) == ["Use in code"]
    assert buttons(bob.get("agents/desk/v/2/")) == ["Use in code", "Compare with draft"]


def test_an_archived_agent_offers_nothing(cast, web):
    services.archive(cast.eve, make_agent(cast.eve, slug="old", locked=1))

    page = web.get("agents/old/settings/")

    assert buttons(page) == ["Use in code"]
    assert "archived" in text_of(head(page))


def test_pages_that_ask_offer_nothing_beside_their_own_button(web, agent):
    for path in ("lock/", "unpublish/", "copy/"):
        assert buttons(web.get(f"agents/desk/{path}")) == ["Use in code"], path


def test_pointers_that_stand_elsewhere_are_named_beside_the_selector(cast, web, agent):
    services.stage(cast.eve, agent, 2)
    other = make_agent(cast.eve, slug="quiet", locked=1)

    assert "live v1 staging v2 Saved" in text_of(head(web.get("agents/desk/")))
    assert "staging v2 Locked" in text_of(head(web.get("agents/desk/v/1/")))
    assert "not live" in text_of(head(web.get(f"agents/{other.slug}/")))


def test_the_nav_counts_the_agents_in_use(cast, web, agent):
    services.archive(cast.eve, make_agent(cast.eve))

    assert "Agents 1" in body(web.get("agents/"))
