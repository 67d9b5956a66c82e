"""Prompts in REST: list, create, read, change."""

from tests.factories import make_prompt
from versioning.versions import services
from versioning.workspaces.models import Event


def test_a_new_prompt_is_answered_as_it_is_and_where(rest):
    answer = rest.post("prompts", slug="greeting", name="Greeting", source="Hi {{ name }}", tags=["A"])

    assert answer.status_code == 201
    assert answer["Location"] == "/api/prompts/greeting"
    body = answer.json()
    assert body | {"created": "", "changed": ""} == {
        "slug": "greeting", "name": "Greeting", "description": "", "tags": ["a"], "archived": False,
        "live": None, "staging": None, "generation": body["generation"], "versions": 1, "created": "",
        "changed": "", "url": "http://127.0.0.1:8000/w/demo/prompts/greeting/",
    }  # fmt: skip
    assert Event.objects.filter(name="version.created", via="rest", actor_label="Alice").count() == 1


def test_a_prompt_says_what_is_live_and_staged(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=2, drafts=1)
    services.stage(cast.eve, prompt, 3)

    body = rest.get("prompts/greeting").json()

    assert body["live"] | {"since": ""} == {"number": 2, "label": "v2", "since": ""}
    assert body["live"]["since"].endswith("Z")
    assert body["staging"]["label"] == "v3"
    assert body["versions"] == 3


def test_with_staging_off_the_pointer_is_not_shown_and_comes_back(rest, cast):
    prompt = make_prompt(cast.eve, slug="greeting", live=1, drafts=1)
    services.stage(cast.eve, prompt, 2)

    rest.patch("workspace", staging_enabled=False)
    off = rest.get("prompts/greeting").json()
    off_version = rest.get("prompts/greeting/versions/2").json()
    rest.patch("workspace", staging_enabled=True)

    assert (off["staging"], off_version["staging"]) == (None, False)
    assert rest.get("prompts/greeting").json()["staging"]["number"] == 2


def test_what_is_not_sent_stays_as_it_is(rest, cast):
    make_prompt(cast.eve, slug="greeting", name="Greeting", tags=["a"])

    body = rest.patch("prompts/greeting", description="Says hello").json()

    assert (body["name"], body["tags"], body["description"]) == ("Greeting", ["a"], "Says hello")


def test_archiving_and_taking_out_again(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    put_away = rest.patch("prompts/greeting", archived=True, name="Old greeting").json()
    again = rest.patch("prompts/greeting", archived=True)
    listed = rest.get("prompts").json()["total"], rest.get("prompts", show="archived").json()["total"]
    back = rest.patch("prompts/greeting", archived=False).json()

    assert (put_away["archived"], put_away["name"]) == (True, "Old greeting")
    assert again.status_code == 200
    assert listed == (0, 1)
    assert back["archived"] is False


def test_a_refused_archiving_changes_nothing_else(rest, cast):
    make_prompt(cast.eve, slug="greeting", name="Greeting", live=1)

    answer = rest.patch("prompts/greeting", archived=True, name="Gone")

    assert (answer.status_code, answer.json()["code"]) == (409, "live_in_the_way")
    assert rest.get("prompts/greeting").json()["name"] == "Greeting"


def test_a_slug_that_was_taken_is_refused_with_its_field(rest, cast):
    make_prompt(cast.eve, slug="greeting")

    answer = rest.post("prompts", slug="greeting")

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "slug_taken", "slug")


def test_the_list_is_searched_by_every_word(rest, cast):
    make_prompt(cast.eve, slug="greeting-formal", name="Formal greeting", tags=["mail"])
    make_prompt(cast.eve, slug="greeting-short")

    found = rest.get("prompts", q="greeting mail").json()

    assert [each["slug"] for each in found["items"]] == ["greeting-formal"]


def test_an_import_brings_whole_histories_in_once(rest):
    line = (
        '{"prompt": "greeting", "version": %d, "message": "m", "author": "Ann", '
        '"created": "2025-04-17T17:19:55Z", "source": "Hi %d"}\n'
    )
    body = line % (1, 1) + line % (2, 2) + '{"prompt": "broken", "version": 2}\n'

    first, second = rest.send("POST", "prompts/import", body), rest.send("POST", "prompts/import", body)

    assert (first.json()["added"], first.json()["problems"]) == (2, 1)
    assert second.json()["added"] == 0
    assert rest.get("prompts/greeting").json()["live"]["number"] == 2
    assert rest.get("prompts/greeting/versions/1").json()["author"] == "Ann"
