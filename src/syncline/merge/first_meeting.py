"""First values of a new record, and the first meeting of a row with a record that exists already."""

from __future__ import annotations

from syncline.mapping.binding import Reading
from syncline.mapping.document import is_line, line_field
from syncline.merge import conflicts, guard, keep_both, lines, order_in_time, receipts, taking
from syncline.merge.case import Case, truth_holds
from syncline.model.observation import Observation
from syncline.model.record import Value


def found(
    case: Case, lid: int, seen: Observation, bound: dict[str, object], reading: Reading, fingerprint: bytes
) -> None:
    """The values a record is born with are taken as first values, also in fields that system does not own."""
    case.put(lid, seen=bound)
    case.views[lid] = (bound, reading.told)
    for name, misfit in reading.misfits.items():
        receipts.park_misfit(case, lid, name, misfit, None)
    for name, value in sorted(reading.told.items()):
        if case.equal(name, value, case.value(name).value):
            case.learn(lid, name, agreed=case.value(name).version)
        else:
            taking.take(case, lid, name, value, seen, "first value")
    guard.accept(case, lid, seen)
    case.put(lid, fingerprint=fingerprint)


def join(
    case: Case, lid: int, seen: Observation, bound: dict[str, object], reading: Reading, fingerprint: bytes
) -> None:
    """A row meets a record: what differs is a first difference, never a conflict."""
    case.put(lid, seen=bound)
    case.views[lid] = (bound, reading.told)
    for name, misfit in reading.misfits.items():
        receipts.park_misfit(case, lid, name, misfit, None)
    had_lines = bool(lines.lines_of(case)) and reading.rows is not None
    told = dict.fromkeys((line_field(line) for line in lines.lines_of(case)), None) if reading.rows else {}
    for name, value in sorted({**told, **reading.told}.items()):
        meet_field(case, lid, name, value, seen, had_lines)
    guard.accept(case, lid, seen)
    case.put(lid, fingerprint=fingerprint)


def meet_field(case: Case, lid: int, name: str, new: Value, seen: Observation, had_lines: bool = False) -> None:
    """Equal: agreed. Blank on one side: filled from the other, whatever `empty` and truth say. Else it differs."""
    current, policy = case.value(name), case.policy(name)
    case.learn(lid, name, agreed=None, emptied=current.version)
    if name in case.record.conflicts:
        conflicts.join(case, lid, name, new)
    elif case.equal(name, new, current.value):
        case.learn(lid, name, agreed=current.version)
    elif is_line(name) and had_lines:
        first_difference(case, lid, name, new, seen)  # a line only one side has is no blank
    elif new is None:
        case.learn(lid, name, filling=True)
        case.note("filled", name, lid, new, current.value)
    elif current.value is None:
        if current.version:
            case.note("first-lost", name, current.source, current.value, new, "somebody had cleared it")
        taking.take(case, lid, name, new, seen, "fills a blank")
    elif policy.merges and policy.policy not in ("append", "sum"):
        keep_both.give(case, lid, name, keep_both.merged(case, name, current.value, None, new), new, seen)
    else:
        first_difference(case, lid, name, new, seen)


def first_difference(case: Case, lid: int, name: str, new: Value, seen: Observation) -> None:
    """Settled by the truth where one is declared and holds a value, by time if so declared, else by a person."""
    current, truth, system = case.value(name), case.truth(name), case.links[lid].system
    differ = case.policy(name).differ
    takes: bool | None = None
    if differ == "truth" and truth is not None:
        takes = True if truth == system else False if truth_holds(case, name) else None
    elif differ == "newest":
        takes = order_in_time.is_later(case, lid, name, seen)
    if takes is None:
        case.learn(lid, name, differs=True)
        case.note("first-difference", name, lid, current.value, new)
    elif takes:
        case.note("first-lost", name, current.source, current.value, new, f"first meeting, settled by {differ}")
        taking.take(case, lid, name, new, seen, f"first meeting, settled by {differ}")
    else:
        case.note("first-lost", name, lid, new, current.value, f"first meeting, settled by {differ}")
        taking.deny_line(case, name, f"first meeting, settled by {differ}")
