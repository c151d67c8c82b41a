"""Deliveries as one vendor signs them: over method, address, body and time in milliseconds."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

from syncline.connect.webhook import Signed

NOW = 1_700_000_000.0
URL = "https://hub.acme.example/webhooks/abc"
BODY = '[{"objectId": 7, "name": "Zoë"}]'.encode()
V3 = Signed(
    header="X-HubSpot-Signature-v3", content="{method}{url}{body}{timestamp}", encoding="base64",
    timestamp="X-HubSpot-Request-Timestamp", unit="milliseconds",
)  # fmt: skip


def v3(key: str, *, method: str = "POST", url: str = URL, body: bytes = BODY, at: float = NOW) -> dict[str, str]:
    """The headers of a delivery, as that vendor makes them."""
    stamp = str(int(at * 1000))
    digest = hmac.new(key.encode(), method.encode() + url.encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {"x-hubspot-signature-v3": b64encode(digest).decode(), "x-hubspot-request-timestamp": stamp}
