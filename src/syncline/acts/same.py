"""What is the same thing, and what is not: records and rows, joined and parted by a person."""

from __future__ import annotations

from collections.abc import Collection

from syncline.acts.act import Distinct, Join, Part, Say
from syncline.acts.deciding import decided
from syncline.acts.finding import case_at, row_at
from syncline.acts.refusal import refuse
from syncline.acts.told import Done
from syncline.identity.alike import asked_key
from syncline.look.place import Place, parse
from syncline.merge.case import Case
from syncline.sync import answers, joining, people, run
from syncline.sync.hub import Hub
from syncline.sync.store import Row


def distinct(hub: Hub, act: Distinct, who: str, say: Say) -> Done:
    """A candidate is a record of its own; a parked row begins one."""
    place = parse(act.at)
    if not place.record:
        return decided(hub, who, say, f"{place} is a record of its own", lambda h: begun(h, row_at(place), who))
    case = asking(hub, case_at(hub, place))
    if case.record.asks is None:
        raise refuse(f"Record {case.record.id} may be no other record's duplicate.", "syncline parked lists what may")

    def decide(working: Hub) -> Collection[int]:
        people.not_the_same(working, case.record.id, who)
        return [case.record.id]

    about = (case.record.id,)
    return decided(hub, who, say, f"record {case.record.id} is a record of its own", decide, about=about)


def begun(hub: Hub, row: Row, who: str) -> Collection[int]:
    """A record that a parked row begins."""
    rid = answers.begin_anew(hub, row, who)
    run.tell_about(hub, (rid,))
    return [rid]


def asking(hub: Hub, case: Case) -> Case:
    """The record that asks, where the one of the two was named that it asks about, and nobody else does."""
    if case.record.asks is None:
        found = hub.ledger.records_with([key := asked_key(case.record.entity, case.record.id)]).get(key, ())
        if len(found) == 1:
            return case_at(hub, Place(record=found[0]))
    return case


def join(hub: Hub, act: Join, who: str, say: Say) -> Done:
    """Two records become one, under the older number; a row becomes a record's."""
    one, other = parse(act.at), parse(act.other)
    if one.record and other.record:
        keep, lose = sorted((case_at(hub, one).record.id, case_at(hub, other).record.id))
        return decided(
            hub, who, say, f"records {keep} and {lose} are one, as {keep}",
            lambda h: [answers.merge_records(h, keep, lose, who)], about=(keep, lose),
        )  # fmt: skip
    if not one.record and not other.record:
        raise refuse("Two rows are joined through a record.", "name the record: syncline links add RECORD ROW")
    record, place = (one, other) if one.record else (other, one)
    rid, row = case_at(hub, record).record.id, row_at(place)
    known_row(hub, row, place)

    def decide(working: Hub) -> Collection[int]:
        parked = working.ledger.parked_rows([row]).get(row)
        if parked is not None and parked.parking.code == joining.RETURNED:
            answers.revive_twins(working, row, rid, who)
        else:
            answers.add_link(working, row, rid, who)
        return [rid]

    return decided(hub, who, say, f"{place} is record {rid}'s", decide, about=(rid,))


def part(hub: Hub, act: Part, who: str, say: Say) -> Done:
    """A row belongs to no record until a person says so; a record that was merged is one again."""
    place = parse(act.at)
    if place.record and not place.id:
        return parted(hub, place.record, who, say)
    row = place.row
    assert row is not None, "a place with an id is a row"
    known_row(hub, row, place)
    link = hub.ledger.links_at([row]).get(row)
    if link is None and not place.record and hub.ledger.couplings_at([row]):
        return uncoupled(hub, row, who, say)
    if link is None or (place.record and link.record != place.record):
        raise refuse(f"{place} is linked to no such record.", "syncline show WHAT shows a record with its rows")

    def decide(working: Hub) -> Collection[int]:
        answers.remove_link(working, link.id, who)
        return [link.record]

    said = f"{'/'.join(row)} is no longer record {link.record}'s"
    return decided(hub, who, say, said, decide, about=(link.record,))


def uncoupled(hub: Hub, row: Row, who: str, say: Say) -> Done:
    """What was said of a row that has no record is said no more."""

    def decide(working: Hub) -> Collection[int]:
        answers.remove_couplings(working, row)
        return []

    number = len(hub.ledger.couplings_at([row])[row])
    return decided(hub, who, say, f"{'/'.join(row)} is coupled with nothing any more", decide, count=number)


def parted(hub: Hub, record: int, who: str, say: Say) -> Done:
    """An alias is a record again."""
    found = hub.ledger.records([record]).get(record)
    if found is None or found.merged_into is None:
        raise refuse(
            f"Record {record} was not merged into another.",
            "name a row of it to part from it: syncline links remove SYSTEM/STREAM/ID",
        )

    def decide(working: Hub) -> Collection[int]:
        done = answers.unmerge(working, record, who)
        return [done.record, done.survivor]

    about = (record, found.merged_into)
    return decided(hub, who, say, f"record {record} is a record of its own again", decide, count=1, about=about)


def known_row(hub: Hub, row: Row, place: Place) -> None:
    """Is this stream one of ours?"""
    streams = sorted({f"{one.system}/{one.stream}" for one in hub.declaration.bindings})
    if f"{row[0]}/{row[1]}" not in streams:
        raise refuse(f"{place} is in no stream of this hub.", f"its streams are: {', '.join(streams)}")
