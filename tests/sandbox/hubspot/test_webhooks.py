"""Webhooks: subscriptions by the vendor's client, signed deliveries over real HTTP, and what a receiver may meet."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.utils.signature import Signature
from hubspot.webhooks import SettingsChangeRequest, SubscriptionCreateRequest, ThrottlingSettings

from syncline.sandbox.deliver import Delivery, deliver
from syncline.sandbox.hubspot.webhooks import TRIED_AGAIN_AFTER
from syncline.sandbox.remote import Remote
from syncline.sandbox.sandbox import Sandbox

from .conftest import NOON, Ask

TARGET = "http://127.0.0.1:9/hooks"
APP = "/webhooks/v3/7"


@pytest.fixture
def subscribed(ask: Ask) -> Ask:
    ask("PUT", f"{APP}/settings", {"targetUrl": TARGET})
    wanted = [("contact.creation", None), ("contact.propertyChange", "email"), ("contact.deletion", None)]
    wanted += [("contact.merge", None), ("contact.restore", None), ("contact.associationChange", None)]
    for type, name in wanted:
        body = {"eventType": type, "propertyName": name, "active": True}
        assert ask("POST", f"{APP}/subscriptions", body).status == 201
    return ask


def sent(sandbox: Sandbox, status: int | None = 200) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []

    def send(delivery: Delivery) -> int | None:
        events.extend(json.loads(delivery.body))
        return status

    deliver(sandbox, send)
    return events


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["subscriptionType"].removeprefix("contact.") for event in events]


def test_each_thing_that_happens_is_told(subscribed: Ask, sandbox: Sandbox, control: Remote) -> None:
    id = control.save("contacts", {"email": "a@example.test", "firstname": "a"})["id"]
    made = sent(sandbox)
    assert types(made) == ["creation", "propertyChange"]
    assert (made[1]["propertyName"], made[1]["propertyValue"]) == ("email", "a@example.test")
    assert (made[0]["objectId"], made[0]["changeSource"], made[0]["attemptNumber"]) == (int(id), "CRM_UI", 0)
    assert made[0]["occurredAt"] == NOON * 1000
    subscribed("PATCH", f"/crm/v3/objects/contacts/{id}", {"properties": {"firstname": "b"}})
    assert sent(sandbox) == []
    subscribed("PATCH", f"/crm/v3/objects/contacts/{id}", {"properties": {"email": "b@example.test"}})
    assert [event["changeSource"] for event in sent(sandbox)] == ["INTEGRATION"]
    control.remove("contacts", id)
    control.act("restore", stream="contacts", id=id)
    assert types(sent(sandbox)) == ["deletion", "restore"]


def test_merges_and_associations_name_both_ends(subscribed: Ask, sandbox: Sandbox, control: Remote) -> None:
    one, two = (int(control.save("contacts", {})["id"]) for _ in range(2))
    company = int(control.save("companies", {"name": "Company 1"})["id"])
    sent(sandbox)
    control.act("associate", **{"from": "companies", "id": company, "to": "contacts", "to_id": two})
    (linked,) = sent(sandbox)
    assert (linked["associationType"], linked["fromObjectId"], linked["toObjectId"], linked["associationRemoved"]) == (
        "CONTACT_TO_COMPANY", two, company, False,
    )  # fmt: skip
    control.act("merge", stream="contacts", primary=one, loser=two)
    merged = next(event for event in sent(sandbox) if event["subscriptionType"] == "contact.merge")
    assert (merged["primaryObjectId"], merged["mergedObjectIds"]) == (one, [two])


def test_what_is_not_taken_comes_again_ten_times_and_never_more(
    subscribed: Ask, sandbox: Sandbox, control: Remote
) -> None:
    control.save("contacts", {})
    assert [event["attemptNumber"] for event in sent(sandbox, 500)] == [0]
    for attempt, wait in enumerate(TRIED_AGAIN_AFTER, start=1):
        control.clock(advance=wait - 1)
        assert sent(sandbox, None) == []
        control.clock(advance=1)
        assert [event["attemptNumber"] for event in sent(sandbox, None)] == [attempt]
    assert sum(TRIED_AGAIN_AFTER) < 86_400
    control.clock(advance=86_400)
    assert sent(sandbox) == []


def test_events_come_in_batches_repeated_and_out_of_order(subscribed: Ask, sandbox: Sandbox, control: Remote) -> None:
    sandbox.options["webhook_batch"] = 2
    ids = [int(control.save("contacts", {})["id"]) for _ in range(5)]
    control.plant("webhook-shuffle", count=1)
    control.plant("webhook-repeat", count=1)
    assert [event["objectId"] for event in sent(sandbox)] == [ids[4], ids[2], ids[3], ids[0], ids[1], ids[0], ids[1]]


def test_a_subscription_that_is_off_tells_nothing(subscribed: Ask, sandbox: Sandbox, control: Remote) -> None:
    for one in subscribed("GET", f"{APP}/subscriptions").body["results"]:
        assert subscribed("PATCH", f"{APP}/subscriptions/{one['id']}", {"active": False}).body["active"] is False
    control.save("contacts", {})
    assert sent(sandbox) == []


def test_generic_subscriptions_name_the_kind(subscribed: Ask, sandbox: Sandbox, control: Remote) -> None:
    body = {"eventType": "object.creation", "objectTypeId": "0-7", "active": True}
    assert subscribed("POST", f"{APP}/subscriptions", body).status == 201
    control.save("products", {"name": "Product 1"})
    assert [(event["subscriptionType"], event["objectTypeId"]) for event in sent(sandbox)] == [
        ("object.creation", "0-7")
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"eventType": "contact.dance"}, "Unknown eventType"),
        ({"eventType": "contact.propertyChange"}, "propertyName is required"),
        ({"eventType": "object.creation"}, "objectTypeId is required"),
        ({}, "eventType is required"),
    ],
)
def test_what_cannot_be_subscribed_to(ask: Ask, body: dict[str, Any], message: str) -> None:
    refused = ask("POST", f"{APP}/subscriptions", body)
    assert refused.status == 400
    assert message in refused.body["message"]


class Hub:
    """A receiver on a real socket."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        hub = self

        class Hear(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                hub.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Hear)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?team=1"
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def wait(self, count: int) -> None:
        deadline = time.monotonic() + 5.0
        while len(self.heard) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.heard) >= count


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    hub.server.shutdown()
    hub.server.server_close()
    hub.thread.join()


def test_the_vendors_own_client_subscribes_and_knows_the_signature(
    client: HubSpot, sandbox: Sandbox, control: Remote, hub: Hub
) -> None:
    control.clock(now=time.time())  # the vendor's check of the timestamp reads the real clock
    throttling = ThrottlingSettings(max_concurrent_requests=10)
    kept = client.webhooks.settings_api.configure(
        app_id=7, settings_change_request=SettingsChangeRequest(target_url=hub.url, throttling=throttling)
    )
    assert kept.target_url == hub.url
    api = client.webhooks.subscriptions_api
    wish = SubscriptionCreateRequest(event_type="contact.creation", active=True)
    made = api.create(app_id=7, subscription_create_request=wish)
    assert [one.id for one in api.get_all(app_id=7).results] == [made.id]
    control.save("contacts", {"email": "a@example.test"})
    hub.wait(1)
    headers, body = hub.heard[0]
    assert json.loads(body)[0]["subscriptionId"] == int(made.id)
    how = {"client_secret": "sandbox-secret", "request_body": body}
    stamp = headers["x-hubspot-request-timestamp"]
    v3 = {"http_uri": hub.url, "signature_version": "v3", "timestamp": stamp}
    assert Signature.is_valid(signature=headers["x-hubspot-signature-v3"], **how, **v3)
    assert Signature.is_valid(signature=headers["x-hubspot-signature"], **how, signature_version="v1")
    assert not Signature.is_valid(
        signature=headers["x-hubspot-signature-v3"], **{**how, "request_body": body + " "}, **v3
    )
    api.archive(subscription_id=int(made.id), app_id=7)
    client.webhooks.settings_api.clear(app_id=7)
