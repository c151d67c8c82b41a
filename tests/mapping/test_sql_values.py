"""Values at the edges, and what makes a record park; the usual cases are the examples of the page."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from syncline.mapping.field_type import Unfit
from syncline.mapping.groups import group
from syncline.mapping.numbers import Money
from syncline.mapping.sql import compile_expression, lineage
from syncline.mapping.sql_nodes import NOW
from syncline.mapping.sql_types import BOOLEAN, DATE, MONEY, SqlType, fits, sql_type
from syncline.mapping.types import TYPES

D = Decimal
UTC = dt.UTC
PRICED = group({"price": TYPES["money"](), "day": TYPES["date"]()}, name="offer")
COLUMNS: dict[str, Any] = {
    "name": "text", "n": "integer", "m": "integer", "x": "decimal", "y": "decimal", "amount": "money", "other": "money",
    "won": "boolean", "day": "date", "at": "datetime", "till": "datetime", "tags": "set of text", "more": "set of text",
    "days": "set of date", "data": "json", "offer": PRICED, "account": "reference to account", "p": "text",
    "account.erp_number": "text", "a.b.c.d.e": "integer",
}  # fmt: skip
ROW: dict[str, Any] = {
    "name": "Ada", "n": 7, "m": 0, "x": D("12.50"), "y": D(0), "amount": Money(amount=D("100.00"), currency="EUR"),
    "other": Money(amount=D(50), currency="USD"), "won": True, "day": dt.date(2026, 3, 29), "p": "a%",
    "at": dt.datetime(2026, 3, 28, 23, 30, 59, 5, tzinfo=UTC), "till": dt.datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "tags": ["a", "b"], "more": frozenset({"b", "a"}), "days": [dt.date(2026, 1, 1)], "account": 7,
    "offer": {"price": Money(amount=D(5), currency="EUR"), "day": dt.date(2026, 1, 1)}, "a.b.c.d.e": 5,
    "data": {"t": "x", "b": True, "f": False, "i": 5, "d": 1.5, "n": None, "o": {"k": [1, "ü"]}, "l": [1, 2]},
    NOW: dt.datetime(2026, 3, 28, 23, 30, tzinfo=UTC).timestamp(),
}  # fmt: skip


def value(text: str, **row: Any) -> Any:
    return compile_expression(text, COLUMNS, currency="EUR", zone="Europe/Berlin").evaluate({**ROW, **row}.get)


def euros(amount: str) -> Money:
    return Money(amount=D(amount), currency="EUR")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("n / m", "division by zero, in `n / m`"),
        ("n % m", "division by zero"),
        ("x / y", "division by zero"),
        ("x % y", "division by zero"),
        ("amount / m", "division by zero"),
        ("amount / (amount - amount)", "division by zero"),
        ("power(y, -1)", "division by zero"),
        ("power(x, n * 100)", "a power beyond 100"),
        ("round(x, n * 9)", "rounding to more than 38 places"),
        ("n * n * 9000000000000000000 * 9000000000000000000", "a product of more than 38 digits"),
        ("floor(power(10 * x / x, 100) * power(10, 20))", "has more than 114 digits"),
        ("x + power(0.1, 100) * power(0.1, 30)", "the result has more digits than are computed exactly"),
        ("amount > other", "EUR and USD are different currencies"),
        ("amount = other", "EUR and USD are different currencies"),
        ("amount + other", "EUR and USD are different currencies"),
        ("other > 5", "USD and EUR are different currencies"),
        ("greatest(amount, other)", "amounts in different currencies"),
        ("money(x, name || '!')", "'Ada!' is not a currency code of three letters"),
        ("CAST(name AS integer)", "'Ada' is not a number"),
        ("CAST(name AS decimal)", "'Ada' is not a number"),
        ("CAST(name AS boolean)", "'Ada' is neither true nor false"),
        ("CAST(name AS date)", "'Ada' is not a day as '2026-11-05'"),
        ("CAST(x AS integer)", "12.50 is not a whole number; write round, floor or ceil"),
        ("substr(name, 1, -n)", "a length below zero"),
        ("split_part(name, 'd', m)", "parts are counted from 1"),
        ("repeat(name, n * 1000000)", "a text of more than 1000000 characters"),
        ("lpad(name, n * 1000000)", "a text of more than 1000000 characters"),
        ("replace(repeat(name, 100000), 'a', repeat('x', 100000))", "a text of more than 1000000 characters"),
        ("regexp_replace(repeat(name, 100000), 'a', '" + "x" * 90 + "')", "a text of more than 1000000 characters"),
        ("name LIKE repeat(p, 600)", "a pattern of more than 1000 characters"),
        ("name LIKE p || '!' ESCAPE '!'", "the pattern ends with its escape character"),
        ("day + n * 1000000", "the result is outside the years 1 to 9999, or too large"),
        ("day + n * INTERVAL '9999 years'", "outside the years 1 to 9999"),
        ("at + n * INTERVAL '9999 years'", "outside the years 1 to 9999"),
        ("offer ->> 'nested'", None),
        ("data ->> 'o' || data ->> 'n'", None),
    ],
)
def test_what_a_row_makes_impossible_is_unfit(text: str, reason: str | None) -> None:
    if reason is None:
        assert value(text) is None
        return
    with pytest.raises(Unfit) as raised:
        value(text)
    assert raised.value.reason.startswith(reason)
    assert f", in `{text[:200]}" in raised.value.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b.c.d.e + 1", 6),
        ('"name" || "account.erp_number"', None),
        ("name == 'Ada'", True),
        ("-x", D("-12.5")),
        ("-y", D(0)),
        ("- amount", euros("-100")),
        ("-NULL", None),
        ("NULL + 1", None),
        ("x * NULL", None),
        ("NULL + day", None),
        ("NULL + name", None),
        ("mod(x, 5)", D("2.5")),
        ("x % 5", D("2.5")),
        ("power(x, 0)", D(1)),
        ("round(x, -1)", D(10)),
        ("amount - 1", euros("99")),
        ("2 * amount", euros("200")),
        ("amount / 8", euros("12.5")),
        ("abs(amount - 300)", euros("200")),
        ("sign(amount)", 1),
        ("round(amount / 3)", euros("33.33")),
        ("round(amount / 3, 1)", euros("33.3")),
        ("greatest(amount, 5, NULL)", euros("100")),
        ("coalesce(NULL, amount, 5)", euros("100")),
        ("CASE WHEN won THEN 0 ELSE amount END", euros("0")),
        ("amount IS DISTINCT FROM other", True),
        ("amount IN (100, 5)", True),
        ("amount BETWEEN 1 AND 100", True),
        ("CAST(x AS money)", euros("12.50")),
        ("CAST('7.5' AS money)", euros("7.5")),
        ("CAST(p AS money)", None),
        ("CAST(name AS text)", "Ada"),
        ("CAST(x * 2 AS integer)", 25),
        ("CASE WHEN won AND n > 5 OR name IS NULL THEN 'x' END", "x"),
        ("CAST(won AS text)", "true"),
        ("CAST(m AS boolean)", False),
        ("TRY_CAST(x AS integer)", None),
        ("CAST('123456789012345678' AS integer)", 123456789012345678),
        ("CAST('1234567890123456789' AS integer)", 1234567890123456789),
        ("CAST('-7' AS integer)", -7),
        ("n IN (1.5, 7.0)", True),
        ("n IN (1, NULL)", None),
        ("n NOT IN (1, NULL)", None),
        ("n IN (m, NULL, 7)", True),
        ("name IN ('x', p)", False),
        ("x BETWEEN n AND 13", True),
        ("trim(name, 'A') BETWEEN 'd' AND 'e'", True),
        ("CASE n + m WHEN 7.0 THEN 'seven' END", "seven"),
        ("CASE NULL WHEN NULL THEN 1 ELSE 2 END", 2),
        ("nullif(n, NULL)", 7),
        ("nullif(NULL, 1)", None),
        ("greatest(NULL, NULL)", None),
        ("NULL IS DISTINCT FROM NULL", False),
        ("won IS UNKNOWN", False),
        ("(n > 5) IS NOT TRUE", False),
        ("NOT (won AND NOT n > 5)", True),
        ("CASE WHEN NOT (won AND n IS NULL OR n IN (1)) THEN 'x' END", "x"),
        ("CASE WHEN NOT NOT won THEN 'x' END", "x"),
        ("CASE WHEN NOT (TRUE AND won IS TRUE) THEN 'x' ELSE 'y' END", "y"),
        ("coalesce(name, p) = 'Ada' AND coalesce(p, 'x') <> 'x'", True),
        ("left(name, 0) || right(name, 0) || left(name, -9)", ""),
        ("substr(name, -1, 3)", "A"),
        ("substr(name, 2, 0)", ""),
        ("right(name, -1)", "da"),
        ("split_part(name, '', 1)", "Ada"),
        ("split_part(name, 'd', 9)", ""),
        ("replace(name, '', 'x')", "Ada"),
        ("lpad(name, 2)", "Ad"),
        ("lpad(name, -1)", ""),
        ("lpad(name, 9, '')", "Ada"),
        ("rpad(name, 8, 'xy')", "Adaxyxyx"),
        ("domain(name)", None),
        ("concat_ws(NULL, name)", None),
        ("concat_ws(',', NULL)", ""),
        ("concat(NULL)", ""),
        ("name LIKE 'Ada'", True),
        ("name LIKE '%d%'", True),
        ("name LIKE '%da'", True),
        ("name LIKE 'Ad%'", True),
        ("name LIKE '%%d%%'", True),
        ("name LIKE 'A.a'", False),
        ("name LIKE p", False),
        ("name ILIKE p", True),
        ("name ILIKE '_D%'", True),
        ("'a\n\nb' LIKE 'a%b'", True),
        ("name NOT LIKE NULL", None),
        ("name NOT ILIKE 'a%'", False),
        ("regexp_replace(name, 'x?', '-')", "-A-d-a-"),
        ("regexp_replace(name, '(a)|(d)', '[\\1\\\\]', 'gi')", "[A\\][\\][a\\]"),
        ("regexp_replace(name, 'd', '\\x')", "A\\xa"),
        ("regexp_extract(name, '(x)?d', 1)", None),
        ("day + INTERVAL '2 days 1 hour'", dt.datetime(2026, 3, 31, tzinfo=UTC)),
        ("INTERVAL '1 day' + day", dt.date(2026, 3, 30)),
        ("day - INTERVAL '1' month", dt.date(2026, 2, 28)),
        ("1 + day", dt.date(2026, 3, 30)),
        ("day - 1", dt.date(2026, 3, 28)),
        ("day - '2026-03-01'", 28),
        ("day + (INTERVAL '1 day' - INTERVAL '1 hour')", dt.datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("day + INTERVAL '1 day' * 2", dt.date(2026, 3, 31)),
        ("at + INTERVAL '1 month'", dt.datetime(2026, 4, 28, 22, 30, 59, 5, tzinfo=UTC)),
        ("at + INTERVAL '1 day'", dt.datetime(2026, 3, 29, 23, 30, 59, 5, tzinfo=UTC)),
        ("at > day", True),
        ("at >= '2026-03-29'", True),
        ("greatest(day, at)", ROW["at"]),
        ("CAST(at AS date)", dt.date(2026, 3, 29)),
        ("CAST(day AS datetime)", dt.datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("CAST(' 2026-03-29 ' AS datetime)", dt.datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("CAST('2026-03-29 12:00' AS datetime)", dt.datetime(2026, 3, 29, 10, tzinfo=UTC)),
        ("CAST(p AS datetime) IS NULL", True),
        ("CAST(at AS text)", "2026-03-28T23:30:59.000005Z"),
        ("extract(day FROM at)", 29),
        ("extract(hour FROM at)", 0),
        ("extract(epoch FROM at)", 1774740659),
        ("extract(isodow FROM day)", 7),
        ("extract(week FROM day)", 13),
        ("extract(doy FROM day)", 88),
        ("extract(second FROM at) + extract(minute FROM at)", 89),
        ("extract(dow FROM NULL)", None),
        ("date_trunc('day', NULL)", None),
        ("date_trunc('day', day)", dt.date(2026, 3, 29)),
        ("date_trunc('week', day)", dt.date(2026, 3, 23)),
        ("date_trunc('quarter', day)", dt.date(2026, 1, 1)),
        ("date_trunc('year', at)", dt.datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("date_trunc('hour', till)", dt.datetime(2026, 10, 25, 0, tzinfo=UTC)),
        ("date_trunc('minute', at)", dt.datetime(2026, 3, 28, 23, 30, tzinfo=UTC)),
        ("date_trunc('second', at)", dt.datetime(2026, 3, 28, 23, 30, 59, tzinfo=UTC)),
        ("date_diff('day', at, till)", 210),
        ("date_diff('week', at, day + 1)", 1),
        ("date_diff('hour', at, till)", 5041),
        ("date_diff('month', day, NULL)", None),
        ("datediff(NULL, NULL)", None),
        ("current_date", dt.date(2026, 3, 29)),
        ("now() - at < INTERVAL '0 seconds'", True),
        ("greatest(till - at, INTERVAL '1 day') > INTERVAL '7 months'", True),
        ("-(till - at) < INTERVAL '-7 months'", True),
        ("tags = more", True),
        ("tags <> more", False),
        ("contains(days, '2026-01-01')", True),
        ("contains(tags, NULL)", None),
        ("cardinality(more)", 2),
        ("account IS NOT NULL AND account = account", True),
        ("coalesce(account, NULL)", 7),
        ("data ->> 't' || (data ->> 'b') || (data ->> 'f')", "xtruefalse"),
        ("data ->> 'i'", "5"),
        ("data ->> 'd'", "1.5"),
        ("data ->> 'n'", None),
        ("data ->> 'o'", '{"k":[1,"ü"]}'),
        ("data -> 'l'", [1, 2]),
        ("data -> 'l' ->> -1", "2"),
        ("data -> 'l' ->> 2", None),
        ("data -> 'l' ->> 't'", None),
        ("data -> 'i' ->> 0", None),
        ("coalesce(data ->> 'x', data ->> 't')", "x"),
        ("offer ->> 'price'", "5.00 EUR"),
        ("offer ->> 'day'", "2026-01-01"),
        ("upper(trim(TRAILING 'a' FROM name))", "AD"),
    ],
)
def test_a_value(text: str, expected: Any) -> None:
    found = value(text, p=ROW["p"] if "LIKE" in text or "<>" in text or "IN (" in text else " ")
    assert found == expected
    assert type(found) is type(expected)


def test_what_json_has_no_form_for_is_unfit() -> None:
    with pytest.raises(Unfit, match="holds what JSON has no form for"):
        value("offer ->> 'price'", offer={"price": {"inner": D(1)}})
    with pytest.raises(Unfit, match="price is a set, which has no spelling as text"):
        value("offer ->> 'price'", offer={"price": {1}})


def test_only_the_branch_that_is_taken_is_computed() -> None:
    assert value("CASE WHEN m = 0 THEN 0 ELSE n / m END") == 0
    assert value("coalesce(n, n / m)") == 7
    assert value("m = 0 OR n / m > 1") is True
    read: list[str] = []
    expression = compile_expression("CASE WHEN won THEN name ELSE account.erp_number END", COLUMNS)

    def lookup(name: str) -> Any:
        read.append(name)
        return ROW.get(name)

    assert expression.evaluate(lookup) == "Ada"
    assert read == ["won", "name"]


def test_a_column_is_read_once() -> None:
    read: list[str] = []
    compile_expression("n + n * n", COLUMNS).evaluate(lambda name: read.append(name) or 2)  # type: ignore[func-returns-value]
    assert read == ["n"]


def test_a_failing_lookup_is_not_taken_for_a_value_that_does_not_fit() -> None:
    def lookup(name: str) -> Any:
        raise KeyError(name)

    with pytest.raises(KeyError):
        compile_expression("n + 1", COLUMNS).evaluate(lookup)


def test_the_lineage_names_neighbours() -> None:
    expression = compile_expression("coalesce(account.erp_number, name) || n", COLUMNS)
    assert lineage(expression) == {"account.erp_number", "name", "n"}
    assert expression.neighbours() == {"account"}
    assert expression.type == "text"


@pytest.mark.parametrize(
    ("kind", "column", "fitting"),
    [
        ("text", "enum", True), ("text", TYPES["phone"](), True), ("text", "date", False), ("integer", "money", True),
        ("integer", "decimal", True), ("decimal", "integer", False), ("money", "decimal", False),
        ("null", "json", True),
        ("set of text", "set of text", True), ("set of text", TYPES["set"](TYPES["date"]()), False),
        ("reference", TYPES["reference"]("account"), True), ("reference", "integer", False), ("object", PRICED, True),
        (DATE, "date", True), (BOOLEAN, "text", False), ("json", "json", True), ("object", "text", False),
        ("text", SqlType("text"), True), (MONEY, MONEY, True),
    ],
)  # fmt: skip
def test_a_result_fits_the_fields_that_can_hold_it(kind: Any, column: Any, fitting: bool) -> None:
    assert fits(kind, column) is fitting


def test_a_column_of_no_type_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no type 'txet' of columns"):
        sql_type("txet")
    assert str(sql_type("set of email")) == "set of text"
    assert sql_type(PRICED).name == "object"
