"""Couplings: rows that somebody said are one thing. They are honoured before any match rule, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from syncline.identity import seats
from syncline.identity.match import Key
from syncline.identity.merging import row_name
from syncline.mapping.binding import Binding, Reading
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.observation import Observation
from syncline.model.record import Parking
from syncline.model.rows import Coupling, Hint, ParkedRow
from syncline.sync import joining, met
from syncline.sync import meet as meeting
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.store import Row

CROSSED = "coupled-otherwise"
"""The code of a row that a coupling gives to a record which has another row of that stream already."""

LONGEST_CHAIN = 100
"""So many times one row may have become another."""


# ---- a row is met
def meet(
    desk: Desk, binding: Binding, one: Observation, bound: meeting.Bound, reading: Reading, keys: Sequence[Key]
) -> None:  # fmt: skip
    """A row that is coupled with a row of a record is that record's; any other is matched by the rules."""
    if meeting.is_left_alone(desk, binding, one, bound):
        return
    row = (binding.system, binding.stream, one.id)
    said = partners(desk, row)
    case = made_one(desk, said) if said else None
    if case is None:
        meeting.meet(desk, binding, one, bound, reading, keys)
        return
    why, claim = said[0][0].why, meeting.claim(case, binding)
    if claim.here or any(desk.case(other.record.id) is not case for _, other in said):
        park(desk, binding, one, bound, case, said)  # I14
        return
    meeting.join_new(desk, binding, case, one, bound, reading, why)
    found = desk.case_at(row)
    if found is not None:  # else it waits for a create that is on its way
        keep(desk, [replace(said[0][0], link=found[1], alias=None)])


def partners(desk: Desk, row: Row) -> list[tuple[Coupling, Case]]:
    """The records that have the rows with which this one is coupled. A row that was deleted says nothing any more."""
    found = []
    for one in desk.coupled.get(row, ()):
        there = holder(desk, one.beside(row))
        if there is not None and there[0].links[there[1]].state != "tombstone" and is_alive(there[0]):
            found.append((one, there[0]))
    return found


def holder(desk: Desk, row: Row) -> tuple[Case, int] | None:
    """Whose row it is; of one that became another, whose that is: a merged row's id is remembered for ever."""
    for _ in range(LONGEST_CHAIN):
        desk.load_rows([row])
        found = desk.case_at(row)
        if found is None:
            return None
        link = found[0].links[found[1]]
        if link.state != "tombstone" or link.into is None:
            return found
        row = joining.named_row(desk, link, link.into)
    return None


def is_alive(case: Case) -> bool:
    """Does the record live, and is it in no question of deletes?"""
    return case.record.state == "active" and case.record.parked is None


def made_one(desk: Desk, said: Sequence[tuple[Coupling, Case]]) -> Case:
    """The record of all these couplings: several are joined, where nothing speaks against it."""
    keep_case = said[0][1]
    for one, other in said[1:]:
        other_now = desk.case(other.record.id)
        if other_now is None or other_now is keep_case or why_apart(keep_case, other_now) is not None:
            continue
        keep_case, lost = join(desk, keep_case, other_now, one.why)
        keep(desk, [replace(one, alias=lost)])
    return keep_case


def waited_for(hub: Hub, birth: Link) -> Row | None:
    """The row in the birth's stream with which its record is coupled, and which was not read."""
    links = hub.ledger.links_of([birth.record]).get(birth.record, ())
    rows = [(k.system, k.stream, k.external_id) for k in links if k.external_id is not None and k.state in seats.RANK]
    said = hub.ledger.couplings_at(rows)
    there = [one.beside(row) for row in rows for one in said.get(row, ())]
    mine = [row for row in there if row[:2] == (birth.system, birth.stream)]
    known = hub.ledger.links_at(mine) if mine else {}
    return next((row for row in mine if row not in known), None)


def join(desk: Desk, one: Case, other: Case, why: str) -> tuple[Case, int]:
    """Two records are one, under the older number. Returns it, and the number that is an alias now."""
    keeps, loses = sorted((one, other), key=lambda case: case.record.id)
    keeps.note("person", None, None, loses.record.id, keeps.record.id, why)
    met.become_one(desk, keeps, loses, why)
    return keeps, loses.record.id


def keep(desk: Desk, fresh: Sequence[Coupling]) -> None:
    """In the ledger, and on the desk."""
    desk.unit.save_couplings(fresh)
    for one in fresh:
        for row in (one.one, one.other):
            others = [old for old in desk.coupled.get(row, ()) if (old.one, old.other) != (one.one, one.other)]
            desk.coupled[row] = [*others, one] if one.ended is None else others


def park(
    desk: Desk, binding: Binding, one: Observation, bound: meeting.Bound, case: Case,
    said: Sequence[tuple[Coupling, Case]],
) -> None:  # fmt: skip
    """Visible with both rows; which of them it is only a person can say."""
    row = (binding.system, binding.stream, one.id)
    here = [link for link in living(case) if (link.system, link.stream) == row[:2]]
    taken = row_name(here[0]) if here else "/".join(said[-1][0].beside(row))
    of = (
        f"record {case.record.id}, which has {taken}"
        if here
        else f"record {case.record.id}, and with {taken} of another"
    )
    parking = Parking(
        code=CROSSED, at=desk.now, theirs=bound,
        reason=f"is coupled with {'/'.join(said[0][0].beside(row))} ({said[0][0].why}) of {of}",
        remedy=f"syncline links remove {taken}, or take the coupling back: syncline links remove {'/'.join(row)}",
    )  # fmt: skip
    print_ = binding.fingerprint(bound)
    desk.unit.park_rows(
        [ParkedRow(system=row[0], stream=row[1], id=row[2], parking=parking, fingerprint=print_, raw=bound)]
    )


def living(case: Case) -> list[Link]:
    """The rows that a record has."""
    return [link for link in case.links.values() if link.state in seats.RANK]


# ---- a pair is said
def load(desk: Desk, pairs: Sequence[tuple[Row, Row]]) -> None:
    """All that is known of these rows, in one batch."""
    rows = [row for pair in pairs for row in pair]
    desk.load_couplings(rows)
    desk.load_rows(rows)
    desk.parked.update(desk.unit.parked_rows([row for row in rows if desk.case_at(row) is None]))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What becomes of a pair. joined: two records are one by it. waits: a row of it was not read yet."""

    kind: Literal["taken", "joined", "waits", "already", "refused"]
    why: str = ""


def couple(desk: Desk, pair: tuple[Row, Row], why: str) -> Answer:
    """One pair of rows of one entity, loaded before. What is refused leaves nothing behind; no row is moved (I14)."""
    one, other = sorted(pair)
    for row, beside in ((one, other), (other, one)):
        for old in desk.coupled.get(row, ()):
            if old.beside(row) == beside:
                return Answer(kind="already", why=f"coupled already ({old.why})")
            if old.beside(row)[:2] == beside[:2]:
                remedy = f"take that back first: syncline links remove {'/'.join(row)}"
                return refused(f"{'/'.join(row)} is coupled with {'/'.join(old.beside(row))} ({old.why})", remedy)
    ends = [holder(desk, one), holder(desk, other)]
    wrong = next((said for row, end in zip((one, other), ends, strict=True) if (said := unfit(desk, row, end))), None)
    if wrong is not None:
        return wrong
    fresh = Coupling(one=one, other=other, run=desk.run, at=desk.now, why=why)
    if ends[0] is not None and ends[1] is not None:
        return couple_records(desk, ends[0][0], ends[1][0], fresh)
    known = ends[0] or ends[1]
    if known is not None:
        row = other if ends[0] is not None else one
        taken = next((link for link in living(known[0]) if (link.system, link.stream) == row[:2]), None)
        if taken is not None:
            record = known[0].record.id
            return refused(
                f"record {record} has {row_name(taken)} there already",
                f"syncline links remove {row_name(taken)}, then import again",
            )
    keep(desk, [fresh])
    parked = [row for row, end in zip((one, other), ends, strict=True) if end is None and row in desk.parked]
    look_at(desk, parked if known is not None else [])
    return Answer(kind="waits" if not parked else "taken")


def unfit(desk: Desk, row: Row, end: tuple[Case, int] | None) -> Answer | None:
    """Why nothing is coupled with this row."""
    name = "/".join(row)
    if end is None:
        if row in desk.parked and desk.parked[row].parking.code == meeting.UNLINKED:
            return refused(f"{name} was {desk.parked[row].parking.reason}", f"syncline links add RECORD {name}")
        return None
    case, lid = end
    if case.links[lid].state == "tombstone":
        return refused(f"{name} was deleted", "leave it out, or undelete it there first")
    if not is_alive(case):
        return refused(f"record {case.record.id} of {name} was deleted", f"syncline show {case.record.id}")
    return None


def couple_records(desk: Desk, one: Case, other: Case, fresh: Coupling) -> Answer:
    """Both rows have a record: the same, or two that are joined where nothing speaks against it."""
    if one is other:
        return Answer(kind="already", why=f"both are record {one.record.id} already")
    why = why_apart(one, other)
    if why is not None:
        return why
    _, lost = join(desk, one, other, fresh.why)
    keep(desk, [replace(fresh, alias=lost)])
    return Answer(kind="joined")


def why_apart(one: Case, other: Case) -> Answer | None:
    """Why two records are not joined by a coupling."""
    ids = one.record.id, other.record.id
    show = f"syncline show {ids[0]}; syncline show {ids[1]}"
    if ids[1] in one.record.distinct_from or ids[0] in other.record.distinct_from:
        return refused(
            f"a person said that records {ids[0]} and {ids[1]} are not the same",
            f"syncline links add {ids[0]} {ids[1]}",
        )
    if joining.is_unresolved(one) or joining.is_unresolved(other):
        return refused("a create of one of them is not resolved yet", "syncline sync, then import again")
    places = {(link.system, link.stream): link for link in living(one)}
    both = next((link for link in living(other) if (link.system, link.stream) in places), None)
    if both is not None:
        first = places[both.system, both.stream]
        return refused(
            f"they are records {ids[0]} and {ids[1]}, which have {row_name(first)} and {row_name(both)}",
            f"merge these two rows in {both.system}, or remove one of them; {show}",
        )
    if seats.has_lines(one):
        return refused(
            f"they are documents read as records {ids[0]} and {ids[1]} already, each with its own lines",
            f"syncline links remove {row_name(living(other)[0])}, then: syncline links add {ids[0]} "
            f"{row_name(living(other)[0])}",
        )  # fmt: skip
    return None


def refused(why: str, remedy: str) -> Answer:
    """In a sentence, with what to do."""
    return Answer(kind="refused", why=f"{why}: {remedy}")


def look_at(desk: Desk, rows: Sequence[Row]) -> None:
    """Rows that are parked are met again."""
    desk.unit.put_hints([Hint(system=row[0], stream=row[1], id=row[2], at=desk.now) for row in rows])
