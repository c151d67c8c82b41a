"""Who signed is who is believed: each vendor's form, and every way in which a forgery differs from it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from signing import BODY, NOW, URL, V3, v3

from syncline.api.signature import Forged, check
from syncline.connect.webhook import Signed

STANDARD = Signed(
    header="webhook-signature", content="{id}.{timestamp}.{body}", encoding="base64", prefix="v1,", separator=" ",
    key="whsec", timestamp="webhook-timestamp", id="webhook-id",
)  # fmt: skip


def checked(signed: Signed, headers: dict[str, str], keys: tuple[str, ...] = ("secret",), **more: Any) -> None:
    told: dict[str, Any] = {"method": "POST", "url": URL, "body": BODY, "now": NOW, **more}
    check(signed, keys, headers=headers, **told)


def test_what_is_signed_right_is_believed_also_under_a_key_that_is_being_replaced() -> None:
    checked(V3, v3("secret"))
    checked(V3, v3("old"), ("new", "old"))


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ({}, "no header X-HubSpot-Signature-v3"),
        (v3("other"), "not right"),
        (v3("secret", body=BODY + b" "), "not right"),
        (v3("secret", url=URL + "d"), "not right"),
        (v3("secret", method="PUT"), "not right"),
        (v3("secret", at=NOW - 301), "more than 300 s from now"),
        (v3("secret", at=NOW + 301), "more than 300 s from now"),
        ({**v3("secret"), "x-hubspot-request-timestamp": ""}, "no time"),
        ({**v3("secret"), "x-hubspot-request-timestamp": "-1"}, "no time"),
        ({**v3("secret"), "x-hubspot-request-timestamp": "9" * 400}, "no time"),
        ({**v3("secret"), "x-hubspot-request-timestamp": str(int(NOW * 1000) + 1)}, "not right"),
        ({**v3("secret"), "x-hubspot-signature-v3": ""}, "not right"),
        ({**v3("secret"), "x-hubspot-signature-v3": "é" * 44}, "not right"),
    ],
)
def test_whatever_differs_is_forged(forged: dict[str, str], why: str) -> None:
    with pytest.raises(Forged, match=why):
        checked(V3, forged)


def test_without_a_key_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        checked(V3, v3(""), ())


@pytest.mark.parametrize("kind", ["text", "base64", "whsec"])
def test_an_empty_key_is_no_key(kind: Any) -> None:
    """Anybody can sign with nothing: also beside a good key it is not taken."""
    signed = Signed(header="x-signature", key=kind)
    forged = {"x-signature": hmac.new(b"", BODY, hashlib.sha256).hexdigest()}
    for keys in (("",), ("c2VjcmV0", "")):
        with pytest.raises(Forged, match="connect it again"):
            checked(signed, forged, keys)


@pytest.mark.parametrize(("kind", "key"), [("base64", "gehe\u00efm"), ("whsec", "whsec_\u2026"), ("text", "\udc80")])
def test_a_key_that_cannot_be_one_is_said_to_be_and_nothing_is_believed(kind: Any, key: str) -> None:
    with pytest.raises(Forged, match="connect it again"):
        checked(Signed(header="x-signature", key=kind), {"x-signature": "00"}, (key,))


def test_standard_webhooks_and_their_rotation() -> None:
    """The vector was made with the reference library."""
    key, body = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", b'{"type":"contact.created","data":{"id":"1"}}'
    right = "v1,eJcCYJV6c9TyQJLadJOM8yPQyQZL2Rt+IOykzg/BWrk="
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1674087231", "webhook-signature": right}
    now = {"body": body, "now": 1674087231.0}
    checked(STANDARD, headers, (key,), **now)
    checked(STANDARD, {**headers, "webhook-signature": f"v1a,xyz v1,AAAA {right}"}, (key,), **now)
    for wrong in ("v1,AAAA", "v2" + right[2:], right.replace(",", ""), "", "v1a"):
        with pytest.raises(Forged):
            checked(STANDARD, {**headers, "webhook-signature": wrong}, (key,), **now)
    with pytest.raises(Forged, match="connect it again"):
        checked(STANDARD, headers, ("whsec_***",), **now)


def test_hex_with_a_prefix() -> None:
    signed = Signed(header="X-Hub-Signature-256", prefix="sha256=")
    digest = hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()
    checked(signed, {"x-hub-signature-256": f"sha256={digest}"})
    with pytest.raises(Forged):
        checked(signed, {"x-hub-signature-256": digest})
