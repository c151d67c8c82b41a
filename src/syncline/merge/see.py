"""Step 5, merge: an accepted observation of a known link, field by field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from syncline.mapping.binding import Reading
from syncline.mapping.document import line_of
from syncline.mapping.lens import NOT_TOLD
from syncline.merge import first_meeting, guard, receipts, settled
from syncline.merge.case import Case
from syncline.model.link import UNKNOWN_FIELD, Known
from syncline.model.observation import Observation
from syncline.model.record import DOES_NOT_FIT, Value


def see(
    case: Case, lid: int, seen: Observation, bound: dict[str, object], reading: Reading, fingerprint: bytes
) -> None:
    """`seen` follows what is seen; a move is measured from base, or the old seen, under the type's equality.

    bound:   the bound raw fields of the observation; `reading` is what they mean. A field whose raw
             value does not fit parks itself and holds nothing else up.
    """
    old, now_there, misfits = case.view(lid), reading.told, reading.misfits
    met = case.links[lid].known
    case.put(lid, seen=bound)
    if reading.whole:
        case.views[lid] = (bound, now_there)
    for name in sorted({*now_there, *misfits}):
        if is_settled(case, met.get(name), name, old, now_there):
            continue
        if name in misfits:
            receipts.park_misfit(case, lid, name, misfits[name], old.get(name))
        elif (name in old and name in met) or line_of(name) is not None or must_look(case, lid, name):
            see_field(case, lid, name, old, now_there[name], seen)
        else:
            first_meeting.meet_field(case, lid, name, now_there[name], seen)  # I15: newly bound, permitted, or resolved
    for name in reading.unresolved:
        keep_base(case, lid, name, old)
    guard.accept(case, lid, seen)
    receipts.expire_doubts(case, lid, now_there, seen)
    link = case.links[lid]
    clear = any(known.sent or known.doubts for known in link.known.values())
    case.put(lid, fingerprint=b"" if clear else fingerprint, attempts=0, parked=None)


def is_settled(case: Case, known: Known | None, name: str, old: Mapping[str, Value], new: Mapping[str, Value]) -> bool:
    """Untouched there, agreed at the record's version, and nothing open: most fields of a row that changed.

    The rules below would come to the same, one by one. `known` is of before this observation; until a field's own
    turn only the taking of a line changes what is known of it.
    """
    if known is None or line_of(name) is not None or not stands(case, known, name):
        return False
    was, now = old.get(name, NOT_TOLD), new.get(name, NOT_TOLD)
    return was is not NOT_TOLD and (was is now or (type(was) is str and was == now))


def stands(case: Case, known: Known, name: str) -> bool:
    """Agreed at the record's version, and nothing is open."""
    return (
        known.agreed == case.value(name).version and name not in case.record.conflicts
        and not (
            known.has_base or known.differs or known.filling or known.waiting or known.sent or known.doubts
            or known.tries or known.rewrites or known.parked or known.withheld
        )
    )  # fmt: skip


def worth_a_look(case: Case, lid: int, fields: Iterable[str], touched: Collection[str]) -> list[str]:
    """The fields of a row that have to be read: those that were touched there, and those that do not stand.

    Of all others an observation has nothing to say: `is_settled` would be true of them.
    """
    met = case.links[lid].known
    return [n for n in fields if n in touched or (known := met.get(n)) is None or not stands(case, known, n)]


def must_look(case: Case, lid: int, name: str) -> bool:
    """A field that is not in the old seen and yet was met: written and not looked at, or kept as base."""
    known = case.links[lid].known.get(name, UNKNOWN_FIELD)
    return bool(known.sent or known.doubts or known.has_base)


def keep_base(case: Case, lid: int, name: str, old: Mapping[str, Value]) -> None:
    """A reference that cannot be resolved yet: once it can, its move is measured from what was there before."""
    if name in old and not case.known(lid, name).has_base:
        case.learn(lid, name, has_base=True, base=old[name])


def see_field(case: Case, lid: int, name: str, old: Mapping[str, Value], new: Value, seen: Observation) -> None:
    """One field: our own write coming back, a late arrival, or a move."""
    known = case.known(lid, name)
    was = known.base if known.has_base else old.get(name)
    if known.has_base and known.parked is None and name not in case.record.conflicts:
        case.learn(lid, name, has_base=False, base=None)  # kept only while the field is open or unresolved
    maybe: tuple[Value, ...] = ()
    if known.sent:
        measured = receipts.confirm(case, lid, name, was, new)
        if measured is None:
            return
        was, maybe = measured
    elif known.doubts and not case.equal(name, was, new) and receipts.arrived_late(case, lid, name, new):
        return
    if known.parked is not None and known.parked.code == DOES_NOT_FIT:
        case.learn(lid, name, parked=None, has_base=False, base=None)  # it fits again
    settled.settle_field(case, lid, name, was, new, seen, maybe)
