"""Addresses for webhooks: made once, told once, kept as hashes; a signature covers the secret part too."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from syncline import app
from syncline.api.webhooks import Delivery, WebhookDoor
from syncline.app import Running
from syncline.connectors import hubspot, odoo
from syncline.service import hooks
from syncline.testing import vendor_pair

ENVIRONMENT = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4, "SIGNING": "signing-key"}
NOW = 1_800_000_000.0


@contextmanager
def opened(folder: Path, signing: bool = True) -> Iterator[Running]:
    templates = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}
    text = vendor_pair.hub_yaml(templates, dict.fromkeys(templates, "http://127.0.0.1:9"))  # type: ignore[arg-type]
    if signing:
        text = text.replace("connector: hubspot\n", "connector: hubspot\n    webhook_secret: ${SIGNING}\n")
    with app.running(app.declared(text, ENVIRONMENT).declaration, folder / "hub.db", clock=lambda: NOW) as running:
        yield running


def test_an_address_is_made_once_and_another_one_ends_it(tmp_path: Path) -> None:
    with opened(tmp_path) as running:
        first = hooks.prepared(running, "https://hub.example/")
        assert sorted(first.fresh) == ["hubspot", "odoo"]
        assert all(url.startswith("https://hub.example/webhooks/") for url in first.fresh.values())
        assert len(first.fresh["odoo"]) > len("https://hub.example/webhooks/") + 30
        assert first.fresh["odoo"].rpartition("/")[2] not in repr(first), "it is printed only on purpose"
    with opened(tmp_path) as running:
        again = hooks.prepared(running, "https://hub.example")
        assert (again.fresh, again.endpoints.keys()) == ({}, first.endpoints.keys())
        anew = hooks.prepared(running, "https://hub.example", frozenset({"odoo"}))
        assert list(anew.fresh) == ["odoo"]
        assert len(anew.endpoints.keys() & first.endpoints.keys()) == 1


def test_deliveries_that_nobody_could_believe_have_no_address(tmp_path: Path) -> None:
    with opened(tmp_path, signing=False) as running:
        found = hooks.prepared(running, "https://hub.example")
    assert found.unsigned == ("hubspot",)
    assert [one.system for one in found.endpoints.values()] == ["odoo"]


def deliver(door: WebhookDoor, path: str, url: str, key: str) -> int:
    """As HubSpot signs it."""
    body = json.dumps([{"objectId": 7, "subscriptionType": "contact.propertyChange"}]).encode()
    stamp = str(int(NOW * 1000))
    digest = hmac.digest(key.encode(), b"POST" + url.encode() + body + stamp.encode(), hashlib.sha256)
    headers = {
        "content-type": "application/json", "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature-v3": b64encode(digest).decode(),
    }  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(door(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(("key", "base", "status"), [
    ("signing-key", "https://hub.example", 200),
    ("another", "https://hub.example", 401),
    ("signing-key", "https://other.example", 401),  # signed for another address
])  # fmt: skip
def test_a_signature_covers_the_address_that_the_vendor_was_told(
    tmp_path: Path, key: str, base: str, status: int
) -> None:
    kept: list[Delivery] = []

    def keep(deliveries: Sequence[Delivery]) -> None:
        kept.extend(deliveries)

    with opened(tmp_path) as running:
        found = hooks.prepared(running, "https://hub.example")
    door = WebhookDoor(found.endpoints, keep, lambda: NOW)
    secret = found.fresh["hubspot"].rpartition("/")[2]
    assert deliver(door, f"/webhooks/{secret}", f"{base}/webhooks/{secret}", key) == status
    assert [one.system for one in kept] == (["hubspot"] if status == 200 else [])
    assert deliver(door, "/webhooks/guess", "https://hub.example/webhooks/guess", key) == 404
