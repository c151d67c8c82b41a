"""First values of a new record, and the first meeting of a row with a record that exists already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from syncline.mapping.binding import Reading
from syncline.mapping.document import is_line, line_field, line_of
from syncline.merge import conflicts, guard, keep_both, lines, order_in_time, receipts, taking
from syncline.merge.case import Case, truth_holds
from syncline.model.link import UNKNOWN_FIELD, Known
from syncline.model.observation import Observation
from syncline.model.record import FieldValue, Value


def found(
    case: Case, lid: int, seen: Observation, bound: dict[str, object], reading: Reading, fingerprint: bytes
) -> None:
    """The values a record is born with are taken as first values, also in fields that system does not own."""
    case.put(lid, seen=bound)
    case.views[lid] = (bound, reading.told)
    for name, misfit in reading.misfits.items():
        receipts.park_misfit(case, lid, name, misfit, None)
    told = sorted(reading.told.items())
    if not case.record.fields and len(case.links) == 1 and not any(line_of(name) for name, _ in told):
        take_all(case, lid, told, seen)
        told = []
    for name, value in told:
        if case.equal(name, value, case.value(name).value):
            case.learn(lid, name, agreed=case.value(name).version)
        elif case.takes(lid, name):
            taking.take(case, lid, name, value, seen, "first value")
        else:
            taking.refuse(case, lid, name, value, "refused", taking.ONLY_WRITTEN)
    guard.accept(case, lid, seen)
    case.put(lid, fingerprint=fingerprint)


def take_all(case: Case, lid: int, told: Sequence[tuple[str, Value]], seen: Observation) -> None:
    """What `taking.take` does for each of these fields, where nothing is known of any: in one step."""
    until = seen.stamp if seen.stamp is not None else seen.began
    since, run, why = min(guard.unchanged_since(case, lid), until), case.setting.run, "first value"
    fields, known = dict(case.record.fields), dict(case.links[lid].known)
    for name, value in told:
        if case.equal(name, value, None):
            known[name] = Known(agreed=0)
            continue
        if not case.takes(lid, name):
            known[name] = Known()
            case.note("refused", name, lid, None, value, taking.ONLY_WRITTEN)
            continue
        fields[name] = FieldValue(value=value, version=1, source=lid, since=since, until=until, run=run, why=why)
        known[name] = Known(agreed=1, emptied=1)
        case.note("taken", name, lid, None, value, why)
    case.record = replace(case.record, fields=fields)
    case.put(lid, known=known)


def join(
    case: Case, lid: int, seen: Observation, bound: dict[str, object], reading: Reading, fingerprint: bytes
) -> None:
    """A row meets a record: what differs is a first difference, never a conflict."""
    case.put(lid, seen=bound)
    case.views[lid] = (bound, reading.told)
    for name, misfit in reading.misfits.items():
        receipts.park_misfit(case, lid, name, misfit, None)
    had_lines = bool(lines.lines_of(case)) and reading.rows is not None
    gone = dict.fromkeys((line_field(line) for line in lines.lines_of(case)), None) if reading.rows else {}
    told: dict[str, Value] = {**gone, **reading.told}
    equal = agree_equal(case, lid, told)
    for name, value in sorted((name, value) for name, value in told.items() if name not in equal):
        meet_field(case, lid, name, value, seen, had_lines)
    guard.accept(case, lid, seen)
    case.put(lid, fingerprint=fingerprint)


def agree_equal(case: Case, lid: int, told: Mapping[str, Value]) -> Collection[str]:
    """The fields in which this row says what the record holds: most of them at most first meetings, so in one step."""
    known = dict(case.links[lid].known)
    equal = []
    for name, value in told.items():
        current = case.value(name)
        if line_of(name) is None and name not in case.record.conflicts and case.equal(name, value, current.value):
            one = known.get(name, UNKNOWN_FIELD)
            known[name] = replace(one, agreed=current.version, emptied=current.version)
            equal.append(name)
    if equal:
        case.put(lid, known=known)
    return frozenset(equal)


def meet_field(case: Case, lid: int, name: str, new: Value, seen: Observation, had_lines: bool = False) -> None:
    """Equal: agreed. Blank on one side: filled from the other, whatever `empty` and truth say. Else it differs."""
    current, policy = case.value(name), case.policy(name)
    case.learn(lid, name, agreed=None, emptied=current.version)
    if case.equal(name, new, current.value) and name not in case.record.conflicts:
        case.learn(lid, name, agreed=current.version)
    elif could_not_be_told(case, lid, name):
        return  # it stays parked: what a new row holds in its place by default nobody has said
    elif not case.takes(lid, name):
        taking.refuse(case, lid, name, new, "refused", taking.ONLY_WRITTEN)
    elif name in case.record.conflicts:
        conflicts.join(case, lid, name, new)
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


def could_not_be_told(case: Case, lid: int, name: str) -> bool:
    """Is the field parked since that system has no place for the record's value, or would not have it?"""
    parked = case.known(lid, name).parked
    return parked is not None and (parked.refused or parked.code == receipts.CANNOT_BE_TOLD)


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
