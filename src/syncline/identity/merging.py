"""Two records turn out to be one: one takes the other over, field by field as at a first meeting."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec.structs import replace

from syncline.identity import seats
from syncline.merge import conflicts, keep_both
from syncline.merge.case import Case
from syncline.merge.policy import HUB
from syncline.model.intent import Intent
from syncline.model.link import Doubt, Known, Link, Sent
from syncline.model.record import DOES_NOT_FIT, RECORD_SIDE, Conflict, FieldValue, Value


def join(keep: Case, lose: Case, why: str, row: int | None = None) -> None:
    """`lose` becomes an alias of `keep`, which gets its links, its blanks filled, and its open questions.

    row: the link of the row that survived in the system that merged; what it shows counts there.
    """
    states = {link.id: (link.record, link.state) for case in (keep, lose) for link in case.links.values()}
    before = keep.record
    keep.note("record-merged", None, None, lose.record.id, before.id, why)
    lose.note("record-merged", None, None, lose.record.id, before.id, why)
    came = hand_over(keep, lose)
    if seats.has_lines(keep):
        hide_documents(keep, came)
    promoted = seats.seat_all(keep, came)
    aside = set_aside(keep, came)
    values(keep, lose, came, row)
    take_up(keep, aside)
    carry_conflicts(keep, lose)
    for lid in came:
        if lid not in promoted:
            stand_anew(keep, lid, lose)
    seats.meet_again(keep, promoted)
    settle_conflicts(keep, came)
    keep_record(keep, lose)
    remember(keep, before.fields, states)
    lose.record = replace(
        lose.record,
        state="merged",
        merged_into=keep.record.id,
        candidate_of=None,
        may_be=None,
        conflicts={},
        parked=None,
    )


def hand_over(to: Case, of: Case, lids: Collection[int] | None = None) -> list[int]:
    """Moves links with the looks that were asked for. Returns which."""
    moved = [lid for lid in of.links if lids is None or lid in lids]
    for lid in moved:
        to.links[lid] = replace(of.links.pop(lid), record=to.record.id, deleting=False)
    to.hints.extend(hint for hint in of.hints if hint[0] in moved)
    of.hints[:] = [hint for hint in of.hints if hint[0] not in moved]
    to.views.clear()  # a reference may mean another record now
    of.views.clear()
    return moved


def set_aside(case: Case, lids: Collection[int]) -> dict[int, dict[str, Known]]:
    """What links know, while their record takes over values that are nothing new to them: what is parked stays so."""
    aside = {lid: case.links[lid].known for lid in lids}
    for lid in lids:
        case.put(lid, known={})
    return aside


def take_up(case: Case, aside: dict[int, dict[str, Known]]) -> None:
    """Undoes `set_aside`."""
    for lid, known in aside.items():
        case.put(lid, known=known)


def hide_documents(keep: Case, came: Collection[int]) -> None:
    """What came along of a document is only read."""
    for link in [keep.links[lid] for lid in came]:
        if link.state in ("active", "asleep"):
            seats.put_in_shadow(keep, link)


# ---- values
def values(keep: Case, lose: Case, came: Collection[int], row: int | None) -> None:
    """Blank: filled. Both filled: the survivor's stays, unless the truth or the row that merged says otherwise."""
    for name in sorted(lose.record.fields):
        mine, theirs = keep.value(name), lose.value(name)
        if "/" in name or keep.policy(name).truth == HUB or keep.equal(name, mine.value, theirs.value):
            continue
        if theirs.value is None:
            continue
        policy = keep.policy(name)
        if name in keep.record.conflicts:
            keep.note("first-lost", name, theirs.source, theirs.value, mine.value, "the records were merged")
        elif mine.value is None:
            if mine.version:
                keep.note("first-lost", name, mine.source, None, theirs.value, "somebody had cleared it")
            adopt(keep, name, theirs, "fills a blank")
        elif policy.merges and policy.policy not in ("append", "sum"):
            value = keep_both.merged(keep, name, mine.value, None, theirs.value)
            if not keep.equal(name, value, mine.value):
                keep.set_value(name, value, None, theirs.since, max(mine.until, theirs.until), policy.policy)
        elif theirs_counts(keep, name, came, row):
            keep.note("first-lost", name, mine.source, mine.value, theirs.value, "the records were merged")
            adopt(keep, name, theirs, "the records were merged")
        else:
            keep.note("first-lost", name, theirs.source, theirs.value, mine.value, "the records were merged")


def adopt(case: Case, name: str, value: FieldValue, why: str) -> None:
    """A value with where it came from and when."""
    case.set_value(name, value.value, value.source, value.since, value.until, why)


def theirs_counts(keep: Case, name: str, came: Collection[int], row: int | None) -> bool:
    """Does the truth, or else the row that survived in the system that merged, belong to the other record?"""
    truth = keep.truth(name)
    holders = [k.id for k in keep.active() if k.system == truth and keep.view(k.id).get(name) is not None]
    if holders:
        return all(lid in came for lid in holders)
    return row is not None and row in came and keep.view(row).get(name) is not None


# ---- what a link stands for
def stand_anew(case: Case, lid: int, old: Case, *, back: bool = False) -> None:
    """A link that came from another record stands for the same values, by this record's versions.

    back: it is its own record's again. What the merge wrote there was told, and is not what that system says: what
          the record held before is told there too, where it is the truth.
    """
    view, shadow = case.view(lid), case.links[lid].state == "shadow"
    for name in sorted({*view, *case.links[lid].known}):
        known, current, was = case.known(lid, name), case.value(name), old.value(name)
        kept = case.equal(name, was.value, current.value)
        same = name in view and case.equal(name, view[name], current.value) and not known.sent
        stands = same or (kept and known.agreed is not None and known.agreed == was.version)
        misfit = known.parked is not None and known.parked.code == DOES_NOT_FIT
        still_open = misfit or name in case.record.conflicts or shadow
        case.learn(
            lid, name, agreed=current.version if stands else None, emptied=current.version, tries=0, waiting=False,
            sent=tuple(resent(case, old, name, one) for one in known.sent),
            doubts=tuple(redoubted(case, old, name, one) for one in known.doubts),
            parked=known.parked if kept or misfit else None, withheld=known.withheld if kept else None,
            differs=known.differs and not same, has_base=known.has_base and still_open,
            base=known.base if still_open else None,
            filling=not stands and name in view and (back or (view[name] is None and current.value is not None)),
        )  # fmt: skip


def renumbered(case: Case, old: Case, name: str, value: Value, version: int | None) -> int | None:
    """A version of another record as one of this: the present one if it is the same value, else one that is past."""
    if version is None:
        return None
    return case.value(name).version if case.equal(name, value, case.value(name).value) else 0


def resent(case: Case, old: Case, name: str, sent: Sent) -> Sent:
    """An unconfirmed value by this record's versions; without effect it stands for nothing."""
    return replace(sent, version=renumbered(case, old, name, sent.value, sent.version), stood=None)


def redoubted(case: Case, old: Case, name: str, doubt: Doubt) -> Doubt:
    """A value of unknown outcome by this record's versions."""
    return replace(doubt, version=renumbered(case, old, name, doubt.value, doubt.version))


def restated(case: Case, intent: Intent) -> Intent:
    """A write that was decided while its link belonged to another record, by the versions of the present one."""
    told = {
        name: replace(one, version=renumbered(case, case, name, one.value, one.version))
        for name, one in intent.values.items()
    }
    return replace(intent, record=case.record.id, values=told)


# ---- conflicts
def carry_conflicts(keep: Case, lose: Case) -> None:
    """The open conflicts of both stay open, with the sides of both."""
    for name, conflict in lose.record.conflicts.items():
        sides = {side: value for side, value in conflict.sides.items() if side != RECORD_SIDE}
        own, mine = keep.record.conflicts.get(name), keep.value(name)
        if own is not None:
            sides = {**own.sides, **sides}
        elif not keep.equal(name, mine.value, lose.value(name).value):
            sides = {own_side(keep, name): mine.value, **sides}
        elif RECORD_SIDE in conflict.sides:
            sides[RECORD_SIDE] = mine.value
        gone = (*(own.gone if own else ()), *conflict.gone)
        since = min(own.since, conflict.since) if own else conflict.since
        conflicts.set_conflict(keep, name, Conflict(sides=sides, gone=gone, since=since, run=conflict.run))
        for side, value in sides.items():
            keep.note("conflict", name, link_of(side), mine.value, value, "carried over from the other record")  # I9
    for link in keep.links.values():
        if link.state not in ("active", "asleep"):
            conflicts.side_gone(keep, link.id)


def own_side(case: Case, name: str) -> str:
    """The side of a conflict that a record's value is: the row it came from if that holds it, else the record."""
    source = case.value(name).source
    link = case.links.get(source) if source is not None else None
    if link is None or link.state != "active":
        return RECORD_SIDE
    return str(link.id) if case.equal(name, case.view(link.id).get(name), case.value(name).value) else RECORD_SIDE


def link_of(side: str) -> int | None:
    """The link that a side of a conflict is; None: the record itself."""
    return None if side == RECORD_SIDE else int(side)


def settle_conflicts(case: Case, came: Collection[int]) -> None:
    """A row that joins while a conflict is open becomes a side; what came to be equal closes."""
    for name in list(case.record.conflicts):
        for lid in came:
            if case.links[lid].state == "active" and name in case.view(lid) and name in case.record.conflicts:
                conflicts.join(case, lid, name, case.view(lid)[name])
        conflict = case.record.conflicts.get(name)
        if conflict is not None and len({case.key(name, value) for value in conflict.sides.values()}) == 1:
            value = next(iter(conflict.sides.values()))
            conflicts.close(case, name, value, None, "the sides came to be equal")


# ---- the record itself
def keep_record(keep: Case, lose: Case) -> None:
    """What is no field: alive if one of them is, parked if one of them is, what rules know of either."""
    mine, theirs = keep.record, lose.record
    apart = sorted({*mine.distinct_from, *theirs.distinct_from} - {mine.id, theirs.id})
    keep.record = replace(
        mine, state="active" if "active" in (mine.state, theirs.state) else mine.state,
        parked=mine.parked or theirs.parked, paused=mine.paused or theirs.paused,
        candidate_of=None if mine.candidate_of == theirs.id else mine.candidate_of, distinct_from=tuple(apart),
        may_be=None if mine.may_be is not None and mine.may_be.record == theirs.id else mine.may_be,
        episodes={**theirs.episodes, **mine.episodes}, created_at=min(mine.created_at, theirs.created_at),
    )  # fmt: skip
    if mine.state != keep.record.state or theirs.state == "archived":
        for link in list(keep.links.values()):
            keep.put(link.id, deleting=False, carried=False)  # it lives: no delete goes on


def remember(keep: Case, before: dict[str, FieldValue], states: dict[int, tuple[int, Any]]) -> None:
    """History holds what an un-merge needs: whose each link was, and what each field had before."""
    rid = keep.record.id
    for lid, link in keep.links.items():
        record, state = states[lid]
        if (record, state) != (rid, link.state):
            was, now = {"record": record, "state": state}, {"record": rid, "state": link.state}
            keep.note("record-merged", None, lid, was, now, row_name(link))
    for name, value in keep.record.fields.items():
        old = before.get(name)
        if old is None or old.version != value.version:
            keep.note("record-merged", name, None, old.value if old else None, value.value, "")


def row_name(link: Link) -> str:
    """A link as people write it."""
    return f"{link.system}/{link.stream}/{link.external_id or '(not made yet)'}"
