"""`doctor`: each thing that can be wrong is named, with what to do."""

from datetime import timedelta

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from agents.models import McpServer
from agents.services import add_part
from tests.commands.say import say
from tests.factories import make_agent
from versioning.management import checks, database
from versioning.webhooks.models import Delivery
from versioning.webhooks.services.endpoints import create_endpoint


def levels(check) -> dict[str, str]:
    return {finding.level: finding.words for finding in check()}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr(checks.statics, "collected", lambda: True)


def test_a_sound_installation_passes_and_every_thing_is_named(cast):
    said = say("doctor")

    for about in ("disk", "secret key", "address", "mail", "static files", "database", "walls", "migrations",
                  "notices", "clocks", "drafts", "credentials", "history", "webhooks"):  # fmt: skip
        assert f"{about}:" in said
    assert "WRONG" not in said


def test_a_finding_that_is_bad_fails_the_command(cast, settings):
    settings.PUBLIC_URL = "http://previse.example"

    with pytest.raises(CommandError, match="1 of these"):
        say("doctor")


def test_passwords_in_the_open_are_bad_and_a_missing_proxy_setting_is_a_warning(settings):
    settings.PUBLIC_URL = "http://previse.example"
    open_address = levels(checks.address)
    settings.PUBLIC_URL = "https://previse.example"
    behind_nothing = levels(checks.address)

    assert "passwords travel in the open" in open_address["bad"]
    assert "BEHIND_PROXY" in behind_nothing["warning"]


def test_debug_is_bad_where_others_can_see_it(settings):
    settings.DEBUG, settings.PUBLIC_URL = True, "https://previse.example"

    assert "DEBUG" in levels(checks.address)["bad"]


def test_a_secret_key_that_others_can_read_is_bad(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    settings.DATA = tmp_path
    (tmp_path / "secret.key").write_text("x" * 64)
    (tmp_path / "secret.key").chmod(0o644)

    assert "chmod 600" in levels(checks.secret_key)["bad"]


def test_a_full_disk_is_told_before_it_hurts(monkeypatch):
    class Usage:
        free = 1_000_000

    monkeypatch.setattr(checks.shutil, "disk_usage", lambda folder: Usage)

    assert "bad" in levels(checks.disk)


def test_a_table_without_its_wall_is_bad(cast, monkeypatch):
    monkeypatch.setattr(
        checks.roles, "weaknesses", lambda cursor: ["these tables have no forced row level security"]
    )

    assert "no forced row level security" in levels(checks.walls)["bad"]


def test_a_database_that_is_away_ends_the_examination_with_its_reason(monkeypatch):
    monkeypatch.setattr(checks.database, "unreachable", lambda: "connection refused")

    found = list(checks.examine())

    assert found[-1].level == "bad"
    assert "connection refused" in found[-1].words


def test_migrations_that_wait_are_bad(cast, monkeypatch):
    monkeypatch.setattr(checks.database, "pending", lambda: 3)

    assert "manage.py migrate" in levels(checks.migrations)["bad"]


def test_missing_roles_are_named(cast, monkeypatch):
    monkeypatch.setattr(database.roles, "OPERATOR", "pv_nobody")

    with connection.cursor() as cursor:
        assert database.unfit(cursor) == ["The roles pv_nobody are missing"]


def test_notices_that_do_not_arrive_are_a_warning(monkeypatch):
    class Deaf:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def execute(self, statement):
            return None

        def notifies(self, **options):
            return iter(())

    monkeypatch.setattr(checks.database, "connect", Deaf)

    assert "pooler" in levels(checks.listening)["warning"]


def test_an_agent_without_its_one_draft_is_bad(cast, monkeypatch):
    make_agent(cast.alice, locked=1)
    one = levels(checks.drafts)
    monkeypatch.setattr(checks, "DRAFTS", checks.DRAFTS.replace("locked_at IS NULL", "locked_at IS NOT NULL"))
    make_agent(cast.alice)

    assert one == {"good": "Every agent (1) has exactly one draft."}
    assert levels(checks.drafts)["bad"].startswith("1 of 2 agents do not have exactly one draft")


def test_a_database_that_lost_a_guard_of_the_draft_is_bad(cast, monkeypatch):
    monkeypatch.setattr(checks, "DRAFTS", checks.DRAFTS.replace("one_draft", "no_such_index"))

    assert "no longer holds" in levels(checks.drafts)["bad"]


def test_credentials_that_another_secret_key_sealed_are_bad(cast, settings):
    add_part(cast.alice, make_agent(cast.alice), McpServer, name="paid", config={"api_key": "very-secret"})
    before = levels(checks.credentials)
    settings.SECRET_KEY = "another" * 10

    assert before == {"good": "All 1 of agents open with the secret key."}
    assert "1 of 1 do not open" in levels(checks.credentials)["bad"]


def test_a_missing_worker_and_what_is_late_are_warnings(cast):
    endpoint, _ = create_endpoint(cast.alice, url="https://hooks.example/")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert "No worker gives a sign of life" in levels(checks.webhooks)["warning"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_register_worker_v1()")
    assert "Nothing is late" in levels(checks.webhooks)["good"]
    Delivery.objects.of(endpoint).update(due_at=timezone.now() - timedelta(minutes=11))
    assert "Late: 1" in levels(checks.webhooks)["warning"]
