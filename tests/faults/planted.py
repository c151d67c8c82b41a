"""Faults that several tests plant."""

from __future__ import annotations

from typing import Any

from syncline.testing.sockets_run import Faults


def anywhere(kind: str, **how: Any) -> Faults:
    """The same in both systems, in a fifth of the calls."""
    one = {"kind": kind, "rate": 0.2, "seed": 3, **how}
    return {"hubspot": [one], "odoo": [{**one, "seed": 4}]}


def writes(kind: str, **how: Any) -> Faults:
    """Of the calls that write, in each of their forms."""
    ours = ("*/batch/upsert", "*/batch/update", "*/batch/create")
    theirs = ("/json/2/*/load", "/json/2/*/create", "/json/2/*/write")
    return {
        "hubspot": [{"kind": kind, "path": path, "count": 2, **how} for path in ours]
        + [{"kind": kind, "method": "PATCH", "count": 1, **how}],
        "odoo": [{"kind": kind, "path": path, "count": 2, **how} for path in theirs],
    }
