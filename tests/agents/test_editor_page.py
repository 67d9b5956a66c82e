"""The editor page of an agent: the draft in sections, what changed in it, and who may write."""

from tests.factories import make_agent


def test_it_shows(cast, web):
    make_agent(cast.eve, slug="desk", locked=2, live=1)

    answer = web.get("agents/desk/")

    assert answer.status_code == 200
    print(answer.content.decode())
