"""Append a history that comes from elsewhere."""

from datetime import UTC, datetime, timedelta

from tests.factories import PromptFactory, make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version
from versioning.versions.services.artifacts import Imported
from versioning.workspaces.models import Event

START = datetime(2025, 4, 17, 17, 19, 55, tzinfo=UTC)


def history(n, start=1):
    return [
        Imported(f"Text {i}", f"Message {i}", "contributor-01", START + timedelta(days=i))
        for i in range(start, n + 1)
    ]


def test_versions_come_in_frozen_with_message_author_and_date(cast):
    prompt = PromptFactory(actor=cast.eve, source="")

    assert services.import_versions(cast.eve, prompt, history(3)) == 3

    version = Version.objects.of(prompt).get(number=2)
    assert (version.message, version.author_name, version.author) == ("Message 2", "contributor-01", None)
    assert version.created_at == version.locked_at == START + timedelta(days=2)


def test_the_last_one_is_live(cast):
    prompt = PromptFactory(actor=cast.eve, source="")

    services.import_versions(cast.eve, prompt, history(3))

    prompt.refresh_from_db()
    assert prompt.live.number == 3
    assert list(Event.objects.of(prompt.pk).order_by("sequence").values_list("name", flat=True)) == [
        "artifact.created", "artifact.imported", "version.published",
    ]  # fmt: skip


def test_a_second_run_adds_nothing_and_moves_nothing(cast):
    prompt = PromptFactory(actor=cast.eve, source="")
    services.import_versions(cast.eve, prompt, history(3))
    services.roll_back(cast.eve, prompt, 1)
    events = Event.objects.count()

    assert services.import_versions(cast.eve, prompt, history(3)) == 0

    prompt.refresh_from_db()
    assert (prompt.live.number, prompt.last_number) == (1, 3)
    assert Event.objects.count() == events


def test_a_longer_history_adds_what_is_new_and_moves_nothing(cast):
    prompt = PromptFactory(actor=cast.eve, source="")
    services.import_versions(cast.eve, prompt, history(3))

    assert services.import_versions(cast.eve, prompt, history(5)) == 2

    prompt.refresh_from_db()
    assert (prompt.live.number, prompt.last_number) == (3, 5)


def test_a_history_that_went_its_own_way_is_refused_whole(cast):
    prompt = make_prompt(cast.eve, drafts=1)

    with refused("invalid") as error:
        services.import_versions(cast.eve, prompt, history(3))

    assert error.value.data == {"number": 1}
    assert Version.objects.of(prompt).count() == 1


def test_where_live_is_protected_an_editor_cannot_import_a_live_version(cast):
    prompt = PromptFactory(actor=cast.eve, source="")
    cast.eve.workspace.protect_live = True

    with refused("forbidden"):
        services.import_versions(cast.eve, prompt, history(3))

    assert not Version.objects.of(prompt).exists()
