"""Keyword search over label, message and author, and by a switch the text."""

import pytest

from tests.factories import PromptFactory, make_prompt
from versioning.versions import services
from versioning.versions.models import Version


@pytest.fixture
def prompt(cast):
    made = PromptFactory(actor=cast.eve, source="First text about refunds", message="Start")
    services.save_version(cast.ada, made, source="Second text", message="Ask for the 100% refund")
    services.save_version(cast.eve, made, source="Third text", message="Under_score and \\ slash")
    make_prompt(cast.eve, slug="other", source="Another prompt", message="Start elsewhere")
    return made


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("refund", [2]),
        ("REFUND", [2]),
        ("Ada", [2]),
        ("v3", [3]),
        ("eve start", [1]),
        ("start eve", [1]),
        ("100%", [2]),
        ("%", [2]),
        ("_", [3]),
        ("\\", [3]),
        ("nothing like it", []),
        ("", [3, 2, 1]),
    ],
)  # fmt: skip
def test_every_word_must_occur_in_label_message_or_author(cast, prompt, words, numbers):
    found = Version.objects.of(prompt).search(prompt, words).newest_first()

    assert [version.number for version in found] == numbers


def test_the_text_is_searched_when_asked_for(cast, prompt):
    versions = Version.objects.of(prompt)

    assert not versions.search(prompt, "refunds").exists()
    assert [v.number for v in versions.search(prompt, "refunds", in_text=True)] == [1]


def test_the_search_uses_its_index(cast, prompt):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'versions_version'")
        indexes = " ".join(row[0] for row in cursor.fetchall())

    assert indexes.count("gin_trgm_ops") == 2


def test_another_workspaces_versions_are_never_found(cast, prompt):
    from versioning.lib.transaction import told

    with told(cast.elsewhere.id, cast.charlie.person_id):
        assert not Version.objects.of(prompt).search(prompt, "refund").exists()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT find_versions(%s, '{%%}', true, 9, 9, 9)", [prompt.pk])
            assert cursor.fetchall() == []
