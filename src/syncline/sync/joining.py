"""Merges, un-merges, deletes and undeletes of rows, as one transaction sees them: cases, seats and references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from syncline.identity import seats
from syncline.identity.merging import join, row_name
from syncline.identity.unmerging import Step, Unmerge, part
from syncline.mapping.binding import Binding
from syncline.merge import conflicts, deletes
from syncline.merge.case import Case
from syncline.model.link import Known, Link
from syncline.model.observation import Gone, Observation
from syncline.model.record import Parking, Value
from syncline.model.rows import Hint, ParkedRow
from syncline.sync import duplicates, questions
from syncline.sync.desk import Desk
from syncline.sync.store import Row

RETURNED = "returned-after-delete"


# ---- a row is gone
def row_gone(desk: Desk, case: Case, lid: int, gone: Gone) -> None:
    """A proven delete: of a duplicate, of one of two rows, into another row, or of the record's row there."""
    link = case.links[lid]
    if link.state == "tombstone":
        if gone.into is not None and link.into is None:
            became(desk, case, lid, gone.into)
        return
    if link.gone_at and gone.at <= link.gone_at:
        return  # I12: the proof of a delete that was taken back since
    others = [k for k in case.links.values() if k.state == "shadow" and k.id != lid and same_stream(k, link)]
    if gone.into is not None:
        deletes.bury(case, lid, gone, f"became {gone.into} in {link.system}")
        became(desk, case, lid, gone.into)
    elif link.state == "shadow" or others:
        deletes.bury(case, lid, gone, f"one of two rows was deleted in {link.system}")
        take_seats(desk, case, link)
    elif deletes.delete_seen(case, lid, gone):
        desk.new_link(case, link.system, link.stream, None)


def same_stream(one: Link, other: Link) -> bool:
    """Are they rows of one stream?"""
    return (one.system, one.stream) == (other.system, other.stream)


def take_seats(desk: Desk, case: Case, link: Link) -> None:
    """A shadow becomes the active row where the active one went; it is looked at, and told what it lacks."""
    for lid in seats.seat(case, link.system, link.stream):
        seats.meet_again(case, [lid])
        case.hints.append((lid, desk.now))


def became(desk: Desk, case: Case, lid: int, into: str) -> None:
    """A tombstone that names its replacement: a merge seen in one system, or a lead that became a contact."""
    link = case.links[lid]
    row = named_row(desk, link, into)
    case.put(lid, into=f"{row[1]}/{row[2]}")
    desk.load_rows([row])
    found = desk.case_at(row)
    if found is not None:
        merge_seen(desk, case, found[0], found[1], link)
        return
    take_seats(desk, case, link)
    if desk.declaration.binding(row[0], row[1]).entity == case.record.entity:
        desk.unit.wait_for((link.system, link.stream, str(link.external_id)), [row])
    desk.unit.put_hints([Hint(system=row[0], stream=row[1], id=row[2], at=desk.now)])


def named_row(desk: Desk, link: Link, into: str) -> Row:
    """`id` of the same stream, or `stream/id` of another bound stream of the same system."""
    stream, slash, external_id = into.partition("/")
    bound = {binding.stream for binding in desk.declaration.bindings if binding.system == link.system}
    return (link.system, stream, external_id) if slash and stream in bound else (link.system, link.stream, into)


def join_heirs(desk: Desk, moved: Sequence[Case]) -> bool:
    """Merges that waited for a row to be known, or for a create to be resolved. Returns whether any row waited."""
    rows = [row for case in moved for row in rows_of(desk, case)]
    waiting = desk.unit.waiting_for(rows) if rows else {}
    desk.load_rows([*waiting, *(other for found in waiting.values() for other in found)])
    for row, others in waiting.items():
        for other in others:
            gone, here = desk.case_at(other), desk.case_at(row)
            if gone is None or here is None or gone[0].links[gone[1]].into != f"{row[1]}/{row[2]}":
                continue  # it waits for this row as a reference does
            desk.unit.stop_waiting([row])
            merge_seen(desk, gone[0], here[0], here[1], gone[0].links[gone[1]])
    return bool(waiting)


def rows_of(desk: Desk, case: Case) -> Iterator[Row]:
    """The rows of a record that just got one, and those that its tombstones name."""
    if any(link.external_id is not None and desk.is_new_row(case, link) for link in case.links.values()):
        for link in case.links.values():
            if link.into is not None:
                yield named_row(desk, link, link.into)
            elif link.external_id is not None:
                yield link.system, link.stream, link.external_id


# ---- two records are one
def merge_seen(desk: Desk, one: Case, other: Case, row: int, gone: Link) -> None:
    """Joined under the older id. What the surviving row shows now is what counts there: it is looked at."""
    if one.record.entity != other.record.entity:
        take_seats(desk, one, gone)
        return  # a lead of one entity that became a contact of another: the tombstone says so
    if one is not other and (is_unresolved(one) or is_unresolved(other)):
        rows = [(k.system, k.stream, str(k.external_id)) for k in (gone, other.links[row])]
        desk.unit.wait_for(rows[0], rows[1:])  # I4: a create already sent is resolved first
        return
    if one is not other:
        keep, lose = sorted((one, other), key=lambda case: case.record.id)
        merge(desk, keep, lose, f"{row_name(gone)} became {row_name(other.links[row])}", row)
        one = keep
    take_seats(desk, one, gone)
    take_seats(desk, one, one.links[row])
    one.hints.append((row, desk.now))


def is_unresolved(case: Case) -> bool:
    """Is a create on its way whose outcome nobody knows? What it made is still found by the record's keys."""
    return any(link.state == "birth" and link.writing is not None for link in case.links.values())


def merge(desk: Desk, keep: Case, lose: Case, why: str, row: int | None = None) -> None:
    """The same for a merge that was seen and one that a person made."""
    join(keep, lose, why, row)
    settle_merge(desk, keep, lose)


def settle_merge(desk: Desk, keep: Case, lose: Case) -> None:
    """What follows from it for whoever knows of them; their rows are looked at."""
    reseat(desk, keep)
    re_point(desk, lose.record.id, keep)
    questions.ask_anew(desk, lose, keep)
    if keep.record.asks is None:
        duplicates.clear(desk, keep)
    for link in keep.links.values():
        if link.state == "active":
            keep.hints.append((link.id, desk.now))


def reseat(desk: Desk, *cases: Case) -> None:
    """The rows belong to other records now, so what refers to them reads otherwise."""
    for case in cases:
        for link in case.links.values():
            desk.seat(link)
    for case in desk.cases.values():
        case.views.clear()


def re_point(desk: Desk, old: int, to: Case) -> None:
    """Whoever refers to the alias refers to the survivor: the same thing, so no version and nothing to write."""
    desk.load(desk.unit.referring_to([old]).get(old, ()))
    for case in list(desk.cases.values()):
        for name in reference_fields(desk, case):
            if old in mentioned(case, name):
                case.note("re-pointed", name, None, old, to.record.id)
                swap(case, name, old, to.record.id)


def reference_fields(desk: Desk, case: Case) -> Iterator[str]:
    """The fields of a record that refer to others, those of its lines too."""
    declared = desk.hub.reference_fields.get(case.record.entity, ())
    if declared and case.record.state != "merged":
        plain = {name for name in declared if "*" not in name}
        parts = {tuple(name.split("/")[::2]) for name in declared if "*" in name}
        yield from (n for n in case.record.fields if n in plain or ("/" in n and tuple(n.split("/")[::2]) in parts))


def mentioned(case: Case, name: str) -> set[Value]:
    """Every record that this field means, on any side of it."""
    conflict = case.record.conflicts.get(name)
    knowns = [k.known[name] for k in case.links.values() if name in k.known]
    sent = [one.value for known in knowns for one in known.sent]
    doubted = [one.value for known in knowns for one in known.doubts]
    bases = [known.base for known in knowns]
    return {case.value(name).value, *(conflict.sides.values() if conflict else ()), *sent, *doubted, *bases}


def swap(case: Case, name: str, old: int, new: int) -> None:
    """The field means another record now, wherever it is remembered; nobody edited it."""

    def now(value: Value) -> Value:
        return new if value == old and not isinstance(value, bool) else value

    held, conflict = case.value(name), case.record.conflicts.get(name)
    case.record = replace(case.record, fields={**case.record.fields, name: replace(held, value=now(held.value))})
    if conflict is not None:
        fresh = replace(conflict, sides={side: now(v) for side, v in conflict.sides.items()}, base=now(conflict.base))
        case.record = replace(case.record, conflicts={**case.record.conflicts, name: fresh})
    for link in list(case.links.values()):
        known = link.known.get(name)
        if known is not None:
            case.put(link.id, known={**link.known, name: swapped(known, now)})


def swapped(known: Known, now: Callable[[Value], Value]) -> Known:
    """What a link knows of a reference, by the present ids."""
    withheld, parked = known.withheld, known.parked
    return replace(
        known, base=now(known.base), sent=tuple(replace(one, value=now(one.value)) for one in known.sent),
        doubts=tuple(replace(one, value=now(one.value)) for one in known.doubts),
        turns=tuple(replace(one, was=now(one.was), new=now(one.new)) for one in known.turns),
        withheld=replace(withheld, before=now(withheld.before)) if withheld else None,
        parked=replace(parked, ours=now(parked.ours), theirs=now(parked.theirs)) if parked else None,
    )  # fmt: skip


# ---- a row of its own
def unlink(desk: Desk, case: Case, link: Link, parking: Parking, why: str) -> None:
    """The row belongs to no record: it is parked as that. Nothing is written to any system."""
    assert link.external_id is not None, "a birth has no row"
    row, binding = (link.system, link.stream, link.external_id), desk.binding(link)
    conflicts.side_gone(case, link.id)
    case.note("unlinked", None, link.id, row[2], None, why)
    case.put(
        link.id, state="tombstone", external_id=None, due_at=None, due_since=None, deleting=False, writing=None,
        parked=None, seen={}, fingerprint=b"", known={},
    )  # fmt: skip
    print_ = binding.fingerprint(link.seen)
    desk.unit.park_rows([
        ParkedRow(
            system=row[0], stream=row[1], id=row[2], parking=parking, fingerprint=print_, raw=dict(link.seen)
        )
    ])  # fmt: skip
    take_seats(desk, case, link)


# ---- two records again
def unmerge(desk: Desk, rid: int) -> Unmerge:
    """Restores both from history. What comes back is the plan: the same steps, done on this desk."""
    desk.load([rid])
    alias = desk.cases[rid]
    into = alias.record.merged_into
    if into is None:
        return Unmerge(record=rid, survivor=rid, steps=(), left=(f"record {rid} is not merged",))
    keep = desk.cases[into]
    if keep.record.merged_into is not None:
        left = f"record {into} was itself merged since: un-merge that first"
        return Unmerge(record=rid, survivor=into, steps=(), left=(left,))
    history = desk.unit.history([into, rid])
    referring = desk.unit.referring_to([into]).get(into, ())
    desk.load(referring)
    merged_in = max((e.run for e in history[rid] if e.kind == "record-merged"), default=0)
    steps, left_as_is = part(keep, alias, history[into])
    reseat(desk, keep, alias)
    for other in referring:
        steps += point_back(desk, desk.cases[other], keep, alias, merged_in)
    for case in (keep, alias):
        for link in case.links.values():
            case.hints.append((link.id, desk.now))
    return Unmerge(record=rid, survivor=into, steps=tuple(steps), left=tuple(left_as_is))


def point_back(desk: Desk, case: Case, keep: Case, alias: Case, run: int) -> list[Step]:
    """A reference that the merge re-pointed, that nobody set since, and that some row still means, points back."""
    pointed = {
        e.field for e in desk.unit.history([case.record.id])[case.record.id]
        if e.kind == "re-pointed" and (e.run, e.before) == (run, alias.record.id)
    }  # fmt: skip
    steps = []
    for name in sorted(name for name in pointed if name is not None):
        held = case.value(name)
        meant = [link.id for link in case.active() if case.view(link.id).get(name) == alias.record.id]
        if held.value != keep.record.id or held.run >= run or not meant:
            continue
        swap(case, name, keep.record.id, alias.record.id)
        case.note("re-pointed", name, None, keep.record.id, alias.record.id)
        for link in case.active():
            same = case.equal(name, case.view(link.id).get(name), alias.record.id)
            case.learn(link.id, name, agreed=held.version if same else None, emptied=held.version)
        step = Step(
            what="reference", record=case.record.id, name=name, before=keep.record.id, after=alias.record.id
        )  # fmt: skip
        steps.append(step)
    return steps


# ---- a row lives again
def undeleted(desk: Desk, binding: Binding, case: Case, lid: int, one: Observation) -> bool:
    """Undelete revives a tombstone: only a read begun after the delete was known proves it, and a direct one."""
    link = case.links[lid]
    if one.as_of < link.direct_at:
        return False  # not revived by a stale page
    if not one.direct and desk.hub.stream(binding.system, binding.stream).get is not None:
        case.hints.append((lid, desk.now))
        desk.unit.put_hints([Hint(system=link.system, stream=link.stream, id=one.id, at=desk.now)])
        return False
    case.put(lid, state="active", carried=False, into=None, fingerprint=b"")
    case.note("undeleted", None, lid, None, link.external_id)
    if case.record.state == "archived":
        alive_again(case, lid)
    seats.seat(case, link.system, link.stream, [lid])
    return case.links[lid].state == "active"


def alive_again(case: Case, lid: int) -> None:
    """The delete that was carried on stops; what it deleted already is for a person to say."""
    case.record = replace(case.record, state="active")
    for link in list(case.links.values()):
        if link.deleting:
            case.put(link.id, deleting=False, carried=False)
    if any(link.state == "tombstone" and link.carried for link in case.links.values()):
        system = case.links[lid].system
        parking = Parking(
            code=RETURNED, reason=f"undeleted in {system}; its twins were deleted", at=case.setting.now,
            remedy="revive the twins, or begin a new record",
        )  # fmt: skip
        case.record = replace(case.record, parked=parking)
        case.note("parked", None, lid, None, None, RETURNED)
