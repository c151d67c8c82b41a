"""Values on their way out: as `write` takes them, and as the text that `load` takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.connectors.odoo.model import Column, Kind, Values

X2MANY_SET = 6


def to_write(columns: Mapping[str, Column], values: Mapping[str, Any]) -> Values:
    """Values as `write` takes them. Raises ValueError for what no field of that kind holds."""
    return {name: sent(columns[name].kind if name in columns else None, value) for name, value in values.items()}


def sent(kind: Kind | None, value: Any) -> Any:
    """One value: empty is `false`, ids and numbers are numbers, several rows replace those that were there."""
    if value is None or (value == "" and kind != "char"):
        return False
    if isinstance(value, list) and all(is_id(one) for one in value):
        return [[X2MANY_SET, 0, [int(one) for one in value]]]
    if kind in ("many2one", "integer"):
        return value if value is False else int(value)
    if kind == "float":
        return value if value is False else float(value)
    return value


def is_id(value: Any) -> bool:
    """A whole number, or one in digits."""
    return type(value) is int or (isinstance(value, str) and value.isascii() and value.isdigit())


def is_doubtful(columns: Mapping[str, Column], name: str, value: Any) -> bool:
    """May it be an id as well as a number or a text? Then `load` must be told which, and we must ask."""
    return name not in columns and (is_id(value) or isinstance(value, list))


def header(name: str, kind: str | None) -> str:
    """The column of `load`: rows of other models are named by their database ids."""
    return f"{name}/.id" if kind in ("many2one", "many2many") else name


def cell(kind: str | None, value: Any) -> str:
    """One value as text: an empty one clears the field."""
    if kind == "boolean" or value is True:
        return "1" if value else "0"
    if value is None or value is False:
        return ""
    if isinstance(value, list):
        return ",".join(str(int(one)) for one in value)
    if kind == "float":
        return repr(float(value))
    return str(value)


def table(kinds: Mapping[str, str | None], rows: Sequence[tuple[str, Mapping[str, Any]]], key: str) -> Values:
    """The arguments of `load` for rows with the same fields. key: `id`, our external id, or `.id`, the database's."""
    names = sorted(rows[0][1])
    fields = [key, *(header(name, kinds.get(name)) for name in names)]
    data = [[own, *(cell(kinds.get(name), values[name]) for name in names)] for own, values in rows]
    return {"fields": fields, "data": data}


def with_line_rows(
    made: Values, own: str, field: str, kinds: Mapping[str, str | None], lines: Sequence[Mapping[str, Any]]
) -> Values:
    """A document's one row and a row for each line, under external ids of their own: what `load` takes as one."""
    if not lines:
        return made
    names = sorted({name for line in lines for name, value in line.items() if not is_empty(value)})
    fields = [*made["fields"], f"{field}/id", *(f"{field}/{header(name, kinds.get(name))}" for name in names)]
    blank = [""] * len(made["fields"])
    data = [
        [
            *(made["data"][0] if number == 1 else blank), f"{own}_line_{number}",
            *(cell(kinds.get(name), line.get(name)) for name in names),
        ]
        for number, line in enumerate(lines, start=1)
    ]  # fmt: skip
    return {"fields": fields, "data": data}


def is_empty(value: Any) -> bool:
    """Nothing, in any of the ways that it is said. Zero is a number."""
    return value is None or value is False or value == ""


def differs(now: Any, wanted: Any) -> bool:
    """Would a write change it?"""
    if is_empty(now) or is_empty(wanted):
        return is_empty(now) != is_empty(wanted)
    return bool(now != wanted)
