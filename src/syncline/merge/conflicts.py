"""Open conflicts: one row per record and field, which follows its sides until a person or equality settles it."""

from __future__ import annotations

from msgspec.structs import replace

from syncline.merge.case import Case
from syncline.model.record import RECORD_SIDE, Conflict, Value


def open_up(case: Case, lid: int, name: str, was: Value, new: Value) -> None:
    """Its sides are the system that moved and the one the record's value came from, if it still holds that."""
    current = case.value(name)
    source = current.source
    holder = (
        source is not None
        and source in case.links
        and case.links[source].state == "active"
        and case.equal(name, case.view(source).get(name), current.value)
    )
    side = str(source) if holder else RECORD_SIDE
    conflict = Conflict(
        sides={side: current.value, str(lid): new}, base=was, since=case.setting.now, run=case.setting.run
    )
    set_conflict(case, name, conflict)
    case.learn(lid, name, has_base=True, base=was)
    case.note("conflict", name, lid, current.value, new, "both sides changed it")  # I9


def join(case: Case, lid: int, name: str, value: Value) -> None:
    """A row that joins while a conflict is open becomes a side."""
    conflict = case.record.conflicts[name]
    set_conflict(case, name, replace(conflict, sides={**conflict.sides, str(lid): value}))
    close_if_agreed(case, name, lid)


def follow(case: Case, lid: int, name: str, was: Value, new: Value, moved: bool) -> None:
    """The conflict follows the present values of its sides; it closes by itself when they come to be equal."""
    conflict = case.record.conflicts[name]
    side = str(lid)
    if side not in conflict.sides and not moved:
        return
    if not case.known(lid, name).has_base:
        case.learn(lid, name, has_base=True, base=was)
    if side not in conflict.sides or conflict.sides[side] != new:
        case.note("conflict", name, lid, conflict.sides.get(side), new, "a side of the open conflict moved")  # I9
    set_conflict(case, name, replace(conflict, sides={**conflict.sides, side: new}))
    close_if_agreed(case, name, lid)


def side_gone(case: Case, lid: int) -> None:
    """A side whose row is deleted keeps its last value in the conflict, marked gone."""
    for name, conflict in list(case.record.conflicts.items()):
        if str(lid) in conflict.sides and str(lid) not in conflict.gone:
            set_conflict(case, name, replace(conflict, gone=(*conflict.gone, str(lid))))


def close_if_agreed(case: Case, name: str, lid: int) -> None:
    """Do the sides hold the same by now?"""
    conflict = case.record.conflicts[name]
    if len({case.key(name, value) for value in conflict.sides.values()}) == 1:
        close(case, name, conflict.sides[str(lid)], lid, "the sides came to be equal")


def settle(case: Case, name: str, value: Value, lid: int | None, who: str) -> None:
    """A person's decision: `take SYSTEM` names the link whose value it is, `set VALUE` none."""
    conflict = case.record.conflicts[name]
    for side, held in conflict.sides.items():
        case.note("person", name, int(side) if side != RECORD_SIDE else None, held, value, who)  # I9
    close(case, name, value, lid, who)


def close(case: Case, name: str, value: Value, lid: int | None, why: str) -> None:
    """The record gets the value; the sides that hold it are agreed, the others due."""
    set_conflict(case, name, None)
    current, now = case.value(name), case.setting.now
    version = current.version
    if not case.equal(name, value, current.value):
        version = case.set_value(name, value, lid, now, now, why)
    case.note("conflict-closed", name, lid, current.value, value, why)
    for link in list(case.links.values()):
        if link.state not in ("active", "asleep"):
            continue
        known = case.known(link.id, name)
        view = case.view(link.id)
        same = name in view and case.equal(name, view[name], value) and not known.sent
        case.learn(
            link.id, name, has_base=False, base=None, emptied=version, agreed=version if same else None,
            differs=known.differs and not same,
        )  # fmt: skip


def set_conflict(case: Case, name: str, conflict: Conflict | None) -> None:
    """Opens, replaces or (None) removes the conflict of a field."""
    others = {key: value for key, value in case.record.conflicts.items() if key != name}
    case.record = replace(case.record, conflicts=others if conflict is None else {**others, name: conflict})
