"""The header says how far what is live has arrived, and asks again until it has."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.services import change_agent
from prompts.services import archive
from tests.factories import VersionFactory, make_agent, make_prompt
from tests.versions.pages import body, text_of
from tests.versions.readings import Known, client, knowing, seen
from versioning.versions import services
from versioning.versions.models import Artifact
from versioning.versions.presenters.arrival import lasting, line_of
from versioning.versions.readers import Arrival
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.workspaces import change_workspace

POLLS = 'hx-trigger="every 5s"'


@pytest.fixture
def known():
    with knowing(Known()) as known:
        yield known


def line(page):
    """The header's line of a page, '' where there is none."""
    html = page.content.decode()
    if 'id="arrival"' not in html:
        return ""
    return text_of(html[html.index('id="arrival"') - 30 :].split("</div>", 1)[0])


WORDS = [
    ([], "no client has read it in the last 5 minutes"),
    ([None], "its one client serves it"),
    ([None, None], "both clients serve it"),
    ([None] * 6, "all 6 clients serve it"),
    ([12], "its one client is 12 s behind"),
    ([None, 40, None, None, None, None], "5 of 6 clients serve it, the last one is 40 s behind"),
    ([40, None, 7.9], "1 of 3 clients serves it, the last one is 40 s behind"),
    ([7.9, 0.2], "none of 2 clients serves it yet, the last one is 7 s behind"),
]


@pytest.mark.parametrize(("late", "words"), WORDS)
def test_the_sentence_says_how_many_serve_it_and_how_far_the_last_one_is(late, words):
    clients = [client(8, behind=seconds) for seconds in late]

    said = line_of(Arrival("live", 8, 1, clients))

    assert (said.stands, said.words) == ("v8 is live", words)
    assert said.behind == any(seconds is not None for seconds in late)


def test_after_an_unpublish_the_sentence_says_who_was_told():
    said = line_of(Arrival("live", None, 1, [client(None), client(8, behind=3)]))

    assert said.stands == "Nothing is live"
    assert said.words == "1 of 2 clients was told, the last one is 3 s behind"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 hour"), (7200, "2 hours"),
     (86_400, "1 day"), (1_000_000, "11 days")],
)  # fmt: skip
def test_how_long_is_said_as_one_scans_it(seconds, words):
    assert lasting(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize("tab", ["", "versions/", "history/", "code/", "settings/"])
def test_every_page_of_a_prompt_says_it_and_leads_to_the_clients(cast, web, known, tab):
    make_prompt(cast.eve, slug="one", live=2)
    known.clients["live"] = [client(2), client(1, behind=40)]

    page = web.get(f"prompts/one/{tab}")

    assert line(page).endswith("v2 is live: 1 of 2 clients serves it, the last one is 40 s behind")
    assert '/prompts/one/clients/"' in page.content.decode()


def test_an_agents_page_says_it_too(cast, web, known):
    make_agent(cast.eve, slug="desk", locked=1, live=1)
    known.clients["live"] = [client(1)]

    assert line(web.get("agents/desk/")).endswith("v1 is live: its one client serves it")


def test_a_viewer_sees_it(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.clients["live"] = [client(1)]

    assert "its one client serves it" in line(web.of(cast.bob).get("prompts/one/versions/"))


def test_staging_is_said_where_it_is_set_and_on(cast, web, known):
    prompt = make_prompt(cast.eve, slug="one", live=1, drafts=1)
    known.clients["staging"] = [client(2), client(2)]
    unset = line(web.get("prompts/one/"))
    services.stage(cast.eve, prompt, 2)
    staged = line(web.get("prompts/one/"))
    change_workspace(cast.alice, staging_enabled=False)
    off = line(web.get("prompts/one/"))

    assert "staging" not in unset
    assert staged.endswith("v2 is on staging: both clients serve it")
    assert "staging" not in off


def test_what_is_not_live_and_what_is_archived_has_no_line(cast, web, known):
    make_prompt(cast.eve, slug="never")
    archive(cast.eve, make_prompt(cast.eve, slug="old"))

    assert line(web.get("prompts/never/")) == line(web.get("prompts/old/")) == ""


def test_after_an_unpublish_the_line_stays_until_every_client_was_told(cast, web, known):
    make_prompt(cast.eve, slug="one")
    known.clients["live"] = [client(None), client(1, behind=4)]
    waiting = line(web.get("prompts/one/"))
    known.clients["live"] = [client(None), client(None)]

    assert "Nothing is live: 1 of 2 clients was told" in waiting
    assert line(web.get("prompts/one/")) == ""


def test_the_line_asks_again_only_while_somebody_is_behind(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    quiet = web.get("prompts/one/").content.decode()
    known.clients["live"] = [client(1), client(None, behind=2)]
    waiting = web.get("prompts/one/").content.decode()
    known.clients["live"] = [client(1), client(1)]
    arrived = web.get("prompts/one/").content.decode()

    assert [POLLS in page for page in (quiet, waiting, arrived)] == [False, True, False]


def test_what_it_asks_for_is_the_line_alone_and_says_when_to_stop(cast, htmx, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.clients["live"] = [client(1), client(None, behind=2)]
    url = htmx.url("prompts/one/clients/")
    waiting = htmx.client.get(url, headers={"HX-Target": "arrival"}).content.decode()
    known.clients["live"] = [client(1), client(1)]
    arrived = htmx.client.get(url, headers={"HX-Target": "arrival"}).content.decode()

    assert waiting.strip().startswith('<div class="arrival" id="arrival"')
    assert waiting.count("<div") == arrived.count("<div") == 1
    assert POLLS in waiting
    assert POLLS not in arrived
    assert "both clients serve it" in arrived


def test_asking_again_is_light(cast, htmx):
    prompt = make_prompt(cast.eve, slug="one", live=1)
    key, _ = create_key(cast.alice, name="runtime", kind="live")
    url = htmx.url("prompts/one/clients/")

    def queries():
        with CaptureQueriesContext(connection) as caught:
            htmx.client.get(url, headers={"HX-Target": "arrival"})
        return [query["sql"] for query in caught]

    seen(prompt, key, prompt.live, instance="a")
    queries()
    few = queries()
    for number in range(20):
        seen(prompt, key, prompt.live, instance=f"b{number}")

    assert len(queries()) == len(few)
    assert sum('FROM "delivery_client"' in sql for sql in few) == 1
    assert not any("delivery_reads" in sql or '"source"' in sql for sql in few)


def test_rows_that_servers_wrote_are_what_the_line_says(cast, web):
    prompt = make_prompt(cast.eve, slug="one", live=1)
    key, _ = create_key(cast.alice, name="runtime", kind="live")
    for instance in ("a", "b"):
        seen(prompt, key, prompt.live, instance=instance)
    seen(prompt, key, prompt.live, instance="gone", ago=301)
    before = line(web.get("prompts/one/"))
    VersionFactory(actor=cast.eve, prompt=prompt)
    services.promote(cast.eve, prompt, 2)
    after = web.get("prompts/one/")

    assert before.endswith("v1 is live: both clients serve it")
    assert "v2 is live: none of 2 clients serves it yet, the last one is " in line(after)
    assert POLLS in after.content.decode()


def test_a_draft_that_is_live_and_saved_again_has_to_arrive_again(cast, web):
    agent = make_agent(cast.eve, slug="desk")
    services.promote(cast.eve, agent, 1, lock=False)
    key, _ = create_key(cast.alice, name="runtime", kind="live")
    stood = Artifact.objects.select_related("live").get(pk=agent.pk)
    seen(stood, key, stood.live)
    before = line(web.get("agents/desk/"))
    agent.refresh_from_db()
    change_agent(cast.eve, agent, bio="Answers in another way.")

    assert before.endswith("its one client serves it")
    assert "its one client is 1 s behind" in line(web.get("agents/desk/"))


def test_the_clients_page_says_it_itself(cast, web, known):
    make_prompt(cast.eve, slug="one", live=1)
    known.clients["live"] = [client(1)]

    page = web.get("prompts/one/clients/")

    assert line(page) == ""
    assert body(page).count("its one client serves it") == 1
