"""Fields of ours that the declaration needs in the systems: named, and made."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from syncline.acts.act import Provision, Say, Step
from syncline.acts.told import Needed, Provisioned
from syncline.sync import paused
from syncline.sync import provision as provisioning
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow
from syncline.sync.provision import Need, NotMade


def provision(hub: Hub, act: Provision, who: str, say: Say) -> Provisioned:
    """Each is made once; to ask again does no harm. One that cannot be made holds up no other."""
    found: list[Needed] = []
    for need in provisioning.needs(hub):
        say(Step(what=f"{need.system} {need.stream}.{need.field.name}", done=len(found)))
        found.append(looked_for(hub, need) if act.dry else made(hub, need))
    return Provisioned(fields=tuple(found))


def looked_for(hub: Hub, need: Need) -> Needed:
    """Whether it is there, by a read."""
    try:
        there = provisioning.is_there(hub, need)
    except NotNow as error:
        return needed(need, "unknown", str(error))
    return needed(need, "unknown" if there is None else "there" if there else "missing")


def missing_for(hub: Hub, creates: Collection[tuple[str, str]]) -> Iterator[Needed]:
    """The fields of ours that these creates (system, stream) need, and that are not there."""
    systems = {system for system, _ in creates}
    streams = {(s, one) for s, name in creates for one in (*hub.stream(s, name).children, hub.stream(s, name).name)}
    for need in provisioning.needs(hub):
        if need.system in systems and (need.system, need.stream) in streams:
            found = looked_for(hub, need)
            if found.state == "missing":
                yield found


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
