"""Documents: whose line is whose, and what a list of lines says about each of them.

Lines live in the record under hub-made ids, as ordinary fields; so every rule for fields holds for
them too. A link keeps which of its own lines is which (`Link.lines`: our id to its id or place).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from syncline.mapping.binding import Reading
from syncline.mapping.document import LINES, LineRow, column_of, line_field, line_of
from syncline.mapping.field_type import Unfit
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.observation import Observation
from syncline.model.record import Value


def lines_of(case: Case) -> list[str]:
    """The record's lines that were not removed, in the order they were made."""
    found = [
        line_of(name) for name, held in case.record.fields.items() if held.value is True and column_of(name) is None
    ]
    return sorted((line for line in found if line is not None), key=int)


def columns_of(case: Case, line: str) -> Iterator[str]:
    """The record's fields of one line, its existence not among them."""
    start = line_field(line) + "/"
    return (name for name in case.record.fields if name.startswith(start))


# ---- reading
def recognise(case: Case, lid: int, reading: Reading, seen: Observation, sent: Iterable[str] = ()) -> Reading:
    """A reading with its lines under our ids; new lines get one, and lines that are gone are EMPTY.

    sent: the fields of the write that this reading answers, whose lines may be new there.
    """
    if reading.rows is None:
        return reading
    seats = match(case, lid, reading.rows, [line for name in sent if (line := line_of(name)) is not None])
    told: dict[str, Value] = dict(reading.told)
    misfits: dict[str, Unfit] = dict(reading.misfits)
    for line, row in seats.items():
        told[line_field(line)] = True
        told.update({line_field(line, column): value for column, value in row.values.items()})
        misfits.update({line_field(line, column): misfit for column, misfit in row.misfits.items()})
    gone = removed(case, lid, seats, seen)
    for line in gone:
        if line_field(line) not in case.view(lid):  # a read in between did not show it: it was there all the same
            case.learn(lid, line_field(line), has_base=True, base=True)
    told.update({line_field(line): None for line in gone})
    told.update(dict.fromkeys(never_came(case, lid, seats, seen)))
    taken = {row.seat for row in seats.values()}  # a place that another line has now is no line's any more
    kept = {line: own for line, own in case.links[lid].lines.items() if line not in gone and own not in taken}
    case.put(lid, lines={**kept, **{line: row.seat for line, row in seats.items()}})
    return Reading(told=told, misfits=misfits, unresolved=reading.unresolved, rows=reading.rows, whole=reading.whole)


def view_of(link: Link, reading: Reading) -> Mapping[str, Value]:
    """What a link's `seen` says, its lines under our ids as the link knows them."""
    if reading.rows is None or not link.lines:
        return reading.told
    ours = {own: line for line, own in link.lines.items()}
    told = dict(reading.told)
    for row in reading.rows:
        line = ours.get(row.seat)
        if line is not None:
            told[line_field(line)] = True
            told.update({line_field(line, column): value for column, value in row.values.items()})
    return told


def match(case: Case, lid: int, rows: Sequence[LineRow], sent: Sequence[str] = ()) -> dict[str, LineRow]:
    """Our line to the row that shows it: by its id there; else by the declared key; else by place; else new."""
    link = case.links[lid]
    seats: dict[str, LineRow] = {}
    ours = {own: line for line, own in link.lines.items()}
    left: list[LineRow] = []
    for row in rows:
        line = ours.get(row.seat) if row.id is not None else None
        if line is not None:
            seats[line] = row
        else:
            left.append(row)
    known = dict.fromkeys(
        [*link.lines, *sent, *sent_there(link), *lines_of(case)]
    )  # also what was removed elsewhere since
    free = [line for line in known if line not in seats and (line not in link.lines or not has_ids(rows))]
    by_key(case, free, left, seats)
    if not has_ids(rows):
        by_place(case, link, free, left, seats)
    by_turn(case, [line for line in (*sent, *sent_there(link)) if line not in link.lines], free, left, seats)
    for row in left:
        line = str(case.record.next_line)
        case.record = replace(case.record, next_line=case.record.next_line + 1)
        seats[line] = row
    return seats


def sent_there(link: Link) -> list[str]:
    """Lines that we sent without learning what became of them."""
    names = [name for name, known in link.known.items() if known.sent or known.doubts]
    return [line for name in names if column_of(name) is None and (line := line_of(name)) is not None]


def has_ids(rows: Sequence[LineRow]) -> bool:
    """Do this system's lines have ids?"""
    return all(row.id is not None for row in rows)


def by_key(case: Case, free: list[str], left: list[LineRow], seats: dict[str, LineRow]) -> None:
    """Lines whose key columns are equal and filled; of several alike the first goes with the first."""
    for row in list(left):
        wanted = key_of_row(case, row)
        line = next((one for one in free if wanted is not None and key_of_line(case, one) == wanted), None)
        if line is not None:
            seats[line] = row
            free.remove(line)
            left.remove(row)


def by_place(case: Case, link: Link, free: list[str], left: list[LineRow], seats: dict[str, LineRow]) -> None:
    """The same place as before, where lines have neither ids nor a key: another key is another line."""
    for row in list(left):
        if key_of_row(case, row) is not None:
            continue
        line = next((one for one in free if link.lines.get(one) == row.seat), None)
        if line is not None:
            seats[line] = row
            free.remove(line)
            left.remove(row)


def by_turn(case: Case, sent: Sequence[str], free: list[str], left: list[LineRow], seats: dict[str, LineRow]) -> None:
    """Lines without a key that we sent and that were not seen there yet: new rows are these, in the order of both."""
    waiting = sorted({line for line in sent if line in free and key_of_line(case, line) is None}, key=int)
    rows = [row for row in left if key_of_row(case, row) is None]
    for line, row in zip(waiting, rows, strict=False):
        seats[line] = row
        left.remove(row)


def key_of_row(case: Case, row: LineRow) -> tuple[Any, ...] | None:
    """The key of a line as a system shows it; None where a part is missing."""
    columns = case.setting.entity.line_key
    values = [row.values.get(column) for column in columns]
    if not columns or any(value is None for value in values):
        return None
    return tuple(case.key(line_field("*", c), v) for c, v in zip(columns, values, strict=True))


def key_of_line(case: Case, line: str) -> tuple[Any, ...] | None:
    """The key of a line of the record."""
    columns = case.setting.entity.line_key
    values = [case.value(line_field(line, column)).value for column in columns]
    if not columns or any(value is None for value in values):
        return None
    return tuple(case.key(line_field("*", c), v) for c, v in zip(columns, values, strict=True))


def removed(case: Case, lid: int, seats: Mapping[str, LineRow], seen: Observation) -> list[str]:
    """Lines this link holds an id for and a complete, late enough read lacks. From a page, nothing is concluded."""
    link = case.links[lid]
    if not seen.whole:
        return []
    return [line for line in link.lines if line not in seats and seen.as_of >= link.line_receipts.get(line, 0.0)]  # I11


def never_came(case: Case, lid: int, seats: Mapping[str, LineRow], seen: Observation) -> list[str]:
    """Fields of lines that we sent without learning what became of them, and that are not there."""
    link = case.links[lid]
    out = []
    for name, known in link.known.items():
        line = line_of(name)
        if line is None or line in seats or not (known.sent or known.doubts):
            continue
        if seen.whole and seen.as_of >= link.line_receipts.get(line, 0.0):
            out.append(name)
    return out


# ---- telling
def writable(case: Case, columns: frozenset[str]) -> list[str]:
    """The fields of lines that may be told: all of living lines, and the end of removed ones."""
    out: list[str] = []
    for name in case.record.fields:
        if not name.startswith(LINES):
            continue
        column, line = column_of(name), line_of(name)
        if column is None or (column in columns and line is not None and case.value(line_field(line)).value is True):
            out.append(name)
    return out


def compose(case: Case, lid: int, told: Mapping[str, Value]) -> list[tuple[str | None, dict[str, Value]]]:
    """The whole list to send: what the system holds, with what it must be told; removed lines left out.

    Fields that are open there keep the value the system has.
    """
    view, link = case.view(lid), case.links[lid]
    out: list[tuple[str | None, dict[str, Value]]] = []
    there = {line for name, held in view.items() if held is True and (line := line_of(name)) and not column_of(name)}
    for line in sorted(there | {line for name in told if (line := line_of(name))}, key=int):
        exists = told[line_field(line)] if line_field(line) in told else view.get(line_field(line))
        if exists is None:
            continue
        start = line_field(line) + "/"
        values = {name[len(start) :]: value for name, value in view.items() if name.startswith(start)}
        if line not in there:  # made there as a whole, or made again
            values = {name[len(start) :]: case.value(name).value for name in columns_of(case, line)}
        values |= {name[len(start) :]: value for name, value in told.items() if name.startswith(start)}
        out.append((link.lines.get(line), values))
    return out


def note_receipts(case: Case, lid: int, names: Sequence[str], at: float) -> None:
    """When lines were told there: a read from before cannot lack them."""
    told = {line: at for name in names if (line := line_of(name)) is not None and column_of(name) is None}
    if told:
        case.put(lid, line_receipts={**case.links[lid].line_receipts, **told})
