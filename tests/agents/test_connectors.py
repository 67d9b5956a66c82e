"""Connectors: made, changed, removed; what they lead to, and who may say so."""

import uuid

import pytest

from agents.models import Agent, Connector, Conversation
from agents.services import change_agent
from agents.services.connectors import change_connector, create_connector, remove_connector
from agents.targets import aim, moved_words, sum_words, target_words
from tests.agents.calls import converse, make_connector, split
from tests.cast import Cast
from tests.factories import AgentFactory, make_agent
from tests.kept import begin_with
from tests.refusals import refused
from versioning.versions import services
from versioning.workspaces.models import Event, Workspace


def beginning(cast: Cast) -> Agent:
    """v1 and v2 locked, v2 live."""
    return make_agent(cast.eve, locked=2, live=2)


made, scene, cast = begin_with(beginning)


@pytest.fixture
def agent(scene: tuple[Cast, Agent]) -> Agent:
    return scene[1]


def last_event(agent) -> Event:
    return Event.objects.of(agent.pk).latest("sequence")


def test_a_connector_is_made_and_recorded_in_the_agent_s_own_sequence(cast: Cast, agent: Agent):
    before = last_event(agent).sequence

    made = create_connector(
        cast.eve, agent, name="  Main   line ", channel="phone", address="+41 (79) 123-45.67"
    )

    event = last_event(agent)
    assert (made.name, made.address, made.target) == ("Main line", "+41791234567", "live")
    assert (event.name, event.sequence, event.actor_label) == ("connector.created", before + 1, "Eve")
    assert event.data["connector"] == str(made.pk)
    assert event.data["from"] is None
    assert event.data["to"]["target"] == "live"
    assert event.data["changes"]["target"] == {"from": "", "to": "what is live"}


def test_a_change_says_what_it_was_and_what_it_is(cast: Cast):
    agent = make_agent(cast.eve, locked=3, live=3)
    connector = make_connector(cast.eve, agent, **split((1, 80), (2, 20)))

    change_connector(cast.eve, agent, connector.pk, **split((1, 80), (2, 15), (3, 5)))

    event = last_event(agent)
    assert event.name == "connector.changed"
    assert event.data["changes"] == {"target": {"from": "v1 80 %, v2 20 %", "to": "v1 80 %, v2 15 %, v3 5 %"}}
    assert event.data["to"]["split"][2] == {"version": 3, "weight": 5}


def test_retargeting_keeps_all_places_that_can_be_kept(cast: Cast):
    agent = make_agent(cast.eve, locked=3, live=3)
    connector = make_connector(cast.eve, agent, target="version", split=[{"version": 1}])

    changed = change_connector(cast.eve, agent, connector.pk, **split((1, 80), (2, 15), (3, 5)))

    assert changed.places == [[0, 8000, 1], [8000, 9500, 2], [9500, 10000, 3]]
    assert changed.revision == 2


def test_who_comes_back_from_live_to_a_split_is_where_they_were(cast: Cast, agent: Agent):
    connector = make_connector(cast.eve, agent, **split((1, 30), (2, 70)))

    change_connector(cast.eve, agent, connector.pk, target="live", split=[])
    back = change_connector(cast.eve, agent, connector.pk, **split((2, 70), (1, 30)))

    assert back.places == connector.places


def test_since_when_counts_begin_anew_with_the_target_alone(cast: Cast, agent: Agent):
    connector = make_connector(cast.eve, agent)

    named = change_connector(cast.eve, agent, connector.pk, name="Other")
    aimed = change_connector(cast.eve, agent, connector.pk, target="version", split=[{"version": 1}])

    assert named.target_since == connector.target_since
    assert aimed.target_since > connector.target_since


def test_a_removed_connector_is_gone_and_its_conversations_stay(cast: Cast, agent: Agent):
    connector = make_connector(cast.eve, agent)
    converse(agent, connector=connector)

    remove_connector(cast.eve, agent, connector.pk)

    assert Conversation.objects.of(agent).count() == 1
    assert last_event(agent).name == "connector.removed"
    with refused("not_found"):
        change_connector(cast.eve, agent, connector.pk, name="Other")
    with refused("not_found"):
        remove_connector(cast.eve, agent, connector.pk)


def test_whoever_comes_second_is_refused(cast: Cast, agent: Agent):
    connector = make_connector(cast.eve, agent)
    change_connector(cast.ada, agent, connector.pk, name="Ada's", expected=1)

    with refused("stale") as caught:
        change_connector(cast.eve, agent, connector.pk, name="Eve's", expected=1)
    with refused("stale"):
        remove_connector(cast.eve, agent, connector.pk, expected=1)

    assert caught.value.data["revision"] == 2
    assert Connector.objects.get(pk=connector.pk).name == "Ada's"


def test_saving_what_is_there_already_saves_nothing(cast: Cast, agent: Agent):
    connector = make_connector(cast.eve, agent, **split((1, 12.5), (2, 87.5)))

    with refused("unchanged"):
        change_connector(cast.eve, agent, connector.pk, **split((1, "12.50"), (2, "87.5")))


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([(1, 80), (2, 15)], "adds up to 95, 5 missing"),
        ([(1, 80), (2, 30)], "adds up to 110, 10 too many"),
        ([(1, 33.33), (2, 66.66)], "adds up to 99.99, 0.01 missing"),
        ([(1, 100)], "2 to 20 versions"),
        ([(n, 1) for n in range(1, 22)], "2 to 20 versions"),
        ([(1, 50), (1, 50)], "v1 is there twice"),
        ([(1, 50.005), (2, 49.995)], "two decimals"),
        ([(1, 0), (2, 100)], "from 0.01 to 100"),
        ([(1, -20), (2, 120)], "from 0.01 to 100"),
        ([(1, "x"), (2, 50)], "from 0.01 to 100"),
        ([(1, None), (2, 50)], "from 0.01 to 100"),
        ([(1, True), (2, 99)], "from 0.01 to 100"),
        ([(1, float("nan")), (2, 50)], "from 0.01 to 100"),
        ([(1, float("inf")), (2, 50)], "from 0.01 to 100"),
        ([(1, "1e-400"), (2, 50)], "two decimals"),
        ([("v1", 50), (2, 50)], "by its number"),
        ([(0, 50), (2, 50)], "by its number"),
        ([(2**31, 50), (2, 50)], "by its number"),
        ([(True, 50), (2, 50)], "by its number"),
        ([(1, 50), (99, 50)], "There is no v99"),
    ],
)
def test_a_split_that_cannot_be_is_refused_with_what_is_wrong(
    cast: Cast, agent: Agent, shares: list, words: str
):
    with refused("invalid") as caught:
        make_connector(cast.eve, agent, **split(*shares))

    assert words in caught.value.message
    assert caught.value.data["field"] == "split"


def test_a_target_cannot_be_a_draft(cast: Cast, agent: Agent):
    for asked in ({"target": "version", "split": [{"version": 3}]}, split((1, 50), (3, 50))):
        with refused("not_frozen"):
            make_connector(cast.eve, agent, **asked)


def test_what_is_live_takes_no_split_and_one_version_takes_one(cast: Cast, agent: Agent):
    for asked in (
        {"target": "live", "split": [{"version": 1}]}, {"target": "version", "split": []},
        {"target": "version", "split": [{"version": 1}, {"version": 2}]}, {"target": "newest"},
    ):  # fmt: skip
        with refused("invalid"):
            make_connector(cast.eve, agent, **asked)


def test_twenty_versions_with_two_decimals_each_add_up_exactly(cast: Cast):
    agent = make_agent(cast.eve, locked=20, live=20)
    shares = [(n, "4.99" if n % 2 else "5.01") for n in range(1, 21)]

    made = make_connector(cast.eve, agent, **split(*shares))

    assert len(made.places) == 20
    assert made.places[-1][1] == 10_000


ADDRESSES = [
    ("sip", "front-desk@example.com", "sip:front-desk@example.com"),
    ("sip", "sips:Desk@SIP.Example.com:5061", "sips:Desk@sip.example.com:5061"),
    ("phone", " +41 79 123 45 67 ", "+41791234567"),
    ("phone", "+1 (415) 555-2671", "+14155552671"),
    ("web", "https://WWW.example.com/", "https://www.example.com"),
    ("web", "https://example.com:8443", "https://example.com:8443"),
    ("web", "http://localhost:3000", "http://localhost:3000"),
    ("api", "  nightly jobs ", "nightly jobs"),
    ("api", "", ""),
]
NO_ADDRESSES = [
    ("sip", ""), ("sip", "example.com"), ("sip", "sip:@example.com"), ("sip", "sip:a@b@c"),
    ("sip", "sip:a b@example.com"), ("sip", "sip:a@-x"), ("sip", "sip:a@example.com:99999"),
    ("sip", "mailto:a@example.com"), ("sip", "sip:a@exa mple.com"),
    ("phone", ""), ("phone", "079 123 45 67"), ("phone", "+0791234567"), ("phone", "+41"),
    ("phone", "+4179123456789012"), ("phone", "+41x9123456"), ("phone", "+٤١٧٩١٢٣٤٥٦٧"),
    ("web", ""), ("web", "example.com"), ("web", "http://example.com"), ("web", "https://"),
    ("web", "https://example.com/path"), ("web", "https://example.com?x=1"), ("web", "https://a@example.com"),
    ("web", "https://example.com:99999"), ("web", "https://[::1"), ("web", "javascript:alert(1)"),
    ("web", "https://exa mple.com"), ("api", "x" * 301), ("api", "a\0b"), ("api", "a\u202eb"),
    ("api", "\ud800"), ("fax", "+41791234567"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "given", "kept"), ADDRESSES)
def test_an_address_is_kept_in_one_form(cast: Cast, agent: Agent, channel: str, given: str, kept: str):
    made = make_connector(cast.eve, agent, channel=channel, address=given)

    assert made.address == kept
    assert change_connector(cast.eve, made.agent, made.pk, name="Other").address == kept


@pytest.mark.parametrize(("channel", "given"), NO_ADDRESSES)
def test_what_is_no_address_of_its_channel_is_refused(cast: Cast, agent: Agent, channel: str, given: str):
    with refused("invalid") as caught:
        make_connector(cast.eve, agent, channel=channel, address=given)

    assert caught.value.data["field"] == (
        "address" if channel in ("sip", "phone", "web", "api") else "channel"
    )


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\0b", None, 7])
def test_a_name_that_cannot_be_is_refused(cast: Cast, agent: Agent, name):
    with refused("invalid") as caught:
        make_connector(cast.eve, agent, name=name)

    assert caught.value.data["field"] == "name"


def test_a_number_leads_to_one_connector(cast: Cast):
    agent, other = make_agent(cast.eve, locked=1), make_agent(cast.eve, locked=1)
    first = make_connector(cast.eve, agent, channel="phone", address="+41791234567")

    with refused("invalid") as caught:
        make_connector(cast.eve, other, channel="phone", address="+41 79 123 45 67")
    assert "Main line" in caught.value.message

    remove_connector(cast.eve, agent, first.pk)
    assert make_connector(cast.eve, other, channel="phone", address="+41791234567").pk


def test_two_widgets_may_sit_on_one_site(cast: Cast):
    agent = make_agent(cast.eve, locked=1)

    made = [make_connector(cast.eve, agent, channel="web", address="https://example.com") for _ in range(2)]

    assert len({each.pk for each in made}) == 2


def test_a_viewer_and_where_live_is_protected_an_editor_cannot(cast: Cast, agent: Agent):
    connector = make_connector(cast.eve, agent)

    def verbs(actor):
        return (
            lambda: make_connector(actor, agent),
            lambda: change_connector(actor, agent, connector.pk, name="Other"),
            lambda: remove_connector(actor, agent, connector.pk),
        )

    for verb in verbs(cast.bob):
        with refused("forbidden"):
            verb()
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)
    cast.eve.workspace.refresh_from_db()
    for verb in verbs(cast.eve):
        with refused("forbidden"):
            verb()


def test_an_archived_agent_gets_no_connectors_and_may_lose_them(cast: Cast):
    agent = make_agent(cast.eve, locked=1)
    connector = make_connector(cast.eve, agent)
    services.archive(cast.eve, agent)

    with refused("archived"):
        make_connector(cast.eve, agent)
    with refused("archived"):
        change_connector(cast.eve, agent, connector.pk, name="Other")
    remove_connector(cast.eve, agent, connector.pk)


def test_of_another_agent_or_workspace_it_is_not_there(cast: Cast):
    agent, other = make_agent(cast.eve, locked=1), make_agent(cast.eve, locked=1)
    connector = make_connector(cast.eve, agent)

    for actor, of, id in ((cast.eve, other, connector.pk), (cast.charlie, agent, connector.pk),
                          (cast.eve, agent, uuid.uuid4())):  # fmt: skip
        with refused("not_found"):
            change_connector(actor, of, id, name="Other")


def test_an_agent_has_at_most_two_hundred(cast: Cast, monkeypatch):
    monkeypatch.setattr("agents.services.connectors.MOST", 1)
    agent = make_agent(cast.eve, locked=1)
    make_connector(cast.eve, agent)

    with refused("invalid"):
        make_connector(cast.eve, agent)


def test_a_change_is_said_in_a_plain_sentence(cast: Cast):
    agent = make_agent(cast.eve, locked=3, live=3)
    connector = make_connector(cast.eve, agent, **split((1, 80), (2, 20)))

    def said(target: str, *shares: tuple[int, float]) -> str:
        asked = split(*shares)["split"] if shares else []
        return moved_words(connector, aim(agent, target, asked, connector.places))

    assert said("split", (1, 75), (2, 25)) == (
        "5 % of callers move from v1 to v2. All others keep their version."
    )
    assert said("split", (1, 70), (2, 15), (3, 15)) == (
        "10 % of callers move from v1 to v3, 5 % from v2 to v3. All others keep their version."
    )
    assert said("live") == "All callers get what is live from then on."
    assert said("split", (2, 20), (1, 80)) == ""
    assert said("version", (3, 100)).startswith("80 % of callers move from v1 to v3, 20 % from v2 to v3.")


def test_targets_and_sums_in_words():
    shares = [{"version": 41, "weight": 80}, {"version": 42, "weight": 12.5}]

    assert target_words("live", []) == "what is live"
    assert target_words("version", [{"version": 41, "weight": 100}]) == "v41"
    assert target_words("split", shares) == "v41 80 %, v42 12.5 %"
    assert sum_words(10_000) == "adds up to 100"
    assert sum_words(0) == "adds up to 0, 100 missing"


def test_a_save_of_the_draft_leaves_connectors_alone(cast: Cast):
    agent = AgentFactory(actor=cast.eve)
    connector = make_connector(cast.eve, agent)

    change_agent(cast.eve, agent, bio="Other.")

    assert Connector.objects.get(pk=connector.pk).revision == 1
