"""Where vendors deliver their webhooks: a secret address for each system, made once, told once, kept as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from syncline.api.webhooks import PATH, Endpoint, hashed
from syncline.app import Running
from syncline.ledger import webhooks

SECRET_BYTES = 24


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """endpoints: by the hash of the path's secret. fresh: addresses that were made now, to be told to the vendor.

    unsigned: systems whose deliveries cannot be believed, since the key that signs them is not declared.
    """

    endpoints: Mapping[bytes, Endpoint]
    fresh: Mapping[str, str] = field(repr=False)
    unsigned: tuple[str, ...] = ()


def prepared(
    running: Running, base: str, anew: frozenset[str] = frozenset(),
    draw: Callable[[int], str] = secrets.token_urlsafe,
) -> Hooks:  # fmt: skip
    """Every system that can deliver. base: where the service is reached from outside. anew: get another address."""
    known = dict(webhooks.paths(running.ledger))
    endpoints, fresh, unsigned = dict[bytes, Endpoint](), dict[str, str](), list[str]()
    where = f"{base.rstrip('/')}{PATH}"
    for system, connector in running.hub.connectors.items():
        if connector.webhook is None:
            continue
        keys = running.signing.get(system, ())
        if connector.webhook.signed is not None and not keys:
            unsigned.append(system)
            continue
        if system not in known or system in anew:
            secret = draw(SECRET_BYTES)
            known[system] = hashed(secret)
            webhooks.save(running.ledger, system, known[system], running.hub.clock())
            fresh[system] = where + secret
        endpoints[known[system]] = Endpoint(system=system, webhook=connector.webhook, url=where, keys=keys)
    return Hooks(endpoints=endpoints, fresh=fresh, unsigned=tuple(unsigned))
