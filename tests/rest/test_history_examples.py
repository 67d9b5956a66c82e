"""The two examples of the configuration history, letter by letter: what is sent, what is answered."""

import pytest

from tests.factories import make_agent


@pytest.fixture
def path(cast, rest):
    """An agent whose bio was written twice: version 1 is the original, version 3 the updated one."""
    agent = make_agent(cast.eve, slug="desk", bio="Original bio text")
    rest.patch("agents/desk", bio="Draft bio text")
    rest.patch("agents/desk", bio="Updated bio text")
    return f"agents/{agent.pk}/versions/agent/{agent.pk}"


def test_comparing_two_versions_answers_as_the_seed_says(rest, path):
    answer = rest.get(f"{path}/compare?from=1&to=3")

    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "comparison": {
            "from_version": 1,
            "to_version": 3,
            "diff": {"bio": {"from": "Original bio text", "to": "Updated bio text"}},
            "changed_field_count": 1,
        },
    }


def test_rolling_back_to_a_version_answers_as_the_seed_says(rest, path):
    answer = rest.send("POST", f"{path}/rollback", '{ "target_version": 1 }')

    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "message": "Resource restored to version 1",
        "restored": {"id": path.rsplit("/", 1)[1], "bio": "Original bio text"},
        "restored_to_version": 1,
        "new_version": 4,
    }


def test_the_rollback_is_a_new_version_and_the_former_ones_stay(rest, path):
    rest.post(f"{path}/rollback", target_version=1)

    items = rest.get(path).json()["items"]

    assert [item["version"] for item in items] == [4, 3, 2, 1]
    assert [item["data_after"]["bio"] for item in items] == [
        "Original bio text", "Updated bio text", "Draft bio text", "Original bio text",
    ]  # fmt: skip
    assert (items[0]["operation"], items[0]["changed_fields"]) == ("UPDATE", ["bio"])
    assert items[0]["changelog"] == "Restored to version 1"
