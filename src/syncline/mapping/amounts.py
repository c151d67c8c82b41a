"""Money in the smallest unit of its currency: 1250 cents are 12.50."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.mapping.field_type import Unfit, Value
from syncline.mapping.lens import NOT_TOLD, Lens, Misfit, finder, reader
from syncline.mapping.numbers import currency_code, integer, minor_units, money, padded, places_of, shifted


def cents(raw: str, *, currency: str, places: int | None = None, empty: str | bool | None = None) -> Lens:
    """A whole number of cents to a decimal; `places` where a system counts otherwise than ISO 4217."""
    digits = _digits(currency_code(currency), places)

    def read(told: Any) -> Value:
        return _from_cents(told, digits)

    def put(value: Value) -> dict[str, Any]:
        return {raw: empty if value is None else _to_cents(raw, value, digits)}

    return Lens(reads=(raw,), get=reader(raw, read, empty=empty), put=put)


def money_cents(
    raw: str,
    *,
    currency: str | None = None,
    currency_raw: str | None = None,
    places: int | None = None,
    empty: str | bool | None = None,
) -> Lens:
    """A whole number of cents to money, the currency fixed or from a raw field of its own.

    An amount that is empty is no money, whatever the currency says; then only the amount is written.
    """
    if (currency is None) == (currency_raw is None):
        raise ValueError(f"money in {raw!r} has either one currency or a field that tells it")
    if currency_raw is None:
        return _money_in(raw, currency_code(currency), places, empty)
    find_amount, get_currency = finder(raw, empty), reader(currency_raw, currency_code)

    def get(row: Mapping[str, Any]) -> Any:
        told, code = find_amount(row), get_currency(row)
        if told is None or told is NOT_TOLD or code is NOT_TOLD:
            return None if told is None else NOT_TOLD
        if code is None:
            raise Misfit(currency_raw, None, "the amount has no currency")
        return _money(raw, told, code, places)

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        code = value["currency"]
        return {raw: _to_cents(raw, value["amount"], _digits(code, places)), currency_raw: code}

    return Lens(reads=(raw, currency_raw), get=get, put=put)


def _money_in(raw: str, code: str, places: int | None, empty: str | bool | None) -> Lens:
    find = finder(raw, empty)

    def get(row: Mapping[str, Any]) -> Any:
        told = find(row)
        return told if told is None or told is NOT_TOLD else _money(raw, told, code, places)

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        if value["currency"] != code:
            raise Misfit(raw, value, f"this system holds {code} here, not {value['currency']}")
        return {raw: _to_cents(raw, value["amount"], _digits(code, places))}

    return Lens(reads=(raw,), get=get, put=put)


def _digits(code: str, places: int | None) -> int:
    return minor_units(code) if places is None else places


def _money(raw: str, told: Any, code: str, places: int | None) -> Value:
    try:
        return money(code).normal(_from_cents(told, _digits(code, places)))
    except Unfit as unfit:
        raise Misfit(raw, told, unfit.reason) from None


def _from_cents(told: Any, places: int) -> str | None:
    units = integer().normal(told)
    return None if units is None else shifted(units, places)


def _to_cents(raw: str, amount: str, places: int) -> int:
    number = amount.rstrip("0").rstrip(".") if "." in amount else amount
    if places_of(number) > places:
        raise Misfit(raw, amount, f"{number} has more than {places} decimal places")
    try:
        units: int = integer().normal(padded(number, places).replace(".", ""))
    except Unfit as unfit:
        raise Misfit(raw, amount, unfit.reason) from None
    return units
