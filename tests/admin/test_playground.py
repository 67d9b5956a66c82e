"""The playground in Django admin: all of it to read, and no key in any of it."""

import pytest

from tests.factories import make_prompt
from versioning.playground import services
from versioning.playground.models import Provider, Run

KEY = "sk-the-key-of-the-tests"


@pytest.fixture
def run(cast):
    services.change_provider(cast.alice, base_url="https://api.example/v1", model="tiny", key=KEY)
    prompt = make_prompt(cast.eve, slug="greeting")
    [run] = services.start_runs(cast.eve, prompt, [1], values={"name": "Ann"})
    return run


@pytest.mark.parametrize("model", ["provider", "run"])
def test_the_operator_reads_it(desk, run, model):
    listed = desk.client.get(f"/admin/playground/{model}/")
    one = desk.client.get(
        f"/admin/playground/{model}/{run.pk if model == 'run' else run.workspace_id}/change/"
    )

    assert (listed.status_code, one.status_code) == (200, 200)
    assert KEY not in one.content.decode()
    assert 'name="_save"' not in one.content.decode()
    assert (Run.objects.count(), Provider.objects.count()) == (1, 1)
