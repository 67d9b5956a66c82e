"""GET /api/export, and its .zip through the imports."""

import io
import zipfile

import pytest

from agents.models import Agent
from prompts.models import Prompt
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.exports import entries


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def send(rest, path: str, content: bytes):
    return rest.client.generic("POST", f"/api/{path}", content, content_type="application/zip")


def test_a_zip_of_the_workspace_is_the_same_bytes_each_time(cast, rest):
    make_prompt(cast.eve, live=2, slug="greet")
    make_agent(cast.eve, locked=1, live=1, slug="desk")

    first, second = rest.of(cast.eve).get("export"), rest.get("export")

    content = body(first)
    assert first["Content-Type"] == "application/zip"
    assert first["Content-Disposition"] == 'attachment; filename="demo.zip"'
    assert int(first["Content-Length"]) == len(content)
    assert content == body(second)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {entry.path: entry.content for entry in entries(cast.eve)}
        assert {name: archive.read(name) for name in files} == files


def test_what_is_another_workspaces_is_not_in_it(cast, rest):
    with told(cast.elsewhere.id):
        make_prompt(cast.charlie, live=1, slug="theirs", source="Theirs alone")

    with zipfile.ZipFile(io.BytesIO(body(rest.get("export")))) as archive:
        assert not any("theirs" in name for name in archive.namelist())


def test_viewers_and_keys_cannot(cast, rest):
    found = [
        rest.of(cast.bob).get("export").json()["code"],
        rest.with_key("history", "drafts").get("export").json()["code"],
        rest.nobody().get("export").json()["code"],
    ]

    assert found == ["forbidden", "forbidden", "unauthorized"]


@pytest.mark.parametrize("kind", ["prompts", "agents"])
def test_either_import_reads_it_back_whole(cast, rest, kind):
    prompt = make_prompt(cast.eve, live=2, drafts=1, slug="greet")
    services.roll_back(cast.eve, prompt, 1)
    make_agent(cast.eve, locked=1, live=1, slug="desk")
    content = body(rest.get("export"))

    answer = send(rest.of(cast.charlie), f"{kind}/import", content).json()
    again = send(rest.of(cast.charlie), f"{kind}/import", content).json()

    assert (answer["added"], answer["problems"], again["added"], again["problems"]) == (5, 0, 0, 0)
    with told(cast.elsewhere.id):
        assert Prompt.objects.get(slug="greet").live.number == 1
        assert Agent.objects.get(slug="desk").live.number == 1
    assert body(rest.of(cast.charlie).get("export")) == content


def test_a_body_that_is_no_zip_is_refused(cast, rest):
    for content in (b"", b"PK\x03\x04", b"{}", b"PK\x05\x06" + b"\0" * 18):
        answer = send(rest, "prompts/import", content)

        assert answer.status_code in (200, 422), content
        assert not Prompt.objects.exists()


def test_viewers_and_keys_cannot_import_one(cast, rest):
    content = body(rest.get("export"))

    assert send(rest.of(cast.bob), "prompts/import", content).status_code == 403
    assert send(rest.with_key("drafts"), "prompts/import", content).status_code == 403
