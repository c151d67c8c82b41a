"""Text, numbers and times: their normal forms, against an oracle where there is one."""

import datetime as dt
import unicodedata
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from unfit import reason

from syncline.mapping.field_type import Unfit
from syncline.mapping.numbers import Money, boolean, decimal, digits_lost, integer, money
from syncline.mapping.text import text
from syncline.mapping.times import date, datetime_

# --- text --------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12))
def test_text_is_composed_stripped_and_has_line_feeds(told: str) -> None:
    plain = unicodedata.normalize("NFC", "\n".join(told.replace("\r\n", "\r").split("\r"))).strip()
    assert text().normal(told) == (plain or None)


@given(st.text("aäAÄßΣςσ e\u0301İı", min_size=1, max_size=8), st.integers(0, 8))
def test_a_beginning_of_a_text_has_lost_the_rest(told: str, length: int) -> None:
    kind = text(case="ignore")
    sent, back = kind.normal(told), kind.normal(told[:length].swapcase())
    assume(sent is not None and back is not None and not kind.equal(sent, back))
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", back).casefold())
    assume(unicodedata.normalize("NFD", unicodedata.normalize("NFD", sent).casefold()).startswith(folded))
    assert kind.lost(sent, back)
    assert not kind.lost(back, sent)


def test_text() -> None:
    assert text().normal(" a\r\nb\rc ") == "a\nb\nc"
    assert text().normal("e\u0301") == "é"
    assert text().normal(" \u00a0\n") is None
    assert not text().equal("Straße", "STRASSE")
    assert text(case="ignore").equal("Straße", "STRASSE")
    assert text(case="ignore").key("\u1f80\u0323") == text(case="ignore").key("\u03b1\u0323\u0313\u03b9")
    assert not text().lost("Main Street", "main street")
    assert text().lost("Main Street", "main str")
    assert not text().lost("Main Street", "Main Street 5")
    assert text(max_length=3).normal(" äöü ") == "äöü"
    assert reason(text(max_length=3), "four") == "has 4 characters; at most 3 fit"
    assert reason(text(), "a\x00") == "holds a NUL character at position 2"
    assert "surrogate" in reason(text(), "a\udc80")
    assert reason(text(), 5) == "is a number, not text"
    assert reason(text(), b"a") == "is a bytes, not text"


@pytest.mark.parametrize("wrong", [{"case": "upper"}, {"max_length": 0}])
def test_a_text_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"case is|max_length is"):
        text(**wrong)


# --- numbers -----------------------------------------------------------------------------------------------

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)


@given(DECIMALS, st.sampled_from(["{}", "{:E}", " {} ", "{:f}000"]))
def test_a_decimal_is_exact_and_spelled_in_one_way(number: Decimal, spelling: str) -> None:
    found = decimal().normal(spelling.format(number))
    assert Decimal(found) == number
    assert found == decimal().normal(number) == decimal().normal(found)
    assert "E" not in found
    assert not (found.endswith("0") and "." in found)
    assert found.lstrip("-")[:2].rstrip(".") in ("0", found.lstrip("-")[:2].rstrip("."))


@given(DECIMALS, DECIMALS)
def test_decimals_are_equal_when_their_numbers_are(one: Decimal, other: Decimal) -> None:
    kind = decimal()
    assert kind.equal(kind.normal(one), kind.normal(other)) == (one == other)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_number_it_is_written_as(number: float) -> None:
    try:
        found = decimal().normal(number)
    except Unfit:
        assert abs(number) > 2**53 or 0 < abs(number) < 1e-20
        return
    assert float(found) == number
    assert Decimal(found) == Decimal(repr(number))


@given(DECIMALS, st.integers(0, 5), st.sampled_from([ROUND_DOWN, ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_a_rounded_number_has_lost_digits(number: Decimal, places: int, rounding: str) -> None:
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=rounding)
    sent, back = decimal().normal(number), decimal().normal(rounded)
    assert digits_lost(sent, back) == (number != rounded)
    assert not digits_lost(back, sent)


@given(DECIMALS, st.integers(0, 5), st.sampled_from([-3, -2, 2, 3]))
def test_another_number_has_lost_none(number: Decimal, places: int, steps: int) -> None:
    unit = Decimal(1).scaleb(-places)
    other = number.quantize(unit, rounding=ROUND_DOWN) + steps * unit
    assume(other % (10 * unit))
    assume(other % unit == 0 and (other / unit) % 10)
    assert not digits_lost(decimal().normal(number), decimal().normal(other))


def test_decimal() -> None:
    told = {"12.50": "12.5", "-0.0": "0", "007": "7", "1e3": "1000", ".5": "0.5", "5.": "5", "+1E-3": "0.001"}
    assert {spelling: decimal().normal(spelling) for spelling in told} == told
    assert [decimal().normal(number) for number in (0.1, 5, Decimal("2.50"), None, " ")] == [
        "0.1",
        "5",
        "2.5",
        None,
        None,
    ]
    assert [decimal().lost("12.345", back) for back in ("12.35", "12.34", "12.3", "12", "10")] == [True] * 5
    assert [decimal().lost("12.345", back) for back in ("12.345", "12.36", "13", "20", "-12", "0")] == [False] * 6
    assert decimal().lost("0.004", "0")
    assert decimal().lost("-99.6", "-100")
    assert reason(decimal(places=2), "12.345") == "12.345 has 3 decimal places; at most 2 fit"
    assert decimal(places=2).normal("12.340") == "12.34"
    assert decimal(places=0).normal(3.0) == "3"
    for wrong in ("1,5", "1_000", "--1", ".", "e5", "0x1", "１"):
        assert "is not a number" in reason(decimal(), wrong)
    endless: tuple[Any, ...] = (float("nan"), float("-inf"), Decimal("sNaN"), Decimal("Infinity"))
    for number in endless:
        assert "not a number one can store" in reason(decimal(), number)
    wide: tuple[Any, ...] = ("1e38", "1e-39", 10**38, 10**6000, Decimal("1E+99999999"), "1" * 39)
    for number in wide:
        assert reason(decimal(), number) == "has more than 38 digits"
    assert decimal().normal(10**37) == "1" + "0" * 37
    assert "larger than a binary number holds" in reason(decimal(), 2.0**60)
    assert reason(decimal(), True) == "is true or false, not a number"
    assert decimal().load("1.5") == Decimal("1.5")
    with pytest.raises(ValueError, match="places"):
        decimal(places=-1)


def test_integer() -> None:
    assert [integer().normal(told) for told in ("42", 42.0, Decimal(42), "4.2e1", -1, None)] == [
        42,
        42,
        42,
        42,
        -1,
        None,
    ]
    assert reason(integer(), 42.5) == "42.5 is not a whole number"
    assert "64 bits" in reason(integer(), 2**63)
    assert "64 bits" in reason(integer(), -(2**63) - 1)
    assert integer().normal(-(2**63)) == -(2**63)
    assert reason(integer(), False) == "is true or false, not a number"
    assert integer().lost(1234, 1200)
    assert not integer().lost(1234, 1300)


def test_boolean() -> None:
    assert [boolean().normal(told) for told in (True, False, "true", " FALSE ", "", None)] == [
        True,
        False,
        True,
        False,
        None,
        None,
    ]
    others: tuple[Any, ...] = (0, 1, 1.0, [], {})
    for wrong in others:
        assert "not text" in reason(boolean(), wrong)
    assert reason(boolean(), "yes") == "'yes' is neither true nor false"
    assert not boolean().lost(True, False)


def test_money() -> None:
    assert money("EUR").normal(12.5) == {"amount": "12.50", "currency": "EUR"}
    assert money("EUR").normal({"amount": "3.0", "currency": " jpy"}) == {"amount": "3", "currency": "JPY"}
    assert money("EUR").normal({"amount": "0.1234", "currency": ""}) == {"amount": "0.1234", "currency": "EUR"}
    assert money().normal({"amount": 1, "currency": "KWD"}) == {"amount": "1.000", "currency": "KWD"}
    assert money().normal({"amount": "", "currency": "EUR"}) is None
    assert money().normal(None) is None
    assert money().equal(money("EUR").normal("12.5"), money().normal({"amount": "12.500", "currency": "eur"}))
    assert reason(money(), "12.5") == "the amount 12.5 has no currency"
    assert "three letters" in reason(money(), {"amount": 1, "currency": "€"})
    assert "not text" in reason(money(), {"amount": 1, "currency": 978})
    assert "but no 'vat'" in reason(money(), {"amount": 1, "vat": 2})
    euro = money("EUR")
    assert euro.lost(euro.normal("12.345"), euro.normal("12.35"))
    assert not euro.lost(euro.normal("12.345"), {"amount": "12.35", "currency": "USD"})
    assert euro.load(euro.normal("5")) == Money(amount=Decimal("5.00"), currency="EUR")
    with pytest.raises(Unfit, match="three letters"):
        money("euro")


# --- times -------------------------------------------------------------------------------------------------


@given(st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1)), st.integers(-1439, 1439), st.sampled_from("T t"))
def test_a_moment_is_the_same_in_every_zone(naive: dt.datetime, minutes: int, between: str) -> None:
    told = naive.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    found = datetime_().normal(told.isoformat(between))
    assert found == datetime_().normal(told)
    assert dt.datetime.fromisoformat(found) == told
    assert found.endswith("Z")
    assert len(found) == (27 if told.microsecond else 20)


@given(
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1)),
    st.sampled_from([10, 1000, 10**6, 60 * 10**6, 3600 * 10**6]),
)
def test_a_moment_of_a_coarser_unit_has_lost_something(naive: dt.datetime, unit: int) -> None:
    kind = datetime_(zone="UTC")
    since = (naive - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    cut = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=since // unit * unit)
    assert kind.lost(kind.normal(naive), kind.normal(cut)) == (naive != cut)
    assert not kind.lost(kind.normal(naive), kind.normal(cut - dt.timedelta(hours=7, seconds=1, microseconds=1)))


@given(st.dates())
def test_a_day(day: dt.date) -> None:
    assert date().normal(day.isoformat()) == date().normal(day) == day.isoformat()
    assert date().load(day.isoformat()) == day


def test_date() -> None:
    assert date().normal(" 2026-11-05\n") == "2026-11-05"
    assert date().normal("") is None
    for wrong in ("2026-11-5", "20261105", "2026-W45-4", "2026-02-30", "2026-11-05T00:00:00", "5.11.2026"):
        assert reason(date(), wrong) == f"{wrong!r} is not a day as '2026-11-05'"
    assert reason(date(), dt.datetime(2026, 11, 5)) == "is a moment, not a day"
    assert "not text" in reason(date(), 20261105)


def test_datetime() -> None:
    berlin = datetime_(zone="Europe/Berlin")
    told = {
        "2026-11-05T09:30:00Z": "2026-11-05T09:30:00Z",
        "2026-11-05 09:30": "2026-11-05T08:30:00Z",
        "2026-07-05 09:30:00": "2026-07-05T07:30:00Z",
        "2026-11-05T09:30:00.120+0000": "2026-11-05T09:30:00.120000Z",
        "2026-11-05T09:30:00,5-05:30": "2026-11-05T15:00:00.500000Z",
        "2026-11-05T09:30:00.123456000Z": "2026-11-05T09:30:00.123456Z",
        "2026-11-05T09:30:00.5Z": "2026-11-05T09:30:00.500000Z",
    }
    assert {spelling: berlin.normal(spelling) for spelling in told} == told
    assert berlin.normal(" ") is None
    assert berlin.load("2026-11-05T09:30:00Z") == dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC)
    assert "no time zone" in reason(datetime_(), "2026-11-05 09:30")
    for wrong in ("2026-10-25 02:30", "2026-03-29 02:30"):
        assert "the clocks change" in reason(berlin, wrong)
    assert "millionth" in reason(berlin, "2026-11-05T09:30:00.1234567Z")
    assert "millionth" in reason(berlin, "2026-11-05T09:30:00.1234561Z")
    assert berlin.lost("2026-11-05T09:29:59.600000Z", "2026-11-05T09:30:00Z")
    assert not berlin.lost("2026-11-05T09:29:59Z", "2026-11-05T09:30:01Z")
    assert "not a moment as" in reason(berlin, "2026-11-05")
    assert "not a moment as" in reason(berlin, "today Z")
    assert "is not a moment: month" in reason(berlin, "2026-13-05T09:30:00Z")
    assert "outside the years" in reason(berlin, "9999-12-31T23:30:00-01:00")
    with pytest.raises(ValueError, match="no time zone 'Mars'"):
        datetime_(zone="Mars")
