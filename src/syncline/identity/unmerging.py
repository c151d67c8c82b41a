"""Taking a merge back: the alias is a record again, with its own links and the values that it had."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from syncline.identity import seats
from syncline.identity.merging import adopt, hand_over, link_of, row_name, set_aside, stand_anew, take_up
from syncline.merge import conflicts
from syncline.merge.case import Case
from syncline.model.entry import Entry
from syncline.model.link import Link, LinkState
from syncline.model.record import RECORD_SIDE, Value


class Step(Struct, frozen=True, kw_only=True):
    """One line of the plan. `what`: link (a row and its state), field, or reference (field of a third record)."""

    what: str
    record: int
    name: str
    before: Value
    after: Value


class Unmerge(Struct, frozen=True, kw_only=True):
    """What taking a merge back would do, and what it would leave as it is, and why."""

    record: int
    survivor: int
    steps: tuple[Step, ...]
    left: tuple[str, ...] = ()


def merge_of(record: int, history: Sequence[Entry]) -> list[Entry]:
    """What history says of the last merge that made this record an alias."""
    whole = [e for e in history if e.kind == "record-merged" and e.field is None and e.link is None]
    runs = [e.run for e in whole if e.before == record]
    return [e for e in history if runs and e.run == runs[-1] and e.kind == "record-merged"]


def part(keep: Case, alias: Case, history: Sequence[Entry]) -> tuple[list[Step], list[str]]:
    """Does it, on the cases: what `plan` shows is what is done."""
    merge = merge_of(alias.record.id, history)
    if not merge or any(entry.link is not None and was_of(entry) is None for entry in merge):
        return [], [f"history does not say any more what record {alias.record.id} was"]
    steps: list[Step] = []
    left: list[str] = []
    changed = changed_since(keep, links_of(keep, merge, alias.record.id), merge[0].run)
    shadows = edited_shadows(keep)
    own = give_links_back(keep, alias, merge, steps, left)
    take_conflicts_apart(keep, alias, own, changed)
    aside = set_aside(alias, own)
    restore_alias(alias, keep, changed, steps)
    take_up(alias, aside)
    for lid in own:
        say_blank(alias, lid)
        stand_anew(alias, lid, keep, back=True)
    restore_fields(keep, merge, steps, left)
    for lid, bases in shadows.items():
        hear(alias if lid in alias.links else keep, lid, bases)
    ids = keep.record.id, alias.record.id
    keep.record = replace(keep.record, distinct_from=tuple(sorted({*keep.record.distinct_from, ids[1]})))
    alias.record = replace(alias.record, distinct_from=tuple(sorted({*alias.record.distinct_from, ids[0]})))
    return steps, left


def links_of(keep: Case, merge: Sequence[Entry], record: int) -> list[int]:
    """The links that the merge moved from this record, or seated anew."""
    links = [entry.link for entry in merge if entry.link is not None and was_of(entry) == record]
    return [lid for lid in links if lid in keep.links]


def was_of(entry: Entry) -> int | None:
    """The record a link belonged to before the merge."""
    return entry.before["record"] if isinstance(entry.before, dict) else None


def changed_since(keep: Case, links: Collection[int], run: int) -> dict[str, tuple[Value, int]]:
    """What somebody said, since the merge, in a row that goes back: it is the other record's."""
    out = {}
    for name, value in keep.record.fields.items():
        if value.source is not None and value.source in links and value.run > run:
            out[name] = (value.value, value.source)
    for name, conflict in keep.record.conflicts.items():
        for side, held in conflict.sides.items():
            lid = link_of(side)
            if lid is not None and lid in links and conflict.run > run:
                out[name] = (held, lid)
    return out


# ---- links
def give_links_back(
    keep: Case, alias: Case, merge: Sequence[Entry], steps: list[Step], left: list[str]
) -> list[int]:  # fmt: skip
    """Links return to what they were, where their row still exists. Returns those of the alias."""
    rid = alias.record.id
    alias.record = replace(alias.record, state="active", merged_into=None)
    own: list[int] = []
    for entry in merge:
        if entry.link is None:
            continue
        link = keep.links.get(entry.link)
        if link is None:
            left.append(f"{entry.why} belongs to another record now")
            continue
        state = state_then(link, entry.before["state"])
        if link.state == "tombstone" and state == "tombstone" and entry.before["state"] != "tombstone":
            left.append(f"{row_name(link)} was deleted; it is not made again")
        elif link.into is not None:
            left.append(f"{row_name(link)} became {link.into} in {link.system}; it is not made again")
        if was_of(entry) == rid:
            own += hand_over(alias, keep, [link.id])
        case = alias if was_of(entry) == rid else keep
        step = {"record": case.record.id, "state": state}
        steps.append(Step(what="link", record=case.record.id, name=row_name(link), before=link.state, after=state))
        case.put(link.id, state=state, parked=None if state == "active" else link.parked, fingerprint=b"")
        case.note("record-unmerged", None, link.id, {"record": keep.record.id, "state": link.state}, step)
    promoted = [*seats.seat_all(keep), *seats.seat_all(alias)]
    seats.meet_again(keep, [lid for lid in promoted if lid in keep.links])
    again = [lid for lid in links_of(keep, merge, keep.record.id) if keep.links[lid].state == "active"]
    seats.meet_again(keep, again)
    return own


def state_then(link: Link, before: LinkState) -> LinkState:
    """The state before the merge, as far as the row allows: what was deleted since stays so, what lives lives."""
    if link.state == "tombstone" and (link.external_id is not None or before != "birth"):
        return "tombstone"
    if before in ("birth", "tombstone") and link.external_id is not None:
        return "active"
    return before


# ---- what was said in a shadow
def edited_shadows(keep: Case) -> dict[int, dict[str, Value]]:
    """What shadows held before they were edited; lines of documents are only read."""
    return {
        link.id: {name: known.base for name, known in link.known.items() if known.has_base and "/" not in name}
        for link in keep.links.values() if link.state == "shadow"
    }  # fmt: skip


def hear(case: Case, lid: int, bases: Mapping[str, Value]) -> None:
    """An edit of a row that was a shadow was read and not taken: the next look takes it, if it is one still."""
    if case.links[lid].state == "shadow":
        return
    view = case.view(lid)
    for name, base in bases.items():
        known, current = case.known(lid, name), case.value(name)
        if name not in view or known.differs or name in case.record.conflicts:
            continue  # listed, with what it shows now
        if case.equal(name, view[name], base) or case.equal(name, view[name], current.value):
            continue
        elsewhere = current.source is not None and current.run == case.setting.run  # its record was edited too
        stands = known.agreed == current.version and not elsewhere
        case.learn(
            lid, name, has_base=True, base=base, agreed=current.version if stands else None,
            emptied=current.version - 1 if elsewhere else current.version,
        )  # fmt: skip


# ---- values
def restore_fields(keep: Case, merge: Sequence[Entry], steps: list[Step], left: list[str]) -> None:
    """The survivor's fields become what they were, unless they were changed since."""
    for entry in merge:
        name = entry.field
        if name is None:
            continue
        now = keep.value(name)
        if now.run != entry.run or not keep.equal(name, now.value, entry.after):
            left.append(f"{name} of record {keep.record.id} was changed since")
            continue
        keep.note("record-unmerged", name, None, now.value, entry.before)
        keep.set_value(name, entry.before, None, keep.setting.now, keep.setting.now, "un-merged")
        steps.append(Step(what="field", record=keep.record.id, name=name, before=now.value, after=entry.before))


def restore_alias(alias: Case, keep: Case, changed: dict[str, tuple[Value, int]], steps: list[Step]) -> None:
    """The alias kept its values; what its own rows said since the merge is newer."""
    for name, (value, source) in sorted(changed.items()):
        was = alias.value(name)
        if alias.equal(name, was.value, value):
            continue
        said = keep.value(name)
        newer = replace(said, value=value, source=source)
        alias.note("record-unmerged", name, source, was.value, value)
        adopt(alias, name, newer, "said since the merge")
        steps.append(Step(what="field", record=alias.record.id, name=name, before=was.value, after=value))


def say_blank(alias: Case, lid: int) -> None:
    """A field that the record never had, and that the merge filled in its row, is blank there again."""
    if alias.links[lid].state == "active":
        for name, value in alias.view(lid).items():
            if value is not None and not alias.value(name).version and "/" not in name:
                alias.set_value(name, None, None, alias.setting.now, alias.setting.now, "un-merged")


def take_conflicts_apart(
    keep: Case, alias: Case, own: Collection[int], changed: dict[str, tuple[Value, int]]
) -> None:  # fmt: skip
    """A side that goes back is no side any more; what is left of one side is settled."""
    for name, conflict in list(keep.record.conflicts.items()):
        sides = {side: value for side, value in conflict.sides.items() if link_of(side) not in own}
        conflicts.set_conflict(keep, name, replace(conflict, sides=sides, gone=gone_of(keep, sides)))
        if len(sides) == len(conflict.sides):
            continue
        others = {side: value for side, value in conflict.sides.items() if side not in sides}
        apart = {alias.key(name, value) for value in others.values()}
        mine = alias.value(name).value
        if len(apart) == 1 and name not in changed and apart != {alias.key(name, mine)}:
            others, apart = {RECORD_SIDE: mine, **others}, {*apart, alias.key(name, mine)}
        if len(apart) > 1:
            conflicts.set_conflict(alias, name, replace(conflict, sides=others, gone=gone_of(alias, others)))
            changed.pop(name, None)
        if len({keep.key(name, value) for value in sides.values()}) <= 1:
            value = next(iter(sides.values()), keep.value(name).value)
            side = next(iter(sides), RECORD_SIDE)
            conflicts.close(keep, name, value, link_of(side), "the other side went back to its own record")


def gone_of(case: Case, sides: Iterable[str]) -> tuple[str, ...]:
    """The sides whose row says nothing any more. One that was a shadow may live again."""
    links = {side: link_of(side) for side in sides}
    living = {link.id for link in case.links.values() if link.state in ("active", "asleep")}
    return tuple(side for side, lid in links.items() if lid is not None and lid not in living)
