"""Twelve usual expressions over one row: compiled SQL beside Python written by hand for the same work.

Run with `python bench/expression_bench.py [rows]`. Both make the same dict from the same loaded values,
which is checked before anything is timed; the best of five rounds is told.
"""

import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from syncline.mapping.numbers import Money
from syncline.mapping.rollup import Rollup, roll
from syncline.mapping.sql import compile_expression

COLUMNS = {
    "first_name": "text", "last_name": "text", "email": "email", "phone": "phone", "company": "text",
    "country": "text", "stage": "enum", "amount": "money", "discount": "decimal", "quantity": "integer",
    "overdue": "integer", "consent": "boolean", "since": "date", "legacy_id": "text",
}  # fmt: skip
EXPRESSIONS = {
    "name": "trim(first_name) || ' ' || upper(last_name)",
    "email": "lower(email)",
    "company": "coalesce(company, last_name, 'unknown')",
    "initial": "upper(left(first_name, 1))",
    "risk": "CASE WHEN overdue > 30 THEN 'high' WHEN overdue > 0 THEN 'watch' ELSE 'none' END",
    "won": "stage = 'won' AND amount >= 500",
    "discount": "coalesce(discount, 0) * 100",
    "legacy": "CAST(legacy_id AS integer)",
    "address": "concat_ws(', ', company, country)",
    "reachable": "consent AND (email IS NOT NULL OR phone IS NOT NULL)",
    "region": "CASE country WHEN 'DE' THEN 'dach' WHEN 'AT' THEN 'dach' WHEN 'SE' THEN 'nordics' END",
    "recent": "since >= '2026-01-01' AND quantity BETWEEN 1 AND 99",
}
ROW: dict[str, Any] = {
    "first_name": " Ada", "last_name": "Lovelace", "email": "Ada@Example.com", "phone": "+493012345678",
    "company": "Analytical Engines", "country": "AT", "stage": "won",
    "amount": Money(amount=Decimal("1250.00"), currency="EUR"), "discount": Decimal("0.15"), "quantity": 12,
    "overdue": 12, "consent": True, "since": date(2026, 3, 1), "legacy_id": "10042",
}  # fmt: skip
NEW_YEAR, LARGE = date(2026, 1, 1), Decimal(500)


def by_hand(row: dict[str, Any]) -> dict[str, Any]:
    """What somebody would write who remembers every NULL."""
    get = row.get
    first, last, email, company = get("first_name"), get("last_name"), get("email"), get("company")
    overdue, amount, stage, country = get("overdue"), get("amount"), get("stage"), get("country")
    discount, legacy, consent, since, quantity = (
        get("discount"), get("legacy_id"), get("consent"), get("since"), get("quantity"),
    )  # fmt: skip
    if overdue is not None and overdue > 30:
        risk = "high"
    else:
        risk = "watch" if overdue is not None and overdue > 0 else "none"
    won = None if stage is None or amount is None else stage == "won" and amount.amount >= LARGE
    reachable = email is not None or get("phone") is not None
    return {
        "name": None if first is None or last is None else first.strip() + " " + last.upper(),
        "email": None if email is None else email.lower(),
        "company": company if company is not None else last if last is not None else "unknown",
        "initial": None if first is None else first[:1].upper(),
        "risk": risk,
        "won": won,
        "discount": (discount if discount is not None else Decimal(0)) * 100,
        "legacy": None if legacy is None else int(legacy),
        "address": ", ".join([part for part in (company, country) if part is not None]),
        "reachable": None if consent is None and reachable else bool(consent and reachable),
        "region": {"DE": "dach", "AT": "dach", "SE": "nordics"}.get(country or ""),
        "recent": None if since is None or quantity is None else since >= NEW_YEAR and 1 <= quantity <= 99,
    }


def best(work: Callable[[], Any], count: int) -> float:
    """Seconds for one of `count` repetitions, in the best of five rounds."""
    rounds = []
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(count):
            work()
        rounds.append(time.perf_counter() - begun)
    return min(rounds) / count


def main(rows: int) -> None:
    """Prints the figures."""
    begun = time.perf_counter()
    compiled = {name: compile_expression(text, COLUMNS, currency="EUR").evaluate for name, text in EXPRESSIONS.items()}
    compiling = time.perf_counter() - begun
    pairs = list(compiled.items())
    get = ROW.get

    def ours() -> dict[str, Any]:
        return {name: evaluate(get) for name, evaluate in pairs}

    assert ours() == by_hand(ROW), "both do the same work"
    mine, hand = best(ours, rows), best(lambda: by_hand(ROW), rows)
    print(f"12 expressions, one row in, one dict out; compiled in {compiling * 1e3:.1f} ms")
    print(f"  compiled SQL    {mine * 1e6:6.2f} us  {1 / mine:9,.0f} rows/s")
    print(f"  Python by hand  {hand * 1e6:6.2f} us  {1 / hand:9,.0f} rows/s  ({mine / hand:.1f} times faster)")
    for name, evaluate in pairs:
        print(f"    {best(lambda evaluate=evaluate: evaluate(get), rows) * 1e9:5.0f} ns  {EXPRESSIONS[name]}")

    children = [{**ROW, "quantity": number}.get for number in range(10)]
    where = compile_expression("quantity > 2", COLUMNS)
    rollups = [
        Rollup(kind="count", of="deal", by="account"),
        Rollup(kind="sum", of="deal", by="account", value="amount"),
        Rollup(kind="max", of="deal", by="account", value="quantity", where=where),
    ]

    def three(rolled: Iterable[Rollup] = tuple(rollups)) -> None:
        for rollup in rolled:
            roll(rollup, children)

    print(f"3 rollups over ten children: {best(three, rows // 10) * 1e6:.1f} us")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
