"""SQL expressions: text to a checked, compiled function of one row.

One scalar expression over named columns, in the words of SQL that analysts know. It is read once, checked
against a closed list of forms and functions, and compiled from the checked tree. No text of a user is code.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncline.mapping.expression import Expression
from syncline.mapping.numbers import currency_code
from syncline.mapping.sql_build import Build
from syncline.mapping.sql_check import check
from syncline.mapping.sql_clock import next_change, reads_clock
from syncline.mapping.sql_compile import made
from syncline.mapping.sql_errors import ExpressionErrors, error_at
from syncline.mapping.sql_nodes import walk
from syncline.mapping.sql_parse import parse
from syncline.mapping.sql_types import BROKEN, SPANS, ColumnType, fits, sql_type
from syncline.mapping.times import known_zone


def compile_expression(
    text: str,
    columns: Mapping[str, ColumnType],
    *,
    currency: str | None = None,
    zone: str = "UTC",
    wanted: ColumnType | None = None,
) -> Expression:
    """A function of a row from its text; raises ExpressionErrors with everything that is wrong.

    columns:  what it may read; names of neighbours have a dot (`account.erp_number`).
    currency: the hub's; what a bare number is in where it meets money.
    zone:     the hub's; where days begin.
    wanted:   the type of the field that takes the result, or `boolean` for a condition.
    """
    build = Build(
        text=text,
        columns={name: sql_type(kind) for name, kind in columns.items()},
        currency=None if currency is None else currency_code(currency),
        zone=known_zone(zone),
    )
    root = check(build, parse(text))
    if root.type in SPANS:
        build.error(0, "the result is an interval, which no field holds")
    elif wanted is not None and root.type != BROKEN and not fits(root.type, wanted):
        name = wanted if isinstance(wanted, str) else wanted.name
        build.error(0, f"the result is {root.type}, but {name} is needed", build.advice(root, sql_type(wanted)))
    if build.errors:
        raise ExpressionErrors(text, build.errors)
    try:
        evaluate, changes = made(root, text), next_change(root, build.zone, text)
    except (SyntaxError, RecursionError, MemoryError):
        raise ExpressionErrors(text, [error_at(text, 0, "is too large or too deeply nested")]) from None
    return Expression(
        text=text,
        reads=frozenset(str(node.value) for node in walk(root) if node.op == "column"),
        evaluate=evaluate,
        type=str(root.type),
        reads_clock=reads_clock(root),
        next_change=changes,
    )


def lineage(expression: Expression) -> frozenset[str]:
    """The columns that an expression's value is made of, for diagrams."""
    return expression.reads
