"""Settings → Health: what is known of the record, and verifying all of it."""

import pytest
from django.utils import timezone

from agents.models import Agent, Snapshot
from tests.changes.capture import by_owner
from tests.factories import make_agent, make_prompt
from tests.versions.pages import body
from versioning.changes.models import Change, Gap, Verification
from versioning.changes.services import health as services
from versioning.changes.services.health import health, verify_now
from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.versions import services as versions

PAGE = "settings/health/"


@pytest.fixture
def agent(cast):
    return make_agent(cast.eve, slug="desk", parts={})


def lose(cast, agent, version=2):
    """A change of an agent that could not be recorded, as the database notes it."""
    by_hand = (
        "INSERT INTO config_history_gap (resource_type, resource_id, agent_id, tenant_id, version, operation,"
        " sqlstate, reason, changed_by, db_role, request_id, created_at)"
        " VALUES ('agent', %s, %s, %s, %s, 'UPDATE', '53100', 'disk full', '', 'pv_app', '', now())"
    )
    by_owner(by_hand, agent.pk, agent.pk, cast.demo.id, version)
    by_owner("UPDATE config_counter SET last = %s WHERE resource_id = %s", version, agent.pk)


def test_where_nothing_is_missing_the_page_says_so_and_counts(web, agent):
    page = body(web.get(PAGE))

    assert "Nothing is known to be missing." in page
    assert "It was never verified" in page
    assert "1 resource, 1 record" in page
    assert "Strict mode Off" in page


def test_verify_now_verifies_and_keeps_what_it_found(cast, web, agent):
    answer = web.post(PAGE)

    assert answer.status_code == 303
    last = Verification.objects.get(pk=cast.demo.id)
    assert (last.found, last.resources, last.records, last.asked_by) == (0, 1, 1, "Alice")
    page = body(web.get(PAGE))
    assert "Verified: the record is whole." in page
    assert "by Alice" in page

    make_prompt(cast.eve)
    web.post(PAGE)
    assert Verification.objects.get(pk=cast.demo.id).resources == 2


def test_a_gap_is_named_with_its_resource_version_time_and_why_and_leads_to_its_history(
    committed_cast, client
):
    cast = committed_cast
    with told(cast.demo.id):
        agent = make_agent(cast.eve, slug="desk", parts={})
    lose(cast, agent)
    client.force_login(cast.ada.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get("/w/demo/settings/health/").content.decode()

    assert "1 change could not be recorded." in page
    assert '<a class="link" href="/w/demo/agents/desk/history/">Front desk</a>' in page
    assert "53100 disk full" in page
    assert "2, changed" in page
    with told(cast.demo.id):
        known = health(cast.ada)
        assert (known.gaps, known.whole) == (1, False)
        found = verify_now(cast.ada)
        assert [(each["code"], each["version"]) for each in found.findings] == [("gap", 2)]
    assert "The last verification found 1 fault." in client.get("/w/demo/settings/health/").content.decode()


def test_what_the_counter_alone_remembers_is_named_too(committed_cast):
    cast = committed_cast
    with told(cast.demo.id):
        agent = make_agent(cast.eve, slug="desk", parts={})
    by_owner("UPDATE config_counter SET last = 3, lost = '{2,3}' WHERE resource_id = %s", agent.pk)

    with told(cast.demo.id):
        known = health(cast.alice)

    assert known.gaps == 2
    assert [(loss.version, loss.why) for loss in known.losses] == [
        (2, "Not even why could be recorded."), (3, "Not even why could be recorded."),
    ]  # fmt: skip
    assert {loss.artifact.slug for loss in known.losses} == {"desk"}


def test_a_publish_without_its_snapshot_is_counted(cast, agent, monkeypatch):
    monkeypatch.setattr("agents.services.snapshots._taken", lambda *_: 1 / 0)
    versions.lock(cast.eve, agent)
    versions.promote(cast.eve, agent, 1)

    known = health(cast.alice)

    assert not Snapshot.objects.exists()
    assert known.snapshots_missing == 1
    assert not known.whole


def test_a_mode_that_is_not_the_environments_is_said(web, agent, settings):
    settings.HISTORY_STRICT = True

    page = body(web.get(PAGE))

    assert "HISTORY_STRICT says on: run manage.py migrate." in page


def test_a_history_too_long_for_a_page_is_verified_by_the_command_it_names(cast, web, agent, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 0)

    page = body(web.get(PAGE))
    refused = web.post(PAGE)

    assert "manage.py verify_history --workspace demo" in page
    assert "Verify now" not in page
    assert refused.status_code == 413
    assert "manage.py verify_history --workspace demo" in refused.content.decode()
    assert not Verification.objects.exists()


def test_admins_and_owners_see_it_and_nobody_else(cast, web, agent):
    for actor, status in ((cast.alice, 200), (cast.ada, 200), (cast.eve, 403), (cast.bob, 403)):
        browser = web.of(actor)
        assert browser.get(PAGE).status_code == status, actor.label
        assert browser.post(PAGE).status_code == (303 if status == 200 else 403), actor.label
        assert ("/w/demo/settings/health/" in browser.get("settings/").content.decode()) is (status == 200)
    assert web.of(cast.charlie).get(PAGE).status_code == 404


def test_the_services_ask_too(cast, agent):
    for actor in (cast.eve, cast.bob):
        with pytest.raises(DomainError) as refusal:
            health(actor)
        assert refusal.value.code == "forbidden"
        with pytest.raises(DomainError):
            verify_now(actor)


def test_another_workspaces_record_is_neither_counted_nor_verified(cast, agent):
    with told(cast.elsewhere.id):
        known = health(cast.charlie)
        found = verify_now(cast.charlie)

    assert (known.resources, known.records, found.records) == (0, 0, 0)
    assert Verification.objects.count() == 0


def test_by_rest_the_same_facts(cast, rest, agent):
    verify_now(cast.ada)

    said = rest.get("health/history").json()

    assert (said["whole"], said["resources"], said["records"], said["gaps"], said["losses"]) == (
        True,
        1,
        1,
        0,
        [],
    )
    assert (said["strict"], said["strict_wanted"], said["silent"]) == (False, False, [])
    assert said["last_verification"]["by"] == "Ada"
    assert said["last_verification"]["found"] == 0


def test_by_rest_editors_and_keys_are_refused(cast, rest):
    assert rest.of(cast.ada).get("health/history").status_code == 200
    assert rest.of(cast.eve).get("health/history").status_code == 403
    assert rest.with_key("history").get("health/history").status_code == 403


def test_a_fault_of_a_row_that_is_gone_is_still_named(cast, web):
    finding = {
        "code": "differs", "resource_type": "trigger", "resource_id": "00000000-0000-4000-8000-000000000001",
        "agent_id": None, "version": None, "words": "The row has no record.",
    }  # fmt: skip
    Verification.objects.create(
        tenant_id=cast.demo.id, at=timezone.now(), seconds=0.1, asked_by="x", resources=1, records=1,
        found=300, findings=[finding, finding | {"resource_type": "secret"}],
    )  # fmt: skip

    page = body(web.get(PAGE))

    assert "The row has no record." in page
    assert "And 298 more" in page
    assert Gap.objects.count() == Change.objects.count() == Agent.objects.count() == 0
