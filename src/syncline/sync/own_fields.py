"""Fields of ours that are not there, as far as is known: nothing is written to them, and all else goes on."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.mapping.binding import Binding
from syncline.model.link import Link
from syncline.model.rows import OwnField
from syncline.sync.hub import Hub
from syncline.sync.needs import Need
from syncline.sync.store import Reads

PUT_OFF_SECONDS = 300.0
"""How long a new row waits for a field of ours before it is thought of again; it is woken when that is there."""


def missing(hub: Hub, ledger: Reads, system: str, stream: str) -> tuple[Need, ...]:
    """The fields of ours that this stream and its parts need, and that are known not to be there."""
    needed = hub.needed_in(system, stream)
    if not needed:
        return ()
    gone = {(one.stream, one.name) for one in ledger.own_fields(system) if one.there is False}
    return tuple(one for one in needed if (one.stream, one.field.name) in gone)


def untellable(missing: Sequence[Need], binding: Binding) -> frozenset[str]:
    """The fields that cannot be told there: they stand in a raw field that is missing."""
    raw = {one.field.name for one in missing if one.fields}
    return frozenset(binding.field_of_raw[name] for name in raw if name in binding.field_of_raw)


def stops_births(missing: Sequence[Need]) -> tuple[Need, ...]:
    """Those without which no row is made: a create whose answer was lost could not be told from a new one. # I4"""
    return tuple(one for one in missing if not one.fields)


def known(hub: Hub) -> list[Need]:
    """All that are missing, as far as is known, in the order of the declaration."""
    gone = {
        (one.system, one.stream, one.name)
        for system in dict.fromkeys(one.system for one in hub.needs)
        for one in hub.ledger.own_fields(system) if one.there is False
    }  # fmt: skip
    return [one for one in hub.needs if (one.system, one.stream, one.field.name) in gone]


def doubt(hub: Hub, ledger: Reads, system: str, stream: str) -> list[OwnField]:
    """The rows of a stream whose fields are to be asked for now, since one was refused as unknown."""
    rows = {(one.stream, one.name): one for one in ledger.own_fields(system)}
    return [
        replace(rows[one.stream, one.field.name], at=0.0)
        for one in hub.needed_in(system, stream) if (one.stream, one.field.name) in rows
    ]  # fmt: skip


def put_off(hub: Hub, links: Sequence[Link]) -> None:
    """New rows that wait for a field of ours."""
    now = hub.ledger.links(link.id for link in links)
    with hub.ledger.unit() as unit:
        unit.save_links([replace(one, due_at=hub.clock() + PUT_OFF_SECONDS) for one in now.values()])
