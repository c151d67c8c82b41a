"""How checked nodes are made: types brought together, constants computed, errors collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from syncline.mapping.field_type import Unfit
from syncline.mapping.sql_casts import cast, in_currency
from syncline.mapping.sql_errors import ExpressionError, did_you_mean, error_at
from syncline.mapping.sql_nodes import Node, Operation
from syncline.mapping.sql_types import (
    BROKEN,
    DATE,
    DATETIME,
    DAYS,
    DECIMAL,
    INTEGER,
    INTERVAL,
    MONEY,
    NULL,
    NUMBERS,
    TEXT,
    TIMES,
    SqlType,
)

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WIDEST = (
    (DECIMAL, NUMBERS),
    (DATETIME, (*TIMES, TEXT)),
    (DATE, (DATE, TEXT)),
    (INTERVAL, (DAYS, INTERVAL)),
)


@dataclass(frozen=True, kw_only=True)
class Build:
    """One text on its way to a checked tree. Errors are collected, so that all are told at once."""

    text: str
    columns: Mapping[str, SqlType]
    currency: str | None
    zone: ZoneInfo
    errors: list[ExpressionError] = field(default_factory=list)

    def error(self, at: int, message: str, suggestion: str | None = None) -> Node:
        """Notes an error; the node stands for anything, so that nothing above it complains again."""
        self.errors.append(error_at(self.text, at, message, suggestion))
        return Node(op="constant", type=BROKEN, at=at)

    def call(self, function: Callable[..., Any], args: Sequence[Node], kind: SqlType, at: int, **more: Any) -> Node:
        """A call that is NULL where an argument is. `more`: maybe_null, note."""
        maybe_null = more.get("maybe_null", False)
        nullable = maybe_null or any(arg.nullable for arg in args)
        node = Node(
            op="call", type=kind, at=at, args=tuple(args), value=function, nullable=nullable, note=more.get("note", "")
        )
        return self.folded(node)

    def node(self, op: Operation, args: Sequence[Node], kind: SqlType, at: int, value: Any = None) -> Node:
        """Any other operation over arguments."""
        nullable = any(arg.nullable for arg in args)
        return Node(op=op, type=kind, at=at, args=tuple(args), value=value, nullable=nullable)

    def total(self, function: Callable[..., Any], args: Sequence[Node], kind: SqlType, at: int, nullable: bool) -> Node:
        """A call of a function that is told NULLs."""
        return Node(op="total", type=kind, at=at, args=tuple(args), value=function, nullable=nullable)

    def constant(self, value: Any, kind: SqlType, at: int) -> Node:
        """A value that is known now."""
        return Node(op="constant", type=kind, at=at, value=value, nullable=value is None)

    def folded(self, node: Node) -> Node:
        """A call of constants is computed now, so that what cannot be computed is an error of the text."""
        if not all(arg.op == "constant" for arg in node.args):
            return node
        values = [arg.value for arg in node.args]
        if None in values:
            return self.constant(None, node.type, node.at)
        try:
            return self.constant(node.value(*values), node.type, node.at)
        except Unfit as unfit:
            return self.error(node.at, unfit.reason)
        except ArithmeticError as error:
            return self.error(node.at, arithmetic_reason(error))

    # --- bringing types together -------------------------------------------------------------------------

    def coerced(self, node: Node, kind: SqlType) -> Node | None:
        """The node as a value of a type, where that goes without saying; None where it does not."""
        if node.type in (kind, BROKEN) or (node.type, kind) == (DAYS, INTERVAL):
            return node
        if node.type == NULL:
            return self.constant(None, kind, node.at)
        implied = (node.type, kind) in ((INTEGER, DECIMAL), (DATE, DATETIME)) or (
            node.type in NUMBERS and kind == MONEY and self.currency is not None
        )
        if implied or (kind in TIMES and node.type == TEXT and node.op == "constant"):
            function = cast(node.type, kind, self.zone, self.currency)
            assert function is not None, "what is implied is a cast"
            return self.call(function, (node,), kind, node.at)
        return None

    def unified(self, nodes: Sequence[Node], at: int, what: str) -> tuple[SqlType, list[Node]]:
        """All nodes as values of one type: what CASE, COALESCE and a comparison need."""
        kinds = [node.type for node in nodes if node.type not in (NULL, BROKEN)]
        target = self._common(kinds)
        if target is None:
            return (NULL if all(node.type == NULL for node in nodes) else BROKEN), list(nodes)
        found = []
        for node in nodes:
            fitting = self.coerced(node, target)
            if fitting is None:
                message = f"{what}: {node.type} does not go with {target}"
                fitting = self.error(node.at, message, self.advice(node, target))
            found.append(fitting)
        broken = any(node.type == BROKEN for node in found)
        return (BROKEN if broken else target), found

    def _common(self, kinds: Sequence[SqlType]) -> SqlType | None:
        """The widest of the types that go together, else the first."""
        present = set(kinds)
        if not present:
            return None
        if MONEY in present and self.currency is not None and present <= {MONEY, *NUMBERS}:
            return MONEY
        for widest, others in _WIDEST:
            if widest in present and present <= set(others):
                return widest
        return kinds[0]

    def advice(self, node: Node, target: SqlType) -> str | None:
        """What to write instead, where one type was given and another needed."""
        if {node.type, target} <= {MONEY, *NUMBERS} and self.currency is None:
            return "write the amount with its currency: `money(500, 'EUR')`"
        if node.op == "constant" and node.type == TEXT and target in (*NUMBERS, MONEY):
            return f"write the number without quotes: {node.value}" if _NUMBER.fullmatch(node.value) else None
        if cast(node.type, target, self.zone, self.currency or "EUR") is not None:
            return f"write `CAST(... AS {target})`"
        return None

    def with_currency(self, node: Node) -> Node:
        """A bare number as money of the hub; anything else as it is."""
        make = in_currency(self.currency)
        return node if make is None or node.type not in NUMBERS else self.call(make, (node,), MONEY, node.at)

    def check_choice(self, node: Node, choices: Iterable[str]) -> None:
        """A literal that an enum does not have can never be equal to it."""
        known = tuple(choices)
        if known and node.op == "constant" and node.type == TEXT and node.value not in known:
            listed = f"it is one of: {', '.join(known[:12])}"
            self.error(node.at, f"`{node.value}` is not among the values", did_you_mean(node.value, known) or listed)


def arithmetic_reason(error: ArithmeticError) -> str:
    """Why a computation with numbers or times has no result."""
    if isinstance(error, OverflowError):
        return "the result is outside the years 1 to 9999, or too large"
    return "the result has more digits than are computed exactly"
