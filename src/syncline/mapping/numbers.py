"""Exact numbers, money and truth values; no binary rounding anywhere."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache
from math import isfinite
from random import Random
from typing import Any

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.text import clean, itself, kind_of, never_lost, shown

MAX_DIGITS = 38
"""As many digits as the databases and warehouses in the field hold in a decimal."""

_EXACT_FLOAT = 2**53  # beyond it a float skips whole numbers: digits were lost before we saw it
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_WIDE = Context(prec=4 * MAX_DIGITS)
_INT64 = 2**63
_SAMPLE_CURRENCIES = ("EUR", "USD", "JPY", "KWD")

# ISO 4217: currencies by the decimal places of their smallest unit, where these are not two.
_BY_MINOR_UNITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_MINOR_UNITS = {code: units for units, codes in _BY_MINOR_UNITS.items() for code in codes.split()}


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount with its currency, as expressions compute with it."""

    amount: Decimal
    currency: str


def decimal(*, places: int | None = None) -> FieldType:
    """An exact number: "12.5", "0", "-3"; more than `places` digits after the point do not fit."""
    if places is not None and not 0 <= places <= MAX_DIGITS:
        raise ValueError(f"places is between 0 and {MAX_DIGITS}, not {places}")

    def normal(value: Any) -> Value:
        number = exact(value)
        if number is not None and places is not None and (found := places_of(number)) > places:
            raise Unfit(value, f"{number} has {found} decimal places; at most {places} fit")
        return number

    def sample(random: Random) -> Value:
        digits = random.choice((0, 1, 2, 4)) if places is None else random.randint(0, min(places, 12))
        return shifted(random.randint(-(10**9), 10**9), digits)

    return FieldType(
        name="decimal", normal=normal, key=itself, lost=digits_lost, sample=sample, load=_as_decimal, dump=normal
    )


@cache
def integer() -> FieldType:
    """A whole number of at most 64 bits; a string or a float without a fraction is one too."""
    return FieldType(
        name="integer", normal=_integer, key=itself, lost=_integer_lost, sample=_some_integer, dump=_integer
    )


@cache
def boolean() -> FieldType:
    """True or false, also spelled as a word; 0 and 1 are numbers."""
    return FieldType(name="boolean", normal=_boolean, key=itself, lost=never_lost, sample=_either, dump=_boolean)


def money(currency: str | None = None) -> FieldType:
    """An amount in a currency; `currency` is what a bare number is in."""
    default = None if currency is None else currency_code(currency)

    def normal(value: Any) -> Value:
        amount, code = _parts_of_money(value, default)
        if (number := exact(amount)) is None:
            return None
        if code is None:
            raise Unfit(value, f"the amount {number} has no currency")
        return {"amount": padded(number, minor_units(code)), "currency": code}

    def sample(random: Random) -> Value:
        code = default or random.choice(_SAMPLE_CURRENCIES)
        return normal({"amount": shifted(random.randint(-(10**9), 10**9), minor_units(code)), "currency": code})

    return FieldType(
        name="money", normal=normal, key=_money_key, lost=_money_lost, sample=sample, load=_as_money, dump=normal
    )


def exact(value: Any) -> str | None:
    """A number in plain decimal notation without needless zeros; the base of every number type."""
    if type(value) is str:
        cleaned = clean(value)
        return None if cleaned is None else _at_once(cleaned) or _from_text(cleaned)
    if value is None:
        return None
    if type(value) is int:
        if abs(value) >= 10**MAX_DIGITS:
            raise Unfit(value, f"has more than {MAX_DIGITS} digits")
        return str(value)
    if type(value) is float:
        if not isfinite(value):
            raise Unfit(value, f"{value} is not a number one can store")
        if abs(value) > _EXACT_FLOAT:
            raise Unfit(value, f"{value} is larger than a binary number holds exactly; it must come as text")
        number = repr(value)
        return _at_once(number) or _from_text(number)
    if type(value) is Decimal:
        sign, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int):
            raise Unfit(value, f"{value} is not a number one can store")
        return _plain(value, bool(sign), "".join(map(str, digits)), exponent)
    raise Unfit(value, f"is {kind_of(value)}, not a number")


def shifted(units: int, places: int) -> str:
    """`units` with the point moved `places` to the left: 1250 cents are "12.5"."""
    return _plain(units, units < 0, str(abs(units)), -places)


def places_of(number: str) -> int:
    """How many digits a number in normal form has after the point."""
    return len(number.partition(".")[2])


def padded(number: str, places: int) -> str:
    """A number with at least `places` digits after the point, as amounts are written."""
    missing = places - places_of(number)
    if missing <= 0:
        return number
    return f"{number}{'' if '.' in number else '.'}{'0' * missing}"


def minor_units(currency: str) -> int:
    """How many decimal places a currency's smallest unit has."""
    return _MINOR_UNITS.get(currency, 2)


def currency_code(value: Any) -> str:
    """Three letters, upper-cased; raises Unfit."""
    code = (clean(value) or "").upper()
    if not _CURRENCY.fullmatch(code):
        raise Unfit(value, f"{shown(value)} is not a currency code of three letters")
    return code


def digits_lost(sent: Value, back: Value) -> bool:
    """Whether `back` is `sent` rounded or cut to fewer digits: 12.345 to 12.35, 12.34 or 12."""
    if sent is None or back is None:
        return False
    places = max(places_of(sent), places_of(back))
    whole, part = (int(Decimal(number).scaleb(places, _WIDE)) for number in (sent, back))
    if part and (whole < 0) != (part < 0):
        return False
    # What came back is known to be exact down to its last digit that is not zero.
    unit = 10**places if part == 0 else _unit_of(abs(part))
    cut, half_up = abs(whole) // unit * unit, (abs(whole) + unit // 2) // unit * unit
    return whole != part and abs(part) in (cut, half_up)


def _at_once(number: str) -> str | None:
    """The normal form of how most numbers are spelled: digits, perhaps a point and more digits; None of any other."""
    whole, point, fraction = number.partition(".")
    if not (number.isascii() and whole.isdigit() and (fraction.isdigit() or not point)) or len(number) > MAX_DIGITS:
        return None
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _from_text(number: str) -> str:
    found = _NUMBER.fullmatch(number)
    if found is None or not (found[2] or found[3]):
        raise Unfit(number, f"{shown(number)} is not a number")
    sign, whole, fraction, exponent = found.groups(default="")
    return _plain(number, sign == "-", whole + fraction, int(exponent or 0) - len(fraction))


def _plain(value: object, negative: bool, digits: str, exponent: int) -> str:
    """The digits times ten to the exponent, written out."""
    significant = digits.lstrip("0").rstrip("0")
    if not significant:
        return "0"
    exponent += len(digits) - len(digits.rstrip("0"))
    if max(len(significant), len(significant) + exponent, -exponent) > MAX_DIGITS:
        raise Unfit(value, f"has more than {MAX_DIGITS} digits")
    sign = "-" if negative else ""
    if exponent >= 0:
        return f"{sign}{significant}{'0' * exponent}"
    significant = significant.rjust(1 - exponent, "0")
    return f"{sign}{significant[:exponent]}.{significant[exponent:]}"


def _unit_of(part: int) -> int:
    unit = 1
    while part % (unit * 10) == 0:
        unit *= 10
    return unit


def _as_decimal(value: Value) -> Decimal | None:
    return None if value is None else Decimal(value)


def _integer(value: Any) -> Value:
    number = exact(value)
    if number is None:
        return None
    if "." in number:
        raise Unfit(value, f"{number} is not a whole number")
    whole = int(number)
    if not -_INT64 <= whole < _INT64:
        raise Unfit(value, f"{number} does not fit in 64 bits")
    return whole


def _integer_lost(sent: Value, back: Value) -> bool:
    return sent is not None and back is not None and digits_lost(str(sent), str(back))


def _some_integer(random: Random) -> Value:
    return random.choice((random.randint(-99, 99), random.randint(-_INT64, _INT64 - 1)))


def _boolean(value: Any) -> Value:
    if value is None or type(value) is bool:
        return value
    word = clean(value)
    if word is None:
        return None
    if word.lower() not in ("true", "false"):
        raise Unfit(value, f"{shown(word)} is neither true nor false")
    return word.lower() == "true"


def _either(random: Random) -> Value:
    return random.random() < 0.5


def _parts_of_money(value: Any, default: str | None) -> tuple[Any, str | None]:
    if type(value) is Money:
        return value.amount, currency_code(value.currency)
    if type(value) is not dict:
        return value, default
    if unknown := [name for name in value if name not in ("amount", "currency")]:
        raise Unfit(value, f"money has an amount and a currency, but no {shown(unknown[0])}")
    named = value.get("currency")
    blank = named is None or (type(named) is str and clean(named) is None)
    return value.get("amount"), default if blank else currency_code(named)


def _money_key(value: Value) -> Hashable:
    return None if value is None else (value["amount"], value["currency"])


def _money_lost(sent: Value, back: Value) -> bool:
    if sent is None or back is None or sent["currency"] != back["currency"]:
        return False
    return digits_lost(sent["amount"], back["amount"])


def _as_money(value: Value) -> Money | None:
    return None if value is None else Money(amount=Decimal(value["amount"]), currency=value["currency"])
