"""Settings → Export, and its .zip on the Import page."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

from prompts.models import Prompt
from tests.factories import make_agent, make_prompt
from versioning.lib.transaction import told
from versioning.versions import services
from versioning.versions.exports import entries, pack


def packed(actor) -> bytes:
    file = io.BytesIO()
    pack(entries(actor), file)
    return file.getvalue()


def test_the_page_says_what_an_export_holds_and_links_to_it(cast, web):
    make_prompt(cast.eve, live=2)
    make_agent(cast.eve, locked=1)

    page = web.get("settings/export/").content.decode()

    assert "1 prompt and 1 agent with 4 versions" in page
    assert 'href="/w/demo/settings/export/download/"' in page
    assert ">Export</a>" in web.get("settings/").content.decode()


def test_the_download_is_the_export(cast, web):
    make_prompt(cast.eve, live=1, slug="greet")

    answer = web.get("settings/export/download/")

    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == 'attachment; filename="demo.zip"'
    assert content == packed(cast.eve)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert "prompts/greet/v1.txt" in archive.namelist()


def test_a_viewer_finds_no_tab_and_is_refused(cast, web):
    viewer = web.of(cast.bob)

    assert ">Export</a>" not in viewer.get("settings/").content.decode()
    assert viewer.get("settings/export/").status_code == 403
    assert viewer.get("settings/export/download/").status_code == 403


def test_the_import_page_takes_the_zip_and_says_what_became_of_it(cast, web):
    prompt = make_prompt(cast.eve, live=2, drafts=1, slug="greet")
    services.roll_back(cast.eve, prompt, 1)
    content = packed(cast.eve)
    theirs = web.of(cast.charlie)

    first = theirs.post("/w/elsewhere/prompts/import/", file=SimpleUploadedFile("demo.zip", content))
    second = theirs.post("/w/elsewhere/prompts/import/", file=SimpleUploadedFile("demo.zip", content))

    assert "New; it stands as it was exported." in first.content.decode()
    assert "3 versions of 1 prompt came in." in first.content.decode()
    assert "Was here already; nothing moved." in second.content.decode()
    with told(cast.elsewhere.id):
        assert Prompt.objects.get(slug="greet").live.number == 1


def test_a_zip_that_is_no_export_is_refused_with_what_it_is_not(cast, web):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a")

    answer = web.post("prompts/import/", file=SimpleUploadedFile("a.zip", file.getvalue()))

    assert answer.status_code == 422
    assert "is no export of Previse" in answer.content.decode()
