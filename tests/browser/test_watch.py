"""The watch hears: what no page may do is planted once, or the silence of the others means nothing."""

import pytest
from playwright.sync_api import expect

INLINE_SCRIPT = """() => {
  const script = document.createElement("script");
  script.textContent = "globalThis.__x = 1";
  document.body.append(script);
}"""
INSERT = "(html) => document.body.insertAdjacentHTML('beforeend', html)"
PLANTED = {
    "an inline script": (INLINE_SCRIPT, None, "policy: script-src"),
    "an inline style": (INSERT, '<p style="color: red">', "policy: style-src"),
    "an inline handler": (INSERT, "<img src=x: onerror=__x=1>", "policy: script-src"),
    "an error on the console": ("console.error('planted')", None, "error: planted"),
    "an error not caught": ("setTimeout(() => { throw new Error('planted'); })", None, "error: planted"),
    "a dialog": ("setTimeout(() => alert('planted'))", None, "dialog: alert planted"),
    "a request to elsewhere": ("void fetch('//127.0.0.1:9').catch(() => 0)", None, "policy: connect-src"),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_the_watch_hears(reader, watch, fault):
    script, argument, complaint = PLANTED[fault]
    reader.goto("prompts/")

    reader.evaluate(script, argument)
    reader.wait_for_timeout(200)
    heard = watch.heard()
    watch.expect(".")

    assert any(one.startswith(complaint) for one in heard), heard


def test_a_page_without_a_fault_is_silent(reader, watch):
    reader.goto("prompts/")

    expect(reader.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()

    assert watch.heard() == []
