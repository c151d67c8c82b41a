"""Steps 3 to 7, transaction T1: a page of observations becomes records, links and history."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from msgspec.structs import replace

from syncline.connect.stream import Stream
from syncline.identity import seats
from syncline.identity.match import Key
from syncline.mapping.binding import Binding, Reading
from syncline.merge import deletes, guard, lines, see, sleep
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.observation import Gone, Observation
from syncline.model.rows import Cursor, Hint, Staged
from syncline.sync import (
    couplings,
    derive,
    duplicates,
    joining,
    meet,
    met,
    poison,
    questions,
    rebaseline,
    scope,
    written,
)
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub

OUT_OF_SIGHT = "out-of-sight"
LOOKS_UNTIL_OUT_OF_SIGHT = 4
LOOK_AGAIN_SECONDS = 1.0


def settle_page(
    hub: Hub, system: str, stream: str, seen: Sequence[Observation], cursor: Cursor, gone: Sequence[Gone] = ()
) -> None:
    """T1 of a page. One that is wholly settled writes its cursor and nothing else."""
    binding = hub.declaration.binding(system, stream)
    if not hub.ledger.cursor(system, stream, "changes").baselined and cursor.path != "deleted":
        stage(hub, binding, seen, cursor)
        return
    news, cursor = unsettled(hub, binding, seen), rebaseline.begun(hub, cursor)
    try:
        settle_news(hub, binding, news, cursor, gone)
    except poison.POISON:
        poison.one_by_one(hub, binding, news, settle_alone)  # L2
        settle_news(hub, binding, [], cursor, gone)


def settle_news(
    hub: Hub, binding: Binding, news: Sequence[tuple[Observation, dict[str, object]]], cursor: Cursor,
    gone: Sequence[Gone],
) -> None:  # fmt: skip
    """Observations and the cursor move in one transaction."""
    with hub.ledger.unit() as unit:
        if news or gone:
            desk = open_desk(hub, unit, "poll", (binding.system, binding.stream))
            cursor = rebaseline.watched(desk, binding, cursor, news)
            if rebaseline.went_back(desk, cursor):
                rebaseline.stop(desk, cursor)  # I6
                return
            settle(desk, binding, news)
            settle_deletes(desk, binding, gone)
            close_desk(desk)
        hub.point("page settled")
        unit.save_cursor(cursor)  # I2
        hub.point("cursor saved")


def settle_hints(
    hub: Hub, system: str, stream: str, seen: Sequence[Observation], hints: Sequence[Hint], gone: Sequence[Gone] = ()
) -> None:
    """T1 of a batch of looks: the hints go with what they showed, and with the deletes that they proved."""
    binding = hub.declaration.binding(system, stream)
    news = [(one, binding.bound(one.raw)) for one in seen]
    try:
        settle_looks(hub, binding, news, hints, gone)
    except poison.POISON:
        poison.one_by_one(hub, binding, news, settle_alone)  # L2
        there = {one.id for one in seen}
        with hub.ledger.unit() as unit:
            unit.drop_hints([hint for hint in hints if hint.id in there])
        settle_looks(hub, binding, [], [hint for hint in hints if hint.id not in there], gone)


def settle_looks(
    hub: Hub, binding: Binding, news: Sequence[tuple[Observation, dict[str, object]]], hints: Sequence[Hint],
    gone: Sequence[Gone],
) -> None:  # fmt: skip
    """What hints named: seen, deleted, or not there."""
    told = {one.id for one, _ in news} | {one.id for one in gone}
    with hub.ledger.unit() as unit:
        unit.drop_hints(hints)
        desk = open_desk(hub, unit, "look", (binding.system, binding.stream))
        settle(desk, binding, news)
        settle_deletes(desk, binding, gone)
        settle_missing(desk, binding, [hint.id for hint in hints if hint.id not in told])
        close_desk(desk)
        hub.point("hints settled")


def settle_alone(hub: Hub, binding: Binding, one: Observation, bound: dict[str, object]) -> None:
    """One object in a transaction of its own."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "poll", (binding.system, binding.stream))
        settle(desk, binding, [(one, bound)])
        close_desk(desk)


def unsettled(hub: Hub, binding: Binding, seen: Sequence[Observation]) -> list[tuple[Observation, dict[str, object]]]:
    """First the fingerprint: what is as it was ends here, without mapping, outside any transaction."""
    known = hub.ledger.fingerprints(binding.system, binding.stream, [one.id for one in seen])
    news = []
    for one in seen:
        bound = binding.bound(one.raw)
        if known.get(one.id) != binding.fingerprint(bound):
            news.append((one, bound))
    return news


def close_desk(desk: Desk) -> None:
    """Merges that waited for a row, candidates, step 6 for what changed, then each table once."""
    moved = desk.moved()
    if joining.join_heirs(desk, moved):
        moved = desk.moved()
    if desk.hub.measures and met.join_exact(desk, moved):
        moved = desk.moved()
    duplicates.mark(desk, moved)
    derive.derive_moved(desk, moved)
    written.flush(desk)


def settle(desk: Desk, binding: Binding, news: Sequence[tuple[Observation, dict[str, object]]]) -> None:
    """Step 4 for each object, in the order of the page; one that does not fit holds up no other."""
    system, stream = binding.system, binding.stream
    desk.load_rows((system, stream, one.id) for one, _ in news)
    strangers = [(one, bound) for one, bound in news if desk.case_at((system, stream, one.id)) is None]
    readings = [(one, binding.read(bound, desk.resolve)) for one, bound in strangers]
    keys = meet.prepare(desk, binding, readings)
    strange = {one.id: (reading, keys[one.id]) for one, reading in readings}
    for one, bound in news:
        settle_one(desk, binding, one, bound, strange.get(one.id))


def settle_one(
    desk: Desk, binding: Binding, one: Observation, bound: dict[str, object],
    strange: tuple[Reading, Sequence[Key]] | None = None,
) -> None:  # fmt: skip
    """Find the record by link, else by match rules, else by birth. `strange`: of a row without a link, when loaded."""
    found = desk.case_at((binding.system, binding.stream, one.id))
    if found is None:
        reading = strange[0] if strange else binding.read(bound, desk.resolve)
        keys = strange[1] if strange else meet.row_keys(desk, binding, one, reading)
        if not one.whole and not scope.is_told(binding, reading):
            look_at_the_rest(desk, binding, one, bound)  # I1: what a list leaves out may be what puts the row in
        elif scope.takes_part(desk, binding, one, reading):
            couplings.meet(desk, binding, one, bound, reading, keys)
            remember_birth(desk, binding, one)
            wait_for_references(desk, binding, one, reading)
            look_at_the_rest(desk, binding, one, bound)
        return
    case, lid = found
    state = case.links[lid].state
    if state == "tombstone" and not joining.undeleted(desk, binding, case, lid, one):
        return  # not revived by a stale page
    if state == "asleep" and case.links[lid].why == OUT_OF_SIGHT:
        case.put(lid, state="active", why="")
    one = undated(desk.hub.stream(binding.system, binding.stream), case.links[lid], one, bound)
    verdict = guard.judge(case, lid, one)
    if verdict == "look-again" and shows_nothing_else(binding, case.links[lid], one, bound):
        return
    if verdict == "look-again":
        case.put(lid, covered=False)
        case.hints.append((lid, max(desk.now, case.links[lid].direct_at)))
    elif verdict == "accept" and case.links[lid].state == "asleep" and case.links[lid].why == sleep.OUT_OF_SCOPE:
        if is_newer(case.links[lid], one, same=not scope.watched_moved(binding, case, lid, bound)):
            look_at_the_rest(desk, binding, one, bound)
        scope.see_asleep(desk, binding, case, lid, one, bound)
    elif verdict == "accept":
        if sleep.sleeps(case.links[lid]):
            sleep.open_eyes(case, lid)
        accept(desk, binding, case, lid, one, bound)


def undated(stream: Stream, link: Link, one: Observation, bound: dict[str, object]) -> Observation:
    """An observation in which something moved that leaves the stamp as it was: when it moved nobody can tell."""
    moved = any(name in bound and bound[name] != link.seen.get(name) for name in stream.unstamped)
    return replace(one, stamp=None) if moved else one


def remember_birth(desk: Desk, binding: Binding, one: Observation) -> None:
    """When the row was made, by its system's own stamp: of a record that began with it, nobody knows better."""
    found = desk.case_at((binding.system, binding.stream, one.id))
    if found is not None and one.created is not None and desk.before[found[0].record.id][0] is None:
        found[0].record = replace(found[0].record, born_at=one.created)


def accept(desk: Desk, binding: Binding, case: Case, lid: int, one: Observation, bound: dict[str, object]) -> None:
    """An observation that is believed: merged into its record. What a list does not tell stays as it was seen."""
    link = case.links[lid]
    seen = bound if one.whole else binding.laid_over(link.seen, bound)
    fingerprint = binding.fingerprint(seen)
    if is_newer(link, one, same=link.fingerprint == fingerprint):
        look_at_the_rest(desk, binding, one, bound)
    if link.fingerprint == fingerprint:
        guard.accept(case, lid, one)
        return
    if not one.whole:  # half of a field is no news of it: it is seen as it was until the look
        bound = binding.wholly_told(bound)
        seen = binding.laid_over(link.seen, bound)
        fingerprint = binding.fingerprint(seen)
    case.view(lid)  # what was there, with its lines as they were known then
    reading = lines.recognise(case, lid, read(desk, binding, case, lid, bound, whole=one.whole), one)
    fingerprint = b"" if reading.unresolved else fingerprint
    if link.state == "shadow":
        seats.read_only(case, lid, reading.told)
        guard.accept(case, lid, one)
        case.put(lid, seen=seen, fingerprint=fingerprint)  # read, never taken
        return
    earlier = len(case.entries)
    see.see(case, lid, one, seen, reading, fingerprint)
    if link.deleting and deletes.is_edited(case.entries[earlier:], lid):
        deletes.spare(case, lid)  # not only the look before the delete may find an edit
    wait_for_references(desk, binding, one, reading)


def shows_nothing_else(binding: Binding, link: Link, one: Observation, bound: dict[str, object]) -> bool:
    """Does a list that does not tell everything show what was seen before?"""
    return not one.whole and link.fingerprint == binding.fingerprint(binding.laid_over(link.seen, bound))


def is_newer(link: Link, one: Observation, *, same: bool) -> bool:
    """May this row have moved since it was seen? Of a list that does not tell everything the content cannot say."""
    if one.version is not None:
        return bool(one.version != link.version)
    return not same or (one.stamp is not None and one.stamp != link.stamp)


def look_at_the_rest(desk: Desk, binding: Binding, one: Observation, bound: dict[str, object]) -> None:
    """What a list did not tell of a row that is new or newer, its lines perhaps, only a look can tell."""
    if not one.whole and not binding.wholly_told(bound).keys() >= set(binding.raw_names):
        desk.unit.put_hints([Hint(system=binding.system, stream=binding.stream, id=one.id, at=desk.now)])


def read(
    desk: Desk, binding: Binding, case: Case, lid: int, bound: dict[str, object], *, whole: bool = True
) -> Reading:
    """Step 3, map in: of a row without lines only what may say anything new."""
    if binding.lines is not None:
        return dataclasses.replace(binding.read(bound, desk.resolve), whole=whole)
    link = case.links[lid]
    if link.fingerprint != binding.fingerprint(link.seen):  # I15: what it is made of may not fit today's mapping
        return dataclasses.replace(binding.read(bound, desk.resolve), whole=whole)
    touched = binding.touched(link.seen, bound)
    return binding.read(bound, desk.resolve, see.worth_a_look(case, lid, binding.by_field, touched))


def wait_for_references(desk: Desk, binding: Binding, one: Observation, reading: Reading) -> None:
    """A reference to a row not known yet: only that field waits, and this row is looked at again."""
    if reading.unresolved:
        row = (binding.system, binding.stream, one.id)
        desk.unit.wait_for(row, [(ref.system, ref.stream, ref.id) for ref in reading.unresolved.values()])


def settle_deletes(desk: Desk, binding: Binding, gone: Sequence[Gone]) -> None:
    """Deletes that the stream proves."""
    desk.load_rows((binding.system, binding.stream, one.id) for one in gone)
    for one in gone:
        found = desk.case_at((binding.system, binding.stream, one.id))
        if found is None:
            questions.unpark(desk, [(binding.system, binding.stream, one.id)])
        elif desk.hub.stream(binding.system, binding.stream).deletes_proven_by in ("feed", "tombstone"):
            joining.row_gone(desk, found[0], found[1], one)
        else:
            found[0].hints.append((found[1], desk.now))  # I11: what the stream does not declare is no proof


def settle_missing(desk: Desk, binding: Binding, ids: Sequence[str]) -> None:
    """A direct look did not find these. Believed as a delete only where the stream says so."""
    stream = desk.hub.stream(binding.system, binding.stream)
    proven = stream.deletes_proven_by == "missing"
    desk.load_rows((binding.system, binding.stream, one) for one in ids)
    nobodys = [row for one in ids if desk.case_at(row := (binding.system, binding.stream, one)) is None]
    if proven:
        questions.unpark(desk, nobodys)
    else:  # parked it stays, and what shows it again is news: the look was to try whether its time has come
        parked = desk.unit.parked_rows(nobodys).values()
        desk.unit.park_rows([replace(one, fingerprint=b"") for one in parked])
    for external_id in ids:
        found = desk.case_at((binding.system, binding.stream, external_id))
        if found is None or found[0].links[found[1]].state in ("tombstone", "birth"):
            continue
        case, lid = found
        if case.links[lid].direct_at + stream.settles_in.get > desk.now:
            case.hints.append((lid, desk.now))  # not yet, rather than gone
        elif proven:
            joining.row_gone(desk, case, lid, Gone(id=external_id, at=desk.now))  # I11
        elif case.links[lid].state != "shadow":
            out_of_sight(case, lid, stream)  # I11


def out_of_sight(case: Case, lid: int, stream: Stream) -> None:
    """Not there, and no proof of a delete: looked at again for a while, then the link sleeps, visible."""
    link = case.links[lid]
    if link.attempts >= LOOKS_UNTIL_OUT_OF_SIGHT:
        case.put(lid, state="asleep", why=OUT_OF_SIGHT, fingerprint=b"", attempts=0)
        case.note("asleep", None, lid, None, None, OUT_OF_SIGHT)
        return
    wait = max(stream.settles_in.feed, LOOK_AGAIN_SECONDS) * 2**link.attempts
    case.put(lid, attempts=link.attempts + 1)
    case.hints.append((lid, case.setting.now + wait))


def stage(hub: Hub, binding: Binding, seen: Sequence[Observation], cursor: Cursor) -> None:
    """Baseline: matching begins after the end of the read, so page order decides nothing."""
    rows = [
        Staged(
            system=binding.system, stream=binding.stream, id=one.id, raw=binding.bound(one.raw), version=one.version,
            stamp=one.stamp, created=one.created, began=one.began, as_of=one.as_of,
        )
        for one in seen
    ]  # fmt: skip
    with hub.ledger.unit() as unit:
        questions.note_fresh(hub, unit, binding.entity)
        unit.stage(rows)
        unit.save_cursor(cursor)  # I2
