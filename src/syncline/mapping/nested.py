"""Lenses made of lenses: groups, lines of documents, and references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.lens import NOT_TOLD, Lens, Misfit, finder, reader
from syncline.mapping.lines import fit_id
from syncline.mapping.reference import Ref
from syncline.mapping.text import clean, kind_of, shown

_NUMBER = re.compile("[0-9]{1,19}")


def group_lens(parts: Mapping[str, Lens], kind: FieldType) -> Lens:
    """Raw fields to one group, each part by a lens of its own.

    A part that has no lens does not exist in this system: it reads as EMPTY, and a group that has it is refused.
    """
    if not parts:
        raise ValueError("a group needs at least one part")
    reads = tuple(dict.fromkeys(raw for lens in parts.values() for raw in lens.reads))
    puts = {part: lens.put for part, lens in parts.items() if lens.put is not None}

    def get(row: Mapping[str, Any]) -> Any:
        told = {part: lens.get(row) for part, lens in parts.items()}
        if any(value is NOT_TOLD for value in told.values()):
            return NOT_TOLD  # half an address is not the address
        try:
            return kind.normal(told)
        except Unfit as unfit:
            raise Misfit(reads[0], unfit.value, unfit.reason) from None

    def put(value: Value) -> dict[str, Any]:
        raw: dict[str, Any] = {}
        for part, one in (value or {}).items():
            if part not in puts and one is not None:
                raise Misfit(reads[0], value, f"this system has no place for {part} ({shown(one)})")
        for part, write in puts.items():
            raw |= write(None if value is None else value[part])
        return raw

    return Lens(reads=reads, get=get, put=put if len(puts) == len(parts) else None)


def lines_lens(raw: str, columns: Mapping[str, Lens], kind: FieldType, *, id_field: str | None = None) -> Lens:
    """A raw list of objects to lines, each column by a lens over one object of the list.

    `id_field` is where this system keeps the id of a line; without it lines go both ways without ids.
    """
    puts = {column: lens.put for column, lens in columns.items() if lens.put is not None}
    find = finder(raw)

    def get(row: Mapping[str, Any]) -> Any:
        told = find(row)
        if told is None or told is NOT_TOLD:
            return told
        if type(told) is not list:
            raise Misfit(raw, told, f"is {kind_of(told)}, not a list")
        found = []
        for position, line in enumerate(told):
            where = f"{raw}[{position}]"
            if not isinstance(line, Mapping):
                raise Misfit(where, line, f"is {kind_of(line)}, not an object")
            values = _columns_of(line, columns, where)
            if values is None:
                return NOT_TOLD
            if id_field is not None and line.get(id_field) is not None:
                values["id"] = line[id_field]
            found.append(values)
        try:
            return kind.normal(found)
        except Unfit as unfit:
            raise Misfit(raw, unfit.value, unfit.reason) from None

    def put(value: Value) -> dict[str, Any]:
        return {raw: [_sent(raw, line, puts, id_field) for line in value or []]}

    return Lens(reads=(raw,), get=get, put=put if len(puts) == len(columns) else None)


def reference_lens(
    raw: str, system: str, stream: str, *, as_number: bool = False, empty: str | bool | None = None
) -> Lens:
    """A foreign id to a Ref, and back from the id that the referenced record has in this system."""

    def read(told: Any) -> Ref | None:
        identity = fit_id(told, raw) if type(told) is int else clean(told)
        return None if identity is None else Ref(system=system, stream=stream, id=str(identity))

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        if not as_number:
            return {raw: str(value)}
        if not _NUMBER.fullmatch(str(value)):
            raise Misfit(raw, value, f"{shown(value)} is not a number, as ids of {stream} are")
        return {raw: int(value)}

    return Lens(reads=(raw,), get=reader(raw, read, empty=empty), put=put)


def _columns_of(line: Mapping[str, Any], columns: Mapping[str, Lens], where: str) -> dict[str, Any] | None:
    """The columns of one line; None where one was not told, since half a line is not the line."""
    values = {}
    for column, lens in columns.items():
        try:
            values[column] = lens.get(line)
        except Misfit as misfit:
            raise Misfit(f"{where}.{misfit.field}", misfit.value, misfit.reason) from None
        except Unfit as unfit:
            raise Misfit(f"{where}.{lens.reads[0]}", unfit.value, unfit.reason) from None
    return None if any(value is NOT_TOLD for value in values.values()) else values


def _sent(raw: str, line: Value, puts: Mapping[str, Any], id_field: str | None) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for column in line:
        if column != "id" and column not in puts and line[column] is not None:
            raise Misfit(raw, line, f"this system has no place for {column} ({shown(line[column])})")
    for column, write in puts.items():
        sent |= write(line[column])
    if id_field is not None and "id" in line:
        sent[id_field] = line["id"]
    return sent
