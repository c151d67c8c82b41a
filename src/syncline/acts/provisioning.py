"""Fields of ours that the declaration needs in the systems: named, and made."""

from __future__ import annotations

from syncline.acts.act import Provision, Say, Step
from syncline.acts.told import Needed, Provisioned
from syncline.sync import paused
from syncline.sync import provision as provisioning
from syncline.sync.hub import Hub
from syncline.sync.provision import Need, NotMade


def provision(hub: Hub, act: Provision, who: str, say: Say) -> Provisioned:
    """Each is made once; to ask again does no harm. One that cannot be made holds up no other."""
    found: list[Needed] = []
    for need in provisioning.needs(hub):
        say(Step(what=f"{need.system} {need.stream}.{need.field.name}", done=len(found)))
        found.append(needed(need, "missing") if act.dry else made(hub, need))
    return Provisioned(fields=tuple(found))


def made(hub: Hub, need: Need) -> Needed:
    """One of them. What is paused, or in mode read-only, the door itself refuses."""
    if hub.ledger.system_state(need.system).paused:
        return needed(need, "failed", f"{need.system} is {paused.said(hub, need.system)}")
    try:
        return needed(need, "made" if provisioning.make(hub, need) else "there")
    except NotMade as error:
        return needed(need, "failed", str(error))


def needed(need: Need, state: str, why: str = "") -> Needed:
    """As it is told."""
    return Needed(system=need.system, stream=need.stream, field=need.field.name, state=state, why=why)  # type: ignore[arg-type]
