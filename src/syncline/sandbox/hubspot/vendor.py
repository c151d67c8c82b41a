"""HubSpot's CRM as a sandbox: everything of it put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.clock import Clock
from syncline.sandbox.hubspot import pipelines, tokens, users, webhooks
from syncline.sandbox.hubspot import quotas as numbers
from syncline.sandbox.hubspot.errors import failed, invalid
from syncline.sandbox.hubspot.kinds import KINDS
from syncline.sandbox.hubspot.owners import OWNERS
from syncline.sandbox.hubspot.routes import answer, writes
from syncline.sandbox.hubspot.search import teach
from syncline.sandbox.hubspot.seed import seed
from syncline.sandbox.quotas import Quota
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.vendor import Users, Vendor, Words

OPTIONS: Mapping[str, Any] = {
    "tier": "professional",
    "lag": 0.0,
    "portal_id": 1,
    "account_type": "SANDBOX",
    "token": "pat-sandbox",
    "developer_key": "sandbox-developer-key",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "code": "sandbox-code",
    "code_lasts": 600,
    "refresh_token": "sandbox-refresh",
    "token_lasts": tokens.LASTS_SECONDS,
    "merge_makes_new": False,
    "webhook_batch": 100,
}
"""What may be chosen, and what is chosen without: see docs/sandbox.md."""


def found(sandbox: Sandbox) -> None:
    """A new account: its tokens and the default pipelines."""
    tokens.found(sandbox)
    pipelines.found(sandbox)


HUBSPOT = Vendor(
    name="hubspot",
    streams=(*(kind.name for kind in KINDS), OWNERS),
    answer=answer,
    words=Words(
        limited=numbers.limited,
        failed=lambda sandbox, call, status: failed(status),
        expired=tokens.expire,
        rejected=lambda sandbox, call: invalid("This write was made to be rejected").reply,
    ),
    users=Users(read=users.read, save=users.save, remove=users.remove, acts=users.ACTS),
    seed=seed,
    opened=lambda sandbox: teach(sandbox.store),
    found=found,
    quotas=numbers.quotas(OPTIONS["tier"]),
    kind=numbers.kind,
    writes=writes,
    told=numbers.told,
    deliveries=webhooks.deliveries,
    delivered=webhooks.delivered,
)


def sandbox(
    *, path: str = ":memory:", clock: Clock | None = None, quotas: Sequence[Quota] | None = None,
    options: Mapping[str, Any] | None = None, calls_out: bool = False,
) -> Sandbox:  # fmt: skip
    """A HubSpot account. Raises ValueError for an option that is none."""
    if unknown := (options or {}).keys() - OPTIONS:
        raise ValueError(f"the HubSpot sandbox has no option {', '.join(sorted(unknown))}")
    chosen = {**OPTIONS, **(options or {})}
    by_tier = numbers.quotas(chosen["tier"]) if quotas is None else quotas
    return Sandbox(HUBSPOT, path=path, clock=clock, quotas=by_tier, options=chosen, calls_out=calls_out)
