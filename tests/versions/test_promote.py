"""Promote: point live at a version."""

from tests.factories import make_prompt
from versioning.versions import services
from versioning.versions.models import Version


def test_promoting_a_draft_freezes_it(cast):
    prompt = make_prompt(cast.eve)

    services.promote(cast.eve, prompt, 1)

    assert Version.objects.of(prompt).get(number=1).locked_at
