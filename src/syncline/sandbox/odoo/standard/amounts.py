"""What lines come to: discounts, taxes inside and on top of prices, and rounding line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncline.sandbox.odoo.field import rounded
from syncline.sandbox.store import Row


@dataclass(frozen=True)
class Amounts:
    """Of one line, or the sum of many."""

    untaxed: float = 0.0
    tax: float = 0.0

    @property
    def total(self) -> float:
        """With taxes."""
        return rounded(self.untaxed + self.tax)


def line_amounts(quantity: float, price: float, discount: float, taxes: Sequence[Row]) -> Amounts:
    """One line's amounts, each rounded to cents."""
    base = rounded(quantity * price * (1 - discount / 100))
    inside = sum(tax.values.get("amount") or 0.0 for tax in taxes if _is_inside(tax))
    untaxed = rounded(base / (1 + inside / 100)) if inside else base
    tax_inside = rounded(base - untaxed)
    on_top = sum(rounded(_tax(tax, untaxed, quantity)) for tax in taxes if not _is_inside(tax))
    return Amounts(untaxed, rounded(tax_inside + on_top))


def summed(lines: Sequence[Amounts]) -> Amounts:
    """The sum, without the dust that floats leave."""
    return Amounts(rounded(sum(line.untaxed for line in lines)), rounded(sum(line.tax for line in lines)))


def _is_inside(tax: Row) -> bool:
    return bool(tax.values.get("price_include")) and tax.values.get("amount_type") == "percent"


def _tax(tax: Row, untaxed: float, quantity: float) -> float:
    amount = float(tax.values.get("amount") or 0.0)
    return amount * quantity if tax.values.get("amount_type") == "fixed" else untaxed * amount / 100
