"""The page of the REST interface: it works under the policy, which `watch` holds it to."""

from playwright.sync_api import expect


def test_the_interface_is_shown_and_tried_out(browsers, world, watch):
    watch.expect("401")
    page = browsers.nobody()

    page.goto(f"{world.server.url}/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    page.locator("#operations-Signing_in-sign_in_by_password .opblock-summary-control").click()
    page.get_by_role("button", name="Execute").click()

    answer = page.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_contain_text("401")
    expect(answer).to_contain_text("unauthorized")
