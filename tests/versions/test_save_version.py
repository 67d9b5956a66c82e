"""Save a text as the next version."""

import pytest

from tests.factories import PromptFactory, make_prompt
from tests.refusals import refused
from versioning.versions import services
from versioning.versions.models import Version
from versioning.workspaces.models import Event


def test_a_saved_text_is_the_next_draft(cast):
    prompt = make_prompt(cast.eve, live=2)

    version = services.save_version(cast.eve, prompt, source="Hi.", message="Shorter", base=2)

    assert (version.label, version.is_draft, version.message) == ("v3", True, "Shorter")
    assert (version.author, version.author_name) == (cast.eve.user, "Eve")
    assert version.forked_from.number == 2


def test_the_text_is_kept_byte_for_byte(cast):
    prompt = make_prompt(cast.eve)
    text = "  tab\there \r\n\u2028 é \u202e \u200b trailing  \n\n"

    version = services.save_version(cast.eve, prompt, source=text)

    assert Version.objects.get(pk=version.pk).source == text


def test_numbers_are_counted_per_prompt_and_never_reused(cast):
    prompt, other = make_prompt(cast.eve, drafts=2), make_prompt(cast.eve)
    services.delete_draft(cast.eve, prompt, 2)

    assert services.save_version(cast.eve, prompt, source="A").number == 3
    assert services.save_version(cast.eve, other, source="A").number == 2


def test_a_text_that_equals_its_base_is_not_saved(cast):
    prompt = make_prompt(cast.eve)
    source = Version.objects.of(prompt).get().source

    with refused("unchanged"):
        services.save_version(cast.eve, prompt, source=source, base=1)


@pytest.mark.parametrize(
    "source", ["", "  \n", "nul \0 inside", "half \ud800 pair", "x" * 1_000_001, "x\n" * 50_000]
)  # fmt: skip
def test_a_text_that_cannot_be_kept_is_refused_and_says_why(cast, source):
    prompt = make_prompt(cast.eve)

    with refused("invalid") as error:
        services.save_version(cast.eve, prompt, source=source)

    assert error.value.data["field"] == "source"
    assert Version.objects.of(prompt).count() == 1


def test_saving_is_recorded(cast):
    prompt = make_prompt(cast.eve)

    services.save_version(cast.eve, prompt, source="A", message="Why", base=1)

    event = Event.objects.of(prompt.pk).latest("sequence")
    assert (event.name, event.from_number, event.to_number) == ("version.created", 1, 2)
    assert event.message == "Why"


def test_sequence_numbers_have_no_gaps_also_after_refusals(cast):
    prompt = make_prompt(cast.eve, live=2)
    with refused("already_live"):
        services.promote(cast.eve, prompt, 2)
    services.save_version(cast.eve, prompt, source="A")

    sequence = Event.objects.of(prompt.pk).order_by("sequence").values_list("sequence", flat=True)
    assert list(sequence) == list(range(1, len(sequence) + 1))


def test_a_viewer_cannot_save(cast):
    prompt = make_prompt(cast.eve)

    with refused("forbidden"):
        services.save_version(cast.bob, prompt, source="A")


def test_a_stranger_finds_nothing_to_save_to(cast):
    prompt = PromptFactory(actor=cast.eve)

    with refused("not_found"):
        services.save_version(cast.charlie, prompt, source="A")


def test_who_says_what_the_newest_is_saves_over_nobody(cast):
    prompt = make_prompt(cast.eve, live=2, drafts=1)

    with refused("stale") as refusal:
        services.save_version(cast.eve, prompt, source="Mine.", newest=2)

    assert refusal.value.data["newest"] == 3
    assert services.save_version(cast.eve, prompt, source="Mine.", newest=3).number == 4


def test_who_says_what_the_newest_is_saves_no_text_twice(cast):
    prompt = make_prompt(cast.eve, live=1)
    services.save_version(cast.eve, prompt, source="Mine.", newest=1)

    with refused("unchanged") as refusal:
        services.save_version(cast.eve, prompt, source="Mine.", newest=1)

    assert refusal.value.data["number"] == 2


def test_a_prompt_without_versions_has_none_that_is_newer(cast):
    prompt = make_prompt(cast.eve, source="")

    assert services.save_version(cast.eve, prompt, source="Mine.", newest=0).number == 1
