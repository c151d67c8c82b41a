"""Syntax tree to checked tree: a closed list of forms, every name known, every type right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlglot import exp

from syncline.mapping import sql_operators as operators
from syncline.mapping.field_type import Unfit
from syncline.mapping.numbers import exact
from syncline.mapping.sql_build import Build
from syncline.mapping.sql_casts import CAST_NAMES, member, member_text
from syncline.mapping.sql_errors import did_you_mean
from syncline.mapping.sql_functions import FUNCTIONS, called
from syncline.mapping.sql_moments import DATE_UNITS, PARTS, UNITS, add_intervals, interval_of
from syncline.mapping.sql_nodes import NOW, Node
from syncline.mapping.sql_parse import start
from syncline.mapping.sql_special import UNIT_FIRST, converted, now, today
from syncline.mapping.sql_types import (
    BOOLEAN,
    BROKEN,
    DAYS,
    DECIMAL,
    INTEGER,
    INTERVAL,
    JSON,
    NULL,
    OBJECT,
    TEXT,
)

MAX_DEPTH = 48
"""Of operators and calls. Deeper trees would overflow Python's own parser once they are compiled."""

_SPAN = re.compile(r"\s*([+-]?[0-9]{1,9})\s*([A-Za-z]+)")

Form = Callable[[Build, Any, int], Node]


def check(build: Build, tree: exp.Expr) -> Node:
    """The checked tree; errors are left in `build`."""
    if _depth(tree) > MAX_DEPTH:
        return build.error(0, f"is nested deeper than {MAX_DEPTH} levels")
    return _visit(build, tree)


def _depth(tree: exp.Expr) -> int:
    """Chains of AND, OR and || are flat: they count as one level. Brackets and WHEN count nothing."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        flat = isinstance(node, exp.And | exp.Or | exp.DPipe | exp.Paren | exp.Dot)
        for child in node.iter_expressions():
            same = flat and type(child) in (type(node), exp.Paren)
            waiting.append((child, level if same or isinstance(node, exp.Paren | exp.If) else level + 1))
    return deepest


def _visit(build: Build, tree: Any) -> Node:
    at = start(tree)
    form = _FORMS.get(type(tree))
    if form is None:
        what = build.text[at : at + 20].split("\n")[0]
        return build.error(at, f"`{what}` is no part of an expression ({type(tree).__name__})")
    read, known = form
    for name, value in tree.args.items():
        # What the parser read and we would not look at must not be dropped in silence.
        if name not in known and value not in (None, False, []):
            return build.error(at, f"{name.upper()} cannot stand here ({type(tree).__name__})")
    return read(build, tree, at)


# --- leaves ------------------------------------------------------------------------------------------------


def _column(build: Build, tree: Any, at: int) -> Node:
    parts = _path(tree)
    name = "" if parts is None else ".".join(parts)
    kind = build.columns.get(name)
    if kind is None or name == NOW:
        return build.error(at, f"unknown column `{name or tree.sql()}`", did_you_mean(name, build.columns))
    return Node(op="column", type=kind, at=at, value=name)


def _path(tree: Any) -> list[str] | None:
    """The parts of a dotted name; None where something else hangs on a dot."""
    if isinstance(tree, exp.Dot):
        before, last = _path(tree.this), _path(tree.expression)
        return None if before is None or last is None else before + last
    if isinstance(tree, exp.Column):
        parts = [tree.args.get(part) for part in ("catalog", "db", "table", "this")]
        return [part.name for part in parts if part is not None]
    return [tree.name] if isinstance(tree, exp.Identifier) else None


def _literal(build: Build, tree: Any, at: int) -> Node:
    if tree.is_string:
        return build.constant(tree.this, TEXT, at)
    try:
        number = exact(tree.this)
    except Unfit as unfit:
        return build.error(at, f"`{tree.this}`: {unfit.reason}")
    if tree.this.isdecimal():
        return build.constant(int(tree.this), INTEGER, at)
    return build.constant(Decimal(str(number)), DECIMAL, at)


def _interval(build: Build, tree: Any, at: int) -> Node:
    text = f"{tree.this.name} {tree.args['unit'].name if tree.args.get('unit') else ''}"
    total, kind, end = interval_of(0, "day"), DAYS, 0
    while found := _SPAN.match(text, end):
        unit, end = found[2].lower().removesuffix("s"), found.end()
        if unit not in UNITS:
            break
        kind = kind if unit in DATE_UNITS else INTERVAL
        try:
            total = add_intervals(total, interval_of(int(found[1]), unit))
        except OverflowError:
            break
    if not end or text[end:].strip() or found:
        return build.error(at, f"`{text.strip()}` is no interval", "write it as `INTERVAL '3 days'`")
    return build.constant(total, kind, at)


# --- forms -------------------------------------------------------------------------------------------------


def _binary(make: Callable[[Build, str, Node, Node, int], Node], sign: str) -> tuple[Form, frozenset[str]]:
    def read(build: Build, tree: Any, at: int) -> Node:
        return make(build, sign, _visit(build, tree.this), _visit(build, tree.expression), at)

    # typed and safe: how another dialect would divide
    return read, frozenset({"this", "expression", "typed", "safe"})


def _logic(build: Build, tree: Any, at: int) -> Node:
    op = "and" if isinstance(tree, exp.And) else "or"
    return operators.logic(build, op, [_visit(build, arg) for arg in _chain(tree)], at)


def _joined(build: Build, tree: Any, at: int) -> Node:
    return operators.joined(build, [_visit(build, arg) for arg in _chain(tree)], at)


def _chain(tree: Any) -> list[Any]:
    """The operands of a chain of one operator, from left to right."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if type(node) is type(tree):
            waiting += (node.expression, node.this)
        else:
            found.append(node)
    return found


def _is(build: Build, tree: Any, at: int) -> Node:
    node, word = _visit(build, tree.this), tree.expression
    if node.type == BROKEN:
        return node
    if not isinstance(word, exp.Null | exp.Boolean):
        return build.error(start(word), "IS is followed by NULL, TRUE, FALSE or DISTINCT FROM")
    return operators.truth_is(build, node, None if isinstance(word, exp.Null) else word.this, at)


def _distinct(build: Build, tree: Any, at: int) -> Node:
    node = operators.distinct(build, _visit(build, tree.this), _visit(build, tree.expression), at)
    return node if isinstance(tree, exp.NullSafeNEQ) else operators.logic(build, "not", (node,), at)


def _in(build: Build, tree: Any, at: int) -> Node:
    items = [_visit(build, item) for item in tree.expressions]
    if not items:
        return build.error(at, "IN needs at least one value")
    return operators.one_of(build, _visit(build, tree.this), items, at)


def _between(build: Build, tree: Any, at: int) -> Node:
    low, high = (_visit(build, tree.args[end]) for end in ("low", "high"))
    return operators.between(build, _visit(build, tree.this), low, high, at)


def _like(build: Build, tree: Any, at: int) -> Node:
    escaped = isinstance(tree, exp.Escape)
    like = tree.this if escaped else tree
    assert isinstance(like, exp.Like | exp.ILike), "the parser reads ESCAPE after these only"
    args = [_visit(build, each) for each in (like.this, like.expression, *([tree.expression] if escaped else []))]
    node = operators.likeness(build, args, isinstance(like, exp.ILike), at)
    return operators.logic(build, "not", (node,), at) if like.args.get("negate") else node


def _case(build: Build, tree: Any, at: int) -> Node:
    base = None if tree.this is None else _visit(build, tree.this)
    branches = [(_visit(build, each.this), _visit(build, each.args["true"])) for each in tree.args["ifs"]]
    default = tree.args.get("default")
    return operators.case(
        build, base, branches, build.constant(None, NULL, at) if default is None else _visit(build, default), at
    )


def _cast(build: Build, tree: Any, at: int) -> Node:
    node, to = _visit(build, tree.this), tree.args["to"]
    target = CAST_NAMES.get(str(to.args.get("kind") or getattr(to.this, "name", "")).upper())
    if target is None:
        known = "text, integer, decimal, boolean, date, datetime and money"
        return build.error(at, f"there is no CAST to {to.sql()}", f"there are {known}")
    if to.expressions:
        return build.error(at, f"CAST to {to.sql()}: a CAST never rounds or cuts", "write `round(...)` or `left(...)`")
    return converted(build, node, target, at, isinstance(tree, exp.TryCast))


def _member(build: Build, tree: Any, at: int) -> Node:
    node, path = _visit(build, tree.this), _visit(build, tree.expression)
    if BROKEN in (node.type, path.type):
        return build.constant(None, BROKEN, at)
    if node.type not in (JSON, OBJECT):
        return build.error(node.at, f"`->` and `->>` look into json, not into {node.type}")
    if path.op != "constant" or path.type not in (TEXT, INTEGER):
        return build.error(path.at, "`->` and `->>` need a constant name or number")
    as_text = isinstance(tree, exp.JSONExtractScalar)
    return build.call(member_text if as_text else member, (node, path), TEXT if as_text else JSON, at, maybe_null=True)


# --- calls -------------------------------------------------------------------------------------------------


def _call(build: Build, tree: Any, at: int) -> Node:
    name = tree.name.lower()
    raw = list(tree.expressions)
    unit = None
    if name in UNIT_FIRST and raw and isinstance(raw[0], exp.Column) and raw[0].name.lower() in UNITS | PARTS:
        unit = build.constant(raw.pop(0).name, TEXT, at)
    args = [*([] if unit is None else [unit]), *(_visit(build, arg) for arg in raw)]
    if name not in FUNCTIONS:
        return build.error(at, f"unknown function `{tree.name}`", did_you_mean(name, FUNCTIONS))
    if any(arg.type == BROKEN for arg in args):
        return build.constant(None, BROKEN, at)
    return called(build, name, args, at)


def _special_form(name: str, *parts: str) -> tuple[Form, frozenset[str]]:
    """A function with words inside its brackets."""

    def read(build: Build, tree: Any, at: int) -> Node:
        given = [tree.args.get(part) for part in parts]
        args = [_visit(build, arg) for arg in given if arg is not None]
        return (
            build.constant(None, BROKEN, at) if any(a.type == BROKEN for a in args) else called(build, name, args, at)
        )

    return read, frozenset(parts)


def _trim(build: Build, tree: Any, at: int) -> Node:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(tree.args.get("position") or "").upper(), "trim")
    read, _ = _special_form(name, "this", "expression")
    return read(build, tree, at)


def _extract(build: Build, tree: Any, at: int) -> Node:
    unit, subject = build.constant(tree.name.lower(), TEXT, at), _visit(build, tree.expression)
    return subject if subject.type == BROKEN else called(build, "date_part", (unit, subject), at)


_TWO = frozenset({"this", "expression"})
_FORMS: Mapping[type, tuple[Form, frozenset[str]]] = {
    exp.Column: (_column, frozenset({"this", "table", "db", "catalog"})),
    exp.Dot: (_column, _TWO),
    exp.Literal: (_literal, frozenset({"this", "is_string"})),
    exp.Null: (lambda build, tree, at: build.constant(None, NULL, at), frozenset()),
    exp.Boolean: (lambda build, tree, at: build.constant(bool(tree.this), BOOLEAN, at), frozenset({"this"})),
    exp.Interval: (_interval, frozenset({"this", "unit"})),
    exp.CurrentDate: (lambda build, tree, at: today(build, at), frozenset()),
    exp.CurrentTimestamp: (lambda build, tree, at: now(build, at), frozenset()),
    exp.Paren: (lambda build, tree, at: _visit(build, tree.this), frozenset({"this"})),
    **{kind: _binary(operators.compare, sign) for kind, sign in (
        (exp.EQ, "="), (exp.NEQ, "<>"), (exp.LT, "<"), (exp.LTE, "<="), (exp.GT, ">"), (exp.GTE, ">="),
    )},
    **{kind: _binary(operators.arithmetic, sign) for kind, sign in (
        (exp.Add, "+"), (exp.Sub, "-"), (exp.Mul, "*"), (exp.Div, "/"), (exp.Mod, "%"),
    )},
    exp.Neg: (lambda build, tree, at: operators.minus(build, _visit(build, tree.this), at), frozenset({"this"})),
    exp.And: (_logic, _TWO),
    exp.Or: (_logic, _TWO),
    exp.Not: (lambda build, tree, at: operators.logic(build, "not", (_visit(build, tree.this),), at),
              frozenset({"this"})),
    exp.Is: (_is, _TWO),
    exp.NullSafeEQ: (_distinct, _TWO),
    exp.NullSafeNEQ: (_distinct, _TWO),
    exp.In: (_in, frozenset({"this", "expressions"})),
    exp.Between: (_between, frozenset({"this", "low", "high"})),
    exp.Like: (_like, _TWO | {"negate"}),
    exp.ILike: (_like, _TWO | {"negate"}),
    exp.Escape: (_like, _TWO),
    exp.DPipe: (_joined, _TWO | {"safe"}),
    exp.Case: (_case, frozenset({"this", "ifs", "default"})),
    exp.Cast: (_cast, frozenset({"this", "to"})),
    exp.TryCast: (_cast, frozenset({"this", "to", "safe"})),
    exp.JSONExtract: (_member, _TWO),
    exp.JSONExtractScalar: (_member, _TWO),
    exp.Anonymous: (_call, frozenset({"this", "expressions"})),
    exp.StrPosition: _special_form("strpos", "this", "substr"),
    exp.Substring: _special_form("substring", "this", "start", "length"),
    exp.Trim: (_trim, _TWO | {"position"}),
    exp.Extract: (_extract, _TWO),
}  # fmt: skip
"""Each form with what reads it, and the parts it reads: a part that is not named here is refused."""
