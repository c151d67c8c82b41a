"""Is it the account that the hub knows? Rows that it has met are looked for: where none is there, it is another one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from syncline.cli.opened import Declared

if TYPE_CHECKING:
    from syncline.sync.hub import Hub

RECORDS = 500
ROWS = 20
LEAST = 3
"""Fewer rows may well have been deleted meanwhile."""


def is_another(opened: Declared, hub: Hub, system: str) -> str:
    """Why it must be another account than before; empty: nothing says so. hub: it is asked through this one."""
    from syncline.sync import observe
    from syncline.sync.observe import NotNow

    stream, ids = met(opened, system)
    if len(ids) < LEAST:
        return ""
    try:
        found = observe.look_at(hub, system, hub.stream(system, stream), ids)
    except NotNow:
        return ""  # whoever asks for the account says why
    if found:
        return ""
    return (
        f"{system}: none of {len(ids)} rows of {stream} that this hub has met is there. It is another account than "
        "before, or was set up anew"
    )


def met(opened: Declared, system: str) -> tuple[str, list[str]]:
    """A stream, and ids of rows in it that the ledger links; none where it knows none."""
    from syncline.cli.opened import looking_at

    if not opened.ledger.exists():
        return "", []
    streams = defaultdict[str, list[str]](list)
    with looking_at(opened) as looking:
        for links in looking.ledger.links_of(looking.ledger.scan(0, RECORDS)).values():
            for link in links:
                if link.system == system and link.state == "active" and link.external_id is not None:
                    streams[link.stream].append(link.external_id)
    readable = {name: ids for name, ids in streams.items() if opened.connectors[system].stream(name).get is not None}
    stream = max(readable, key=lambda name: len(readable[name]), default="")
    return stream, readable.get(stream, [])[:ROWS]
