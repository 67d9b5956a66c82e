"""Every verb through every face that has it: the same Event, the same refusal, the same right.

A verb of REST that is not in VERBS fails the last test, so that none can be forgotten.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from prompts.models import Prompt
from tests.cast import Cast, Web
from tests.factories import make_prompt
from versioning.api import api
from versioning.lib.errors import STATUS
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event

Form = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """One verb on a prompt whose v2 is live, v1 retired, v3 and v4 drafts, v4 staged."""

    name: str
    page: str
    form: Form
    method: str
    path: str
    body: Form
    events: list[tuple[str, int | None, int | None]]
    refusal: str  # the code of the same verb done twice, or where it cannot be done
    again: Form = field(default_factory=dict)  # what differs in the request that is refused
    at: str = ""  # the number in the path of the request that is refused
    key_scope: str = ""  # with which scope a key may
    where_protected: bool = False  # whether protecting live takes it from editors


VERBS = [
    Verb("promote", "versions/{n}/promote/", {"expected": '"3-1"', "message": "Why", "generation": "{g}"},
         "POST", "versions/{n}/promote", {"message": "Why"},
         [("version.published", 2, 3)], "already_live", where_protected=True, at="2"),
    Verb("roll back", "versions/1/rollback/", {"message": "Why", "generation": "{g}"},
         "POST", "rollback", {"version": 1, "message": "Why"},
         [("version.rolled_back", 2, 1)], "already_live", where_protected=True),
    Verb("unpublish", "unpublish/", {"message": "Why", "generation": "{g}"},
         "POST", "unpublish", {"message": "Why"},
         [("version.unpublished", 2, None)], "not_live", where_protected=True),
    Verb("stage", "versions/{n}/stage/", {}, "PUT", "staging", {"version": 3},
         [("staging.set", 4, 3)], "already_staged"),
    Verb("unstage", "unstage/", {}, "DELETE", "staging", {}, [("staging.cleared", 4, None)], "not_staged"),
    Verb("save a new version", "save/", {"source": "New", "base": "2", "message": "Why"},
         "POST", "versions", {"source": "New", "base": 2, "message": "Why"},
         [("version.created", 2, 5)], "invalid", again={"source": " "}, key_scope="drafts"),
    Verb("rewrite a draft", "save/",
         {"source": "New", "base": "3", "base_tag": '"3-1"', "act": "update", "draft_message": "Why"},
         "PATCH", "versions/{n}", {"source": "New", "message": "Why"},
         [("version.updated", 3, 3)], "unchanged", key_scope="drafts"),
    Verb("delete a draft", "versions/{n}/delete/", {"expected": '"3-1"'}, "DELETE", "versions/{n}", {},
         [("version.deleted", 3, None)], "not_found"),
    Verb("rename", "settings/", {"name": "Other", "description": "", "tags": ""},
         "PATCH", "", {"name": "Other"}, [("artifact.changed", None, None)], "invalid", again={"name": ""}),
]  # fmt: skip


def ready(cast: Cast, slug: str) -> Prompt:
    """The prompt that VERBS speak of."""
    prompt = make_prompt(cast.eve, slug=slug, live=2, drafts=2)
    services.stage(cast.eve, prompt, 4)
    prompt.refresh_from_db()
    return prompt


def acts(prompt: Prompt, after: int) -> list[tuple[Any, ...]]:
    """What was recorded since, as far as it must be the same through every face."""
    events = Event.objects.of(prompt.pk).filter(sequence__gt=after).order_by("sequence")
    fields = ("name", "from_number", "to_number", "message", "actor_kind", "actor_label")
    return list(events.values_list(*fields))


def by_web(web: Web, verb: Verb, prompt: Prompt, **changed: Any) -> Any:
    """The verb as a form of a page."""
    page = verb.page.format(n=changed.pop("n", 3))
    form = {name: str(value).format(g=prompt.generation) for name, value in (verb.form | changed).items()}
    return web.post(f"prompts/{prompt.slug}/{page}", **form)


def by_rest(rest: Any, verb: Verb, prompt: Prompt, **changed: Any) -> Any:
    """The verb as a call of a program."""
    path = verb.path.format(n=changed.pop("n", 3))
    call = getattr(rest, verb.method.lower())
    body = {} if verb.method == "DELETE" else verb.body | changed
    return call(f"prompts/{prompt.slug}" + (f"/{path}" if path else ""), **body)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_face_records_the_same_events(cast, web, rest, verb):
    paged, called = ready(cast, "paged"), ready(cast, "called")

    answers = by_web(web.of(cast.eve), verb, paged), by_rest(rest.of(cast.eve), verb, called)

    assert [answer.status_code // 100 for answer in answers] in ([3, 2], [2, 2]), answers[1].content
    assert acts(paged, paged.last_sequence) == acts(called, called.last_sequence)
    assert [act[:3] for act in acts(paged, paged.last_sequence)] == verb.events


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_face_refuses_what_cannot_be_done_and_records_nothing(cast, web, rest, verb):
    prompt = ready(cast, "paged")
    number = int(verb.at or 3)
    if not verb.again and not verb.at:
        by_rest(rest.of(cast.eve), verb, prompt)
    before = Event.objects.of(prompt.pk).count()

    by_web(web.of(cast.eve), verb, prompt, n=number, **verb.again)
    answer = by_rest(rest.of(cast.eve), verb, prompt, n=number, **verb.again)

    assert (answer.status_code, answer.json()["code"]) == (STATUS[verb.refusal], verb.refusal)
    assert Event.objects.of(prompt.pk).count() == before


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_viewer_is_refused_by_every_face(cast, web, rest, verb):
    prompt = ready(cast, "paged")

    answers = by_web(web.of(cast.bob), verb, prompt), by_rest(rest.of(cast.bob), verb, prompt)

    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[1].json()["code"] == "forbidden"
    assert acts(prompt, prompt.last_sequence) == []


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_protecting_live_takes_the_same_verbs_from_editors_in_every_face(cast, web, rest, verb):
    paged, called = ready(cast, "paged"), ready(cast, "called")
    type(cast.demo).objects.filter(pk=cast.demo.pk).update(protect_live=True)

    answers = by_web(web.of(cast.eve), verb, paged), by_rest(rest.of(cast.eve), verb, called)

    assert [answer.status_code == 403 for answer in answers] == [verb.where_protected] * 2
    admins = by_web(web.of(cast.ada), verb, paged) if verb.where_protected else answers[0]
    assert admins.status_code in (200, 303)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
@pytest.mark.parametrize("scope", ["", "history", "drafts"])
def test_a_key_may_what_its_scopes_say_and_never_moves_a_pointer(cast, rest, verb, scope):
    prompt = ready(cast, "called")

    answer = by_rest(rest.with_key(*filter(None, [scope])), verb, prompt)

    allowed = bool(scope) and scope == verb.key_scope
    assert (answer.status_code < 300) == allowed
    if not allowed:
        code = "missing_scope" if verb.key_scope else "forbidden"
        assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_the_working_copy_is_the_only_difference_between_page_and_program(cast, web, rest):
    prompt = ready(cast, "paged")
    by_web(web.of(cast.eve), VERBS[5], prompt)

    by_rest(rest.of(cast.eve), VERBS[5], prompt)

    newest = Version.objects.of(prompt).newest_first()[:2]
    assert newest[0].source == newest[1].source == "New"


def test_no_verb_of_rest_is_forgotten():
    elsewhere = {("POST", ""), ("POST", "import"), ("PATCH", "")}  # create, import; rename stands for archive
    known = elsewhere | {(verb.method, verb.path.replace("{n}", "{n}")) for verb in VERBS}
    unsafe = {
        (method.upper(), path.removeprefix("/api/prompts").replace("/{slug}", "").strip("/"))
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
        if path.startswith("/api/prompts") and method != "get"
    }

    assert unsafe <= known
