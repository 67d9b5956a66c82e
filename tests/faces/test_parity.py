"""Every verb through every face that has it: the same Event, the same refusal. Who may: the table.

A verb of REST that is not among tests/faces/verbs.py fails the last test, so that none can be forgotten.
"""

import re

import pytest

from agents.models import Agent
from prompts.models import Prompt
from tests.agents.sheets import sheet
from tests.faces.verbs import AGENTS, PROMPTS, Verb, acts, by_rest, by_web, configuration, form_of
from tests.faces.verbs import ready as make_ready
from tests.factories import make_agent
from tests.kept import begin_with
from versioning.api import api
from versioning.lib.errors import STATUS
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event, Workspace

VERBS = [*PROMPTS, *AGENTS]
every_verb = pytest.mark.parametrize("verb", VERBS, ids=str)


def make_things(cast):
    """Of each kind two that are alike: one for the page, one for the program."""
    one_of = {"prompts": PROMPTS[0], "agents": AGENTS[0]}
    return {
        (kind, face): make_ready(cast, verb, f"to-be-{face}")
        for kind, verb in one_of.items()
        for face in ("paged", "called")
    }


made, scene, cast = begin_with(make_things)


@pytest.fixture
def ready(scene):
    """`ready(verb, face)`: a thing of the verb's kind, as tests/faces/verbs.py makes it."""
    return lambda verb, face: scene[1][verb.kind, face]


@pytest.fixture
def prepared(cast, ready):
    """As `ready`, and what the verb needs before."""

    def prepare(verb, face):
        thing = ready(verb, face)
        if verb.first:
            verb.first(cast.eve, thing)
            thing.refresh_from_db()
        return thing

    return prepare


@every_verb
def test_every_face_records_the_same_events_and_leaves_the_same(cast, web, rest, prepared, verb):
    paged, called = prepared(verb, "paged"), prepared(verb, "called")

    answers = by_web(web.of(cast.eve), verb, paged), by_rest(rest.of(cast.eve), verb, called)

    assert [answer.status_code // 100 for answer in answers] in ([3, 2], [2, 2]), answers[1].content
    assert acts(paged, paged.last_sequence) == acts(called, called.last_sequence)
    assert [act[:3] for act in acts(paged, paged.last_sequence)] == verb.events
    assert configuration(paged) == configuration(called)


@every_verb
def test_every_face_refuses_what_cannot_be_done_and_records_nothing(cast, web, rest, ready, verb):
    thing, number = ready(verb, "paged"), verb.at or verb.number
    if not (verb.again or verb.at or verb.first):
        by_rest(rest.of(cast.eve), verb, thing)
    before = Event.objects.of(thing.pk).count()

    by_web(web.of(cast.eve), verb, thing, n=number, **verb.again)
    answer = by_rest(rest.of(cast.eve), verb, thing, n=number, **(verb.again_body or verb.again))

    assert (answer.status_code, answer.json()["code"]) == (STATUS[verb.refusal], verb.refusal)
    assert Event.objects.of(thing.pk).count() == before


@pytest.mark.parametrize("verb", [verb for verb in AGENTS if verb.of_draft], ids=str)
def test_a_draft_that_is_live_is_written_by_who_may_publish_in_every_face(cast, web, rest, ready, verb):
    paged, called = ready(verb, "paged"), ready(verb, "called")
    for agent in (paged, called):
        services.promote(cast.eve, agent, 3, lock=False)
        agent.refresh_from_db()
    Workspace.objects.filter(pk=cast.demo.pk).update(protect_live=True)
    form = form_of(web, verb, paged)

    refused = web.of(cast.eve).client.post(*form), by_rest(rest.of(cast.eve), verb, called)
    by_key = by_rest(rest.with_key("drafts"), verb, called)
    unrecorded = acts(paged, paged.last_sequence) + acts(called, called.last_sequence)
    by_ada = web.of(cast.ada).client.post(*form), by_rest(rest.of(cast.ada), verb, called)

    assert [answer.status_code for answer in (*refused, by_key)] == [403] * 3
    assert unrecorded == []
    assert [answer.status_code < 400 for answer in by_ada] == [True, True]
    assert acts(paged, paged.last_sequence) == acts(called, called.last_sequence) != []
    assert configuration(paged) == configuration(called)


def test_the_working_copy_is_the_only_difference_between_page_and_program(cast, web, rest, ready):
    verb = next(verb for verb in PROMPTS if verb.name == "save a new version")
    prompt = ready(verb, "paged")
    by_web(web.of(cast.eve), verb, prompt)

    by_rest(rest.of(cast.eve), verb, prompt)

    newest = Version.objects.of(prompt).newest_first()[:2]
    assert newest[0].source == newest[1].source == "New"


def recorded(thing):
    """What was recorded of a thing that was made."""
    return list(
        Event.objects.of(thing.pk).order_by("sequence").values_list("name", "actor_label", "data__kind")
    )


def test_making_an_agent_is_the_same_through_every_face(cast, web, rest):
    web.of(cast.eve).post("agents/new/", slug="paged", name="Desk", type="assistant")
    rest.of(cast.eve).post("agents", slug="called", name="Desk")

    paged, called = (Agent.objects.get(slug=slug) for slug in ("paged", "called"))
    assert recorded(paged) == recorded(called) == [("artifact.created", "Eve", "agent")]
    assert configuration(paged) == configuration(called)


def test_copying_an_agent_is_the_same_through_every_face(cast, web, rest):
    make_agent(cast.eve, slug="desk", locked=1)

    web.of(cast.eve).post("agents/desk/copy/", slug="paged", name="", version="1")
    rest.of(cast.eve).post("agents/desk/versions/1/copy", slug="called")

    paged, called = (Agent.objects.get(slug=slug) for slug in ("paged", "called"))
    assert recorded(paged) == recorded(called)
    assert configuration(paged) == configuration(called)


@pytest.mark.parametrize("kind", ["prompts", "agents"])
def test_archived_things_come_back_through_every_face_alike(cast, web, rest, ready, kind):
    verb = Verb("unarchive", "unarchive/", {}, "PATCH", "", {"archived": False}, [], "", kind=kind)
    things = [ready(verb, slug) for slug in ("paged", "called")]
    for thing in things:
        services.unpublish(cast.eve, thing)
        services.archive(cast.eve, thing)
        thing.refresh_from_db()

    by_web(web.of(cast.eve), verb, things[0])
    by_rest(rest.of(cast.eve), verb, things[1])

    said = [[act[0] for act in acts(thing, thing.last_sequence)] for thing in things]
    assert said == [["artifact.unarchived"]] * 2
    assert not Prompt.objects.archived().exists()
    assert not Agent.objects.archived().exists()


def test_a_form_of_the_editor_that_was_overtaken_is_refused_as_a_program_is(cast, web, rest):
    agent = make_agent(cast.eve, slug="desk")
    asked = sheet(web, "agents/desk/", "identity")
    tag = rest.get("agents/desk")["ETag"]
    rest.of(cast.ada).patch("agents/desk", bio="Ada's words.")

    paged = web.client.post(asked.action, asked.filled(bio="Alice's words."))
    called = rest.patch("agents/desk", {"If-Match": tag}, bio="Alice's words.")

    assert (paged.status_code, called.status_code) == (STATUS["stale"], STATUS["stale"])
    agent.refresh_from_db()
    assert agent.bio == "Ada's words."


# Create, import and copy make a thing; renaming stands for archiving, a trigger's path for its section's.
MAKING = {("POST", ""), ("POST", "import"), ("PATCH", ""), ("POST", "versions/{n}/copy")}


@pytest.mark.parametrize("kind", ["prompts", "agents"])
def test_no_verb_of_rest_is_forgotten(kind):
    known = MAKING | {(verb.method, named(verb.path)) for verb in VERBS if verb.kind == kind}
    start = f"/api/{kind}"
    unsafe = {
        (
            method.upper(),
            named(path.removeprefix(start).replace("/{slug}", "").replace("/{id}", "").strip("/")),
        )
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
        if path.startswith(start) and method != "get"
    }

    assert unsafe <= known


def named(path):
    """A path with the id of a part named alike, whichever its section."""
    return re.sub(r"\{(?!n\})\w+\}", "{part_id}", path)
