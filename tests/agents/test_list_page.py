"""The list of agents."""

import pytest

from agents.services import change_agent
from tests.factories import make_agent


@pytest.mark.parametrize(
    "path",
    ["", "one/", "one/v/1/", "one/versions/", "one/versions/1/", "one/compare/1...2/", "one/history/",
     "one/settings/", "one/code/", "one/lock/", "one/revert/", "one/versions/2/publish/", "one/unpublish/"],
)  # fmt: skip
def test_every_page_of_an_agent_answers(cast, web, path):
    agent = make_agent(cast.eve, slug="one", locked=1, live=1)
    change_agent(cast.eve, agent, bio="Answers in Dutch.")

    assert web.get(f"agents/{path}").status_code == 200
