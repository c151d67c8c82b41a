"""What a desk writes when its transaction ends: each table once, with everything that follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from syncline.identity.match import Key
from syncline.merge import due
from syncline.merge.case import Case
from syncline.model.link import NEVER, Link
from syncline.model.record import Record
from syncline.model.rows import Held, Hint
from syncline.sync import alike, dependants
from syncline.sync.desk import Desk
from syncline.sync.store import Row


def flush(desk: Desk) -> None:
    """Each table once: records, links, keys, references, history, hints, dirty marks."""
    changed = desk.changed()
    for case in changed:
        mark_due(desk, case)
    unit = desk.unit
    unit.save_records([c.record for c in changed if c.record is not desk.before[c.record.id][0]])
    unit.save_links(
        [link for c in changed for lid, link in c.links.items() if desk.before[c.record.id][1].get(lid) is not link]
    )
    unit.add_entries([entry for case in changed for entry in case.entries])
    hints = [hint for case in changed for hint in hints_of(desk, case)]
    unit.put_hints(hints)
    flush_held(desk, changed)
    flush_indexes(desk, [case for case in changed if desk.is_moved(case)])
    desk.spread.marks.update(desk.pass_on())
    desk.spread.flush(unit)


def mark_due(desk: Desk, case: Case) -> None:
    """Keeps the due column of every link in the same update."""
    record, links = desk.before[case.record.id]
    for lid, link in list(case.links.items()):
        if link is links.get(lid) and case.record is record:
            continue
        if link.writing is not None and link.state == "active":
            continue  # the receipt says what is left to tell
        if is_worth_another_try(link, record, case):
            case.put(lid, parked=None)
        if link.state in ("tombstone", "shadow") or (link.state == "asleep" and not desk.writable(case, link)):
            wanted = False
        else:
            wanted = due.is_due(case, lid, desk.writable(case, link))
        link = case.links[lid]
        if wanted and link.due_since is None:
            at = desk.now + case.setting.entity.settle_after
            case.put(lid, due_since=desk.now, due_at=at)
        elif wanted and link.due_at == NEVER and due.is_free(case, lid, desk.writable(case, link)):
            case.put(lid, due_at=desk.now)  # what a brake holds holds up nothing else
        elif not wanted and link.due_since is not None:
            case.put(lid, due_since=None, due_at=None, held=())


def is_worth_another_try(link: Link, before: Record | None, case: Case) -> bool:
    """Did the system refuse to make the row, and has the record another value by now? # L1"""
    refused = link.state == "birth" and link.parked is not None and link.parked.refused
    return refused and before is not None and before.fields is not case.record.fields


def hints_of(desk: Desk, case: Case) -> Iterable[Hint]:
    """The looks that the rules asked for; the read path says how soon one can tell anything."""
    for lid, at in case.hints:
        link = case.links[lid]
        if link.external_id is not None and link.state != "tombstone":
            at = max(at, desk.now) + desk.hub.look_after(link.system, link.stream)
            yield Hint(system=link.system, stream=link.stream, id=link.external_id, at=at)


def flush_held(desk: Desk, changed: Sequence[Case]) -> None:
    """Keeps the number of what brakes hold beside its marks, in the same update."""
    moved: Counter[tuple[str, str, str]] = Counter()
    before = {lid: link.held for _, links in desk.before.values() for lid, link in links.items() if link.held}
    for case in changed:
        for lid, link in case.links.items():
            old = before.get(lid, ())
            if link.held != old:
                moved.update((link.system, link.stream, mark.kind) for mark in link.held if not mark.released)
                moved.subtract((link.system, link.stream, mark.kind) for mark in old if not mark.released)
    if not any(moved.values()):
        return
    rows = {(one.system, one.stream, one.kind): one for one in desk.unit.held()}
    for key, number in moved.items():
        row = rows.get(key) or Held(
            system=key[0], stream=key[1], kind=key[2], count=0, since=desk.now, why=desk.held_why.get(key, "")
        )  # fmt: skip
        row = replace(row, count=row.count + number)
        (desk.unit.save_held if row.count > 0 else desk.unit.drop_held)([row])


def flush_indexes(desk: Desk, changed: Sequence[Case]) -> None:
    """Match keys, references, and the rows that waited for one of these."""
    keys, every, references = {}, {}, {}
    for case in changed:
        before, now = desk.before[case.record.id][0], case.record
        same = before is not None and before.fields is now.fields and before.state == now.state
        if (not same and not desk.same_keys(case)) or desk.stands_otherwise(case):
            keys[now.id] = desk.keys(case)
        otherwise = now.id in keys and keys[now.id] != desk.keys_before(now.id)
        if otherwise or not alike.same_keys(desk, before, now):
            every[now.id] = (*desk.keys(case), *alike.keys_of(desk, now))
        if desk.hub.refers and (before is None or not same or before.episodes is not now.episodes):
            references[now.id] = records_meant(desk, case)
    had = {rid: desk.keys_before(rid) for rid in keys}
    desk.unit.save_keys(every)
    wake_parked(desk, had, keys)
    desk.unit.save_references(references)
    if desk.hub.refers:
        wake_waiting(desk, [row for case in changed for row in desk.new_rows(case)])


def wake_parked(desk: Desk, had: Mapping[int, Sequence[Key]], have: Mapping[int, Sequence[Key]]) -> None:
    """A row that was ambiguous by a key is looked at again when the records of that key changed."""
    touched: set[Key] = set()
    for rid, now in have.items():
        before = had[rid]
        touched |= {*before, *now} if desk.stands_otherwise(desk.cases[rid]) else {*before} ^ {*now}
    rows = desk.unit.parked_by_key(sorted(touched)) if touched else ()
    desk.unit.put_hints([Hint(system=r.system, stream=r.stream, id=r.id, at=desk.now) for r in rows])


def records_meant(desk: Desk, case: Case) -> tuple[int, ...]:
    """The records that this one refers to, and what rules made of it, which it may follow. An alias has none."""
    names = desk.hub.reference_fields.get(case.record.entity, ())
    found = [v for name in names if isinstance(v := case.value(name).value, int)]
    every = tuple(dict.fromkeys([*found, *dependants.made_of(case.record)]))
    return every if case.record.state != "merged" else ()


def wake_waiting(desk: Desk, rows: Sequence[Row]) -> None:
    """Rows that referred to a row before it was known are looked at again."""
    if not rows:
        return
    waiting = desk.unit.waiting_for(rows)
    again = {row for found in waiting.values() for row in found}
    desk.unit.put_hints([Hint(system=s, stream=t, id=i, at=desk.now) for s, t, i in sorted(again)])
    desk.unit.stop_waiting(waiting)
