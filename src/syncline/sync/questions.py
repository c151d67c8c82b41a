"""While a person is asked whether two records are one, neither is born where the other has a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from syncline.identity.alike import asked_key
from syncline.identity.match import Key
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import Parking
from syncline.model.rows import Cursor, ParkedRow
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.store import Row, Unit

MAY_BE_DUPLICATE = "duplicate-candidate"
"""The code of a birth that waits until a person has said whether the record is another."""

AMBIGUOUS = "ambiguous-match"
"""The code of a row that several records may be, of which only a person knows whose it is."""

Place = tuple[str, str]


def rows_of(case: Case) -> set[Place]:
    """The streams where it has a row that lives."""
    return {(link.system, link.stream) for link in case.links.values() if is_row(link)}


def places_of(case: Case) -> set[Place]:
    """Where it has a row, or may have one: a create that was sent is not taken back."""
    sent = {(link.system, link.stream) for link in case.links.values() if link.state == "birth" and link.writing}
    return rows_of(case) | sent


def is_row(link: Link) -> bool:
    """Is there a row, and is it to stay?"""
    return link.state in ("active", "asleep", "shadow") and not link.deleting


def is_free(case: Case) -> bool:
    """Is it a living record of which nothing else is asked?"""
    return case.record.state == "active" and case.record.candidate_of is None and bool(rows_of(case))


def is_asked(one: Case, other: Case) -> bool:
    """Is a person asked whether these two are one, since they look the same?"""
    asked = (one.record.may_be, other.record.may_be)
    return any(may_be is not None and may_be.record in (one.record.id, other.record.id) for may_be in asked)


def are_apart(desk: Desk, one: Case, other: Case) -> bool:
    """Did a person say that they are two, or that one of them is not what became the other since?"""
    named = [(one, rid) for rid in other.record.distinct_from] + [(other, rid) for rid in one.record.distinct_from]
    return any(rid == case.record.id or desk.case(rid) is case for case, rid in named)


# ---- births
def hold(case: Case, other: Case, places: set[Place] | None = None) -> None:
    """Births that were not sent yet wait: in these places, or everywhere."""
    parking = Parking(
        code=MAY_BE_DUPLICATE, reason=f"record {case.record.id} may be record {other.record.id}",
        remedy="merge the records, or say that they are not the same", at=case.setting.now,
    )  # fmt: skip
    for link in list(case.links.values()):
        here = places is None or (link.system, link.stream) in places
        if here and link.state == "birth" and link.writing is None and link.parked is None:
            case.put(link.id, parked=parking)


def let_go(desk: Desk, case: Case) -> None:
    """Births that waited for an answer go on, but for those that another question is about."""
    load(desk, [case])
    for link in list(case.links.values()):
        follow(desk, case, link)


def may_be_born(desk: Desk, case: Case, place: Place) -> bool:
    """Is nobody asked whether it is there already? What is not compared yet waits until it is."""
    if case.record.asks is not None or not is_keyed(desk, case.record.entity):
        return False
    if case.record.entity in desk.hub.measures and not all(desk.is_baselined(*one) for one in rows_of(case)):
        return False
    if not desk.waited_for.get(place, set()).isdisjoint(desk.keys(case)):
        return False  # I14: a row that is there already may be it
    return not any(place in places_of(desk.cases[rid]) for rid in desk.asking.get(case.record.id, ()))


def follow(desk: Desk, case: Case, link: Link) -> None:
    """A birth that is there already: let go when nobody is asked any more."""
    waits = link.state == "birth" and link.parked is not None and link.parked.code == MAY_BE_DUPLICATE
    if waits and may_be_born(desk, case, (link.system, link.stream)):
        case.put(link.id, parked=None)


# ---- what is not matched yet
def keyed(hub: Hub, entity: str) -> Cursor:
    """By which rules the keys of an entity were made, or how far that is."""
    return hub.ledger.cursor("", entity, "keys")


def is_keyed(desk: Desk, entity: str) -> bool:
    """Were its records matched by today's rules? Until then none is born."""
    if entity not in desk.hub.keyings:
        return True
    known = desk.keyed.get(entity)
    if known is None:
        at = keyed(desk.hub, entity)
        known = desk.keyed[entity] = bool(at.ended) and at.met_by == desk.hub.keyings[entity]
    return known


def note_fresh(hub: Hub, unit: Unit, entity: str) -> None:
    """Before the first record there is nothing to make anew."""
    if entity in hub.keyings and not keyed(hub, entity).met_by and not hub.ledger.scan(0, 1):
        now = hub.clock()
        unit.save_cursor(
            Cursor(system="", stream=entity, path="keys", met_by=hub.keyings[entity], began=now, ended=now)
        )


# ---- who asks
def load(desk: Desk, cases: Sequence[Case]) -> None:
    """Who asks about records that may be born: known in one batch before each of them is derived."""
    born = {birth.entity for birth in desk.declaration.births}
    bearable = [case for case in cases if case.record.entity in born]
    if bearable:
        desk.load_keys(asked_key(case.record.entity, case.record.id) for case in bearable)
        load_parked(desk, [key for case in bearable for key in desk.keys(case)])
    desk.asking = defaultdict(list)
    for rid, case in desk.cases.items():
        if case.record.asks is not None and case.record.state == "active":
            desk.asking[case.record.asks].append(rid)


def load_parked(desk: Desk, keys: Sequence[Key]) -> None:
    """The keys by which rows of a stream are parked, since nobody knows whose they are."""
    for row in desk.unit.parked_by_key(keys):
        if row.parking.code == AMBIGUOUS:
            desk.waited_for.setdefault((row.system, row.stream), set()).add(key_of(row))


def key_of(row: ParkedRow) -> Key:
    """The match key by which it was parked."""
    rule, _, text = (row.key or "").partition("\n")
    return rule, text


def unpark(desk: Desk, rows: Sequence[Row]) -> None:
    """Rows that found their record, or are gone: who was not born because of them is derived again."""
    unknown = [row for row in rows if row not in desk.strangers]
    known = {**desk.parked, **(desk.unit.parked_rows(unknown) if unknown else {})}
    free(desk, [known[row] for row in rows if row in known])
    desk.unit.unpark_rows(rows)


def free(desk: Desk, rows: Sequence[ParkedRow]) -> None:
    """Nobody asks any more whose these rows are, by the key that they were parked with."""
    keys = [key_of(row) for row in rows if row.parking.code == AMBIGUOUS]
    if keys:
        desk.waited_for.clear()
        desk.spread.marks.update(rid for ids in desk.unit.records_with(keys).values() for rid in ids)


def askers(desk: Desk, cases: Sequence[Case]) -> Iterator[Case]:
    """The records that may be one of these, as was committed."""
    keys = [asked_key(case.record.entity, case.record.id) for case in cases if desk.before[case.record.id][0]]
    desk.load_keys(keys)
    wanted = {case.record.id for case in cases}
    for key in keys:
        for rid in desk.by_key[key]:
            if rid in desk.cases and desk.cases[rid].record.asks in wanted:
                yield desk.cases[rid]


def ask_anew(desk: Desk, old: Case, now: Case) -> None:
    """Who asked about a record that another took over asks about that one."""
    for case in list(askers(desk, [old])):
        record = case.record
        if case is now:
            continue
        if record.candidate_of is not None:
            case.record = replace(record, candidate_of=now.record.id)
        elif record.may_be is not None:
            case.record = replace(record, may_be=replace(record.may_be, record=now.record.id))
            hold(now, case, places_of(case))
