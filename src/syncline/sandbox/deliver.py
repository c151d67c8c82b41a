"""Webhooks on their way out: what is due is sent once, and the vendor learns what became of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

if TYPE_CHECKING:
    from syncline.sandbox.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One POST. `note` is the vendor's own, to know it again."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    timeout_seconds: float
    note: Any = None


Send = Callable[[Delivery], int | None]
"""Sends one delivery; the status of the answer, or None where there was none."""


def deliver(sandbox: Sandbox, send: Send) -> int:
    """Sends what is due; says how many that were."""
    with sandbox.lock:
        due = shaken(sandbox, list(sandbox.vendor.deliveries(sandbox)))
    for delivery in due:
        dropped = sandbox.faults.strike(("webhook-drop",), "POST", delivery.url)
        allowed = sandbox.calls_out or is_loopback(delivery.url)
        status = send(delivery) if allowed and not dropped else None
        with sandbox.lock:
            sandbox.vendor.delivered(sandbox, delivery, status)
    return len(due)


def shaken(sandbox: Sandbox, due: list[Delivery]) -> list[Delivery]:
    """Some sent twice, and the order turned round, where that is planted."""
    due = [
        again
        for one in due
        for again in [one] * (2 if sandbox.faults.strike(("webhook-repeat",), "POST", one.url) else 1)
    ]
    turned = due and sandbox.faults.strike(("webhook-shuffle",), "POST", due[0].url)
    return due[::-1] if turned else due


def is_loopback(url: str) -> bool:
    """Does it lead back to this machine? A name other than localhost does not."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def sender(client: httpx2.Client) -> Send:
    """Over real HTTP."""

    def send(delivery: Delivery) -> int | None:
        try:
            answer = client.post(
                delivery.url, content=delivery.body, headers=delivery.headers, timeout=delivery.timeout_seconds
            )
        except httpx2.HTTPError:
            return None
        return answer.status_code

    return send
