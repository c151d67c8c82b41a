"""Functions that need more than a list of types: a constant argument, any number of arguments, NULLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline.mapping import sql_moments as moments
from syncline.mapping import sql_text as texts
from syncline.mapping.field_type import Unfit
from syncline.mapping.sql_build import Build
from syncline.mapping.sql_casts import amount, cast
from syncline.mapping.sql_errors import did_you_mean
from syncline.mapping.sql_nodes import Node
from syncline.mapping.sql_operators import case, coalesce, compare, condition, spelled
from syncline.mapping.sql_types import (
    BOOLEAN,
    BROKEN,
    DATE,
    DATETIME,
    INTEGER,
    MONEY,
    NULL,
    SPANS,
    TEXT,
    TIMES,
    SqlType,
)

Special = Callable[[Build, str, Sequence[Node], int], Node]


def _arity(build: Build, name: str, args: Sequence[Node], at: int, least: int, most: int | None) -> Node | None:
    """An error where the number of arguments is wrong."""
    if len(args) >= least and (most is None or len(args) <= most):
        return None
    wanted = f"at least {least}" if most is None else str(least) if least == most else f"{least} to {most}"
    return build.error(at, f"`{name}` takes {wanted} arguments, not {len(args)}")


def _coalesce(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    return _arity(build, name, args, at, 1, None) or coalesce(build, args, at)


def _nullif(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    if (wrong := _arity(build, name, args, at, 2, 2)) is not None:
        return wrong
    value = args[0] if args[0].op == "column" else Node(op="shared", type=args[0].type, at=at, args=(args[0],))
    equal = compare(build, "=", value, args[1], at)
    return case(build, None, [(equal, build.constant(None, NULL, at))], value, at)


def _if(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    if (wrong := _arity(build, name, args, at, 2, 3)) is not None:
        return wrong
    default = args[2] if len(args) == 3 else build.constant(None, NULL, at)
    return case(build, None, [(condition(build, args[0]), args[1])], default, at)


def _extreme(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    """GREATEST and LEAST: NULLs are left out, as most databases do it."""
    if (wrong := _arity(build, name, args, at, 1, None)) is not None:
        return wrong
    kind, found = build.unified(args, at, f"`{name}`")
    if kind == BROKEN:
        return build.constant(None, BROKEN, at)
    order = compare(build, "<", found[0], found[0], at)  # says whether values of the type have an order
    if order.type == BROKEN:
        return order
    return build.total(_ranked(name == "greatest", kind), found, kind, at, all(arg.nullable for arg in found))


def _ranked(greatest: bool, kind: SqlType) -> Callable[..., Any]:
    choose: Callable[..., Any] = max if greatest else min
    of_money = kind == MONEY
    key = amount if of_money else moments.length if kind in SPANS else None

    def ranked(*values: Any) -> Any:
        present = [value for value in values if value is not None]
        if of_money and len({value.currency for value in present}) > 1:
            raise Unfit(present, "amounts in different currencies")
        return choose(present, key=key) if present else None

    return ranked


def _concat(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    with_separator = name == "concat_ws"
    if (wrong := _arity(build, name, args, at, 1 + with_separator, None)) is not None:
        return wrong
    parts = spelled(build, args, f"`{name}`")
    if any(part.type == BROKEN for part in parts):
        return build.constant(None, BROKEN, at)
    if with_separator:
        return build.total(texts.concat_ws, parts, TEXT, at, parts[0].nullable)
    return build.total(texts.concat, parts, TEXT, at, nullable=False)


# --- patterns ----------------------------------------------------------------------------------------------


def _pattern(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    """regexp_matches(text, pattern[, flags]), regexp_extract(text, pattern[, group]),
    regexp_replace(text, pattern, replacement[, flags]): all but the text are constants.
    """
    most = 4 if name == "regexp_replace" else 3
    if (wrong := _arity(build, name, args, at, most - 1, most)) is not None:
        return wrong
    subject = build.coerced(args[0], TEXT)
    if subject is None:
        return build.error(args[0].at, f"`{name}` reads text, not {args[0].type}", build.advice(args[0], TEXT))
    for arg in args[1:]:
        kind = INTEGER if name == "regexp_extract" and arg is not args[1] else TEXT
        if arg.op != "constant" or arg.type != kind:
            return build.error(arg.at, f"`{name}` needs a constant {kind} here")
    values = [arg.value for arg in args[1:]]
    flags = values[-1] if len(args) == most and name != "regexp_extract" else ""
    if unknown := set(flags) - set("gi"):
        return build.error(
            args[-1].at, f"unknown flag `{min(unknown)}`", "there are g (all, as always) and i (any case)"
        )
    try:
        return _compiled(build, name, subject, values, "i" in flags, at)
    except Unfit as unfit:
        return build.error(args[1].at, unfit.reason)


def _compiled(build: Build, name: str, subject: Node, values: Sequence[object], any_case: bool, at: int) -> Node:
    pattern = texts.compiled(str(values[0]), any_case)
    if name == "regexp_matches":
        return build.call(texts.matcher(pattern), (subject,), BOOLEAN, at)
    if name == "regexp_replace":
        return build.call(texts.replacer(pattern, str(values[1])), (subject,), TEXT, at)
    group = int(str(values[1])) if len(values) > 1 else 0
    if not 0 <= group <= pattern.groups:
        raise Unfit(group, f"there is no group {group} in the pattern")
    return build.call(texts.extractor(pattern, group), (subject,), TEXT, at, maybe_null=True)


# --- sets --------------------------------------------------------------------------------------------------


def _contains(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    if (wrong := _arity(build, name, args, at, 2, 2)) is not None:
        return wrong
    whole, part = args
    if whole.type == TEXT and (found := build.coerced(part, TEXT)) is not None:
        return build.call(texts.contains_text, (whole, found), BOOLEAN, at)
    item = whole.type.item
    if item is None:
        return build.error(whole.at, f"`contains` looks into a set or a text, not into {whole.type}")
    inner = build.coerced(part, item)
    if inner is None:
        return build.error(part.at, f"`contains`: {part.type} is no item of a {whole.type}", build.advice(part, item))
    build.check_choice(part, item.choices)
    return build.call(lambda items, one: one in items, (whole, inner), BOOLEAN, at)


def _cardinality(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    if (wrong := _arity(build, name, args, at, 1, 1)) is not None:
        return wrong
    if args[0].type.item is None:
        return build.error(args[0].at, f"`{name}` counts the items of a set, not of {args[0].type}")
    return build.call(len, args, INTEGER, at)


# --- times -------------------------------------------------------------------------------------------------


def _now(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    return _arity(build, name, args, at, 0, 0) or now(build, at)


def _today(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    return _arity(build, name, args, at, 0, 0) or today(build, at)


def now(build: Build, at: int) -> Node:
    """The moment that the lookup tells."""
    return Node(op="clock", type=DATETIME, at=at, value=moments.moment_at, nullable=False)


def today(build: Build, at: int) -> Node:
    """The day of that moment in the hub's zone; it changes at midnight only."""
    day = moments.day_of(build.zone)
    return Node(op="today", type=DATE, at=at, value=lambda told: day(moments.moment_at(told)), nullable=False)


def converted(build: Build, node: Node, target: SqlType, at: int, trying: bool) -> Node:
    """CAST, and TRY_CAST, which is NULL where CAST does not fit."""
    if node.type in (BROKEN, target):
        return node
    if node.type == NULL:
        return build.constant(None, target, at)
    if node.op == "clock" and target == DATE:
        return today(build, at)
    function = cast(node.type, target, build.zone, build.currency)
    if function is None:
        money = target.name == "money" and build.currency is None
        suggestion = "write `money(..., 'EUR')`: the hub has no currency" if money else None
        return build.error(node.at, f"{node.type} cannot be cast to {target}", suggestion)
    run = _trying(function) if trying else function
    return build.call(run, (node,), target, at, maybe_null=trying or node.type == TEXT)


def _trying(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def tried(value: Any) -> Any:
        try:
            return function(value)
        except (Unfit, ArithmeticError):
            return None

    return tried


def _part(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    return _of_unit(build, name, args, at, moments.PARTS, moments.DATE_PARTS)


def _trunc(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    return _of_unit(build, name, args, at, moments.UNITS, moments.DATE_UNITS)


def _of_unit(
    build: Build, name: str, args: Sequence[Node], at: int, units: frozenset[str], of_date: frozenset[str]
) -> Node:
    if (wrong := _arity(build, name, args, at, 2, 2)) is not None:
        return wrong
    unit, subject = _unit(build, name, args[0], units), args[1]
    if unit is None:
        return build.constant(None, BROKEN, at)
    if subject.type == NULL:
        return build.constant(None, INTEGER if name == "date_part" else DATETIME, at)
    if subject.type not in TIMES:
        advice = build.advice(subject, DATE)
        return build.error(subject.at, f"`{name}` reads a date or a datetime, not {subject.type}", advice)
    if subject.type == DATE and unit not in of_date:
        return build.error(subject.at, f"a date has no {unit}")
    if name == "date_part":
        by_date, by_moment = moments.part_of_date, moments.part_of_moment
        run = by_date(unit) if subject.type == DATE else by_moment(unit, build.zone)
        return build.call(run, (subject,), INTEGER, at)
    if subject.type == DATE:
        return build.call(moments.start_of_date(unit), (subject,), DATE, at)
    return build.call(moments.start_of_moment(unit, build.zone), (subject,), DATETIME, at)


def _diff(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    """date_diff('day', first, last), or the two-argument form that counts days from the second to the first."""
    if (wrong := _arity(build, name, args, at, 2, 3)) is not None:
        return wrong
    if len(args) == 2:
        args = (build.constant("day", TEXT, at), args[1], args[0])
    unit = _unit(build, name, args[0], moments.UNITS)
    kind, pair = build.unified(args[1:], at, f"`{name}`")
    if unit is None or kind in (BROKEN, NULL):
        return build.constant(None, BROKEN if unit is None or kind == BROKEN else INTEGER, at)
    if kind not in TIMES:
        return build.error(pair[0].at, f"`{name}` reads dates or datetimes, not {kind}", build.advice(pair[0], DATE))
    if kind == DATE and unit not in moments.DATE_UNITS:
        return build.error(pair[0].at, f"a date has no {unit}")
    by_date, by_moment = moments.difference_of_dates, moments.difference_of_moments
    return build.call(by_date(unit) if kind == DATE else by_moment(unit, build.zone), pair, INTEGER, at)


def _unit(build: Build, name: str, node: Node, units: frozenset[str]) -> str | None:
    if node.op == "constant" and node.type == TEXT and str(node.value).lower() in units:
        return str(node.value).lower()
    shown = f"`{node.value}`" if node.op == "constant" and node.type == TEXT else str(node.type)
    suggestion = did_you_mean(str(node.value), units) or f"write one of: {', '.join(sorted(units))}"
    build.error(node.at, f"`{name}` needs a unit, not {shown}", suggestion)
    return None


SPECIAL: Mapping[str, Special] = {
    **dict.fromkeys(("coalesce", "ifnull", "nvl"), _coalesce),
    "nullif": _nullif,
    **dict.fromkeys(("if", "iif"), _if),
    **dict.fromkeys(("greatest", "least"), _extreme),
    **dict.fromkeys(("concat", "concat_ws"), _concat),
    **dict.fromkeys(("regexp_matches", "regexp_replace", "regexp_extract"), _pattern),
    "contains": _contains,
    "cardinality": _cardinality,
    **dict.fromkeys(("now", "current_timestamp"), _now),
    "current_date": _today,
    "date_part": _part,
    "date_trunc": _trunc,
    **dict.fromkeys(("date_diff", "datediff"), _diff),
}
UNIT_FIRST = frozenset({"date_part", "date_trunc", "date_diff", "datediff"})
"""Functions whose first argument is the name of a unit, quoted or not."""
