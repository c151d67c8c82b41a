"""Step 6, derive: rollups, computed fields, scope, births and rules of a record, in this order: each may read the last.

What a record's expressions read of others is in their lineage (see `dependants`), so a change names exactly whom
it concerns. Up to URGENT of them are derived in the step that changed it; whatever is beyond is marked in the
`dirty` table and derived in chunks, first in first out. So an edit that concerns a few is never behind a flood
that concerns thousands: it never enters the table. A flood delays itself and other floods, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from syncline.config.declaration import Birth, Computed
from syncline.merge.case import Case
from syncline.sync import alike, questions, rollups, rules, scope, writing, written
from syncline.sync.columns import ask_again, columns, judged, tried
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub

Rolled = Literal["none", "at once", "all"]
URGENT = 100
"""Dependants that are derived in the same step."""


# ---- the steps
def derive_moved(desk: Desk, moved: Sequence[Case]) -> None:
    """Derives every case that this transaction moved, and then up to URGENT of those that it concerns."""
    derive_cases(desk, moved)
    spread_out(desk, moved)


def spread_out(desk: Desk, first: Sequence[Case]) -> None:
    """From the records that were derived first to those that are concerned, and to those that rules made."""
    again = [*desk.pass_on(), *waiting_for_ids(desk, first)]
    done = {case.record.id for case in first}
    urgent = list(dict.fromkeys([*(rid for rid in new_records(desk) if rid not in done), *again]))[:URGENT]
    desk.load(urgent)
    derive_cases(desk, [desk.cases[rid] for rid in urgent if rid in desk.cases], rolled="at once")
    # What this second round made or changed in turn is for a later step: no chain of rules holds up a page.
    desk.spread.marks.update({*again, *(rid for rid in new_records(desk) if rid not in done)} - {*urgent})


def new_records(desk: Desk) -> list[int]:
    """The records that began in this transaction."""
    return [rid for rid, (before, _) in desk.before.items() if before is None]


def derive_dirty(hub: Hub) -> int:
    """Derives a chunk of the records that were marked, oldest mark first. Returns how many."""
    ids = hub.ledger.dirty(hub.batch)
    if not ids:
        return 0
    with hub.ledger.unit() as unit:
        unit.clean(ids)  # a mark that this very step makes comes after it, and stays
        derive_ids(open_desk(hub, unit, "derive"), ids)
        hub.point("derived")
    hub.point("derived, committed")
    return len(ids)


def derive_ids(desk: Desk, ids: Sequence[int]) -> None:
    """Derives these records whole, their rollups too, and writes what became of them."""
    desk.load(ids)
    taken_over = [desk.cases[rid].record.merged_into or rid for rid in ids if rid in desk.cases]
    desk.load(taken_over)
    cases = [desk.cases[rid] for rid in dict.fromkeys(taken_over)]
    derive_cases(desk, cases, rolled="all")
    spread_out(desk, cases)
    written.flush(desk)


def derive_cases(desk: Desk, cases: Sequence[Case], rolled: Rolled = "none") -> None:
    """Some cases, with the neighbours they read loaded in one batch.

    rolled: which rollups are made again: none, those that wait for nothing, or all; of a new record always all.
    """
    desk.load(neighbours(desk, cases))
    alike.look(desk, cases, again=rolled == "all")
    questions.load(desk, cases)
    for case in cases:
        derive(desk, case, rolled)


def neighbours(desk: Desk, cases: Iterable[Case]) -> Iterable[int]:
    """The records that these refer to."""
    for case in cases:
        for name in desk.hub.reference_fields.get(case.record.entity, ()):
            rid = case.value(name).value
            if isinstance(rid, int):
                yield rid


def waiting_for_ids(desk: Desk, cases: Sequence[Case]) -> list[int]:
    """Records whose reference waits for an id that one of these got in this transaction."""
    fresh = [case.record.id for case in cases if desk.new_rows(case)] if desk.hub.refers else []
    asked = [rid for several in desk.unit.referring_to(fresh).values() for rid in several] if fresh else []
    return [
        rid for rid, links in desk.unit.links_of(sorted(set(asked))).items()
        if any(writing.awaits_id(known) for link in links for known in link.known.values())
    ]  # fmt: skip


# ---- one record
def derive(desk: Desk, case: Case, rolled: Rolled = "none") -> None:
    """Everything that follows from what a record holds. What gives no value holds up nothing else."""
    if desk.hub.refers:
        writing.unwait(desk, case)
    if case.record.state != "active":
        return
    if desk.before[case.record.id][0] is None:
        rolled = "all"
    if rolled != "none":
        rollups.roll_up(desk, case, rollups.of_entity(desk, case.record.entity, at_once=rolled == "at once"))
    for computed in desk.hub.readers.computed.get(case.record.entity, ()):
        compute(desk, case, computed)
    scope.follow(desk, case)
    for link in list(case.links.values()):
        questions.follow(desk, case, link)
    for birth in desk.declaration.births:
        if birth.entity == case.record.entity:
            bear(desk, case, birth)
    rules.bear_made(desk, case)
    rules.follow_rules(desk, case)


def compute(desk: Desk, case: Case, one: Computed) -> None:
    """A field whose truth is the hub. Where it gives no value the field keeps the one it had, visibly."""
    lookup, dump = columns(desk, case.record), case.policy(one.field).type.dump
    found = tried(desk, case, one.field, one.expression.text, lambda: dump(one.expression.evaluate(lookup)))
    ask_again(desk, case.record.id, one.expression, lookup)
    if found is not None and not case.equal(one.field, found[0], case.value(one.field).value):
        case.set_value(one.field, found[0], None, desk.now, desk.now, f"computed: {one.expression.text}")


def bear(desk: Desk, case: Case, birth: Birth) -> None:
    """A birth is a link row without an external id; a tombstone is never re-created."""
    if case.record.candidate_of is not None or case.record.parked is not None:
        return
    place = (birth.system, birth.stream)
    here = [link for link in case.links.values() if (link.system, link.stream) == place]
    if here:
        return
    if case.record.made_by is None and not any(link.state == "active" for link in case.links.values()):
        return
    if not desk.is_baselined(*place) or not questions.may_be_born(desk, case, place):
        return
    binding = desk.declaration.binding(birth.system, birth.stream)
    what = f"birth in {birth.system}.{birth.stream}"
    if scope.in_scope(desk, case, binding) and judged(desk, case, what, birth.when):
        desk.new_link(case, birth.system, birth.stream, None)
