"""The diff by field on pages: what stands where, and that nothing of a value becomes part of the page."""

import json
import re
import time
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from prompts.kind import PromptKind
from tests.factories import VersionFactory, make_prompt
from tests.versions.configs import BASE, agent, edited
from tests.versions.pages import body, text_of
from versioning.versions.presenters import fields as presenter
from versioning.versions.presenters.fields import show_fields
from versioning.versions.presenters.look import Look

AGENTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "agents.jsonl"
NASTY = "<script>alert(1)</script>&\"'"


def html_of(old, new, look=None):
    """The fragment, as every page includes it."""
    look = look or Look()
    shown = {
        "fields": show_fields(old, new, look), "look": look, "label": "v1 compared with v2",
        "noun": "configuration", "links": {"whitespace": "?ws=1", "whole": "?whole=1"}, "target": "#x",
    }  # fmt: skip
    return render_to_string("versions/fields.html", {"shown": shown})


def rows(old, new, look=None):
    """Each row's text by what it is called."""
    found = {}
    for piece in html_of(old, new, look).split('<div class="f-row ')[1:]:
        name = text_of(re.search(r'<p class="f-k">(.*?)</p>', piece, re.DOTALL)[1])
        found[name.replace(" ", "")] = text_of(f'<div class="{piece}').removeprefix(name).strip()
    return found


def metadata(value):
    return agent(metadata={"x": value})


# What stands where


def test_the_sections_stand_in_the_order_of_the_editor():
    new = edited(BASE, "agent.metadata.team", "x")
    new = edited(new, "mcp_servers.0.transport", "sse")
    new = edited(new, "triggers.0.enabled", False)
    new = edited(new, "schemas.0.is_active", False)
    new = edited(new, "agent.llm_config.temperature", 0)
    new = edited(new, "agent.bio", "x")

    shown = show_fields(BASE, new, Look())

    assert [section.title for section in shown.sections] == [
        "Identity", "Model", "Schemas", "Triggers", "MCP servers", "Metadata",
    ]  # fmt: skip
    assert {section.words for section in shown.sections} == {"1 change"}
    assert shown.size == "6 fields changed in 6 sections"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [("agent.bio", "x", "1 field changed in Identity"),
     ("agent.llm_config.top_p", 1, "1 field changed in Model"),
     ("agent.tags", ["phone"], "0 fields changed")],
)  # fmt: skip
def test_the_size_is_said_in_words(path, value, words):
    assert show_fields(BASE, edited(BASE, path, value), Look()).size == words


def test_what_came_went_and_changed_is_counted():
    new = edited(edited(BASE, "agent.llm_config", {"temperature": 1, "top_p": 1}), "agent.tags", [])

    shown = show_fields(BASE, new, Look())

    assert (shown.added, shown.removed, shown.changed) == (1, 3, 2)


def test_what_people_look_for_first_stands_first_and_the_instructions_last():
    new = edited(BASE, "agent.llm_config", {"instructions": "x\n", "zzz": 1, "temperature": 1, "model": "m"})

    (model,) = show_fields(BASE, new, Look()).sections

    assert [row.leaf for row in model.groups[0].rows] == [
        "model", "temperature", "prompts", "zzz", "instructions",
    ]  # fmt: skip


def test_a_short_field_is_one_row_of_what_it_was_and_is():
    html = html_of(BASE, agent(bio="Answers the phone and the chat."))

    assert "<del>Answers the phone.</del>" in html
    assert "<ins>Answers the phone<mark> and the chat</mark>.</ins>" in html
    assert rows(BASE, edited(BASE, "agent.llm_config.temperature", 0))["temperature"] == "0.2 now 0"


def test_an_item_is_a_heading_over_its_fields():
    page = text_of(html_of(BASE, edited(BASE, "triggers.1.enabled", False)))

    assert page == "Triggers 1 change nightly enabled true now false"


def test_a_renamed_item_says_what_it_was_called():
    assert "a-nightly was nightly" in text_of(html_of(BASE, edited(BASE, "triggers.1.name", "a-nightly")))


def test_an_added_item_shows_its_fields_and_not_its_id():
    shown = rows(agent(triggers=BASE["triggers"][:1]), BASE)

    assert shown == {
        "trigger_type": "schedule", "enabled": "true", "description": "Sends the summary of the day.",
        "trigger_config": '{"cron": "0 3 * * *"}',
    }  # fmt: skip
    assert "nightly added" in text_of(html_of(agent(triggers=BASE["triggers"][:1]), BASE))


def test_a_removed_item_shows_what_it_was():
    html = html_of(BASE, agent(triggers=BASE["triggers"][:1]))

    assert "nightly removed" in text_of(html)
    assert "<del>schedule</del>" in html
    assert "<ins>" not in html


def test_an_item_with_many_fields_is_shown_as_json():
    item = {"id": "x1", "name": "wide"} | {f"field{n}": n for n in range(40)}

    html = html_of(BASE, agent(triggers=[*BASE["triggers"], item]))

    assert html.count('<div class="f-row') == 1
    assert "field39" in html


def test_a_text_field_is_a_text_diff():
    new = edited(
        BASE, "agent.llm_config.instructions", "You answer the phone.\nBe kind and calm.\nBe brief.\n"
    )

    split, unified = html_of(BASE, new), html_of(BASE, new, Look("unified"))

    assert '<div class="diff">' in split
    assert "<ins> and calm</ins>" in split
    assert '<div class="diff unified">' in unified
    assert "+1" in text_of(split)
    assert "−1" in text_of(split)


def test_long_json_is_laid_out_line_by_line():
    schema = {
        "type": "object",
        "properties": {"reason": {"type": "string", "enum": ["done", "later", "never"]}},
    }

    html = html_of(BASE, edited(BASE, "agent.metadata.schema", schema))

    assert html.count('<tr class="added">') == len(json.dumps(schema, indent=2).splitlines())


def test_a_list_of_plain_values_shows_what_became_of_each():
    html = html_of(agent(tags=["a", "b", "old", "vip"]), agent(tags=["vip", "a", "b", "new"]))

    assert "<ins>new</ins>" in html
    assert "<del>old</del>" in html
    assert '<span class="f-one moved">vip <span class="muted">4 → 1</span></span>' in html
    assert '<span class="f-one">a</span>' in html


def test_of_a_long_list_what_is_far_from_a_change_is_counted():
    old = [f"t{n}" for n in range(100)]

    shown = rows(agent(tags=old), agent(tags=[*old[:50], "new", *old[50:]]))

    assert shown["tags"] == "48 unchanged t48 t49 new t50 t51 48 unchanged"


def test_values_in_another_order_say_so():
    assert rows(agent(tags=["a", "b"]), agent(tags=["b", "a"]))["tags"].startswith("order changed")


def test_items_that_moved_are_told_together():
    tools = [{"name": name, "x": name} for name in "abcdef"]

    shown = rows(metadata(tools), metadata([tools[5], tools[4], *tools[:4]]))

    assert list(shown) == ["x"]
    assert shown["x"].startswith("moved")
    assert len(re.findall(r"\d → \d", shown["x"])) == 2


def test_a_list_of_long_texts_is_a_text_diff():
    html = html_of(metadata(["a" * 90, "b"]), metadata(["a" * 90, "c"]))

    assert '<div class="diff">' in html


def test_equal_configurations_say_so():
    assert "The configurations are equal." in html_of(BASE, BASE)


def test_with_nothing_to_compare_with_all_is_shown_as_added():
    shown = show_fields(None, BASE, Look("unified"))

    assert shown.alone
    assert shown.size == "16 fields in 6 sections"
    assert "<del>" not in html_of(None, BASE)


# Values that could be taken for others


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("true", True, '"true" now true'), (None, "null", 'null now "null"'), ("", "x", '"" now x'),
     (1, 1.0, "1 now 1.0"), ("1", "one", "1 now one"), ([], {}, "[] now {}"), (0.1, "0.1", '0.1 now "0.1"')],
)  # fmt: skip
def test_a_value_is_not_taken_for_one_of_another_type(old, new, said):
    assert rows(metadata(old), metadata(new))["x"] == said


def test_a_space_at_the_end_is_marked():
    assert "<del>front desk<mark> </mark></del>" in html_of(metadata("front desk "), metadata("front desk"))


def test_whitespace_can_be_shown():
    old, new = metadata("a b"), metadata("a\u200b b")

    assert "Changed fields hold characters that one does not see." in html_of(old, new)
    html = html_of(old, new, Look(whitespace=True))
    assert "does not see" not in html
    assert 'title="ZERO WIDTH SPACE">U+200B' in html


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: {x: x}, lambda x: x + "\n" + x * 20])
@pytest.mark.parametrize("whitespace", [False, True])
def test_nothing_of_a_value_becomes_part_of_the_page(wrap, whitespace):
    old = agent(bio="x", tags=["y"], metadata={"m": 1})
    new = agent(bio=wrap(NASTY), tags=[NASTY, "z"], metadata={NASTY: wrap(NASTY)})
    new["triggers"] = [{"id": NASTY, "name": NASTY, NASTY: wrap(NASTY)}]
    new[NASTY] = {NASTY: 1}

    for html in (html_of(old, new, Look(whitespace=whitespace)), html_of(new, old), html_of(None, new)):
        assert "<script" not in html
        assert "alert(1)" in html


# Secrets


def test_a_secret_that_changed_says_so_and_nothing_else():
    new = edited(BASE, "mcp_servers.0.config.headers.Authorization.rev", 2)

    html = html_of(BASE, new)

    assert rows(BASE, new) == {"config.headers.Authorization": "secret changed"}
    assert "$secret" not in html
    assert "0c51aa77" not in html


def test_no_diff_holds_a_reference_to_a_secret():
    secret = {"$secret": "0c51aa77-id", "rev": 4711}
    deep = {"list": [secret, {"x": [secret]}], "map": {"a": secret, "b": {"c": secret}}, "plain": secret}
    configs = [
        BASE,
        agent(metadata=deep),
        agent(metadata={"x": 1}, bio=secret, tags=[secret]),
        agent(llm_config=deep),
    ]
    configs.append(agent(mcp_servers=[{"id": "m1", "name": "m", "config": deep}]))
    configs.append(
        agent(mcp_servers=[{"id": "m1", "name": secret, "config": [secret]}, {"id": "m2", **deep}])
    )

    for old in [None, *configs]:
        for new in configs:
            html = html_of(old, new)
            assert "$secret" not in html
            assert "0c51aa77" not in html
            assert "4711" not in html


# Bounds


def test_more_changes_than_a_page_holds_are_counted():
    old, new = (agent(metadata={f"k{n}": n + more for n in range(2_000)}) for more in (0, 1))

    html = html_of(old, new)

    assert html.count('<div class="f-row') == presenter.MOST
    assert "And 1,500 changes more" in text_of(html)
    assert show_fields(old, new, Look()).count == 2_000


def test_the_texts_of_a_page_share_the_time_that_there_is(monkeypatch):
    monkeypatch.setattr(presenter, "TIME", 0)
    new = edited(BASE, "agent.llm_config.instructions", "Another text.\nOf two lines.\n")

    html = html_of(BASE, new)

    assert presenter.TOO_LATE in html
    assert "Another text.\nOf two lines." in html
    assert "You answer the phone.\nBe kind." in html


def test_a_page_of_hostile_texts_is_made_in_time():
    def lines(seed):
        return "\n".join(f"word{(n * seed) % 97} and {(n * seed) % 89} or {n % seed}" for n in range(190))

    old, new = (agent(metadata={f"k{n}": lines(seed + n) for n in range(300)}) for seed in (7, 11))
    start = time.monotonic()

    html = html_of(old, new)

    assert time.monotonic() - start < 12  # a second and a half of aligning; the rest is the page itself
    assert html.count('<div class="f-row') == 300


def test_a_list_too_large_to_align_says_so():
    old = [{"x": n % 150} for n in range(10_000)]

    html = html_of(metadata(old), metadata(old[::-3] + old[::2] + old[1:4_000:3]))

    assert "too large to align item by item" in html


@pytest.mark.skipif(not AGENTS.exists(), reason="the shared histories are not beside this clone")
def test_real_histories_are_shown_within_the_bounds():
    before = {}
    slowest = 0.0
    for line in AGENTS.read_text().splitlines():
        row = json.loads(line)
        new = {"agent": {"metadata": row["config"]}}
        start = time.process_time()
        shown = show_fields(before.get(row["agent"]), new, Look())
        slowest = max(slowest, time.process_time() - start)
        assert shown.more == 0
        assert shown.count
        assert all(len(group.rows) for section in shown.sections for group in section.groups)
        before[row["agent"]] = new
    assert slowest < 0.5


# On the pages


@pytest.fixture
def configured(cast, monkeypatch):
    """A prompt whose texts are configurations, as if its kind compared by field."""
    monkeypatch.setattr(PromptKind, "fields", lambda self, source: json.loads(source))
    prompt = make_prompt(cast.eve, slug="one", live=1, source=json.dumps(BASE))
    new = edited(edited(BASE, "triggers.1.enabled", False), "agent.llm_config.temperature", 0)
    VersionFactory(actor=cast.eve, prompt=prompt, source=json.dumps(new))


@pytest.mark.parametrize("path", ["compare/1...2/", "versions/2/", "versions/2/promote/"])
def test_every_page_of_a_diff_shows_fields(configured, web, path):
    page = web.get(f"prompts/one/{path}")

    assert "2 fields changed in 2 sections" in body(page)
    assert "nightly enabled true now false" in body(page)
    assert "~2" in body(page)
    assert "<table" not in page.content.decode().split('class="fields"')[1].split("</section>")[0]


def test_a_first_version_is_shown_field_by_field(configured, web):
    page = body(web.get("prompts/one/versions/1/"))

    assert "temperature 0.2" in page
    assert "fields changed" not in page


def test_a_version_equals_itself_field_by_field(configured, web):
    page = body(web.get("prompts/one/compare/1...1/"))

    assert "no difference" in page
    assert "are equal." in page
