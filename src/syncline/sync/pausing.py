"""What a person paused: a system is neither read nor written, an entity or a record is not written, until resumed.

It is kept in the ledger, so a restart changes nothing. A system that denied us is paused in the same way.
"""

from __future__ import annotations

from msgspec.structs import replace

from syncline.merge.case import Case
from syncline.model.rows import SystemState
from syncline.sync import people
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.stops import ENTITY


def paused_entities(hub: Hub) -> dict[str, str]:
    """The entities that are paused, and why."""
    states = {name: hub.ledger.system_state(ENTITY + name) for name in hub.declaration.entities}
    return {name: state.why for name, state in states.items() if state.paused}


def paused_systems(hub: Hub) -> dict[str, str]:
    """The systems that are paused, by a person or since they denied us, and why."""
    states = {name: hub.ledger.system_state(name) for name in hub.declaration.order}
    return {name: state.why for name, state in states.items() if state.paused}


def put_system(hub: Hub, system: str, *, paused: bool, why: str = "") -> None:
    """Pauses a system, or lets it be spoken to again."""
    put(hub, system, paused=paused, why=why)


def put_entity(hub: Hub, entity: str, *, paused: bool, why: str = "") -> None:
    """Pauses an entity, or lets its records be written again."""
    put(hub, ENTITY + entity, paused=paused, why=why)


def put(hub: Hub, name: str, *, paused: bool, why: str) -> None:
    """In one transaction; what else is known of a system stays."""
    with hub.ledger.unit() as unit:
        state: SystemState = hub.ledger.system_state(name)
        unit.save_system_state(replace(state, paused=paused, why=why if paused else ""))
        hub.point("paused" if paused else "resumed")


def put_record(hub: Hub, record: int, *, paused: bool, who: str, why: str = "") -> None:
    """Pauses a record, or lets it be written again; what is due of it is due then."""

    def decision(desk: Desk, case: Case) -> None:
        if case.record.paused != paused:
            case.record = replace(case.record, paused=paused)
            said = f"{who}: {'paused' if paused else 'resumed'}{f': {why}' if why else ''}"
            case.note("person", None, None, None, None, said)

    people.decide(hub, record, decision)
