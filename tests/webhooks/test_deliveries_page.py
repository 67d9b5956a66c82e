"""The log of a webhook, one delivery with every attempt, and Redeliver."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_prompt
from tests.webhooks.logged import hooked, owed, tried
from versioning.versions import services
from versioning.webhooks import presenters_log
from versioning.webhooks.models import Delivery, Endpoint
from versioning.workspaces.models import Event
from versioning.workspaces.services.workspaces import change_workspace

PAGE = "settings/webhooks/"


@pytest.fixture
def endpoint(cast):
    return hooked(cast)


@pytest.fixture
def event(cast, endpoint):
    """That v2 of `greeting` went live."""
    services.promote(cast.eve, make_prompt(cast.eve, slug="greeting", live=1, drafts=1), 2)
    Delivery.objects.of(endpoint).delete()
    return Event.objects.filter(name="version.published").newest_first().first()


def page_of(web, thing, path="", **query):
    if isinstance(thing, Delivery):
        path = f"{thing.endpoint_id}/deliveries/{thing.pk}/{path}"
    else:
        path = f"{thing.pk}/{path}"
    return web.get(PAGE + path, **query).content.decode()


def words(html):
    """What one reads of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def rows(html):
    return [words(row) for row in html.split("<tr ")[1:]]


def test_a_row_says_what_it_tells_of_and_what_came_of_it(web, endpoint, event):
    delivery = owed(endpoint, event, "retrying", due_at=timezone.now() + timedelta(minutes=5, seconds=5))

    [row] = rows(page_of(web, endpoint))

    assert f'id="row-{delivery.pk}"' in row
    for said in ("Promoted v2, before v1", "greeting", "retrying", "next in 5 min", "503 Service Unavailable",
                 "214 ms", "Redeliver"):  # fmt: skip
        assert said in row
    assert 'href="/w/demo/prompts/greeting/versions/2/"' in page_of(web, endpoint)


@pytest.mark.parametrize("state", ["waiting", "retrying", "delivered", "failed"])
def test_a_delivery_is_found_by_its_state(web, endpoint, event, state):
    for each, about in zip(
        ("waiting", "retrying", "delivered", "failed"), Event.objects.all()[:4], strict=True
    ):
        owed(endpoint, about, each)

    page = page_of(web, endpoint, state=state)

    assert [state in row for row in rows(page)] == [True]
    assert "1 delivery found" in words(page)
    assert f'id="s-{state}" aria-current="true"' in page


def test_a_delivery_is_found_by_its_event(cast, web, endpoint, event):
    owed(endpoint, event)
    owed(endpoint, Event.objects.get(name="workspace.created", workspace=cast.demo))

    page = page_of(web, endpoint, event="workspace.created")

    assert len(rows(page)) == 1
    assert "Created the workspace" in rows(page)[0]
    assert "the workspace" in rows(page)[0]
    assert '<option value="workspace.created" selected>' in page


def test_where_nothing_fits_the_way_back_is_offered(web, endpoint, event):
    owed(endpoint, event)

    assert "Show all deliveries" in page_of(web, endpoint, state="failed")


def test_a_webhook_that_was_told_of_nothing_says_so(web, endpoint):
    assert "Nothing to deliver yet" in page_of(web, endpoint)


@pytest.mark.parametrize(
    "query", [{"state": "x"}, {"event": "x"}, {"after": "x"}, {"after": "9" * 40}, {"after": "-1"}]
)
def test_a_query_that_can_be_none_narrows_nothing(web, endpoint, event, query):
    owed(endpoint, event)

    assert len(rows(page_of(web, endpoint, **query))) == 1


def test_a_long_log_goes_on_by_a_cursor(cast, web, htmx, endpoint, event, monkeypatch):
    monkeypatch.setattr(presenters_log, "PAGE", 2)
    for each in Event.objects.newest_first()[:5]:
        owed(endpoint, each)

    page = page_of(web, endpoint)
    seen = re.findall(r'id="row-(\d+)"', page)
    while follows := re.search(r'hx-get="([^"]*after=[^"]*)"', page):
        page = htmx.get(follows[1].replace("&amp;", "&")).content.decode()
        assert "<thead>" not in page
        seen += re.findall(r'id="row-(\d+)"', page)

    assert len(seen) == 5
    assert seen == [str(pk) for pk in Delivery.objects.newest_first().values_list("pk", flat=True)]


def test_without_javascript_the_pager_is_a_link_with_a_way_back(web, endpoint, event, monkeypatch):
    monkeypatch.setattr(presenters_log, "PAGE", 1)
    for each in Event.objects.newest_first()[:2]:
        owed(endpoint, each)

    after = re.search(r'href="([^"]*after=[^"]*)"', page_of(web, endpoint))[1]
    page = web.client.get(after).content.decode()

    assert len(rows(page)) == 1
    assert "Back to the newest" in page


def test_a_log_costs_the_same_queries_however_long(cast, web, endpoint, event, django_assert_max_num_queries):
    for each in Event.objects.newest_first()[:5]:
        owed(endpoint, each, "retrying")

    with django_assert_max_num_queries(24):
        assert len(rows(page_of(web, endpoint))) == 5


def test_a_delivery_shows_what_was_sent_and_every_attempt(web, endpoint, event):
    delivery = owed(endpoint, event, "retrying")
    tried(delivery, status=None, error="No complete answer within 15 seconds.", milliseconds=15_003)
    tried(delivery, status=410, asked_by="Alice")

    page = page_of(web, delivery)
    said = words(page)

    for each in ("Promoted v2, before v1", "version.published", str(event.pk), "503 Service Unavailable",
                 "No complete answer within 15 seconds.", "15.0 s", "410 Gone", "asked for by Alice",
                 "Attempts 3", "webhook-signature", "Busy &lt;b&gt;now&lt;/b&gt;"):  # fmt: skip
        assert each in said, each
    assert said.index("410 Gone") < said.index("503 Service Unavailable")
    assert "&quot;to&quot;: 1" in page  # pretty
    assert "{&quot;type&quot;:&quot;an event&quot;" in page  # and to the letter


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("waiting", "Next try in 59 min"), ("retrying", "Next try in 59 min"), ("delivered", "Delivered"),
        ("failed", "Given up after 1 attempt"),
    ],
)  # fmt: skip
def test_a_delivery_says_how_far_it_is(web, endpoint, event, state, says):
    assert says in words(page_of(web, owed(endpoint, event, state)))


def test_a_body_that_is_not_made_yet_is_said(web, endpoint, event):
    assert "made when it is sent first" in page_of(web, owed(endpoint, event, body=None))


def test_redeliver_is_asked_for_without_javascript(cast, web, endpoint, event):
    delivery = owed(endpoint, event, "failed")

    answer = web.of(cast.ada).post(f"{PAGE}{endpoint.pk}/deliveries/{delivery.pk}/redeliver/")
    page = web.client.get(answer["Location"]).content.decode()

    assert answer.status_code == 303
    delivery.refresh_from_db()
    assert delivery.due_at <= timezone.now()
    assert "on its way" in page
    assert "Ada asked for it again." in words(page)
    assert 'id="again"' not in page


def press(htmx, delivery, target):
    path = f"{PAGE}{delivery.endpoint_id}/deliveries/{delivery.pk}/redeliver/"
    return htmx.client.post(htmx.url(path), {}, headers={"HX-Target": target}).content.decode()


def test_redeliver_on_a_row_answers_with_the_row_which_asks_for_itself(htmx, endpoint, event):
    delivery = owed(endpoint, event, "failed")

    row = press(htmx, delivery, f"row-{delivery.pk}")

    assert row.strip().startswith(f'<tr id="row-{delivery.pk}"')
    assert "on its way" in row
    assert 'hx-trigger="every 2s"' in row
    assert "Redeliver" not in row


def test_redeliver_on_the_page_answers_with_the_delivery_alone(htmx, endpoint, event):
    delivery = owed(endpoint, event, "delivered")

    part = press(htmx, delivery, "delivery")

    assert part.strip().startswith('<div id="delivery"')
    assert 'hx-trigger="every 2s"' in part
    assert "What is sent" not in part


@pytest.mark.parametrize("target", ["delivery", "row-{}"])
def test_what_is_settled_asks_for_itself_no_more(htmx, endpoint, event, target):
    delivery = owed(endpoint, event, "waiting", due_at=timezone.now())
    path = htmx.url(f"{PAGE}{endpoint.pk}/deliveries/{delivery.pk}/")
    headers = {"HX-Target": target.format(delivery.pk)}

    before = htmx.client.get(path, headers=headers).content.decode()
    delivery.due_at, delivery.delivered_at = None, timezone.now()
    delivery.save()
    after = htmx.client.get(path, headers=headers).content.decode()

    assert ("every 2s" in before, "every 2s" in after) == (True, False)
    assert "delivered" in after


def test_rows_that_wait_in_a_long_log_do_not_all_ask(web, endpoint, event):
    owed(endpoint, event, "waiting", due_at=timezone.now())

    assert "every 2s" not in page_of(web, endpoint)


def test_of_a_webhook_that_is_off_nothing_is_on_its_way(web, endpoint, event):
    delivery = owed(endpoint, event, "waiting", due_at=timezone.now())
    Endpoint.objects.filter(pk=endpoint.pk).update(disabled_at=timezone.now())

    page = page_of(web, delivery)

    assert "It waits: the webhook is switched off." in words(page)
    assert "every 2s" not in page
    assert "Redeliver" not in page
    path = f"{PAGE}{endpoint.pk}/deliveries/{delivery.pk}/redeliver/"
    assert web.post(path).status_code == 409


def test_a_delivery_of_another_webhook_is_not_there(cast, web, endpoint, event):
    other = hooked(cast, url="https://other.example")
    Delivery.objects.all().delete()
    delivery = owed(endpoint, event)

    assert web.get(f"{PAGE}{other.pk}/deliveries/{delivery.pk}/").status_code == 404
    assert web.get(f"{PAGE}{endpoint.pk}/deliveries/{'9' * 40}/").status_code == 404


def test_hostile_texts_are_text(cast, web, endpoint, event):
    change_workspace(cast.alice, name="<script>x</script>")
    renamed = Event.objects.filter(name="workspace.changed").newest_first().first()
    delivery = owed(endpoint, renamed, body='{"</script><b>": "<img onerror=x>"}')
    tried(delivery, status=None, error="<i>no</i>", answer="<script>alert(1)</script>")

    both = page_of(web, delivery) + page_of(web, endpoint)

    for bad in ("<img onerror", "<script>alert", "<i>no", "<script>x"):
        assert bad not in both
