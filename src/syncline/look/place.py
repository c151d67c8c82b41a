"""How things are named in commands: a record, a field of it, what it is in a system, or a row of a system.

RECORD            its number: 17
RECORD.field      17.phone
RECORD@SYSTEM     17@odoo, and where a system has two rows of it: 17@odoo/res.partner/42
RECORD.field@...  17.phone@odoo
SYSTEM/STREAM/ID  a row, whether or not it belongs to a record: odoo/res.partner/42
"""

from __future__ import annotations

import re

from msgspec import Struct

_OF_RECORD = re.compile(r"([1-9][0-9]*)(?:\.([^@]+))?(?:@(.+))?", re.DOTALL)
_ROW = re.compile(r"([a-z][a-z0-9_-]*)/([^/]+)/(.+)", re.DOTALL)
_SYSTEM = re.compile(r"[a-z][a-z0-9_-]*")


class NoPlace(ValueError):
    """A text that names no place; its own text says what does."""


class Place(Struct, frozen=True, kw_only=True):
    """record: 0 where it is a row by itself. system, stream, id: empty where they are not named."""

    record: int = 0
    field: str = ""
    system: str = ""
    stream: str = ""
    id: str = ""

    @property
    def row(self) -> tuple[str, str, str] | None:
        """(system, stream, id), where all three are named."""
        return (self.system, self.stream, self.id) if self.id else None

    def __str__(self) -> str:
        where = f"{self.system}/{self.stream}/{self.id}" if self.id else self.system
        if not self.record:
            return where
        return f"{self.record}{f'.{self.field}' if self.field else ''}{f'@{where}' if where else ''}"


def parse(text: str) -> Place:
    """The place that a text names. Raises NoPlace."""
    text = text.strip()
    of_record = _OF_RECORD.fullmatch(text)
    if of_record is not None:
        record, field, where = int(of_record[1]), of_record[2] or "", of_record[3]
        if where is None:
            return Place(record=record, field=field)
        row = _ROW.fullmatch(where)
        if row is not None:
            return Place(record=record, field=field, system=row[1], stream=row[2], id=row[3])
        if _SYSTEM.fullmatch(where):
            return Place(record=record, field=field, system=where)
        raise NoPlace(f"after @ comes a system, or system/stream/id: {where!r} is neither")
    row = _ROW.fullmatch(text)
    if row is not None:
        return Place(system=row[1], stream=row[2], id=row[3])
    raise NoPlace(f"{text!r} names nothing: say RECORD, RECORD.field, RECORD.field@SYSTEM, or SYSTEM/STREAM/ID")
