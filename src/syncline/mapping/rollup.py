"""A field of a parent that is an aggregate over its linked children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from typing import Any, Literal, get_args

from syncline.mapping.expression import Expression, Lookup
from syncline.mapping.field_type import Unfit
from syncline.mapping.numbers import Money
from syncline.mapping.sql_build import arithmetic_reason
from syncline.mapping.sql_errors import did_you_mean
from syncline.mapping.sql_numbers import add, divide, divide_money, scale_money
from syncline.mapping.sql_types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    INTEGER,
    MONEY,
    SPELLED,
    TEXT,
    ColumnType,
    SqlType,
    sql_type,
)

Kind = Literal["count", "sum", "min", "max", "avg", "latest", "any", "list"]

_TAKES: Mapping[str, tuple[SqlType, ...]] = {
    "sum": (INTEGER, DECIMAL, MONEY),
    "avg": (INTEGER, DECIMAL, MONEY),
    "min": (INTEGER, DECIMAL, MONEY, TEXT, DATE, DATETIME),
    "max": (INTEGER, DECIMAL, MONEY, TEXT, DATE, DATETIME),
    "any": (BOOLEAN,),
}
_ORDERS = (INTEGER, DECIMAL, TEXT, DATE, DATETIME)
_NEEDS_A_VALUE = ("sum", "min", "max", "avg", "latest", "list")


@dataclass(frozen=True, kw_only=True)
class Rollup:
    """`{rollup: sum, of: deal, value: amount, where: "stage = 'won'"}` of an account.

    of, by:   the children's entity, and their reference to the parent.
    value:    the child's field; count and any may do without.
    where:    an expression over the child; children for which it is not true are left out.
    order:    for latest: the field whose greatest value tells which child is the latest.
    currency: with `rates`, what money is converted to before anything else.
    rates:    how much of `currency` one unit of another is; stated, never looked up.
    """

    kind: Kind
    of: str
    by: str
    value: str | None = None
    where: Expression | None = None
    order: str | None = None
    currency: str | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(_unknown("rollup", self.kind, get_args(Kind)))
        if self.value is None and self.kind in _NEEDS_A_VALUE:
            raise ValueError(f"the rollup {self.kind} of {self.of} needs a value")
        if (self.order is None) == (self.kind == "latest"):
            raise ValueError("the rollup latest needs an order, and no other has one")
        if self.rates and self.currency is None:
            raise ValueError("rates need the currency that they convert to")

    @property
    def reads(self) -> frozenset[str]:
        """The lineage: the children's fields that the value is made of."""
        named = {name for name in (self.by, self.value, self.order) if name is not None}
        return frozenset(named) | (frozenset() if self.where is None else self.where.reads)


def result_type(rollup: Rollup, columns: Mapping[str, ColumnType]) -> SqlType:
    """The type of the parent's field; raises ValueError for what cannot be rolled up so."""
    for name in filter(None, (rollup.by, rollup.value, rollup.order)):
        if name not in columns:
            raise ValueError(_unknown(f"field of {rollup.of}", name, columns))
    if rollup.where is not None and rollup.where.type not in ("boolean", "null"):
        raise ValueError(f"where: `{rollup.where.text}` is {rollup.where.type}; a condition is true or false")
    if rollup.order is not None and sql_type(columns[rollup.order]) not in _ORDERS:
        raise ValueError(f"order: `{rollup.order}` is {sql_type(columns[rollup.order])}, which has no order")
    if rollup.kind in ("count", "any") and rollup.value is None:
        return INTEGER if rollup.kind == "count" else BOOLEAN
    kind = sql_type(columns[str(rollup.value)])
    if kind not in _TAKES.get(rollup.kind, (kind,)):
        raise ValueError(f"the rollup {rollup.kind} is not made of {kind}, which `{rollup.value}` is")
    if rollup.kind == "list":
        item = kind.item or kind
        if item not in SPELLED or item == MONEY:
            raise ValueError(f"a list is not made of {kind}, which `{rollup.value}` is")
        return SqlType("set", item)
    if rollup.kind == "avg" and kind == INTEGER:
        return DECIMAL
    return INTEGER if rollup.kind == "count" else kind


def roll(rollup: Rollup, children: Iterable[Lookup]) -> Any:
    """The value over these children, as an expression would compute it: loaded, NULLs left out as SQL does.

    Raises Unfit for money that has no rate, or of several currencies where none is stated.
    """
    if rollup.where is not None:
        where = rollup.where.evaluate
        children = [child for child in children if where(child) is True]
    if rollup.kind == "latest":
        return _latest(rollup, children)
    if rollup.value is None:
        count = sum(1 for _ in children)
        return count if rollup.kind == "count" else count > 0
    name = rollup.value
    values = [value for child in children if (value := child(name)) is not None]
    if rollup.kind == "count":
        return len(values)
    if not values:
        return None
    if type(values[0]) is Money:
        values = _in_one_currency(rollup, values)
    try:
        return _AGGREGATES[rollup.kind](values)
    except ArithmeticError as error:
        raise Unfit(values, f"{rollup.kind} of {name}: {arithmetic_reason(error)}") from None


def _latest(rollup: Rollup, children: Iterable[Lookup]) -> Any:
    order, name = str(rollup.order), str(rollup.value)
    found = [(at, child(name)) for child in children if (at := child(order)) is not None]
    if not found:
        return None
    last = max(at for at, _ in found)
    # Of several that are the latest, the choice must not depend on the order in which they were read.
    return max((value for at, value in found if at == last), key=lambda value: (value is not None, repr(value)))


def _in_one_currency(rollup: Rollup, values: list[Money]) -> list[Money]:
    if rollup.currency is not None and rollup.rates:
        return [_converted(rollup.currency, rollup.rates, value) for value in values]
    currencies = {value.currency for value in values}
    if len(currencies) > 1:
        told = ", ".join(sorted(currencies))
        raise Unfit(values, f"not summed: {rollup.value} is in {told}, and no rates are stated")
    return values


def _converted(currency: str, rates: Mapping[str, Decimal], value: Money) -> Money:
    if value.currency == currency:
        return value
    if value.currency not in rates:
        raise Unfit(value, f"not summed: there is no rate from {value.currency} to {currency}")
    amount = scale_money(value, rates[value.currency]).amount
    return Money(amount=amount, currency=currency)


def _sum(values: Sequence[Any]) -> Any:
    if type(values[0]) is Money:
        return Money(amount=reduce(add, [value.amount for value in values]), currency=values[0].currency)
    return sum(values) if type(values[0]) is int else reduce(add, values)


def _avg(values: Sequence[Any]) -> Any:
    total, count = _sum(values), Decimal(len(values))
    return divide_money(total, count) if type(total) is Money else divide(Decimal(total), count)


def _smallest(values: Sequence[Any]) -> Any:
    return min(values, key=_amount) if type(values[0]) is Money else min(values)


def _greatest(values: Sequence[Any]) -> Any:
    return max(values, key=_amount) if type(values[0]) is Money else max(values)


def _amount(value: Money) -> Decimal:
    return value.amount


def _list(values: Sequence[Any]) -> list[Any]:
    found: set[Any] = set()
    for value in values:
        if type(value) in (list, frozenset):
            found.update(value)
        else:
            found.add(value)
    return sorted(found)


_AGGREGATES: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "sum": _sum,
    "avg": _avg,
    "min": _smallest,
    "max": _greatest,
    "any": any,
    "list": _list,
}


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    suggestion = did_you_mean(name, known)
    return f"unknown {what} `{name}`" + (f", {suggestion}" if suggestion else "")
