"""Starting a run: what is sent is made of the version, and kept; nothing leaves before it is committed."""

import json

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import make_prompt
from tests.refusals import refused
from versioning.lib.transaction import told
from versioning.playground import services
from versioning.playground.models import Run
from versioning.playground.services.runs import TEXT_LIMIT, request_of
from versioning.versions import services as versions
from versioning.versions.kinds import Ask
from versioning.versions.models import Version

SOURCE = "You help {{ name }} in {{ city }}. {{ name }} is a guest.\n"


@pytest.fixture
def prompt(cast):
    return make_prompt(cast.eve, slug="greeting", source=SOURCE)


@pytest.fixture
def provider(cast):
    return services.change_provider(cast.alice, base_url="https://api.example/v1", model="tiny", key="")


def start(actor, prompt, *numbers, **options):
    options = {"said": "Hello?", "values": {"name": "Ann", "city": "Rome"}} | options
    return services.start_runs(actor, prompt, numbers or (1,), **options)


def test_without_a_server_the_exact_request_is_a_preview(cast, prompt):
    [run] = start(cast.eve, prompt)

    assert (run.status, run.answer, run.request["url"]) == ("preview", "", "")
    assert run.request["body"] == {
        "messages": [
            {"role": "system", "content": "You help Ann in Rome. Ann is a guest.\n"},
            {"role": "user", "content": "Hello?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_with_nothing_said_the_prompt_itself_is_what_is_said(cast, prompt):
    [run] = start(cast.eve, prompt, said="")

    assert run.request["body"]["messages"] == [
        {"role": "user", "content": "You help Ann in Rome. Ann is a guest.\n"}
    ]


def test_a_run_knows_version_text_and_person(cast, prompt, provider):
    [run] = start(cast.eve, prompt)

    version = Version.objects.get(artifact_id=prompt.pk, number=1)
    assert (run.version, run.number, run.digest) == (version, 1, version.digest)
    assert (run.actor_kind, run.actor_id, run.actor_label) == ("member", cast.eve.user.pk, "Eve")
    assert (run.status, run.model) == ("waiting", "tiny")


def test_two_side_by_side_are_asked_the_same(cast, prompt, provider):
    versions.save_version(cast.eve, prompt, source="Be brief with {{ name }}.")

    first, second = start(cast.eve, prompt, 1, 2)

    assert first.pair == second.pair is not None
    assert (first.said, first.number, second.said, second.number) == ("Hello?", 1, "Hello?", 2)
    assert (first.values, second.values) == ({"name": "Ann", "city": "Rome"}, {"name": "Ann"})
    assert list(Run.objects.all().beside(second)) == [first, second]


def test_a_missing_variable_is_named_and_nothing_is_kept(cast, prompt):
    versions.save_version(cast.eve, prompt, source="No variables.")

    with refused("invalid") as caught:
        start(cast.eve, prompt, 2, 1, values={"name": "Ann"})

    assert caught.value.message == "Give a value for city."
    assert caught.value.data["missing"] == ["city"]
    assert not Run.objects.exists()


def test_an_empty_value_is_a_value(cast, prompt):
    [run] = start(cast.eve, prompt, values={"name": "", "city": ""})

    assert run.request["body"]["messages"][0]["content"] == "You help  in .  is a guest.\n"


@pytest.mark.parametrize(
    "text", ["NUL \0", "half \ud800", "x" * (TEXT_LIMIT + 1)], ids=["nul", "half", "long"]
)
@pytest.mark.parametrize("where", ["said", "values"])
def test_a_text_that_cannot_be_kept_is_refused(cast, prompt, text, where):
    given = {"said": text} if where == "said" else {"values": {"name": text, "city": "Rome"}}

    with refused("invalid"):
        start(cast.eve, prompt, **given)


def test_a_prompt_that_its_values_make_too_long_is_refused(cast):
    many = make_prompt(cast.eve, slug="many", source="{{ name }}" * 1000)

    with refused("invalid"):
        start(cast.eve, many, values={"name": "x" * TEXT_LIMIT})


def test_a_version_that_is_not_there_is_not_found(cast, prompt):
    with refused("not_found"):
        start(cast.eve, prompt, 7)


def test_what_a_version_names_is_asked_unless_the_providers_model_shall_be(provider):
    ask = Ask([{"role": "user", "content": "x"}], model="gpt-large", params={"temperature": 0.2, "n": 5})

    named, instead = request_of(ask, provider), request_of(ask, provider, override=True)

    assert (named["body"]["model"], instead["body"]["model"]) == ("gpt-large", "tiny")
    assert named["body"]["temperature"] == 0.2
    assert "n" not in named["body"]
    assert named["url"] == "https://api.example/v1/chat/completions"


def test_a_run_outlives_the_draft_that_was_tried(cast, prompt, provider):
    versions.save_version(cast.eve, prompt, source="A passing thought.")
    [run] = start(cast.eve, prompt, 2)

    versions.delete_draft(cast.eve, prompt, 2)

    run.refresh_from_db()
    assert (run.version_id, run.number) == (None, 2)


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_who_may_not_try_starts_reads_and_stops_nothing(cast, prompt, who):
    [run] = start(cast.eve, prompt)
    actor = getattr(cast, who)
    code = "forbidden" if who == "bob" else "not_found"

    with refused(code if who == "bob" else "not_found"), told(actor.workspace.id, actor.person_id):
        start(actor, prompt)
    with refused(code), told(actor.workspace.id, actor.person_id):
        services.run_of(actor, run.pk)
    with refused(code), told(actor.workspace.id, actor.person_id):
        services.stop_run(actor, run.pk)


def test_the_database_lets_no_run_refer_to_another_workspace(cast, prompt):
    [run] = start(cast.eve, prompt)
    with told(cast.elsewhere.id, cast.charlie.person_id):
        other = make_prompt(cast.charlie, slug="theirs")

    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(artifact_id=other.pk)
        connection.check_constraints()


def test_the_database_lets_no_run_name_anothers_version(cast, prompt):
    [run] = start(cast.eve, prompt)
    other = Version.objects.get(artifact_id=make_prompt(cast.eve, slug="other").pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(version=other)
        connection.check_constraints()


def test_rest_starts_reads_lists_and_stops(cast, rest, prompt, provider):
    eve = rest.of(cast.eve)
    answer = eve.post("prompts/greeting/versions/1/runs", input="Hello?", values={"name": "A", "city": "B"})
    run = answer.json()

    assert (answer.status_code, run["status"], run["version"]) == (202, "waiting", 1)
    assert answer["Location"] == f"/api/runs/{run['id']}"
    assert eve.get(f"runs/{run['id']}").json() == run
    assert [each["id"] for each in eve.get("prompts/greeting/versions/1/runs").json()["items"]] == [run["id"]]
    by_id = eve.post(f"prompts/{prompt.pk}/versions/1/runs", input="x", values={"name": "A", "city": "B"})
    assert by_id.status_code == 202
    stopped = eve.post(f"runs/{run['id']}/stop").json()
    assert stopped["status"] == "stopped"
    assert json.loads(json.dumps(stopped))["finished"]


def test_rest_names_what_is_missing(cast, rest, prompt):
    answer = rest.of(cast.eve).post("prompts/greeting/versions/1/runs", input="Hello?")

    assert (answer.status_code, answer.json()["missing"]) == (422, ["name", "city"])


@pytest.mark.parametrize("who", ["bob", "key"])
def test_rest_refuses_who_may_not(cast, rest, prompt, who):
    asking = rest.of(cast.bob) if who == "bob" else rest.with_key("history", "drafts")
    [run] = start(cast.eve, prompt)

    for answer in (
        asking.post("prompts/greeting/versions/1/runs", input="Hello?"),
        asking.get("prompts/greeting/versions/1/runs"),
        asking.get(f"runs/{run.pk}"),
        asking.post(f"runs/{run.pk}/stop"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
