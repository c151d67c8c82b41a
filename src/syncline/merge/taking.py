"""Taking a value into the record, and refusing one."""

from __future__ import annotations

from syncline.mapping.document import is_line, line_of
from syncline.merge import guard, lines
from syncline.merge.case import Case
from syncline.model.entry import EntryKind
from syncline.model.observation import Observation
from syncline.model.record import Value

ONLY_WRITTEN = "the field is only written there"


def hub_moved(case: Case, lid: int, name: str) -> bool:
    """Did the record's field get a value that this side does not stand for, from elsewhere?"""
    known, current = case.known(lid, name), case.value(name)
    stands = known.agreed if known.agreed is not None else known.emptied
    if current.version > stands and current.source != lid:
        return True
    if not is_line(name):
        return False
    columns = lines.columns_of(case, line_of(name) or "")
    return any(hub_moved(case, lid, column) for column in columns)  # to remove a line is to change all of it


def agree(case: Case, lid: int, name: str, as_of: float) -> None:
    """This side holds the record's value. It stands for it if it was seen to after the value came about.

    Seen earlier, it may have moved meanwhile: then a move that turns up later is concurrent, not newer.
    """
    current = case.value(name)
    if current.source == lid or as_of >= current.until:
        case.learn(lid, name, agreed=current.version, filling=False)


def take(case: Case, lid: int, name: str, value: Value, seen: Observation, why: str = "") -> None:
    """The record's field becomes this side's value; every other link is then due."""
    since = guard.unchanged_since(case, lid)
    until = seen.stamp if seen.stamp is not None else seen.began
    before = case.value(name).value
    version = case.set_value(name, value, lid, min(since, until), until, why)
    case.learn(lid, name, agreed=version, emptied=version, filling=False)
    case.note("taken", name, lid, before, value, why)
    if value is True and is_line(name):
        take_columns(case, lid, name, seen, why)


def take_columns(case: Case, lid: int, name: str, seen: Observation, why: str) -> None:
    """A line is taken with all it holds: a column that the record never had, or lost with the line, comes along."""
    start = name + "/"
    for column, held in case.view(lid).items():
        if column.startswith(start) and case.value(column).value is None and held is not None:
            take(case, lid, column, held, seen, why)


def refuse(case: Case, lid: int, name: str, value: Value, kind: EntryKind, why: str = "") -> None:
    """Not taken, but recorded; the emptied agreement makes the link due, and that is the repair."""
    current = case.value(name)
    deny_line(case, name, why)
    case.learn(lid, name, agreed=None, emptied=current.version)
    case.note(kind, name, lid, current.value, value, why)


def deny_line(case: Case, name: str, why: str) -> None:
    """A line that is not taken: the record says that it is not there, so that its side is told."""
    if case.value(name).version == 0 and is_line(name):
        case.set_value(name, None, None, case.setting.now, case.setting.now, why)
