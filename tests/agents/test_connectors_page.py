"""The pages of connectors, without JavaScript: listed, made, retargeted, removed."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import Connector
from agents.services.connectors import change_connector
from tests.agents.calls import converse, make_connector, split
from tests.cast import Cast, Web
from tests.factories import make_agent
from tests.kept import begin_with
from tests.versions.pages import body, hidden
from versioning.versions import services
from versioning.workspaces.models import Event, Workspace


def form(**fields: Any) -> dict[str, Any]:
    """What the form posts; shares as two lists."""
    shares = fields.pop("shares", [])
    asked = {"act": "save", "name": "Main line", "channel": "api", "address": "", "target": "live"} | fields
    return asked | {"share_version": [v for v, _ in shares], "share_weight": [w for _, w in shares]}


def beginning(cast: Cast) -> Any:
    """An agent with three locked versions, the third live."""
    return make_agent(cast.eve, slug="desk", locked=3, live=3)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def desk(scene: tuple[Cast, Any]) -> Any:
    return scene[1]


def test_a_connector_is_made_with_a_split(web: Web, cast: Cast, desk: Any):
    answer = web.post(
        "agents/desk/connectors/new/",
        **form(channel="phone", address="+41 79 123 45 67", target="split",
               shares=[("v1", "80"), ("2", "12,5 %"), ("V3", "7.5"), ("", "")]),
    )  # fmt: skip

    made = Connector.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/w/demo/agents/desk/connectors/{made.pk}/")
    assert (made.address, made.places) == ("+41791234567", [[0, 8000, 1], [8000, 9250, 2], [9250, 10000, 3]])
    page = body(web.get(answer["Location"]))
    assert "Made Main line." in page
    assert "adds up to 100" in page
    assert f"/v1/connectors/{made.pk}/conversations" in page


def test_the_list_says_what_each_gets_and_how_many_went_each_way(web: Web, cast: Cast, desk: Any):
    busy = make_connector(cast.eve, desk, name="Rollout", **split((1, 80), (2, 20)))
    make_connector(cast.eve, desk, name="Quiet", channel="phone", address="+41791234567")
    for number, count in ((1, 3), (2, 1)):
        for _ in range(count):
            converse(desk, number, connector=busy, served_from="split")

    page = body(web.get("agents/desk/connectors/"))

    assert "2 connectors" in page
    assert "v1 80 %, v2 20 %" in page
    assert re.search(r"v1 3 conversations on v1 75 % of 80 %", page)
    assert re.search(r"v2 1 conversation on v2 25 % of 20 %", page)
    assert "4 conversations last just now" in page
    assert "+41791234567 What is live: v3 no conversation yet" in page
    assert "Connectors 2" in page


def test_counts_begin_anew_with_the_target_and_the_rest_is_told_apart(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk, **split((1, 50), (2, 50)))
    converse(desk, 1, connector=connector)
    change_connector(cast.eve, desk, connector.pk, **split((1, 10), (2, 90)))
    converse(desk, 2, connector=connector)

    page = body(web.get(f"agents/desk/connectors/{connector.pk}/"))

    assert "1 conversation of 2 in all" in page
    assert re.search(r"v1 0 conversations on v1 none of 10 %", page)
    assert re.search(r"v2 1 conversation on v2 100 % of 90 %", page)


def test_the_list_asks_as_much_for_many_as_for_one(web: Web, cast: Cast, desk: Any):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert web.get("agents/desk/connectors/").status_code == 200
        return len(captured)

    make_connector(cast.eve, desk)
    queries()
    one = queries()
    for _ in range(5):
        converse(desk, 1, connector=make_connector(cast.eve, desk))

    assert queries() == one


def test_what_a_split_adds_up_to_is_said_before_it_is_saved(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk, **split((1, 80), (2, 20)))
    shares = [("v1", "75"), ("v2", "20")]

    page = web.post(
        f"agents/desk/connectors/{connector.pk}/", **form(act="check", target="split", shares=shares)
    )
    live = web.of(cast.alice)
    live.client.defaults["HTTP_HX_REQUEST"] = "true"
    part = live.get(f"agents/desk/connectors/{connector.pk}/", **form(target="split", shares=shares))

    for answer in (page, part):
        assert answer.status_code == 200
        assert "adds up to 95, 5 missing" in body(answer)
    assert "<html" not in part.content.decode()
    assert 'value="75"' in page.content.decode()
    connector.refresh_from_db()
    assert connector.revision == 1


def test_who_would_move_is_said_before_it_is_saved(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk, **split((1, 80), (2, 20)))
    asked = form(act="check", target="split", shares=[("v1", "75"), ("v2", "20"), ("v3", "5")])

    page = web.post(f"agents/desk/connectors/{connector.pk}/", **asked)

    assert "5 % of callers move from v1 to v3. All others keep their version." in body(page)


def test_a_split_that_does_not_add_up_is_refused_and_what_was_typed_stays(web: Web, cast: Cast, desk: Any):
    answer = web.post(
        "agents/desk/connectors/new/", **form(target="split", shares=[("v1", "60"), ("v2", "30")])
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "adds up to 90, 10 missing" in body(answer)
    assert 'value="60"' in html
    assert 'value="30"' in html
    assert Connector.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "It cannot be empty."),
        ({"channel": "phone", "address": "079"}, "a phone number with its country"),
        ({"channel": "fax"}, "It is one of: sip, phone, web, api."),
        ({"target": "version", "version": "v4"}, "v4 is the draft"),
        ({"target": "version", "version": "x"}, "Name each version by its number"),
        ({"target": "version", "version": ""}, "Name the one version"),
        ({"target": ""}, "It is one of: live, version, split."),
        ({"name": "a\0b"}, "NUL"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_typed(
    web: Web, cast: Cast, desk: Any, fields: dict[str, str], words: str
):
    answer = web.post("agents/desk/connectors/new/", **form(**fields))

    assert answer.status_code in (409, 422)
    assert words in body(answer)


def test_another_row_is_offered_by_a_button(web: Web, cast: Cast, desk: Any):
    shares = [("v1", "50"), ("v2", "50")]

    page = web.post("agents/desk/connectors/new/", **form(act="more", target="split", shares=shares))

    assert page.status_code == 200
    assert page.content.decode().count('name="share_version"') == 3


def test_one_who_saves_on_an_older_state_is_told_and_loses_nothing(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk)
    url = f"agents/desk/connectors/{connector.pk}/"
    shown = hidden(web.get(url), "expected")
    change_connector(cast.ada, desk, connector.pk, target="version", split=[{"version": 2}])

    refused = web.post(url, **form(name="Mine", expected=shown))
    again = web.post(url, **form(name="Mine", expected=hidden(refused, "expected")))

    assert refused.status_code == 412
    assert "It is now: Main line, API, v2." in body(refused)
    assert 'value="Mine"' in refused.content.decode()
    assert again.status_code == 303


def test_a_form_without_the_revision_that_it_was_shown_is_refused(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk)

    assert web.post(f"agents/desk/connectors/{connector.pk}/", **form(name="x")).status_code == 412


def test_a_removal_is_confirmed_first(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk)
    url = f"agents/desk/connectors/{connector.pk}/remove/"

    asked = web.get(url)
    done = web.post(url, expected=hidden(asked, "expected"))

    assert "Remove Main line?" in body(asked)
    assert (done.status_code, done["Location"]) == (303, "/w/demo/agents/desk/connectors/")
    assert Event.objects.of(desk.pk).latest("sequence").name == "connector.removed"
    assert web.get(f"agents/desk/connectors/{connector.pk}/").status_code == 404


def test_who_may_not_publish_reads_and_is_offered_nothing(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk)
    url = f"agents/desk/connectors/{connector.pk}/"
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)

    for actor in (cast.bob, cast.eve):
        listed, one = web.of(actor).get("agents/desk/connectors/"), web.of(actor).get(url)
        assert "New connector" not in body(listed)
        assert "<form" not in one.content.decode().partition("conn-sheet")[2]
        assert "What is live: v3" in body(one)
        answers = [web.of(actor).post(url, **form()), web.of(actor).get("agents/desk/connectors/new/"),
                   web.of(actor).get(f"{url}remove/"), web.of(actor).post(f"{url}remove/")]  # fmt: skip
        assert [each.status_code for each in answers] == [403] * 4
    assert "New connector" in body(web.of(cast.ada).get("agents/desk/connectors/"))


def test_an_archived_agent_s_connectors_are_read(web: Web, cast: Cast, desk: Any):
    connector = make_connector(cast.eve, desk)
    services.unpublish(cast.eve, desk)
    services.archive(cast.eve, desk)

    one = web.get(f"agents/desk/connectors/{connector.pk}/")

    assert "Save connector" not in body(one)
    assert "New connector" not in body(web.get("agents/desk/connectors/"))


def test_without_connectors_it_says_what_one_is(web: Web, cast: Cast, desk: Any):
    page = body(web.get("agents/desk/connectors/"))

    assert "No connectors yet" in page
    assert "New connector" in page


def test_of_a_prompt_there_are_none(web: Web, cast: Cast):
    from tests.factories import make_prompt

    make_prompt(cast.eve, slug="greeting")

    assert web.get("agents/greeting/connectors/").status_code == 404
    assert web.get("prompts/greeting/connectors/").status_code == 404


def test_markup_in_names_stays_text(web: Web, cast: Cast, desk: Any):
    make_connector(cast.eve, desk, name="<script>alert(1)</script>", address="<b>x</b>")

    html = web.get("agents/desk/connectors/").content.decode()

    assert "<script>alert" not in html
    assert "<b>x</b>" not in html


def test_before_anything_is_live_it_says_that_calls_are_refused(web: Web, cast: Cast):
    make_agent(cast.eve, slug="fresh", locked=1)

    page = body(web.get("agents/fresh/connectors/new/"))

    assert "nothing now: calls are refused until a version is published" in page
