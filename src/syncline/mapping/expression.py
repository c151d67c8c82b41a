"""A compiled expression: what it reads, what type it has, and a function of a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Lookup = Callable[[str], Any]
"""A column's name (`email`, `account.erp_number`) to its loaded value; None where there is none."""

SELF = ""
"""The column that is the record itself: its number."""


@dataclass(frozen=True, kw_only=True)
class Expression:
    """`reads` is the lineage: own columns, and columns of neighbours with a dot (`account.erp_number`).

    next_change: for an expression that reads the clock, the next moment (seconds) at which its value
    may change by itself; it is asked after each evaluation.
    """

    text: str
    reads: frozenset[str]
    evaluate: Callable[[Lookup], Any]
    type: str = "any"
    reads_clock: bool = False
    next_change: Callable[[Lookup], float | None] | None = None

    def neighbours(self) -> frozenset[str]:
        """The reference fields through which this expression reads another record."""
        return frozenset(name.split(".", 1)[0] for name in self.reads if "." in name)
