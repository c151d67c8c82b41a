"""The sandboxes there are, by name; what is not asked for is not loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syncline.sandbox.sandbox import Sandbox


def hubspot(options: dict[str, Any], **how: Any) -> Sandbox:
    """HubSpot's CRM."""
    from syncline.sandbox.hubspot import sandbox

    return sandbox(options=options, **how)


def odoo(options: dict[str, Any], **how: Any) -> Sandbox:
    """Odoo; the option `version` says which."""
    from syncline.sandbox.odoo.vendor import NEWEST
    from syncline.sandbox.odoo.vendor import odoo as version

    return Sandbox(version(int(options.pop("version", NEWEST))), options=options, **how)


VENDORS: Mapping[str, Callable[..., Sandbox]] = {"hubspot": hubspot, "odoo": odoo}


def named(name: str, *, options: Mapping[str, Any] | None = None, **how: Any) -> Sandbox:
    """The sandbox of that name. `how`: path, clock, quotas, calls_out, as Sandbox takes them. Raises ValueError."""
    if name not in VENDORS:
        raise ValueError(f"there is no sandbox {name!r}, only {', '.join(VENDORS)}")
    return VENDORS[name](dict(options or {}), **how)
