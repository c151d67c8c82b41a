"""HubSpot's quotas, and what its headers say of them."""

from __future__ import annotations

from collections.abc import Mapping

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.hubspot.errors import too_many
from syncline.sandbox.quotas import Quota
from syncline.sandbox.sandbox import Sandbox

TEN_SECONDS, SECOND, DAY = "TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"
TIERS = {
    "free": (100, 250_000),
    "starter": (100, 250_000),
    "professional": (190, 650_000),
    "enterprise": (190, 1_000_000),
    "add-on": (250, 1_000_000),
    "public-app": (110, None),
}
"""Calls in ten seconds and in a day."""


def quotas(tier: str) -> tuple[Quota, ...]:
    """The quotas of a tier. Raises ValueError for one that is none."""
    if tier not in TIERS:
        raise ValueError(f"there is no tier {tier!r}: {', '.join(TIERS)}")
    burst, daily = TIERS[tier]
    made = (
        Quota(name=SECOND, amount=5, per_seconds=1.0, kinds=("search",)),
        Quota(name=TEN_SECONDS, amount=burst, per_seconds=10.0, kinds=("call", "search")),
    )
    day = Quota(name=DAY, amount=daily or 0, per_seconds=86_400.0, window="fixed", kinds=("call", "search"))
    return (*made, day) if daily else made


def kind(call: Call) -> str:
    """Searches have a quota of their own, sign-ins none."""
    if call.path.startswith("/oauth/"):
        return "sign-in"
    return "search" if call.method == "POST" and call.path.rstrip("/").endswith("/search") else "call"


def told(sandbox: Sandbox, call: Call) -> Mapping[str, str]:
    """What is left, on every answer but a search's or a sign-in's."""
    known = {quota.name: quota for quota in sandbox.quotas.quotas}
    if kind(call) != "call" or TEN_SECONDS not in known:
        return {}
    now, burst = sandbox.clock.now(), known[TEN_SECONDS]
    headers = {
        "X-HubSpot-RateLimit-Max": str(burst.amount),
        "X-HubSpot-RateLimit-Remaining": str(sandbox.quotas.left(now, burst)),
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
    }
    if daily := known.get(DAY):
        headers["X-HubSpot-RateLimit-Daily"] = str(daily.amount)
        headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(sandbox.quotas.left(now, daily))
    return headers


def limited(sandbox: Sandbox, call: Call, quota: Quota | None) -> Reply:
    """A quota refuses; a planted refusal is the one that fits the call."""
    if quota is not None and quota.name in (TEN_SECONDS, SECOND, DAY):
        return too_many(quota.name)
    return too_many(SECOND if kind(call) == "search" else TEN_SECONDS)
