"""Values of one type as another: what CAST does, and what goes without saying."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from syncline.mapping.field_type import FieldType, Unfit
from syncline.mapping.numbers import Money, boolean, exact, integer, minor_units, padded
from syncline.mapping.sql_moments import day_of, midnight
from syncline.mapping.sql_types import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, MONEY, SPELLED, TEXT, SqlType
from syncline.mapping.text import kind_of
from syncline.mapping.times import as_utc, date, datetime_

Cast = Callable[[Any], Any]

_DAY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*")
_SURELY_64_BITS = 18  # digits

CAST_NAMES = {
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR", "NVARCHAR"), TEXT),
    **dict.fromkeys(("INT", "BIGINT", "SMALLINT"), INTEGER),
    "DECIMAL": DECIMAL,
    "BOOLEAN": BOOLEAN,
    "DATE": DATE,
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPTZ", "DATETIME"), DATETIME),
    "MONEY": MONEY,
}
"""The parser's names of the types to which a value can be cast."""


def cast(source: SqlType, target: SqlType, zone: ZoneInfo, currency: str | None) -> Cast | None:
    """The function from one type to another; None where there is none. It raises Unfit."""
    if target == TEXT:
        return spelling(source)
    if source == TEXT:
        return _from_text(target, zone, currency)
    casts: dict[tuple[SqlType, SqlType], Cast | None] = {
        (INTEGER, DECIMAL): Decimal,
        (DECIMAL, INTEGER): _whole,
        (INTEGER, MONEY): in_currency(currency),
        (DECIMAL, MONEY): in_currency(currency),
        (MONEY, DECIMAL): amount,
        (BOOLEAN, INTEGER): int,
        (INTEGER, BOOLEAN): bool,
        (DATE, DATETIME): midnight(zone),
        (DATETIME, DATE): day_of(zone),
    }
    return casts.get((source, target))


def in_currency(currency: str | None) -> Cast | None:
    """A bare number as money, where the hub has a currency."""
    return None if currency is None else lambda number: Money(amount=Decimal(number), currency=currency)


def amount(value: Money) -> Decimal:
    """The number of an amount."""
    return value.amount


def currency_of(value: Money) -> str:
    """The currency of an amount."""
    return value.currency


def spelling(kind: SqlType) -> Cast | None:
    """How values of a type are spelled as text: in the normal forms of field types."""
    return _SPELLINGS[kind] if kind in SPELLED else None


def _from_text(target: SqlType, zone: ZoneInfo, currency: str | None) -> Cast | None:
    if target == INTEGER:
        return _integer
    if target == DATETIME:
        return _moment(datetime_(zone=str(zone)), midnight(zone))
    if target in (BOOLEAN, DATE):
        return _reader(boolean() if target == BOOLEAN else date())
    if target == DECIMAL:
        return _decimal
    make = in_currency(currency) if target == MONEY else None
    return None if make is None else lambda text: None if (number := exact(text)) is None else make(number)


def _reader(kind: FieldType) -> Cast:
    return lambda text: kind.load(kind.normal(text))


def _moment(kind: FieldType, begins: Callable[[dt.date], dt.datetime]) -> Cast:
    def read(text: str) -> dt.datetime | None:
        if _DAY.fullmatch(text):
            return begins(date().load(date().normal(text)))
        moment: dt.datetime | None = kind.load(kind.normal(text))
        return moment

    return read


def _integer(text: str) -> int | None:
    if text.isascii() and text.isdecimal() and len(text) <= _SURELY_64_BITS:
        return int(text)  # the usual case, many times faster
    whole: int | None = integer().normal(text)
    return whole


def _decimal(text: str) -> Decimal | None:
    number = exact(text)
    return None if number is None else Decimal(number)


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise Unfit(number, f"{number} is not a whole number; write round, floor or ceil")
    return int(number)


def _spelled_decimal(number: Decimal) -> str:
    return str(exact(number))


def _spelled_money(value: Money) -> str:
    return f"{padded(_spelled_decimal(value.amount), minor_units(value.currency))} {value.currency}"


def _spelled_moment(moment: dt.datetime) -> str:
    return as_utc(moment, moment, None)


_SPELLINGS: dict[SqlType, Cast] = {
    TEXT: str,
    INTEGER: str,
    DECIMAL: _spelled_decimal,
    MONEY: _spelled_money,
    BOOLEAN: lambda value: "true" if value else "false",
    DATE: dt.date.isoformat,
    DATETIME: _spelled_moment,
}


def member(value: Any, name: str | int) -> Any:
    """`->`: a member of an object by its name, an item of a list by its number; NULL where there is none."""
    if type(value) is dict:
        return value.get(name)
    if type(value) is list and type(name) is int:
        return value[name] if -len(value) <= name < len(value) else None
    return None


def member_text(value: Any, name: str | int) -> str | None:
    """`->>`: the same as text; an object or a list as JSON."""
    found = member(value, name)
    if found is None or type(found) is str:
        return found
    if type(found) is bool:
        return "true" if found else "false"
    spell = _PLAIN.get(type(found))
    if spell is None:
        raise Unfit(found, f"{name} is {kind_of(found)}, which has no spelling as text")
    return spell(found)  # type: ignore[no-any-return]


def _compact(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:
        raise Unfit(value, "holds what JSON has no form for") from None


# A number of JSON may be binary: its shortest spelling is the number that was told.
_PLAIN: dict[type, Cast] = {
    int: str,
    float: repr,
    dict: _compact,
    list: _compact,
    Decimal: _spelled_decimal,
    Money: _spelled_money,
    dt.date: dt.date.isoformat,
    dt.datetime: _spelled_moment,
}
