"""What a person says of rows and records: one and the same, or not; deleted, or to be made again. Audited, undoable."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from syncline.identity import seats
from syncline.identity.merging import row_name
from syncline.identity.unmerging import Unmerge
from syncline.merge import deletes
from syncline.merge.case import Case
from syncline.model.observation import Observation
from syncline.model.record import Parking
from syncline.model.rows import Hint, ParkedRow
from syncline.sync import joining, meet, met, observe, questions, settle, uncoupling
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.store import Row

OF_ITS_OWN = "a record of its own"
"""What history says of a row that began one."""


class CannotDo(Exception):
    """What was asked for does not fit what is there; nothing was changed. The text says what to do instead."""


# ---- records
def merge_records(hub: Hub, keep: int, lose: int, who: str) -> int:
    """Two records are one thing. Returns the id that stands for both; the other stays its alias for ever."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "merge")
        one, other = known(desk, keep), known(desk, lose)
        if one is other:
            raise CannotDo(f"{keep} and {lose} are one record already")
        if one.record.entity != other.record.entity:
            raise CannotDo(f"{keep} is of {one.record.entity} and {lose} of {other.record.entity}")
        if joining.is_unresolved(one) or joining.is_unresolved(other):
            raise CannotDo("a create of one of them is not resolved yet: try again in a moment")
        one.note("person", None, None, other.record.id, one.record.id, f"{who}: the same")
        if questions.is_asked(one, other):
            met.become_one(desk, one, other, who)
        else:
            joining.merge(desk, one, other, who)
        hub.point("records merged")
        settle.close_desk(desk)
        hub.point("merge written")
        return one.record.id


def plan_unmerge(hub: Hub, record: int) -> Unmerge:
    """What un-merging this alias would restore, and what it would leave; nothing is written."""
    with hub.ledger.unit() as unit:
        return joining.unmerge(Desk(hub=hub, unit=unit, run=0, now=hub.clock()), record)


def unmerge(hub: Hub, record: int, who: str) -> Unmerge:
    """Two records again, each with what it had, unless it was changed since. Merging them again takes it back."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "unmerge")
        done = joining.unmerge(desk, record)
        if done.steps:
            uncoupling.between(desk, desk.cases[done.survivor], desk.cases[record])
            desk.cases[record].note("person", None, None, done.survivor, record, f"{who}: un-merged")
            hub.point("records parted")
            settle.close_desk(desk)
            hub.point("un-merge written")
        return done


def known(desk: Desk, rid: int) -> Case:
    """The case of a record, by its id or an alias."""
    case = desk.case(rid)
    if case is None:
        raise CannotDo(f"there is no record {rid}")
    return case


# ---- deletes in question
def carry_delete_on(hub: Hub, record: int, who: str) -> None:
    """The delete is meant: it goes on to the other systems."""

    def decision(desk: Desk, case: Case) -> None:
        asked(case, "deleted-against-edit")
        gone = [k.id for k in case.links.values() if k.state == "tombstone" and k.external_id is not None]
        case.record = replace(case.record, parked=None)
        case.note("person", None, None, None, None, f"{who}: deleted everywhere")
        deletes.carry_on(case, gone[-1])

    decide(hub, record, decision)


def make_again(hub: Hub, record: int, who: str) -> None:
    """The delete is not meant: the record lives, and is made again where its row was deleted."""

    def decision(desk: Desk, case: Case) -> None:
        asked(case, "deleted-against-edit")
        live_again(desk, case, f"{who}: to be made again")

    decide(hub, record, decision)


def revive_twins(hub: Hub, row: Row | None, record: int, who: str) -> None:
    """A row that came back after its delete was carried on: the record lives again, and so do its twins.

    row: the parked row; None: the record's own row was undeleted.
    """

    def decision(desk: Desk, case: Case) -> None:
        if row is not None:
            parked = parked_row(desk, row, joining.RETURNED)
            if case.record.id not in {c.record.id for c in asking(desk, parked)}:
                raise CannotDo(f"{row[2]} is not a row of record {record}")
            case.record = replace(case.record, state="active", parked=None)
            take_in(desk, case, parked)
        else:
            asked(case, joining.RETURNED)
        live_again(desk, case, f"{who}: the twins live again")

    decide(hub, record, decision)


def leave_deleted(hub: Hub, record: int, who: str) -> None:
    """A row was undeleted and begins anew: what was deleted elsewhere stays so."""

    def decision(desk: Desk, case: Case) -> None:
        asked(case, joining.RETURNED)
        case.record = replace(case.record, parked=None)
        case.note("person", None, None, None, None, f"{who}: the twins stay deleted")

    decide(hub, record, decision)


def begin_anew(hub: Hub, row: Row, who: str) -> int:
    """A parked row is a thing of its own: a new record. Returns its id."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person", row[:2])
        parked = parked_row(desk, row)
        binding, one = hub.declaration.binding(*row[:2]), observed(parked)
        meet.found(desk, binding, one, parked.raw, binding.read(parked.raw, desk.resolve))
        case = desk.cases[desk.at_row[row][0]]
        case.note("person", None, None, None, row[2], f"{who}: {OF_ITS_OWN}")
        others = {other.record.id for other in asking(desk, parked) if other is not case}
        case.record = replace(case.record, distinct_from=tuple(sorted(others)))
        look_at(desk, row)
        settle.close_desk(desk)
        hub.point("decided")
        return case.record.id


def live_again(desk: Desk, case: Case, why: str) -> None:
    """No delete goes on, and what was deleted is made again; the tombstones stay."""
    case.record = replace(case.record, state="active", parked=None)
    case.note("person", None, None, None, None, why)
    for link in list(case.links.values()):
        case.put(link.id, deleting=False, carried=False)
    for system, stream in sorted({(k.system, k.stream) for k in case.links.values()}):
        here = [k for k in case.links.values() if (k.system, k.stream) == (system, stream)]
        if all(k.state == "tombstone" for k in here) and desk.hub.stream(system, stream).create is not None:
            desk.new_link(case, system, stream, None)


def asked(case: Case, code: str) -> None:
    """Is this the question that the record is parked with?"""
    if case.record.parked is None or case.record.parked.code != code:
        raise CannotDo(f"record {case.record.id} is not parked as {code}")


# ---- links
def add_link(hub: Hub, row: Row, record: int, who: str) -> int:
    """`links add`: this row is that record's. Returns the link. What differs is a first difference."""
    seen = read_now(hub, row)
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person", row[:2])
        case, binding = known(desk, record), hub.declaration.binding(*row[:2])
        desk.load_rows([row])
        at = desk.case_at(row)
        if at is not None:
            raise CannotDo(f"{row[2]} is linked to record {at[0].record.id}: merge the records, or remove that link")
        if binding.entity != case.record.entity:
            raise CannotDo(f"{row[1]} in {row[0]} holds {binding.entity}, and record {record} is of another kind")
        if meet.claim(case, binding).here:
            raise CannotDo(f"record {record} has a row there already: merge the two rows, or remove that link")
        reading = binding.read(binding.bound(seen.raw), desk.resolve)
        meet.join_new(desk, binding, case, seen, binding.bound(seen.raw), reading)
        if row not in desk.at_row:
            raise CannotDo(f"a create in {row[0]} is not resolved yet: try again in a moment")
        lid = desk.at_row[row][1]
        case.note("person", None, lid, None, row[2], f"{who}: linked by hand")
        settle.close_desk(desk)
        hub.point("link added")
        return lid


def remove_link(hub: Hub, link: int, who: str) -> Row:
    """`links remove`: the row belongs to no record until a person says so. Nothing is written to any system."""
    found = hub.ledger.links([link]).get(link)
    if found is None or found.external_id is None:
        raise CannotDo(f"{link} is no link to a row")
    if found.state == "tombstone":
        raise CannotDo(f"{row_name(found)} was deleted; its link stays, so that it is not made again")
    row: Row = (found.system, found.stream, found.external_id)
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person", row[:2])
        desk.load([found.record])
        case = desk.home(link)
        parking = Parking(
            code=meet.UNLINKED, reason=f"taken from record {case.record.id} by {who}", at=desk.now,
            remedy="link it (links add), or begin a new record",
        )  # fmt: skip
        joining.unlink(desk, case, found, parking, f"{who}: unlinked by hand")
        uncoupling.of_row(desk, row, case)
        settle.close_desk(desk)
        hub.point("link removed")
    return row


def remove_couplings(hub: Hub, row: Row) -> None:
    """What was said of a row that belongs to no record: it is matched by the rules."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person", row[:2])
        uncoupling.of_row(desk, row)
        settle.close_desk(desk)
        hub.point("couplings removed")


def read_now(hub: Hub, row: Row) -> Observation:
    """The row as it is now, or as it was parked where the system cannot be asked for one row."""
    stream = hub.stream(*row[:2])
    if stream.get is not None:
        seen = observe.look_at(hub, row[0], stream, [row[2]])
        if row[2] not in seen:
            raise CannotDo(f"{row[0]} has no {row[1]} {row[2]}")
        return seen[row[2]]
    parked = hub.ledger.parked_rows([row]).get(row)
    if parked is None:
        raise CannotDo(f"{row[2]} was not seen yet in {row[0]}")
    return observed(parked)


# ---- what these share
def decide(hub: Hub, record: int, decision: Callable[[Desk, Case], None]) -> None:
    """One decision about one record, in one transaction."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person")
        decision(desk, known(desk, record))
        settle.close_desk(desk)
        hub.point("decided")


def parked_row(desk: Desk, row: Row, code: str | None = None) -> ParkedRow:
    """The row as it is parked."""
    parked = desk.unit.parked_rows([row]).get(row)
    if parked is None or (code is not None and parked.parking.code != code):
        raise CannotDo(f"{row[2]} of {row[0]} is not parked" + (f" as {code}" if code else ""))
    return parked


def asking(desk: Desk, parked: ParkedRow) -> list[Case]:
    """The records that have the key by which a row was parked."""
    rule, newline, value = (parked.key or "").partition("\n")
    return meet.sharing(desk, (rule, value)) if newline else []


def observed(parked: ParkedRow) -> Observation:
    """A parked row as the observation that parked it; a look follows."""
    at = parked.parking.at
    return Observation(id=parked.id, raw=parked.raw, began=at, as_of=at)


def take_in(desk: Desk, case: Case, parked: ParkedRow) -> None:
    """A parked row becomes the record's row in its stream, by a first meeting."""
    row: Row = (parked.system, parked.stream, parked.id)
    binding, one = desk.declaration.binding(*row[:2]), observed(parked)
    lid = desk.new_link(case, row[0], row[1], row[2])
    meet.join(desk, binding, case, lid, one, parked.raw, binding.read(parked.raw, desk.resolve))
    seats.seat(case, row[0], row[1], [lid])
    look_at(desk, row)


def look_at(desk: Desk, row: Row) -> None:
    """What was parked may be old by now."""
    desk.unit.put_hints([Hint(system=row[0], stream=row[1], id=row[2], at=desk.now)])
