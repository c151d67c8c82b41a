"""A rollup is what SQL's aggregate over the children would be."""

import re
import sqlite3
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping.field_type import Unfit
from syncline.mapping.numbers import Money
from syncline.mapping.rollup import Rollup, result_type, roll
from syncline.mapping.sql import compile_expression
from syncline.mapping.sql_types import SqlType

COLUMNS = {
    "account": "reference to account", "value": "integer", "price": "decimal", "amount": "money", "stage": "text",
    "tags": "set of text", "open": "boolean", "at": "datetime", "data": "json", "day": "date",
}  # fmt: skip
WHERE = compile_expression("stage = 'won'", COLUMNS)


def rollup(kind: Any, value: str | None = None, **more: Any) -> Rollup:
    return Rollup(kind=kind, of="deal", by="account", value=value, **more)


def rolled(rule: Rollup, *children: dict[str, Any]) -> Any:
    return roll(rule, [child.get for child in children])


def euros(amount: str, currency: str = "EUR") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


CHILDREN = st.lists(
    st.fixed_dictionaries({"value": st.none() | st.integers(-9, 9), "stage": st.sampled_from([None, "won", "open"])}),
    max_size=8,
)


@given(CHILDREN, st.booleans())
def test_sqlite_rolls_up_the_same(children: list[dict[str, Any]], filtered: bool) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE deal (value INTEGER, stage TEXT)")
    database.executemany("INSERT INTO deal VALUES (:value, :stage)", children)
    where = " WHERE stage = 'won'" if filtered else ""
    (expected,) = database.execute(
        f"SELECT count(*), count(value), sum(value), min(value), max(value), group_concat(value) FROM deal{where}"
    )
    kept = [("count", None), ("count", "value"), ("sum", "value"), ("min", "value"), ("max", "value")]
    more = {"where": WHERE} if filtered else {}
    assert tuple(rolled(rollup(kind, value, **more), *children) for kind, value in kept) == expected[:5]
    listed = rolled(rollup("list", "value", **more), *children)
    assert listed == (None if expected[5] is None else sorted(set(map(int, expected[5].split(",")))))
    average = rolled(rollup("avg", "value", **more), *children)
    assert average is None if expected[1] == 0 else average * expected[1] - expected[2] < Decimal("1e-35")
    assert rolled(rollup("any", **more), *children) is (expected[0] > 0)


def test_money_of_one_currency_is_summed_exactly() -> None:
    children = [{"amount": euros("0.10")}, {"amount": None}, {"amount": euros("0.20")}]
    assert rolled(rollup("sum", "amount"), *children) == euros("0.30")
    assert rolled(rollup("avg", "amount"), *children) == euros("0.15")
    assert rolled(rollup("min", "amount"), *children) == euros("0.10")
    assert rolled(rollup("max", "amount"), *children) == euros("0.20")
    assert rolled(rollup("sum", "price"), {"price": Decimal("1.5")}, {"price": Decimal(2)}) == Decimal("3.5")
    assert rolled(rollup("min", "stage"), {"stage": "b"}, {"stage": "a"}) == "a"


def test_money_of_several_currencies_is_converted_at_stated_rates_or_not_summed() -> None:
    children = [{"amount": euros("1")}, {"amount": euros("10", "USD")}]
    with pytest.raises(Unfit, match="not summed: amount is in EUR, USD"):
        rolled(rollup("sum", "amount"), *children)
    rates = {"USD": Decimal("0.9")}
    assert rolled(rollup("sum", "amount", currency="EUR", rates=rates), *children) == euros("10.0")
    assert rolled(rollup("max", "amount", currency="EUR", rates=rates), *children) == euros("9.0")
    with pytest.raises(Unfit, match="no rate from USD to EUR"):
        rolled(rollup("sum", "amount", currency="EUR", rates={"SEK": Decimal(1)}), *children)


def test_a_sum_beyond_all_digits_is_unfit() -> None:
    with pytest.raises(Unfit, match="sum of price: the result has more digits"):
        rolled(rollup("sum", "price"), {"price": Decimal("1e-90")}, {"price": Decimal("9e37")})


def test_any_is_true_if_a_child_is_there_or_a_value_is_true() -> None:
    assert rolled(rollup("any", "open"), {"open": None}, {"open": True}) is True
    assert rolled(rollup("any", "open"), {"open": False}) is False
    assert rolled(rollup("any", "open"), {"open": None}) is None
    assert rolled(rollup("any")) is False


def test_the_latest_does_not_depend_on_the_order_of_reading() -> None:
    children = [{"at": 1, "stage": "old"}, {"at": 3, "stage": "b"}, {"at": 3, "stage": "a"}, {"at": None, "stage": "x"}]
    rule = rollup("latest", "stage", order="at")
    assert rolled(rule, *children) == rolled(rule, *reversed(children)) == "b"
    assert rolled(rule, {"at": 1, "stage": "old"}, {"at": 2, "stage": None}) is None
    assert rolled(rule, {"at": None, "stage": "x"}) is None


def test_a_list_of_sets_is_their_union() -> None:
    assert rolled(rollup("list", "tags"), {"tags": ["b", "a"]}, {"tags": ["c", "b"]}) == ["a", "b", "c"]


def test_a_rollup_reads_the_children() -> None:
    rule = rollup("latest", "value", order="at", where=WHERE)
    assert rule.reads == {"account", "value", "at", "stage"}
    assert rollup("count").reads == {"account"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (rollup("count"), SqlType("integer")),
        (rollup("count", "stage"), SqlType("integer")),
        (rollup("any"), SqlType("boolean")),
        (rollup("any", "open"), SqlType("boolean")),
        (rollup("sum", "amount"), SqlType("money")),
        (rollup("avg", "value"), SqlType("decimal")),
        (rollup("avg", "amount"), SqlType("money")),
        (rollup("max", "day", where=WHERE), SqlType("date")),
        (rollup("latest", "data", order="at"), SqlType("json")),
        (rollup("list", "stage"), SqlType("set", SqlType("text"))),
        (rollup("list", "tags"), SqlType("set", SqlType("text"))),
    ],
)
def test_the_type_of_the_parents_field_is_known(rule: Rollup, expected: SqlType) -> None:
    assert result_type(rule, COLUMNS) == expected


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: rollup("cuont"), "unknown rollup `cuont`, did you mean `count`?"),
        (lambda: rollup("zzz"), "unknown rollup `zzz`"),
        (lambda: rollup("sum"), "the rollup sum of deal needs a value"),
        (lambda: rollup("latest", "value"), "the rollup latest needs an order, and no other has one"),
        (lambda: rollup("sum", "value", order="at"), "the rollup latest needs an order, and no other has one"),
        (lambda: rollup("sum", "value", rates={"USD": Decimal(1)}), "rates need the currency that they convert to"),
        (lambda: rollup("sum", "vlaue"), "unknown field of deal `vlaue`, did you mean `value`?"),
        (lambda: rollup("sum", "stage"), "the rollup sum is not made of text, which `stage` is"),
        (lambda: rollup("any", "value"), "the rollup any is not made of integer, which `value` is"),
        (lambda: rollup("list", "data"), "a list is not made of json, which `data` is"),
        (lambda: rollup("list", "amount"), "a list is not made of money, which `amount` is"),
        (lambda: rollup("latest", "value", order="data"), "order: `data` is json, which has no order"),
        (
            lambda: rollup("count", where=compile_expression("value", COLUMNS)),
            "where: `value` is integer; a condition is true or false",
        ),
    ],
)
def test_what_cannot_be_rolled_up_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        result_type(make(), COLUMNS)
