"""One object that cannot be settled parks itself; the rest of its page goes on (L2).

A page is settled in one transaction. Only when that fails on what an object holds is it done again,
object by object, and the one that fails becomes a parked row, with the reason and the remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from syncline.connect.stream import Stream
from syncline.mapping.binding import Binding
from syncline.model.observation import Observation
from syncline.model.record import SKIPPED, Parking
from syncline.model.rows import ParkedRow
from syncline.sync import written
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub

POISON = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, AssertionError)
"""What unforeseen content may raise. Failures of the ledger, of the disk or of a system are none of these."""

SettleAlone = Callable[[Hub, Binding, Observation, dict[str, object]], None]

CODE = "cannot-be-settled"

NAMELESS = "(no name) "
"""How a row is listed that does not say which it is. No system knows it by that: it is never asked for."""


def parking(binding: Binding, external_id: str, error: Exception, at: float) -> Parking:
    """Why, and what to do."""
    return Parking(
        code=CODE, reason=f"{binding.system} {binding.stream} {external_id}: {type(error).__name__}: {error}", at=at,
        remedy=f"correct it in {binding.system}, or the mapping of {binding.stream}; it is tried again when it changes",
    )  # fmt: skip


def park(hub: Hub, binding: Binding, one: Observation, error: Exception) -> None:
    """Parks one object: its link where it has one, else its row. The same row again is not news."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "park")
        row = (binding.system, binding.stream, one.id)
        why = parking(binding, one.id, error, desk.now)
        link = unit.links_at([row]).get(row)
        if link is None:
            bound = binding.bound(one.raw)
            parked = ParkedRow(
                system=row[0], stream=row[1], id=row[2], parking=why, raw=bound, fingerprint=binding.fingerprint(bound)
            )
            unit.park_rows([parked])
            return
        desk.load([link.record])
        case, print_ = desk.cases[link.record], binding.fingerprint(binding.bound(one.raw)).hex()
        known = case.links[link.id].parked
        if known is not None and known.code == SKIPPED and known.theirs in (None, print_):
            case.put(link.id, parked=replace(known, theirs=print_))  # left alone, as it is now
            written.flush(desk)
            return
        if known is None:
            case.note("parked", None, link.id, None, one.id, why.reason)
        case.put(link.id, parked=why)
        written.flush(desk)


def park_nameless(hub: Hub, system: str, stream: Stream, rows: Sequence[Any]) -> None:
    """Rows that do not say which they are: each is listed once, by what it holds; the others of its page go on."""
    if not rows:
        return
    parked = [nameless(system, stream, raw, hub.clock()) for raw in rows]
    known = hub.ledger.parked_rows([(one.system, one.stream, one.id) for one in parked])
    with hub.ledger.unit() as unit:
        unit.park_rows([one for one in parked if (one.system, one.stream, one.id) not in known])


def nameless(system: str, stream: Stream, raw: Any, at: float) -> ParkedRow:
    """Under a name made of its content, so that the same row again is not news."""
    print_ = blake2b(repr(raw).encode(), digest_size=12).digest()
    parking = Parking(
        code=CODE, reason=f"{system} told a row of {stream.name} without {stream.key}, which names it", at=at,
        remedy=f"see why {system} leaves it out: a right that is missing, or another version of its API",
    )  # fmt: skip
    held = {str(name): value for name, value in raw.items()} if isinstance(raw, Mapping) else {"": str(raw)}
    return ParkedRow(
        system=system, stream=stream.name, id=NAMELESS + print_.hex(), parking=parking,
        fingerprint=print_, raw=held,
    )  # fmt: skip


def one_by_one(
    hub: Hub, binding: Binding, news: Sequence[tuple[Observation, dict[str, object]]], settle_alone: SettleAlone
) -> None:
    """Each object in a transaction of its own."""
    for one, bound in news:
        try:
            settle_alone(hub, binding, one, bound)
        except POISON as error:
            park(hub, binding, one, error)
