"""The connector over a real socket, and what HubSpot's sandbox signs and delivers."""

from __future__ import annotations

import json

import pytest
from subjects import TOKEN, contact, sandbox

from syncline.api import signature
from syncline.connect.connector import Connector
from syncline.connect.request import Page, Request
from syncline.connect.stream import Asked
from syncline.connect.webhook import Touched
from syncline.connectors.hubspot import connector
from syncline.egress.door import Egress
from syncline.egress.outlet import Outlet
from syncline.model.outcome import Denied, Done, Exists, Outcome, Rejected
from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.serve import running
from syncline.testing.conformance_door import Kept

HUBSPOT: Connector = connector()


def door(address: str, token: str) -> Egress:
    """The real door to that address, which is allowed."""
    allowed = (address.removeprefix("http://"),)
    return Egress(
        [Outlet(system="hubspot", connector=HUBSPOT, url=address, allowed=allowed)], Kept(known={"secret": token})
    )


def read(out: Egress, asked: Asked) -> Page:
    """A conversation over the network."""
    assert not isinstance(asked, Request)
    try:
        step = next(asked)
        while True:
            assert isinstance(step, Request)
            step = asked.send(out.call("hubspot", step, "read"))
    except StopIteration as end:
        page = end.value
        assert isinstance(page, Page)
        return page


def make(out: Egress, asked: Asked) -> Outcome:
    """A conversation of a write over the network."""
    assert not isinstance(asked, Request)
    try:
        step = next(asked)
        while True:
            reads = isinstance(step, Request)
            step = asked.send(out.call("hubspot", step if reads else step.request, "read" if reads else "write"))
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


def test_over_a_socket() -> None:
    stream = HUBSPOT.stream("contact")
    assert stream.create is not None
    assert stream.define is not None
    assert stream.done is not None
    assert stream.get is not None
    assert stream.sweep is not None
    with running([sandbox(Clock())]) as [address]:
        out = door(address, TOKEN)
        for one in stream.needs:
            assert make(out, stream.define(one)) == Done(id=one.name)
            assert make(out, stream.define(one)) == Exists(id=one.name)
        create = stream.create(contact(7), "hub-7")
        assert isinstance(create, Request)
        made = [stream.done(out.call("hubspot", create, "write")) for _ in range(2)]
        assert isinstance(made[0], Done)
        assert isinstance(made[1], Done)
        assert made[0].id == made[1].id  # I4
        page = read(out, stream.get([made[0].id, "999"]))
        assert [one["email"] for one in page.records] == ["contact7@example.test"]
        assert len(read(out, stream.sweep(None)).records) == 2
        wrong = stream.create({**contact(8), "email": "no address"}, "hub-8")
        assert isinstance(wrong, Request)
        refused = HUBSPOT.errors(out.call("hubspot", wrong, "write"))
        assert isinstance(refused, Rejected)
        assert refused.field == "email"
        out.close()
        stranger = door(address, "another-token")
        answer = stranger.call("hubspot", create, "write")
        assert isinstance(HUBSPOT.errors(answer), Denied)
        stranger.close()


def api(made: Sandbox, method: str, path: str, body: object) -> None:
    """A call of HubSpot's own API."""
    reply = made.answer(json_call(method, path, body, {"authorization": f"Bearer {TOKEN}"}))
    assert isinstance(reply, Reply)
    assert reply.status < 300, reply.body


def test_a_delivery_is_signed_as_the_connector_says_and_names_what_to_look_at() -> None:
    made = sandbox(Clock())
    target = "https://hub.example.test/hooks/hubspot"
    api(made, "PUT", "/webhooks/v3/1/settings", {"targetUrl": target})
    for what in (
        {"eventType": "contact.creation"},
        {"eventType": "contact.propertyChange", "propertyName": "lastname"},
    ):
        api(made, "POST", "/webhooks/v3/1/subscriptions", {**what, "active": True})
    row = made.vendor.users.save(made, "contacts", None, contact(7))
    made.vendor.users.save(made, "contacts", str(row["id"]), {"lastname": "Other"})
    deliveries = made.vendor.deliveries(made)
    webhook = HUBSPOT.webhook
    assert webhook is not None
    assert webhook.signed is not None
    assert deliveries
    named: set[Touched] = set()
    for one in deliveries:
        headers = {name.lower(): value for name, value in one.headers.items()}
        given = {"method": "POST", "url": one.url, "headers": headers, "now": made.clock.now()}
        signature.check(webhook.signed, ["sandbox-secret"], body=one.body, **given)
        with pytest.raises(signature.Forged):
            signature.check(webhook.signed, ["sandbox-secret"], body=one.body + b" ", **given)
        named |= set(webhook.touched(json.loads(one.body), headers))
    assert named == {Touched(stream="contact", id=str(row["id"]))}
