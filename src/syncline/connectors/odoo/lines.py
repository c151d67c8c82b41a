"""The lines of a document on their way out: what of a list is new, changed or no longer there, as x2many commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.connectors.odoo.asking import Ended, Steps, named, read
from syncline.connectors.odoo.calls import Calls
from syncline.connectors.odoo.model import Column, Lines, Values
from syncline.connectors.odoo.values import differs, is_empty, to_write
from syncline.model.outcome import Clash

CREATE, UPDATE, DELETE = 0, 1, 2


def commands(calls: Calls, lines: Lines, document: int, told: Sequence[Mapping[str, Any]]) -> Steps:
    """What makes the document's lines this list. Only what differs is written, so a locked column that stays is no
    matter; a line with an id that is gone by now means that the document moved since the look.
    """
    wanted = yield from lines_to_write(calls, lines, told)
    columns = [column.name for column in lines.columns]
    rows = yield from read(calls.search_read(lines.model, [[lines.parent, "=", document], *lines.domain], columns))
    there = {str(row["id"]): row for row in rows}
    kept = {str(line["id"]) for line in told if not is_empty(line.get("id"))}
    if kept - there.keys():
        raise Ended(Clash())
    found: list[list[Any]] = []
    for line, values in zip(told, wanted, strict=True):
        if is_empty(line.get("id")):
            found.append([CREATE, 0, {name: value for name, value in values.items() if not is_empty(value)}])
            continue
        now = there[str(line["id"])]
        changed = {name: value for name, value in values.items() if differs(now.get(name), value)}
        if changed:
            found.append([UPDATE, now["id"], changed])
    return found + [[DELETE, row["id"], 0] for own, row in there.items() if own not in kept]


def lines_to_write(calls: Calls, lines: Lines, told: Sequence[Mapping[str, Any]]) -> Steps:
    """Lines as their rows are written: without ids and what is only read, our own words replaced by the rows meant."""
    rows: list[Values] = [dict(line) for line in told]
    for lookup in lines.lookups:
        names = [row[lookup.name] for row in rows if not is_empty(row.get(lookup.name))]
        ids = yield from named(calls, lookup, names)
        for row in rows:
            if lookup.name in row:
                value = row.pop(lookup.name)
                row[lookup.field] = False if is_empty(value) else ids[str(value)]
    columns = {column.name: column for column in lines.columns}
    return [to_write(columns, {n: v for n, v in row.items() if is_written(columns.get(n), n)}) for row in rows]


def is_written(column: Column | None, name: str) -> bool:
    """Is it a column, or one of the company's own, that is not only read?"""
    return name != "id" and (column is None or column.writable)
