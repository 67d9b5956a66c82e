"""`GET /v1/bundle`: all that a key reads, in one answer."""

from typing import Any

import pytest
from django.db import connection

from tests.delivery.house import House, until
from tests.server import Server
from versioning.versions import services
from versioning.workspaces.services.keys import revoke_key
from versioning.workspaces.services.workspaces import change_workspace

LARGE = """
INSERT INTO versions_artifact (id, workspace_id, kind, slug, last_number, created_at, changed_at)
  SELECT gen_random_uuid(), %(workspace)s, 'prompt', 'large-' || n, 1, now(), now()
    FROM generate_series(1, %(prompts)s) n;
INSERT INTO versions_version (id, artifact_id, workspace_id, kind, number, source, digest, message,
    author_name, revision, created_at, updated_at, locked_at)
  SELECT gen_random_uuid(), id, workspace_id, kind, 1, repeat('Hello {{ name }}. ', 555) || '0123456789',
         md5(slug), '', '', 1, now(), now(), now()
    FROM versions_artifact WHERE workspace_id = %(workspace)s;
UPDATE versions_artifact a SET live_id = v.id, live_since = now()
  FROM versions_version v WHERE v.artifact_id = a.id AND a.workspace_id = %(workspace)s;
"""


@pytest.fixture
def home(house: House) -> House:
    """A workspace of this test's own; `house` sees to it that it goes in the end."""
    return House.build()


def bundle(server: Server, key: str, **headers: str) -> Any:
    return server.get("/v1/bundle", key, **headers)


def slugs(said: dict[str, Any]) -> dict[str, list[str]]:
    return {kind: [each["slug"] for each in said[kind]] for kind in ("prompts", "agents")}


def test_each_entry_is_to_the_byte_the_answer_of_its_own_read_but_for_stale(home: House, server: Server):
    for slug in ("zebra", "apple", "apple-2"):
        home.prompt(slug=slug, live=2, drafts=1)
    agents, key = [home.agent(live=2) for _ in range(2)], home.key()

    answer = bundle(server, key)

    said = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert list(said) == ["kind", "served_to", "prompts", "agents", "stale"]
    assert (said["kind"], said["served_to"], said["stale"]) == ("bundle", "live", False)
    assert slugs(said) == {
        "prompts": ["apple", "apple-2", "zebra"], "agents": sorted(each.slug for each in agents),
    }  # fmt: skip
    for kind in ("prompt", "agent"):
        for each in said[f"{kind}s"]:
            alone = server.read(kind, each["slug"], key).content
            assert alone.removesuffix(b',"stale":false}') + b"}" in answer.content


def test_only_what_is_served_now_is_in_it(home: House, server: Server):
    home.prompt(slug="served")
    unpublished, archived = home.prompt(slug="unpublished"), home.prompt(slug="archived")
    home.prompt(slug="draft", live=0, drafts=1)
    home.act(services.unpublish, unpublished)
    home.act(services.unpublish, archived)
    home.act(services.archive, archived)
    home.agent(slug="never-live", live=0)

    assert slugs(bundle(server, home.key()).json()) == {"prompts": ["served"], "agents": []}


def test_a_test_key_gets_what_is_staged_and_else_what_is_live(home: House, server: Server):
    staged, plain, new = home.prompt(drafts=1), home.prompt(), home.prompt(live=0, drafts=1)
    agent = home.agent(live=1)
    for thing, number in ((staged, 2), (new, 1), (agent, 2)):
        home.act(services.stage, thing, number)
    live, test = home.key("live"), home.key("test")

    said = bundle(server, test).json()

    found = {each["slug"]: (each["number"], each["served_from"]) for each in said["prompts"] + said["agents"]}
    assert said["served_to"] == "test"
    assert found == {
        staged.slug: (2, "staging"), plain.slug: (1, "live"), new.slug: (1, "staging"),
        agent.slug: (2, "staging"),
    }  # fmt: skip
    of_live = bundle(server, live).json()
    assert {each["served_from"] for each in of_live["prompts"] + of_live["agents"]} == {"live"}
    assert new.slug not in slugs(of_live)["prompts"]


def test_an_empty_workspace_has_empty_lists(house: House, server: Server):
    empty = House.build()

    answer = bundle(server, empty.key())

    assert answer.json() == {
        "kind": "bundle", "served_to": "live", "prompts": [], "agents": [], "stale": False,
    }  # fmt: skip


def test_it_is_conditional_and_has_a_head(home: House, server: Server):
    home.prompt()
    key = home.key()
    full = bundle(server, key)
    etag = full.headers["etag"]

    same = bundle(server, key, If_None_Match=f'"other", W/{etag}')
    head = server.ask("HEAD", "/v1/bundle", key)

    assert etag.startswith('"')
    assert full.headers["cache-control"] == "private, no-cache"
    assert full.headers["vary"] == "Authorization"
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(full.content))
    assert bundle(server, key, If_None_Match='"other"').content == full.content


def test_two_keys_of_a_workspace_get_the_same_bytes_and_two_workspaces_do_not_meet(
    home: House, server: Server
):
    home.prompt(slug="mine")
    other = House.build()
    other.prompt(slug="theirs")

    mine, again = (bundle(server, home.key()) for _ in range(2))

    assert mine.content == again.content
    assert slugs(mine.json())["prompts"] == ["mine"]
    assert slugs(bundle(server, other.key()).json())["prompts"] == ["theirs"]


def test_what_is_no_read_of_it_is_refused(home: House, server: Server):
    key = home.key()

    refused = [server.ask(method, "/v1/bundle", key) for method in ("POST", "PUT", "DELETE", "PATCH")]

    assert {(each.status_code, each.json()["code"]) for each in refused} == {(405, "method_not_allowed")}
    assert {each.headers["allow"] for each in refused} == {"GET, HEAD"}
    for path in ("/v1/bundle/", "/v1/bundle/x", "/v1/bundles", "/v1/bundle/conversations"):
        assert server.get(path, key).status_code == 404, path


def test_keys_that_do_not_count_get_nothing(home: House, server: Server):
    home.prompt()
    key, revoked = home.key(), home.act(_made_and_revoked)
    bundle(server, key)

    for bearer in ("", key[:-1], key[:-1] + ("x" if key[-1] != "x" else "y"), "pv_live_x", revoked):
        answer = bundle(server, bearer)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), bearer


def _made_and_revoked(actor: Any) -> str:
    from versioning.workspaces.services.keys import create_key

    key, secret = create_key(actor, name="gone", kind="live")
    revoke_key(actor, key.pk)
    return secret


def test_a_warm_bundle_asks_the_database_nothing(home: House, server: Server, queries: Any):
    for _ in range(3):
        home.prompt(live=2)
    keys = [home.key("live"), home.key("test")]
    for key in keys:
        bundle(server, key)
    before = queries.settled(server)

    statuses = {bundle(server, key).status_code for _ in range(20) for key in keys}

    assert statuses == {200}
    assert queries(server) == before


def test_every_change_in_its_workspace_is_in_it_at_once(home: House, server: Server):
    prompt, agent = home.prompt(live=2), home.agent(live=1)
    live, test = home.key("live"), home.key("test")

    def shows(key: str, **expected: Any) -> bool:
        said = bundle(server, key).json()
        found = {each["slug"]: each["number"] for each in said["prompts"] + said["agents"]}
        return found == expected

    now = {prompt.slug: 2, agent.slug: 1}
    assert shows(live, **now)
    assert shows(test, **now)
    home.act(services.roll_back, prompt, 1)
    until(lambda: shows(live, **now | {prompt.slug: 1}))
    home.act(services.stage, agent, 2)
    until(lambda: shows(test, **{prompt.slug: 1, agent.slug: 2}))
    assert shows(live, **{prompt.slug: 1, agent.slug: 1})
    home.act(change_workspace, staging_enabled=False)
    until(lambda: shows(test, **{prompt.slug: 1, agent.slug: 1}))
    home.act(services.unpublish, agent)
    until(lambda: shows(live, **{prompt.slug: 1}))
    home.prompt(slug="newer")
    until(lambda: shows(live, newer=1, **{prompt.slug: 1}))


def test_what_happens_elsewhere_does_not_make_it_be_read_again(home: House, server: Server, queries: Any):
    home.prompt()
    key, other = home.key(), House.build()
    theirs = other.prompt(live=2)
    bundle(server, key)
    before = queries.settled(server)

    other.act(services.roll_back, theirs, 1)
    for _ in range(20):
        bundle(server, key)

    assert queries(server) == before


def test_a_thousand_prompts_of_ten_kilobytes_come_whole(home: House, server: Server):
    home.act(large, 1_000)
    key = home.key()

    cold, warm = bundle(server, key), bundle(server, key)

    said = cold.json()["prompts"]
    assert [each["slug"] for each in said] == sorted(f"large-{number}" for number in range(1, 1_001))
    assert {len(each["content"]) for each in said} == {10_000}
    assert warm.content == cold.content
    alone = server.prompt("large-7", key).content
    assert alone.removesuffix(b',"stale":false}') + b"}" in cold.content


def large(actor: Any, prompts: int) -> None:
    """So many live prompts of 10 KB: as far as delivery looks, for the services would take half a minute."""
    with connection.cursor() as cursor:
        cursor.execute(LARGE, {"workspace": actor.workspace.id, "prompts": prompts})
