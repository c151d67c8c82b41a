"""Pairs of rows as a file says them, line by line: every line is a pair, or it is said why it is none.

A file is text in UTF-8 (or UTF-16 with its mark) with `,`, `;` or a tab between the columns. Its first line says what
they are:

hubspot/company,odoo/res.partner   the ids of two streams, among columns that may hold anything else
system,stream,id,system,stream,id  both rows whole, in six columns
(no such line)                     two columns of SYSTEM/STREAM/ID
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from syncline.acts.refusal import refuse
from syncline.config.declaration import Declaration
from syncline.connect.connector import SHARED
from syncline.look.find import near
from syncline.sync.store import Row

Place = tuple[str, str]
"""(system, stream), as somebody wrote it."""

Cells = Callable[[Sequence[str]], tuple[Row, Row]]
"""The two rows that the cells of a line name."""

DELIMITERS = (",", ";", "\t")
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
WHOLE = re.compile(r"([^/\s]+)/([^/]+)/(.+)")
STREAM = re.compile(r"([a-z][a-z0-9_-]*)[/.]([^/]+)")
PARTS = ("system", "stream", "id")
ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
WITH_DECIMALS = re.compile(r"([0-9]+)\.0+")
LONGEST = 10_000
"""Characters of a line; what is longer is no pair of ids."""


class NoPair(ValueError):
    """Why a line is no pair."""


class Nothing(Exception):
    """A line on which nothing stands."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the file. why: it is no pair."""

    number: int
    text: str
    pair: tuple[Row, Row] | None = None
    why: str = ""


def lines_of(file: Path, declaration: Declaration) -> Iterator[Line]:
    """Every line on which anything stands. Raises Refusal for a file that says nothing, OSError."""
    places, cells, delimiter = Places(declaration), None, ""
    with file.open("rb") as raw:
        encoding = MARKS.get(raw.read(2), "utf-8-sig")
    with file.open(encoding=encoding, errors="replace", newline=None) as text:
        for number, line in enumerate(text, start=1):
            shown = line.strip("\r\n ")
            if not shown.strip(" ,;\t\"'"):
                continue
            if cells is None:
                cells, delimiter, is_header = layout(shown, declaration)
                if is_header:
                    continue
            yield read(number, shown, delimiter, cells, places)


def read(number: int, text: str, delimiter: str, cells: Cells, places: Places) -> Line:
    """One line as a pair of rows of bound streams. Quotes end with their line: no id has a line in it."""
    try:
        one, other = cells(split(text, delimiter))
        first, second = places.of(one[:2], other[:2])
        pair = ((*first, an_id(one[2])), (*second, an_id(other[2])))
    except NoPair as error:
        return Line(number=number, text=text[:LONGEST], why=str(error))
    return Line(number=number, text=text, pair=pair)


def split(text: str, delimiter: str) -> list[str]:
    """The cells of a line. Raises NoPair."""
    if len(text) > LONGEST:
        raise NoPair(f"the line is longer than {LONGEST:,} characters")
    if "\ufffd" in text or "\0" in text:
        raise NoPair("it is no text in UTF-8")
    try:
        found = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise NoPair(f"its quotes do not fit ({error})") from None
    return [cell.strip() for cell in found]


def an_id(text: str) -> str:
    """What a system calls a row. Raises NoPair for what a spreadsheet has made of it."""
    if not text:
        raise NoPair("an id is missing")
    if ROUNDED.fullmatch(text):
        raise NoPair(f"{text} was rounded by a spreadsheet: export it as text")
    whole = WITH_DECIMALS.fullmatch(text)
    return whole[1] if whole is not None else text


# ---- what the columns are
def layout(header: str, declaration: Declaration) -> tuple[Cells, str, bool]:
    """How the lines are read, and whether this one says only that. Raises Refusal."""
    for delimiter in DELIMITERS:
        try:
            cells = split(header, delimiter)
        except NoPair:
            continue
        by_stream = [at for at, cell in enumerate(cells) if names_stream(cell, declaration)]
        if len(by_stream) == 2:
            places = [stream_of(cells[at]) for at in by_stream]
            return of_two_columns(by_stream, places), delimiter, True
        parts = [[at for at, cell in enumerate(cells) if word_of(cell) == part] for part in PARTS]
        if all(len(found) == 2 for found in parts):
            return of_six_columns(parts), delimiter, True
        whole = [at for at, cell in enumerate(cells) if WHOLE.fullmatch(cell)]
        if len(whole) == 2:
            return of_whole_rows(whole), delimiter, False
    known = sorted({f"{one.system}/{plain(one.stream)}" for one in declaration.bindings})
    raise refuse(
        "The first line does not say which ids these are.",
        f"begin the file with two of these, as `{known[0]},{known[-1]}`: {', '.join(known)}",
    )


def names_stream(cell: str, declaration: Declaration) -> bool:
    """Is it `system/stream`? A name that is nearly a system's counts too: it is said then what is wrong."""
    found = STREAM.fullmatch(cell.strip().lower())
    return found is not None and (found[1] in declaration.systems or near(declaration, found[1]) in declaration.systems)


def stream_of(cell: str) -> Place:
    """`hubspot/company`, or `hubspot.company`."""
    found = STREAM.fullmatch(cell.strip().lower())
    assert found is not None, "it was looked at before"
    return found[1], found[2]


def word_of(cell: str) -> str:
    """`System 1`, `other_system`, `system` are one word."""
    words = [word for word in re.split(r"[^a-z]+", cell.lower()) if word]
    return words[-1] if words else ""


def of_two_columns(columns: Sequence[int], places: Sequence[Place]) -> Cells:
    """An id of each of two streams."""

    def rows(cells: Sequence[str]) -> tuple[Row, Row]:
        ids = [at_column(cells, at) for at in columns]
        return (*places[0], ids[0]), (*places[1], ids[1])

    return rows


def of_six_columns(parts: Sequence[Sequence[int]]) -> Cells:
    """System, stream and id, twice."""

    def rows(cells: Sequence[str]) -> tuple[Row, Row]:
        one, other = ([at_column(cells, found[side]) for found in parts] for side in (0, 1))
        return (one[0], one[1], one[2]), (other[0], other[1], other[2])

    return rows


def of_whole_rows(columns: Sequence[int]) -> Cells:
    """SYSTEM/STREAM/ID, twice."""

    def rows(cells: Sequence[str]) -> tuple[Row, Row]:
        one, other = (whole_row(at_column(cells, at)) for at in columns)
        return one, other

    return rows


def whole_row(text: str) -> Row:
    """Raises NoPair."""
    found = WHOLE.fullmatch(text)
    if found is None:
        raise NoPair(f"{text!r} is no SYSTEM/STREAM/ID")
    return found[1], found[2], found[3]


def at_column(cells: Sequence[str], at: int) -> str:
    """Raises NoPair where the line ends before."""
    if at >= len(cells):
        raise NoPair(f"it has {len(cells)} columns, and column {at + 1} is needed")
    return cells[at]


# ---- which streams
class Places:
    """From what people call two streams to those of the declaration, each pair looked for once."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.known: dict[tuple[Place, Place], tuple[Place, Place] | str] = {}

    def of(self, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[Place, Place]:
        """The two bound streams of one entity. Raises NoPair."""
        key = ((one[0], one[1]), (other[0], other[1]))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self.looked_for(*key)
        if isinstance(found, str):
            raise NoPair(found)
        return found

    def looked_for(self, one: Place, other: Place) -> tuple[Place, Place] | str:
        """Or why there are none. Of a stream that several entities share, the entity that both are of is meant."""
        here, there = self.bound(one), self.bound(other)
        if isinstance(here, str) or isinstance(there, str):
            return here if isinstance(here, str) else str(there)
        fitting = [(a, b) for a in here for b in there if here[a] == there[b] and a != b]
        if len(fitting) == 1:
            return fitting[0]
        names = "/".join(one), "/".join(other)
        if fitting:
            meant = ", ".join(sorted({"/".join(place) for pair in fitting for place in pair}))
            return f"{names[0]} and {names[1]} are streams of several entities: say which: {meant}"
        if one == other:
            return f"two rows of one stream are never one record: merge them in {one[0]}"
        entities = ("/".join(sorted(set(found.values()))) for found in (here, there))
        return " and ".join(f"{name} holds {entity}" for name, entity in zip(names, entities, strict=True))

    def bound(self, place: Place) -> dict[Place, str] | str:
        """The streams of that name, with their entities; or why there is none."""
        system, stream = place
        of_system = [one for one in self.declaration.bindings if one.system == system]
        if not of_system:
            meant = near(self.declaration, system)
            return f"there is no system {system}" + (f"; did you mean {meant}?" if meant else "")
        found = {(b.system, b.stream): b.entity for b in of_system if stream in (b.stream, plain(b.stream))}
        known = ", ".join(sorted({plain(b.stream) for b in of_system}))
        return found or f"{system} has no stream {stream} in this hub; it has {known}"


def plain(stream: str) -> str:
    """The name of a stream, also of one that is shared."""
    return stream.partition(SHARED)[0]
