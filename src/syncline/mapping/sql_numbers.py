"""What expressions compute with numbers and money: exactly, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_05UP,
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)

from syncline.mapping.field_type import Unfit
from syncline.mapping.numbers import MAX_DIGITS, Money, currency_code, minor_units

EXACT_DIGITS = 3 * MAX_DIGITS
"""Sums and products are exact up to so many digits, and Unfit beyond."""

MAX_POWER = 100

_exact = Context(prec=EXACT_DIGITS, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation, Overflow])
_quotient = Context(prec=MAX_DIGITS, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow])
# Two digits more, of which the last remembers that something came after it: so a quotient is rounded once.
_unrounded = Context(prec=MAX_DIGITS + 2, rounding=ROUND_05UP, traps=[DivisionByZero, InvalidOperation, Overflow])
_rounding = Context(prec=EXACT_DIGITS, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])
_SMALLEST = Decimal(1).scaleb(-MAX_DIGITS)
_LARGEST_INTEGER = 10**MAX_DIGITS

add = _exact.add
subtract = _exact.subtract
multiply = _exact.multiply


def multiply_integers(one: int, other: int) -> int:
    """A product of at most 38 digits."""
    product = one * other
    if abs(product) >= _LARGEST_INTEGER:
        raise Unfit(product, f"a product of more than {MAX_DIGITS} digits")
    return product


def divide(one: Decimal, other: Decimal) -> Decimal:
    """The quotient: exact where it ends within 38 digits, of which at most 38 after the point; else rounded there."""
    if not other:
        raise Unfit(one, "division by zero")
    quotient = _unrounded.divide(one, other)
    if quotient.adjusted() < 0 and -_exponent(quotient) > MAX_DIGITS:
        return quotient.quantize(_SMALLEST, context=_quotient)
    return _quotient.plus(quotient)


def divide_integers(one: int, other: int) -> int:
    """The quotient cut towards zero, as SQL divides integers."""
    if not other:
        raise Unfit(one, "division by zero")
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def remainder(one: Decimal, other: Decimal) -> Decimal:
    """What is left of a division, with the sign of what was divided."""
    if not other:
        raise Unfit(one, "division by zero")
    return _exact.remainder(one, other)


def remainder_integers(one: int, other: int) -> int:
    """What is left of a division, with the sign of what was divided."""
    return one - other * divide_integers(one, other)


def negate(number: Decimal) -> Decimal:
    """The number with the other sign; zero has none."""
    return number.copy_negate() if number else number


def power(base: Decimal, exponent: int) -> Decimal:
    """A whole power, computed by multiplying: exact, and bounded."""
    if abs(exponent) > MAX_POWER:
        raise Unfit(exponent, f"a power beyond {MAX_POWER}")
    product = Decimal(1)
    for _ in range(abs(exponent)):
        product = _exact.multiply(product, base)
    return product if exponent >= 0 else divide(Decimal(1), product)


def round_to(number: Decimal, places: int) -> Decimal:
    """Rounded half to even; negative places round tens, hundreds, ..."""
    if abs(places) > MAX_DIGITS:
        raise Unfit(places, f"rounding to more than {MAX_DIGITS} places")
    if _exponent(number) >= -places and places >= 0:
        return number
    rounded = number.quantize(Decimal(1).scaleb(-places), context=_rounding)
    return rounded if places >= 0 else rounded.quantize(Decimal(1), context=_rounding)


def whole(rounding: str) -> Callable[[Decimal], int]:
    """A function from a decimal to a whole number."""

    def to_whole(number: Decimal) -> int:
        if number.adjusted() > EXACT_DIGITS:
            raise Unfit(number, f"has more than {EXACT_DIGITS} digits")
        return int(number.to_integral_value(rounding=rounding))

    return to_whole


floor = whole(ROUND_FLOOR)
ceiling = whole(ROUND_CEILING)
truncate = whole(ROUND_DOWN)
nearest = whole(ROUND_HALF_EVEN)


def sign(number: Decimal | int) -> int:
    """-1, 0 or 1."""
    return (number > 0) - (number < 0)


# --- money -------------------------------------------------------------------------------------------------


def money(amount: Decimal, currency: str) -> Money:
    """An amount in a currency that the text or a column names."""
    return Money(amount=amount, currency=currency_code(currency))


def add_money(one: Money, other: Money) -> Money:
    """The sum of two amounts in one currency."""
    return Money(amount=_exact.add(one.amount, _other(one, other)), currency=one.currency)


def subtract_money(one: Money, other: Money) -> Money:
    """The difference of two amounts in one currency."""
    return Money(amount=_exact.subtract(one.amount, _other(one, other)), currency=one.currency)


def scale_money(one: Money, factor: Decimal) -> Money:
    """An amount, so many times."""
    return Money(amount=_exact.multiply(one.amount, factor), currency=one.currency)


def divide_money(one: Money, divisor: Decimal) -> Money:
    """A part of an amount; what does not end has 38 digits."""
    return Money(amount=divide(one.amount, divisor), currency=one.currency)


def ratio(one: Money, other: Money) -> Decimal:
    """How many times one amount is another."""
    return divide(one.amount, _other(one, other))


def negate_money(one: Money) -> Money:
    """The amount with the other sign."""
    return Money(amount=negate(one.amount), currency=one.currency)


def absolute_money(one: Money) -> Money:
    """The amount without its sign."""
    return Money(amount=one.amount.copy_abs(), currency=one.currency)


def round_money(one: Money, places: int | None = None) -> Money:
    """Rounded half to even, to the smallest unit of its currency if no places are given."""
    digits = minor_units(one.currency) if places is None else places
    return Money(amount=round_to(one.amount, digits), currency=one.currency)


def comparison(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[Money, Money], bool]:
    """A comparison of amounts, which are never compared across currencies."""

    def compared(one: Money, other: Money) -> bool:
        return compare(one.amount, _other(one, other))

    return compared


def _other(one: Money, other: Money) -> Decimal:
    if one.currency != other.currency:
        raise Unfit(other, f"{one.currency} and {other.currency} are different currencies")
    return other.amount


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), "no column and no function gives a number that is not finite"
    return exponent
