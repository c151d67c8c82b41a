"""What must hold at quiet. The systems' own logs are believed; the hub must explain every difference.

1  no edit vanished: it is the record's value, was superseded, or is listed (refused, lost, parked, open).
2  all systems hold what the record says, or the field is listed as open.
3  a settled hub writes nothing when everything is read again.
4  one create makes one row, and none stays unresolved.
5  the number of writes is bounded by what happened.
6  an open conflict shows the present values of its sides, and every row that joined since is one.
7  what a person took back stays so.
8  every living row belongs to a record, or is parked; no link keeps believing in a row whose delete was proven.
9  a parked field shows the record's present value.
10 nothing is deleted unless a user deleted a row of that record.
11 the hub's own writes are never taken for edits.
12 nothing stays in doubt: a write without an answer is settled by the first look after its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from syncline.model.link import UNKNOWN_FIELD, Link
from syncline.model.record import DOES_NOT_FIT, NOTHING, Record
from syncline.model.rows import Hint
from syncline.testing import company, users
from syncline.testing.edits import Edit
from syncline.testing.evidence import (
    amp,
    entries,
    families,
    held,
    is_dead,
    is_open,
    key,
    listed_values,
    own_edits,
    where,
)

if TYPE_CHECKING:
    from syncline.testing.world import World

__all__ = ["check", "families", "is_dead", "is_open", "own_edits", "where"]

LAST_ROUNDS = 24
"""Enough for an edit to be seen and told everywhere."""


def check(world: World) -> list[str]:
    """Every violation, as a sentence that begins with the rule's number."""
    bad = list(world.violations)
    for record, links in families(world):
        bad.extend(believed_dead(world, record, links))
        for field in company.FIELDS:
            bad.extend(differences(world, record, links, field))
            bad.extend(stale_conflicts(world, record, links, field))
            bad.extend(late_sides(world, record, links, field))
            bad.extend(old_parkings(world, record, links, field))
            bad.extend(echoes(world, record, links, field))
            if field == "tags":
                bad.extend(vanished_tags(world, record, links))
            elif field != "email":
                bad.extend(vanished(world, record, links, field))
    bad.extend(unknown_rows(world))
    bad.extend(doubled(world))
    bad.extend(forgotten_undos(world))
    bad.extend(too_many_writes(world))
    quiet = world.now
    bad.extend(writes_again(world))
    bad.extend(doubts(world, quiet))
    bad.extend(last_words(world))
    return bad


def differences(world: World, record: Record, links: list[Link], field: str) -> Iterator[str]:
    """Rule 2."""
    value = record.fields.get(field, NOTHING).value
    for link in links:
        if link.state != "active" or link.deleting or is_dead(world, link) or is_open(record, link, field):
            continue
        if any(mark.field == field for mark in link.held):
            continue  # held by a brake, and listed so
        there = held(world, link, field)
        if key(field, there) != key(field, value):
            known = link.known.get(field, UNKNOWN_FIELD)
            yield f"2 {field} of record {record.id} differs in {link.system}: {there!r}, record {value!r}, {known}"


def stale_conflicts(world: World, record: Record, links: list[Link], field: str) -> Iterator[str]:
    """Rule 6."""
    conflict = record.conflicts.get(field)
    for link in links if conflict else ():
        living = conflict is not None and str(link.id) in conflict.sides and str(link.id) not in conflict.gone
        if living and link.state == "tombstone":
            yield f"6 conflict of {field} of record {record.id} has a deleted row of {link.system} as a living side"
        side = conflict.sides.get(str(link.id), NOTHING) if conflict else NOTHING
        if side is NOTHING or link.state != "active" or is_dead(world, link):
            continue
        if key(field, side) != key(field, held(world, link, field)):
            yield f"6 conflict of {field} of record {record.id} shows an old value of {link.system}"


def late_sides(world: World, record: Record, links: list[Link], field: str) -> Iterator[str]:
    """Rule 6: who joins while it is open is asked too."""
    conflict = record.conflicts.get(field)
    if conflict is None:
        return
    joined = {
        entry.link for entry in world.hub.ledger.history([record.id])[record.id]
        if entry.kind == "linked" and entry.at > conflict.since
    }  # fmt: skip
    for link in links:
        if link.id in joined and str(link.id) not in conflict.sides:
            yield f"6 {link.external_id} joined record {record.id} and is no side of its conflict of {field}"


def vanished(world: World, record: Record, links: list[Link], field: str) -> Iterator[str]:
    """Rule 1 for single values: walk back from the newest edit until one explains the record."""
    mine = own_edits(world, links, field)
    listed = listed_values(world, record, links, field)
    taken = {amp(field, e.after) for e in entries(world, record, field) if e.kind == "taken"}
    now = amp(field, record.fields.get(field, NOTHING).value)
    dead = {(k.system, k.external_id) for k in links if k.state == "tombstone" or (k.external_id and is_dead(world, k))}
    decided = [at for at, rid, name in world.taken if (rid, name) == (record.id, field)]
    done: set[tuple[str, str]] = set()
    for edit in mine:
        value, side = amp(field, edit.value), (edit.system, edit.row)
        if value == now or any(at >= edit.at for at in decided):
            return
        earlier = [e for e in mine if (e.system, e.row) == side and e.at < edit.at]
        unseen = [e for e in earlier if amp(field, e.value) not in listed | taken]
        if value is None and unseen:
            done.add(side)  # set and cleared again between two looks
            continue
        if side not in done and value not in listed and side not in dead:
            yield f"1 edit {field}={edit.value!r} {where(edit)} vanished; record {record.id} holds {now!r}"
            return
        if value in listed and value in taken:
            return  # it was taken, so it superseded what came before
        done.add(side)


def vanished_tags(world: World, record: Record, links: list[Link]) -> Iterator[str]:
    """Rule 1 for sets: an added tag is there, a removed one is not."""
    mine = own_edits(world, [k for k in links if k.state == "active" and not is_dead(world, k)], "tags")
    every = own_edits(world, links, "tags")
    removed = {e.value.casefold() for e in every if e.kind == "remove"}
    now = {item.casefold() for item in record.fields.get("tags", NOTHING).value or []}
    excused = any(k.known.get("tags", UNKNOWN_FIELD).parked for k in links) or any(
        u.record == record.id and u.field == "tags" for u in world.undone
    )
    excused = excused or any(entry.kind == "ambiguous" for entry in entries(world, record, "tags"))
    repeated = any(entry.kind == "no-effect" for entry in entries(world, record, "tags"))
    for edit in mine:
        tags = users.items(edit.value)
        if edit.kind != "remove" and not tags <= now | removed and not excused:
            lost = sorted(tags - now - removed)
            yield f"1 tags {lost} added {where(edit)} vanished; record {record.id} has {sorted(now)}"
        if edit.kind == "remove" and tags & now and not excused and not repeated:
            yield f"1 tag {edit.value} removed {where(edit)} came back to record {record.id}"


def unknown_rows(world: World) -> Iterator[str]:
    """Rule 8."""
    ledger = world.hub.ledger
    for name, system in world.systems.items():
        for stream, rows in system.rows.items():
            alive = [(name, stream, row.id) for row in rows.values() if row.dead is None]
            linked, parked = ledger.links_at(alive), ledger.parked_rows(alive)
            yield from (f"8 row {row} belongs to nothing" for row in alive if row not in linked and row not in parked)
            yield from (f"8 row {row} belongs to a record, and is still parked" for row in linked if row in parked)


def asked_about(world: World, system: str, stream: str) -> bool:
    """Is a create parked there of which nobody can tell what it made?"""
    links = [link for _, links in families(world) for link in links if (link.system, link.stream) == (system, stream)]
    return any(link.state == "birth" and link.writing is not None and link.parked is not None for link in links)


def doubled(world: World) -> Iterator[str]:
    """Rule 4: what the hub made belongs to the record it was made for, once."""
    for name, system in world.systems.items():
        for stream, rows in system.rows.items():
            keys = [row.key for row in rows.values() if row.key]
            if len(keys) != len(set(keys)):
                yield f"4 two creates under one key in {name}"
            made = [(name, stream, row.id) for row in rows.values() if row.by_hub]
            for row, link in world.hub.ledger.links_at(made).items():
                record = world.hub.ledger.records([link.record])[link.record]
                if record.origin == name:
                    yield f"4 the hub made {row}, and took it for a new record"
            alive = [(name, stream, row.id) for row in rows.values() if row.by_hub and row.dead is None]
            strangers = set(world.hub.ledger.parked_rows(alive)) - set(world.hub.ledger.links_at(alive))
            if asked_about(world, name, stream):
                continue  # a person is to say which of several rows it made
            yield from (f"4 the hub made {row}, and parked it as a stranger" for row in sorted(strangers))


def believed_dead(world: World, record: Record, links: list[Link]) -> Iterator[str]:
    """Rules 4, 8 and 10."""
    for link in links:
        if link.state == "birth" and link.writing is not None and link.parked is None:
            yield f"4 nobody knows what became of the create of record {record.id} in {link.system}"
        if link.external_id is None:
            continue
        row = world.systems[link.system].rows[link.stream][link.external_id]
        if link.state == "active" and row.dead is not None and not link.deleting:
            yield f"8 record {record.id} still believes in deleted {link.external_id}"
        if link.state == "tombstone" and row.dead is None:
            yield f"10 living {link.external_id} of record {record.id} is taken for deleted"
        if row.dead is not None and row.dead_by_hub and not any(user_deleted(world, one) for one in links):
            yield f"10 the hub deleted {link.external_id} of record {record.id} by itself"


def user_deleted(world: World, link: Link) -> bool:
    """Did a user delete this row?"""
    row = world.systems[link.system].rows[link.stream].get(link.external_id or "")
    return row is not None and row.dead is not None and not row.dead_by_hub


def old_parkings(world: World, record: Record, links: list[Link], field: str) -> Iterator[str]:
    """Rule 9."""
    value = record.fields.get(field, NOTHING).value
    for link in links:
        known = link.known.get(field, UNKNOWN_FIELD)
        parked = known.parked if known.withheld is None else None
        if (
            link.state == "active"
            and parked
            and parked.code != DOES_NOT_FIT
            and key(field, parked.ours) != key(field, value)
        ):
            yield f"9 {field} in {link.system} is parked with {parked.ours!r}, record {record.id} has {value!r}"


def echoes(world: World, record: Record, links: list[Link], field: str) -> Iterator[str]:
    """Rule 11: whatever was taken was typed there, or is the system's own rewriting of what it was told."""
    if field in ("tags", "email"):
        return
    at = {link.id: link for link in links}
    for entry in entries(world, record, field):
        link = at.get(entry.link or 0)
        if entry.kind != "taken" or link is None or entry.after is None:
            continue
        value = key(field, entry.after)
        typed = {key(field, users.canonical(field, e.value)) for e in own_edits(world, [link], field)}
        sent = {
            key(field, users.canonical(field, w.values[field]))
            for w in world.systems[link.system].written
            if w.id == link.external_id and w.values and field in w.values and w.at < entry.at
        }
        if value in sent and value not in typed:
            what = f"{field} of record {record.id}"
            yield f"11 {entry.after!r} in {link.system} was our own write, taken for an edit of {what}"


def forgotten_undos(world: World) -> Iterator[str]:
    """Rule 7: put back, and still withheld, unless the field was edited or decided since."""
    for undone in {(u.link, u.field): u for u in world.undone}.values():
        link = world.hub.ledger.links([undone.link])[undone.link]
        record = world.hub.ledger.records([link.record])[link.record]
        known = link.known.get(undone.field, UNKNOWN_FIELD)
        if link.state != "active" or is_dead(world, link) or known.parked or undone.field in record.conflicts:
            continue
        there, before = held(world, link, undone.field), undone.before
        if known.withheld is not None:
            if key(undone.field, there) != key(undone.field, known.withheld.before):
                yield f"7 withheld {undone.field} in {link.system} holds {there!r}, not {known.withheld.before!r}"
        elif quiet_since(world, record, undone) and key(undone.field, there) != key(undone.field, before):
            what = f"{undone.field} in {link.system} at {undone.at:.1f}"
            yield f"7 undo of {what} was forgotten: {there!r}, not {before!r}"


def quiet_since(world: World, record: Record, undone: Any) -> bool:
    """Was this field of this record left alone from shortly before the undo on?

    Of a row that slept before, nobody can say: what was edited in it is seen when it wakes.
    """
    links = list(world.hub.ledger.links_of([record.id])[record.id])
    history = world.hub.ledger.history([record.id])[record.id]
    if any(entry.kind == "asleep" and entry.at < undone.at for entry in history):
        return False
    edited = any(edit.at > undone.at - 60.0 for edit in own_edits(world, links, undone.field))
    decided = any(t[1] == record.id and t[2] == undone.field for t in world.taken)
    return not edited and not decided


def too_many_writes(world: World) -> Iterator[str]:
    """Rule 5, loosely: faults and refusals allow for repairs."""
    writes = sum(len(system.written) for system in world.systems.values())
    listed = sum(len(list(world.hub.ledger.history([r.id])[r.id])) for r, _ in families(world))
    links = sum(len(links) for _, links in families(world))
    if writes > 2 * len(world.edits) + listed + 4 * links + 2 * len(world.undone) + 40:
        yield f"5 {writes} writes for {len(world.edits)} edits"


def writes_again(world: World) -> Iterator[str]:
    """Rule 3: read everything again, and again."""
    before = {name: len(system.written) for name, system in world.systems.items()}
    with world.hub.ledger.unit() as unit:
        for name, system in world.systems.items():
            for stream, rows in system.rows.items():
                alive = [row.id for row in rows.values() if row.dead is None]
                unit.put_hints([Hint(system=name, stream=stream, id=rid, at=world.now) for rid in alive])
    for _ in range(12):
        world.round()
    for name, system in world.systems.items():
        for again in system.written[before[name] :][:2]:
            yield f"3 wrote again in {name}: {again}"


def doubts(world: World, quiet: float) -> Iterator[str]:
    """Rule 12, after every row was looked at again."""
    for record, links in families(world):
        for link in links:
            if link.state != "active" or is_dead(world, link):
                continue
            for field, known in link.known.items():
                left = [one.value for one in known.doubts if one.expires < quiet]
                if left:
                    yield f"12 {field} of record {record.id} in {link.system} is still in doubt: {left}"


def last_words(world: World) -> Iterator[str]:
    """Rule 1 at quiet: a user types what we once sent there and what never came: an edit like any other."""
    typed = []
    for record, links in families(world):
        found = next(never_came(world, record, links), None)
        if found is not None:
            link, field, value = found
            row = str(link.external_id)
            world.systems[link.system].change(link.stream, row, {field: value})
            world.edits.append(Edit(at=world.now, system=link.system, row=row, field=field, value=value, kind="set"))
            typed.append((record.id, link, field, value))
    for _ in range(LAST_ROUNDS if typed else 0):
        world.round()
    for rid, link, field, value in typed:
        now = world.hub.ledger.records([rid])[rid].fields.get(field, NOTHING).value
        if amp(field, now) != amp(field, value):
            yield f"1 {field}={value!r}, typed in {link.external_id} at quiet, vanished; record {rid} holds {now!r}"


def never_came(
    world: World, record: Record, links: list[Link], fields: Iterable[str] = ("name", "addr")
) -> Iterator[tuple[Link, str, Any]]:
    """What was sent to living rows, did not arrive, and is not what the record holds; as it would be stored there."""
    for field in fields:
        if any(is_open(record, one, field) for one in links):
            continue
        for link in links:
            if link.state != "active" or is_dead(world, link):
                continue
            system, now = world.systems[link.system], record.fields.get(field, NOTHING).value
            sent = [w.values[field] for w in system.never_came if w.id == link.external_id and field in w.values]
            stored = [system.habits.stores(field, value) for value in sent if value]
            yield from ((link, field, value) for value in stored if amp(field, value) != amp(field, now))
