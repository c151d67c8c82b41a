"""What is said of a system that does not go on by itself, and the command that lets it go on."""

from __future__ import annotations

from syncline.config import secret
from syncline.sync.hub import Hub


def goes_on(hub: Hub, system: str) -> str:
    """The command that ends a pause of a system; of one whose rows went back, the one that reads it anew."""
    back = any(one.kind == "rebaseline" and one.system == system for one in hub.ledger.held())
    return f"syncline baseline begin {system}" if back else f"syncline resume {system}"


def said(hub: Hub, system: str) -> str:
    """Why it is paused, and that command."""
    why = hub.ledger.system_state(system).why
    return f"paused: {why}; to go on: {goes_on(hub, system)}" if why else f"paused; to go on: {goes_on(hub, system)}"


def admitted(hub: Hub, system: str) -> str:
    """What to do about a system that does not let us in."""
    known = hub.declaration.systems.get(system)
    return f"{secret.put_right(system, known.secret if known else None)}, then: syncline resume {system}"
