"""Pairs set down in a file of their own while they are compared with one another: memory does not grow with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from syncline.sync.store import Row

TABLE = """
CREATE TABLE said (line INTEGER PRIMARY KEY, text TEXT, why TEXT,
 s1 TEXT, t1 TEXT, i1 TEXT, s2 TEXT, t2 TEXT, i2 TEXT)
"""
TWICE = """
CREATE TABLE twice_{side} AS SELECT {group} AS key, min({other}) AS low, line AS low_line,
 NULL AS high, NULL AS high_line FROM said WHERE why IS NULL GROUP BY key HAVING count(DISTINCT {other}) > 1
"""
HIGH = """
UPDATE twice_{side} SET (high, high_line) =
 (SELECT max({other}), line FROM said WHERE why IS NULL AND {group} = twice_{side}.key)
"""
ALL = """
SELECT said.line, text, why, s1, t1, i1, s2, t2, i2, a.low, a.low_line, a.high, a.high_line, b.low, b.low_line, b.high,
 b.high_line
FROM said LEFT JOIN twice_1 a ON why IS NULL AND a.key = {first} LEFT JOIN twice_2 b ON why IS NULL AND b.key = {second}
ORDER BY said.line
"""
FIRST = "json_array(s1, t1, i1, s2, t2)"
SECOND = "json_array(s2, t2, i2, s1, t1)"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A line: a pair, or (why) none."""

    line: int
    text: str
    pair: tuple[Row, Row] | None = None
    why: str = ""


class Shelf:
    """A database without a name, which is gone when it is closed."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("")  # on disk, as soon as it is large
        self.db.execute(TABLE)
        self.count = 0

    def close(self) -> None:
        """Gone."""
        self.db.close()

    def put(self, line: int, text: str, pair: tuple[Row, Row] | None, why: str) -> None:
        """A line of the file, in its order."""
        rows = (*min(pair), *max(pair)) if pair is not None else (None,) * 6
        self.db.execute("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (line, text, why or None, *rows))
        self.count += 1

    def compare(self) -> None:
        """Finds the rows that are said to be two others of one stream."""
        for side, group, other in (("1", FIRST, "i2"), ("2", SECOND, "i1")):
            self.db.execute(f"CREATE INDEX said_{side} ON said ({group})")
            self.db.execute(TWICE.format(side=side, group=group, other=other))
            self.db.execute(HIGH.format(side=side, group=group, other=other))
            self.db.execute(f"CREATE INDEX twice_key_{side} ON twice_{side} (key)")

    def pages(self, size: int) -> Iterator[list[Said]]:
        """Every line in its order. A row coupled with two others of one stream is coupled with neither. # I14"""
        found = self.db.execute(ALL.format(first=FIRST, second=SECOND))
        for _, several in groupby(enumerate(found), lambda one: one[0] // size):
            yield [said(row) for _, row in several]


def said(row: tuple[Any, ...]) -> Said:
    """A line as it is answered."""
    line, text, why = row[:3]
    if why is not None:
        return Said(line=line, text=text, why=why)
    one, other = (row[3], row[4], row[5]), (row[6], row[7], row[8])
    twice = crossed(one, other, row[9:13]) or crossed(other, one, row[13:17])
    return Said(line=line, text=text, pair=(one, other), why=twice)


def crossed(row: Row, beside: Row, twice: tuple[Any, ...]) -> str:
    """Why a row is coupled with neither of two others; empty where there is one only."""
    low, low_line, high, high_line = twice
    if low is None:
        return ""
    other, line = (high, high_line) if beside[2] == low else (low, low_line)
    name = "/".join((*beside[:2], other))
    return f"{'/'.join(row)} is coupled with {name} too, on line {line}: say which one it is, and import that line"
