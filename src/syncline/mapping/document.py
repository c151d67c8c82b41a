"""How the lines of a document map: each column has a lens, and a line may have an id of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from syncline.mapping.field_type import Unfit, Value
from syncline.mapping.lens import NOT_TOLD, Lens

LINES = "lines/"
"""Fields of lines are named `lines/ID/column`; `lines/ID` is the line's existence: true, or EMPTY."""


def line_field(line: str, column: str | None = None) -> str:
    """The name of a line's field, or of its existence."""
    return f"{LINES}{line}" if column is None else f"{LINES}{line}/{column}"


def line_of(name: str) -> str | None:
    """The line that a field belongs to; None for a field of the document itself."""
    return name.split("/", 2)[1] if name.startswith(LINES) else None


def column_of(name: str) -> str | None:
    """The column of a line's field; None for its existence."""
    parts = name.split("/", 2)
    return parts[2] if len(parts) > 2 else None


def is_line(name: str) -> bool:
    """Is this the existence of a line?"""
    return name.startswith(LINES) and name.count("/") == 1


@dataclass(frozen=True, kw_only=True)
class LineRow:
    """One line as a system shows it: its own id, or its place where lines have no ids."""

    id: str | None
    place: int
    values: Mapping[str, Value]
    misfits: Mapping[str, Unfit] = field(default_factory=dict)

    @property
    def seat(self) -> str:
        """What this line is known by on its link."""
        return self.id if self.id is not None else f"#{self.place}"


@dataclass(frozen=True, kw_only=True)
class LinesBinding:
    """The lines in one stream. The list stands in one raw field; each line's columns by lens.

    id_field: the raw field of a line's own id; None: the system has none, and the place decides.
    written:  the list is told; else it is only read.
    """

    raw: str
    columns: Mapping[str, Lens]
    id_field: str | None = "id"
    written: bool = True

    def read(self, raw: Mapping[str, Any]) -> tuple[LineRow, ...] | None:
        """The lines of a raw object; None where it does not tell them."""
        told = raw.get(self.raw, NOT_TOLD)
        if told is NOT_TOLD or told is None:
            return None
        return tuple(self.row(place, one) for place, one in enumerate(told))

    def row(self, place: int, raw: Mapping[str, Any]) -> LineRow:
        """One line; a column that does not fit holds up no other."""
        values: dict[str, Value] = {}
        misfits: dict[str, Unfit] = {}
        for column, lens in self.columns.items():
            try:
                value = lens.get(raw)
            except Unfit as misfit:
                misfits[column] = misfit
                continue
            if value is not NOT_TOLD:
                values[column] = value
        own = raw.get(self.id_field) if self.id_field is not None else None
        return LineRow(id=None if own is None else str(own), place=place, values=values, misfits=misfits)

    def write(self, lines: Iterable[tuple[str | None, Mapping[str, Value]]]) -> list[dict[str, Any]]:
        """The whole list to send: each line with its id there, if it has one."""
        return [self.put(own, values) for own, values in lines]

    def put(self, own: str | None, values: Mapping[str, Value]) -> dict[str, Any]:
        """One line to send."""
        raw: dict[str, Any] = {}
        for column, value in values.items():
            put = self.columns[column].put
            if put is not None:
                raw.update(put(value))
        if own is not None and self.id_field is not None and not own.startswith("#"):
            raw[self.id_field] = own
        return raw

    @cached_property
    def outward(self) -> frozenset[str]:
        """The columns that are written."""
        return frozenset(column for column, lens in self.columns.items() if lens.put is not None)
