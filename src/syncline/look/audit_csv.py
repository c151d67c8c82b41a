"""An audit as lists for a spreadsheet: entities, fields, and every record that is not the same everywhere.

Written line by line, for its owner's eyes only; no cell is taken for a formula.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from syncline.look.audit_scan import Finding
from syncline.look.audited import Audited
from syncline.look.said import readable, shortened

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell may begin with that a spreadsheet reads as more than a text; the wide forms too."""

AFTER_A_MARK = re.compile(rf"([;\t]\s*)(?=[{re.escape(''.join(FORMULA))}])")
"""Where a spreadsheet that parts cells at `;` or tabs would begin another one with such a sign."""

MOST_CHARACTERS = 32_000
"""A spreadsheet's cell holds little more."""

ENTITIES = ("entity", "system", "rows", "records", "in all", "the same", "read to its end")
FIELDS = (
    "entity", "field", "truth", "compared", "equal", "blank in all", "blank on one side", "differs", "settled", "open",
    "left alone", "blank where", "filled by going live", "invalid where",
)  # fmt: skip
RECORDS = ("entity", "place", "name", "findings", "rows", "pages", "values")


class Folder:
    """A folder that the lists are written to. Raises OSError where that cannot be."""

    def __init__(self, path: Path) -> None:
        self.path, self.files = path, ExitStack()

    def __enter__(self) -> Folder:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.records = self.begun("records.csv", RECORDS)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.files.close()

    def add(self, one: Finding) -> None:
        """A line for a record, or for a row without one."""
        rows = [f"{row.system}/{row.stream}/{row.id}" for row in one.rows]
        values = [
            f"{name}: " + " | ".join(f"{system} {said}" for system, said in sides.items())
            for name, sides in one.values.items() if sides
        ]  # fmt: skip
        line = (one.entity, one.at, one.name, "; ".join(one.marks), " | ".join(rows),
                " ".join(row.page for row in one.rows if row.page), "; ".join(values))  # fmt: skip
        self.records.writerow(cells(line))

    def finish(self, told: Audited) -> None:
        """The two lists of counts."""
        entities = self.begun("entities.csv", ENTITIES)
        for one in told.entities:
            for system, rows in one.rows.items():
                read = "no" if system in one.unread else "yes"
                entities.writerow(cells((one.entity, system, rows, one.records, one.every, one.same, read)))
        fields = self.begun("fields.csv", FIELDS)
        for one in told.entities:
            for f in one.fields:
                counts = (f.compared, f.equal, f.blank, f.one_blank, f.differs, by(f.settled), f.open, f.left)
                fields.writerow(cells((one.entity, f.field, f.truth, *counts, by(f.blank_in), f.filled, by(f.invalid))))

    def begun(self, name: str, header: Sequence[str]) -> Any:
        """A list with its header."""
        file = self.files.enter_context(owned(self.path / name))
        written = csv.writer(file, lineterminator="\r\n")
        written.writerow(header)
        return written


def owned(path: Path) -> TextIO:
    """A file that only its owner may read; in UTF-8, and said so at its beginning, as spreadsheets want it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)  # it may have been there with other rights
    return os.fdopen(descriptor, "w", encoding="utf-8-sig", errors="backslashreplace", newline="")


def cells(values: Iterable[object]) -> list[str]:
    """As text."""
    return [cell(value) for value in values]


def cell(value: object) -> str:
    """One cell. What could be a formula is marked as text; numbers are numbers."""
    if isinstance(value, int):
        return str(value)
    text = shortened(str(value), MOST_CHARACTERS)
    marked = AFTER_A_MARK.sub(r"\1'", readable(text))
    return f"'{marked}" if text.startswith(FORMULA) else marked


def by(counts: dict[str, int]) -> str:
    """`hubspot 12, odoo 3`."""
    return ", ".join(f"{system} {number}" for system, number in counts.items())
