"""The checked tree: what is left of an expression once every name and type in it is known.

It holds a closed set of operations over functions of this package. Nothing else reaches the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from syncline.mapping.sql_types import SqlType

NOW = "$now"
"""The reserved name under which a lookup tells the time, in seconds since 1970."""

Operation = Literal[
    "column",  # value: its name
    "clock",  # the moment that the lookup tells
    "today",  # its day in the hub's zone; value: the function of that moment
    "constant",  # value
    "call",  # value: a function; NULL if an argument is
    "total",  # value: a function that is told NULLs
    "infix",  # value: one of INFIX; NULL if an argument is
    "is in",  # value: a frozenset; NULL if the argument is
    "distinct",  # two values, NULL being one
    "and",
    "or",
    "not",
    "is null",
    "case",  # condition, value, condition, value, ..., default
    "first",  # COALESCE
    "shared",  # evaluated once, although it stands in several places
]

INFIX = frozenset({"==", "!=", "<", "<=", ">", ">=", "+", "-"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """at: where in the text it begins. note: what the clock's analysis needs to know of a call."""

    op: Operation
    type: SqlType
    at: int
    args: tuple[Node, ...] = ()
    value: Any = None
    nullable: bool = True
    note: str = ""


def walk(root: Node) -> Iterator[Node]:
    """Every node once, without recursion."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(node.args)
