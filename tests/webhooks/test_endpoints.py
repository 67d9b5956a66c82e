"""Endpoints: who may make and change them, what is refused, and that no secret is ever told."""

import base64
import json
from datetime import timedelta

import pytest

from tests.refusals import refused
from versioning.webhooks.models import Delivery, Endpoint
from versioning.webhooks.services.deliveries import redeliver
from versioning.webhooks.services.endpoints import (
    MOST,
    change_endpoint,
    create_endpoint,
    disable_endpoint,
    enable_endpoint,
    remove_endpoint,
    rotate_secret,
    secrets_of,
)
from versioning.workspaces.models import Event
from versioning.workspaces.services.keys import create_key

URL = "https://hooks.example/T0/B0/xyzzy/?token=plugh"


@pytest.fixture
def made(cast):
    return create_endpoint(cast.alice, url=URL, description="Deploys", events=["version.published"])[0]


def last_event(actor):
    return Event.objects.in_workspace(actor).filter(artifact_id=None).order_by("sequence").last()


def test_an_endpoint_is_made_with_a_secret_of_32_bytes(cast):
    endpoint, secret = create_endpoint(cast.ada, url=URL)

    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert (endpoint.last4, endpoint.events, endpoint.url) == (secret[-4:], [], URL)
    assert last_event(cast.ada).name == "webhook.created"


def test_its_first_delivery_is_its_own_creation(cast):
    endpoint, _ = create_endpoint(cast.alice, url=URL)

    delivery = Delivery.objects.get(endpoint=endpoint)
    assert json.loads(delivery.body)["type"] == "webhook.created"


def test_the_secret_lies_sealed_and_opens_in_no_other_row(cast, made):
    secret = rotate_secret(cast.alice, made)
    made.refresh_from_db()
    stolen = Endpoint(workspace=made.workspace, sealed_secret=made.sealed_secret)

    assert secret.encode() not in bytes(made.sealed_secret)
    assert secrets_of(made, cast.alice.now())[0] == secret
    assert secrets_of(stolen, cast.alice.now()) == []


def test_a_new_secret_lets_the_former_one_sign_for_a_day(cast, made):
    first = secrets_of(made, cast.alice.now())[0]

    second = rotate_secret(cast.alice, made)

    made.refresh_from_db()
    soon, later = cast.alice.now() + timedelta(hours=23), cast.alice.now() + timedelta(hours=25)
    assert secrets_of(made, soon) == [second, first]
    assert secrets_of(made, later) == [second]
    assert last_event(cast.alice).name == "webhook.rotated"


def test_neither_address_nor_secret_is_in_any_event_or_body(cast, made):
    secret = rotate_secret(cast.alice, made)
    change_endpoint(cast.alice, made, url=URL + "2", description="x", events=[])
    disable_endpoint(cast.alice, made)
    enable_endpoint(cast.alice, made)
    remove_endpoint(cast.alice, made)

    told = json.dumps(list(Event.objects.values_list("data", flat=True)))
    told += "".join(Delivery.objects.exclude(body=None).values_list("body", flat=True))
    assert "hooks.example" in told
    for hidden in ("xyzzy", "plugh", secret):
        assert hidden not in told


def test_what_is_wanted_is_changed_and_recorded_by_field(cast, made):
    changed = change_endpoint(
        cast.alice, made, url=URL, description="  Deploys  and\nmore ", events=["staging.set", "staging.set"]
    )

    assert (changed.description, changed.events) == ("Deploys and more", ["staging.set"])
    assert last_event(cast.alice).data["changed"] == ["description", "events"]


def test_a_change_of_nothing_is_no_event(cast, made):
    before = Event.objects.count()

    change_endpoint(cast.alice, made, url=made.url, description=made.description, events=made.events)

    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example/x", "ftp://hooks.example/", "https://", "https://me:word@hooks.example/",
     "https://hooks.example/#x", "https://hooks.example:6379/", "https://a b.example/",
     "https://" + "a" * 500],
)  # fmt: skip
def test_an_unsound_address_is_refused(cast, url):
    with refused("invalid") as caught:
        create_endpoint(cast.alice, url=url)

    assert caught.value.data["field"] == "url"


@pytest.mark.parametrize(
    "url", [URL, "https://hooks.example/x/", "https://hooks.example?", "http://10.0.0.1/"]
)
def test_an_address_is_called_as_it_was_entered(cast, url):
    assert create_endpoint(cast.alice, url=f" {url} ")[0].url == url


@pytest.mark.parametrize(("field", "value"), [("events", ["version.eaten"]), ("description", "x" * 201)])
def test_unknown_events_and_long_descriptions_are_refused(cast, field, value):
    with refused("invalid") as caught:
        create_endpoint(cast.alice, url=URL, **{field: value})

    assert caught.value.data["field"] == field


def test_a_workspace_has_at_most_twenty(cast, made):
    for _ in range(MOST - 1):
        create_endpoint(cast.alice, url=URL)

    with refused("too_many"):
        create_endpoint(cast.alice, url=URL)
    remove_endpoint(cast.alice, made)
    assert create_endpoint(cast.alice, url=URL)


def test_switched_off_it_is_owed_nothing_new_and_what_it_was_owed_waits(cast, made):
    endpoint, _ = create_endpoint(cast.alice, url=URL)
    disable_endpoint(cast.alice, endpoint)
    before = Delivery.objects.of(endpoint).owed().count()

    create_key(cast.alice, name="one", kind="live")

    assert before == Delivery.objects.of(endpoint).owed().count() == 1
    with refused("webhook_disabled"):
        disable_endpoint(cast.alice, endpoint)
    enable_endpoint(cast.alice, endpoint)
    with refused("webhook_enabled"):
        enable_endpoint(cast.alice, endpoint)
    told = [json.loads(one.body)["type"] for one in Delivery.objects.of(endpoint).order_by("id")]
    assert told == ["webhook.created", "webhook.enabled"]


def test_removed_it_is_gone_its_debts_given_up_and_its_secret_destroyed(cast, made):
    endpoint, _ = create_endpoint(cast.alice, url=URL)

    remove_endpoint(cast.alice, endpoint)

    endpoint.refresh_from_db()
    delivery = Delivery.objects.of(endpoint).get()
    assert (delivery.state, delivery.due_at) == ("failed", None)
    assert (bytes(endpoint.sealed_secret), endpoint.sealed_former) == (b"", None)
    for verb in (remove_endpoint, rotate_secret, disable_endpoint, enable_endpoint):
        with refused("not_found"):
            verb(cast.alice, endpoint)
    with refused("not_found"):
        redeliver(cast.alice, delivery)


VERBS = {
    "create": lambda actor, one: create_endpoint(actor, url=URL),
    "change": lambda actor, one: change_endpoint(actor, one, url=URL, description="", events=[]),
    "remove": remove_endpoint,
    "rotate": rotate_secret,
    "disable": disable_endpoint,
    "enable": enable_endpoint,
    "redeliver": lambda actor, one: redeliver(actor, Delivery.objects.of(one).first() or Delivery(pk=1)),
}


@pytest.mark.parametrize("verb", VERBS)
def test_only_those_who_manage_the_workspace_may(cast, made, verb):
    for actor in (cast.eve, cast.bob):
        with refused("forbidden"):
            VERBS[verb](actor, made)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "create"])
def test_to_another_workspace_it_does_not_exist(cast, made, verb):
    with refused("not_found"):
        VERBS[verb](cast.charlie, made)
