"""Couplings that end: with a row that is taken from its record, with an un-merge, by a word, or by an undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from syncline.merge.case import Case
from syncline.model.record import Parking
from syncline.model.rows import Coupling, Hint
from syncline.sync import joining
from syncline.sync.couplings import CROSSED, holder, keep, living
from syncline.sync.desk import Desk
from syncline.sync.store import Row

UNCOUPLED = "uncoupled"
"""The code of a row whose coupling was taken back, until it is looked at and matched by the rules."""


def end(desk: Desk, couplings: Iterable[Coupling]) -> None:
    """They say nothing any more; history and the list of the run still have them."""
    keep(desk, [replace(one, ended=desk.run) for one in couplings])


def of_row(desk: Desk, row: Row, case: Case | None = None) -> Sequence[Coupling]:
    """What couples a row ends: with the rows of that record, or all. What was parked because of it is met again."""
    desk.load_couplings([row])
    found = [
        one for one in desk.coupled.get(row, ())
        if case is None or (there := holder(desk, one.beside(row))) is None or there[0] is case
    ]  # fmt: skip
    meet_again(desk, [row, *([] if case is None else rows_of(case))])
    end(desk, found)
    return found


def between(desk: Desk, one: Case, other: Case) -> None:
    """Two records that were un-merged are not coupled by their rows."""
    theirs = set(rows_of(other))
    desk.load_couplings(rows_of(one))
    end(desk, [c for row in rows_of(one) for c in desk.coupled.get(row, ()) if c.beside(row) in theirs])


def rows_of(case: Case) -> list[Row]:
    """The rows of a record."""
    return [(k.system, k.stream, k.external_id) for k in living(case) if k.external_id is not None]


def meet_again(desk: Desk, rows: Sequence[Row]) -> None:
    """Rows parked since they were coupled otherwise: these, and those that are coupled with them."""
    desk.load_couplings(rows)
    wanted = {*rows, *(one.beside(row) for row in rows for one in desk.coupled.get(row, ()))}
    for found in [holder(desk, row) for row in sorted(wanted)]:
        if found is not None:
            let_births_go(found[0])
    parked = [one for one in desk.unit.parked_rows(sorted(wanted)).values() if one.parking.code == CROSSED]
    desk.unit.put_hints([Hint(system=one.system, stream=one.stream, id=one.id, at=desk.now) for one in parked])


def let_births_go(case: Case) -> None:
    """Those that were held up by a row that is there and takes no part."""
    for link in list(case.links.values()):
        if link.state == "birth" and link.parked is not None and link.parked.code == CROSSED:
            case.put(link.id, parked=None)


# ---- an undo
def take_back(desk: Desk, one: Coupling) -> tuple[str, str]:
    """What a coupling did is undone, and it ends. Returns what became of it, and (of what is left) why."""
    if one.alias is None and one.link is None:
        meet_again(desk, [one.one, one.other])
    end(desk, [one])
    if one.alias is not None:
        return part(desk, one.alias)
    if one.link is not None:
        return give_back(desk, one.link)
    return "uncoupled", ""


def part(desk: Desk, alias: int) -> tuple[str, str]:
    """A record that was joined to another is one again. Nobody said that the two are not the same."""
    desk.load([alias])
    case = desk.cases.get(alias)
    if case is None or case.record.merged_into is None:
        return "left", "they are two records already"
    apart = case.record.distinct_from
    done = joining.unmerge(desk, alias)
    if not done.steps:
        return "left", "; ".join(done.left)
    survivor = desk.cases[done.survivor]
    case.record = replace(case.record, distinct_from=apart)
    others = tuple(rid for rid in survivor.record.distinct_from if rid != alias)
    survivor.record = replace(survivor.record, distinct_from=others)
    return "parted", "; ".join(done.left)


def give_back(desk: Desk, lid: int) -> tuple[str, str]:
    """A row that joined a record by what is taken back is met again, as if that had never been said."""
    link = desk.unit.links([lid]).get(lid)
    if link is None or link.external_id is None or link.state == "tombstone":
        return "left", "its row is gone, or was taken from the record since"
    desk.load([link.record])
    case = desk.home(lid)
    if case.links[lid].writing is not None:
        return "left", "it is being written just now: try again in a moment"
    parking = Parking(
        code=UNCOUPLED, reason=f"was record {case.record.id}'s by what was taken back", at=desk.now,
        remedy="it is looked at and matched by the rules with the next sync",
    )  # fmt: skip
    joining.unlink(desk, case, case.links[lid], parking, "what linked it was taken back")
    desk.unit.put_hints([Hint(system=link.system, stream=link.stream, id=link.external_id, at=desk.now)])
    return "unlinked", ""
