"""The operators of SQL over checked nodes: comparisons, arithmetic, logic, CASE, LIKE."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from syncline.mapping import sql_moments as moments
from syncline.mapping import sql_numbers as numbers
from syncline.mapping.field_type import Unfit
from syncline.mapping.sql_build import Build
from syncline.mapping.sql_casts import spelling
from syncline.mapping.sql_nodes import Node
from syncline.mapping.sql_text import ilike, like, liker
from syncline.mapping.sql_types import (
    BOOLEAN,
    BROKEN,
    DATE,
    DATETIME,
    DAYS,
    DECIMAL,
    INTEGER,
    INTERVAL,
    JSON,
    MONEY,
    NULL,
    NUMBERS,
    OBJECT,
    REFERENCE,
    SPANS,
    SPELLED,
    TEXT,
    TIMES,
    SqlType,
)

_PYTHON = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MONEY = {
    "=": numbers.comparison(operator.eq),
    "<>": numbers.comparison(operator.ne),
    "<": numbers.comparison(operator.lt),
    "<=": numbers.comparison(operator.le),
    ">": numbers.comparison(operator.gt),
    ">=": numbers.comparison(operator.ge),
}
_SETS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: frozenset(one) == frozenset(other),
    "<>": lambda one, other: frozenset(one) != frozenset(other),
}


def compare(build: Build, sign: str, left: Node, right: Node, at: int) -> Node:
    """`=`, `<>`, `<`, `<=`, `>`, `>=`: NULL where a side is."""
    build.check_choice(right, left.type.choices)
    build.check_choice(left, right.type.choices)
    if left.type in NUMBERS and right.type in NUMBERS:
        return build.node("infix", (left, right), BOOLEAN, at, _PYTHON[sign])  # Python compares both exactly
    kind, (left, right) = build.unified((left, right), at, f"`{sign}`")
    if kind in (BROKEN, NULL):
        return build.constant(None, BROKEN if kind == BROKEN else BOOLEAN, at)
    if not _comparable(kind, sign):
        return build.error(at, f"{kind} cannot be compared by `{sign}`")
    if kind == MONEY:
        return build.call(_MONEY[sign], (left, right), BOOLEAN, at)
    if kind.name == "set":
        return build.call(_SETS[sign], (left, right), BOOLEAN, at)
    if kind in SPANS:
        left, right = (build.call(moments.length, (each,), kind, each.at, note="length") for each in (left, right))
    return build.node("infix", (left, right), BOOLEAN, at, _PYTHON[sign])


def distinct(build: Build, left: Node, right: Node, at: int) -> Node:
    """IS DISTINCT FROM: NULL is a value like the others, and money of two currencies is distinct."""
    kind, (left, right) = build.unified((left, right), at, "IS DISTINCT FROM")
    if kind == BROKEN:
        return build.constant(None, BROKEN, at)
    if kind.name == "set" or (kind != NULL and not _comparable(kind, "=")):
        return build.error(at, f"{kind} cannot be compared by IS DISTINCT FROM")
    return Node(op="distinct", type=BOOLEAN, at=at, args=(left, right), nullable=False)


def _comparable(kind: SqlType, sign: str) -> bool:
    if kind.name == "set":
        return kind.item in SPELLED and sign in _SETS
    return kind not in (JSON, OBJECT) and (sign in _SETS or kind not in (BOOLEAN, REFERENCE))


def one_of(build: Build, left: Node, items: Sequence[Node], at: int) -> Node:
    """IN over a list: true if equal to an item, else NULL if a NULL is among them."""
    if left.type in (TEXT, INTEGER, DECIMAL) and all(_plain(left.type, item) for item in items):
        for item in items:
            build.check_choice(item, left.type.choices)
        found = build.node("is in", (left,), BOOLEAN, at, frozenset(item.value for item in items) - {None})
        if all(item.value is not None for item in items):
            return found
        return build.node("or", (found, build.constant(None, BOOLEAN, at)), BOOLEAN, at)
    shared = _shared(left)
    return logic(build, "or", [compare(build, "=", shared, item, item.at) for item in items], at)


def _plain(kind: SqlType, item: Node) -> bool:
    return item.op == "constant" and (item.type in (kind, NULL) or {kind, item.type} <= set(NUMBERS))


def between(build: Build, left: Node, low: Node, high: Node, at: int) -> Node:
    """BETWEEN with both ends."""
    shared = _shared(left)
    return logic(build, "and", [compare(build, ">=", shared, low, at), compare(build, "<=", shared, high, at)], at)


def logic(build: Build, op: Any, args: Sequence[Node], at: int) -> Node:
    """AND, OR, NOT in three values; chains are one node, so that they are not deep."""
    found: list[Node] = []
    for arg in args:
        fitting = condition(build, arg)
        found += fitting.args if fitting.op == op and op != "not" else (fitting,)
    if any(arg.type == BROKEN for arg in found):
        return build.constant(None, BROKEN, at)
    return build.node(op, found, BOOLEAN, at)


def condition(build: Build, node: Node) -> Node:
    """A node where something true or false is needed."""
    fitting = build.coerced(node, BOOLEAN)
    return fitting or build.error(node.at, f"a condition is true or false, not {node.type}")


def truth_is(build: Build, node: Node, value: bool | None, at: int) -> Node:
    """IS NULL, IS TRUE, IS FALSE: never NULL."""
    if value is None:
        return Node(op="is null", type=BOOLEAN, at=at, args=(node,), nullable=False)
    known = build.constant(value, BOOLEAN, at)
    return build.node("not", (distinct(build, condition(build, node), known, at),), BOOLEAN, at)


def case(build: Build, base: Node | None, branches: Sequence[tuple[Node, Node]], default: Node, at: int) -> Node:
    """CASE: the value of the first condition that is true."""
    shared = None if base is None else _shared(base)
    conditions = [
        condition(build, when) if shared is None else compare(build, "=", shared, when, when.at) for when, _ in branches
    ]
    kind, values = build.unified([*(then for _, then in branches), default], at, "CASE")
    if kind == BROKEN or any(each.type == BROKEN for each in conditions):
        return build.constant(None, BROKEN, at)
    args = [each for pair in zip(conditions, values[:-1], strict=True) for each in pair]
    nullable = any(value.nullable for value in values)
    return Node(op="case", type=kind, at=at, args=(*args, values[-1]), nullable=nullable)


def coalesce(build: Build, nodes: Sequence[Node], at: int) -> Node:
    """The first that is not NULL."""
    kind, values = build.unified(nodes, at, "coalesce")
    if kind == BROKEN:
        return build.constant(None, BROKEN, at)
    return Node(op="first", type=kind, at=at, args=tuple(values), nullable=all(value.nullable for value in values))


def _shared(node: Node) -> Node:
    if node.op in ("column", "constant"):
        return node
    # Nullable in any case: the compiler then evaluates it before what stands beside it.
    return Node(op="shared", type=node.type, at=node.at, args=(node,))


# --- text --------------------------------------------------------------------------------------------------


def joined(build: Build, nodes: Sequence[Node], at: int) -> Node:
    """`||`: NULL where a part is."""
    parts = spelled(build, nodes, "`||`")
    if any(part.type == BROKEN for part in parts):
        return build.constant(None, BROKEN, at)
    return build.node("infix", parts, TEXT, at, "+")


def spelled(build: Build, nodes: Sequence[Node], what: str) -> list[Node]:
    """Parts of a text: what is no text is spelled as one."""
    found = []
    for node in nodes:
        spell = spelling(node.type)
        if node.type in (TEXT, BROKEN, NULL):
            found.append(build.coerced(node, TEXT) or node)
        elif spell is None:
            found.append(build.error(node.at, f"{what}: {node.type} has no spelling as text"))
        else:
            found.append(build.call(spell, (node,), TEXT, node.at))
    return found


def likeness(build: Build, args: Sequence[Node], ignore_case: bool, at: int) -> Node:
    """LIKE and ILIKE; a constant pattern is read once."""
    name = "ILIKE" if ignore_case else "LIKE"
    fitting = [
        build.coerced(arg, TEXT) or build.error(arg.at, f"{name} needs text, not {arg.type}", build.advice(arg, TEXT))
        for arg in args
    ]
    if any(arg.type == BROKEN for arg in fitting):
        return build.constant(None, BROKEN, at)
    subject, *rest = fitting
    if not all(arg.op == "constant" and arg.value is not None for arg in rest):
        return build.call(ilike if ignore_case else like, fitting, BOOLEAN, at)
    values = [arg.value.lower() if ignore_case else arg.value for arg in rest]
    try:
        matches = liker(*values)
    except Unfit as unfit:
        return build.error(rest[0].at, unfit.reason)
    if ignore_case:
        subject = build.call(str.lower, (subject,), TEXT, subject.at)
    return build.call(matches, (subject,), BOOLEAN, at)


# --- arithmetic --------------------------------------------------------------------------------------------


def arithmetic(build: Build, sign: str, left: Node, right: Node, at: int) -> Node:
    """`+`, `-`, `*`, `/`, `%` over numbers, money and times."""
    if BROKEN in (left.type, right.type):
        return build.constant(None, BROKEN, at)
    if left.type == NULL or right.type == NULL:
        other = right.type if left.type == NULL else left.type
        return build.constant(None, other if other in (*NUMBERS, MONEY, *TIMES, *SPANS) else NULL, at)
    node = _of_numbers(build, sign, left, right, at)
    if node is None and MONEY in (left.type, right.type):
        node = _of_money(build, sign, left, right, at)
    if node is None and {left.type, right.type} & {*TIMES, *SPANS}:
        node = _of_times(build, sign, left, right, at)
    if node is not None:
        return node
    if sign == "+" and TEXT in (left.type, right.type):
        return build.error(at, "`+` adds numbers, not text", "text is joined with `||`")
    wrong = right if left.type in NUMBERS else left
    return build.error(wrong.at, f"`{sign}`: {left.type} and {right.type}", build.advice(wrong, DECIMAL))


_INTEGERS = {"*": numbers.multiply_integers, "/": numbers.divide_integers, "%": numbers.remainder_integers}
_DECIMALS: dict[str, Callable[[Any, Any], Any]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.remainder,
}


def _of_numbers(build: Build, sign: str, left: Node, right: Node, at: int) -> Node | None:
    if left.type == INTEGER and right.type == INTEGER:
        if sign in _INTEGERS:
            return build.call(_INTEGERS[sign], (left, right), INTEGER, at)
        return build.node("infix", (left, right), INTEGER, at, sign)
    if left.type in NUMBERS and right.type in NUMBERS:
        return build.call(_DECIMALS[sign], _decimals(build, (left, right)), DECIMAL, at)
    return None


def _decimals(build: Build, nodes: Sequence[Node]) -> list[Node]:
    return [build.coerced(node, DECIMAL) or node for node in nodes]


def _of_money(build: Build, sign: str, left: Node, right: Node, at: int) -> Node | None:
    if sign in "+-":
        function = numbers.add_money if sign == "+" else numbers.subtract_money
        left, right = build.with_currency(left), build.with_currency(right)
        return build.call(function, (left, right), MONEY, at) if left.type == right.type else None
    if sign == "/" and left.type == right.type:
        return build.call(numbers.ratio, (left, right), DECIMAL, at)
    amount, factor = (right, left) if left.type in NUMBERS and sign == "*" else (left, right)
    if amount.type != MONEY or factor.type not in NUMBERS or sign == "%":
        return None
    function_ = numbers.scale_money if sign == "*" else numbers.divide_money
    return build.call(function_, (amount, *_decimals(build, (factor,))), MONEY, at)


def _of_times(build: Build, sign: str, left: Node, right: Node, at: int) -> Node | None:
    if sign == "*" and left.type == INTEGER:
        return build.call(moments.times, (left, right), right.type, at) if right.type in SPANS else None
    if sign == "*" and right.type == INTEGER:
        return _of_times(build, sign, right, left, at)
    if sign == "-" and left.type in TIMES and right.type in (*TIMES, TEXT):
        return _difference(build, left, right, at)
    if sign == "+" and left.type not in TIMES and right.type in TIMES:
        left, right = right, left
    if sign not in "+-":
        return None
    if right.type in SPANS:
        return _later(build, left, right if sign == "+" else minus(build, right, right.at), at)
    if left.type == DATE and right.type == INTEGER:
        return build.call(moments.add_days, (left, right if sign == "+" else minus(build, right, right.at)), DATE, at)
    return None


def _difference(build: Build, left: Node, right: Node, at: int) -> Node | None:
    kind, (left, right) = build.unified((left, right), at, "`-`")
    if kind == DATE:
        return build.call(moments.days_between, (left, right), INTEGER, at)
    return build.call(moments.elapsed, (left, right), INTERVAL, at, note="elapsed")


def _later(build: Build, left: Node, span: Node, at: int) -> Node | None:
    if left.type in SPANS:
        kind = DAYS if left.type == span.type == DAYS else INTERVAL
        return build.call(moments.add_intervals, (left, span), kind, at)
    if left.type == DATE and span.type == DAYS:
        return build.call(moments.add_to_date, (left, span), DATE, at)
    moment = build.coerced(left, DATETIME) if left.type in TIMES else None
    if moment is None:
        return None
    return build.call(moments.add_to_moment(build.zone), (moment, span), DATETIME, at, note="later")


def minus(build: Build, node: Node, at: int) -> Node:
    """The value with the other sign."""
    if node.type == INTEGER:
        return build.call(operator.neg, (node,), INTEGER, at)
    if node.type == DECIMAL:
        return build.call(numbers.negate, (node,), DECIMAL, at)
    if node.type == MONEY:
        return build.call(numbers.negate_money, (node,), MONEY, at)
    if node.type in SPANS:
        return build.call(moments.negative, (node,), node.type, at)
    if node.type in (NULL, BROKEN):
        return node
    return build.error(node.at, f"`-` needs a number, not {node.type}", build.advice(node, DECIMAL))
