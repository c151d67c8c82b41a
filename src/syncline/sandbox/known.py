"""The sandboxes there are, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from syncline.sandbox.sandbox import Sandbox

VENDORS: Mapping[str, str] = {"hubspot": "syncline.sandbox.hubspot"}
"""Name to module; each has `def sandbox(**how) -> Sandbox`, which takes what Sandbox takes after the vendor."""


def named(name: str, **how: Any) -> Sandbox:
    """The sandbox of that name. Raises ValueError for a name that is none."""
    if name not in VENDORS:
        raise ValueError(f"there is no sandbox {name!r}, only {', '.join(VENDORS)}")
    make: Callable[..., Sandbox] = import_module(VENDORS[name]).sandbox
    return make(**how)
