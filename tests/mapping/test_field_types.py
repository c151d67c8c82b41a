"""The laws that every field type keeps, over samples, near misses and hostile input."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping.field_type import FieldType, Unfit
from syncline.mapping.reference import Ref
from syncline.mapping.types import TYPES

text, email, phone, country = TYPES["text"], TYPES["email"], TYPES["phone"], TYPES["country"]
decimal, money, integer, boolean = TYPES["decimal"], TYPES["money"], TYPES["integer"], TYPES["boolean"]
date_, moment, enum, set_of = TYPES["date"], TYPES["datetime"], TYPES["enum"], TYPES["set"]
address, group, reference = TYPES["address"], TYPES["group"], TYPES["reference"]
lines, json_ = TYPES["lines"], TYPES["json"]

COLUMNS = {"sku": text(case="ignore"), "price": decimal(), "product": reference("product")}
KINDS: dict[str, FieldType] = {
    "text": text(),
    "text without case": text(case="ignore"),
    "short text": text(max_length=5),
    "email": email(),
    "phone": phone(),
    "phone in Germany": phone(region="DE"),
    "country": country(),
    "decimal": decimal(),
    "decimal of two places": decimal(places=2),
    "money": money(),
    "money in euro": money("EUR"),
    "integer": integer(),
    "boolean": boolean(),
    "date": date_(),
    "datetime": moment(),
    "datetime in Berlin": moment(zone="Europe/Berlin"),
    "enum": enum(["won", "lost", "Closed Won"]),
    "set of enum": set_of(enum(["a", "b", "c"])),
    "set of text without case": set_of(text(case="ignore")),
    "set of integers": set_of(integer()),
    "set of money": set_of(money()),
    "address": address(),
    "group": group({"stage": enum(["new", "won"]), "due": date_(), "tags": set_of(text())}),
    "reference": reference("account"),
    "lines": lines(COLUMNS),
    "json": json_(),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())

PLAUSIBLE = [
    *("", " ", "a", "Won", "won ", "a;b", "é", "e\u0301", "STRASSE", "straße", "x\r\r\ny", "\x00", "a\ud800"),
    *("12.5", "1e3", "-0", "0012.500", ".5", "+7", "1e999999", "12,5", "١٢", "true", "FALSE", "nan", "9" * 50),
    *("2026-11-05", "2026-W45-4", "20261105", "2026-11-05T09:30:00Z", "2026-11-05 09:30", "2026-10-25 02:30"),
    *("2026-11-05T09:30:00.123456789Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2026-02-30"),
    *("ada@example.com", "Info@Example.COM", "a@b", "a@@b.c", "ü@bücher.example", "a@xn--bcher-kva.example"),
    *("AT", "aut", "U.S.", "Österreich", "England", "Korea", "Ελλάδα", "日本", "St. Lucia", "the", "u"),
    *("+493012345678", "030 12345678", "+49 (0)30 123456 ext 7", "+1 800 FLOWERS", "110", "+", "tel:1"),
    *(0, 1, -1, 2**63, -(2**63), 10**40, 10**400, True, False, 0.1, 1.0, -0.0, 1e300, 2.0**60),
    *(float("nan"), float("inf"), Decimal("1.50"), Decimal("NaN"), Decimal("1E+999999"), b"bytes", object()),
    *(None, [], {}, ["a", "A", "a"], ["a", ["a"]], ("b", "a"), {"b", "a"}, {1: 2}, {10**400: 1}, {"a\x00": 1}),
    *(date(2026, 11, 5), datetime(2026, 11, 5, 9), datetime(2026, 11, 5, 9, tzinfo=UTC)),
    *({"amount": 1}, {"amount": "1", "currency": "eur"}, {"amount": "1", "currency": "euro"}, {"amount": 1, "x": 2}),
    *({"amount": None, "currency": "EUR"}, {"amount": 1, "currency": True}, {"city": "Berlin"}, {"city": 1}),
    *([{"sku": "A"}], [{"sku": "A", "id": 1}, {"id": 1}], [{"sku": 1}], [{"id": 2**70}], [{"id": []}], [[]]),
    *([{"product": Ref(system="s", stream="t", id="1")}], {"stage": "won", "tags": ["b", "a"]}, {"due": "x"}),
]
LEAVES = st.one_of(
    st.sampled_from(PLAUSIBLE), st.text(max_size=8), st.integers(), st.floats(), st.decimals(), st.datetimes()
)
HOSTILE = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["amount", "currency", "city", "sku", "price", "id", "stage", "x"]), inner)
    ),
    max_leaves=4,
)
SEEDS = st.integers(min_value=0, max_value=2**32)


def strictly(value: Any) -> str:
    """Python holds 1, 1.0 and True for equal; a stored value is one of them."""
    return repr(value)


def samples(kind: FieldType, seed: int, n: int = 8) -> list[Any]:
    random = Random(seed)
    return [kind.sample(random) for _ in range(n)]


def normal_or_none(kind: FieldType, value: Any) -> Any:
    try:
        return kind.normal(value)
    except Unfit:
        return None


def has_ref(value: Any) -> bool:
    return "Ref(" in repr(value)


@EVERY_KIND
@given(seed=SEEDS)
def test_a_sample_is_a_value_in_normal_form(kind: FieldType, seed: int) -> None:
    for value in samples(kind, seed):
        assert value is not None
        assert strictly(kind.normal(value)) == strictly(value)


@EVERY_KIND
@given(told=HOSTILE)
def test_only_unfit_is_raised_and_what_fits_is_in_normal_form(kind: FieldType, told: Any) -> None:
    try:
        value = kind.normal(told)
    except Unfit as unfit:
        value = None
        reason = unfit.reason
    else:
        reason = "fits"
    assert reason
    assert strictly(kind.normal(value)) == strictly(value)
    assert (kind.key(value) == kind.key(None)) == (value is None)
    if not has_ref(value):
        assert strictly(msgspec.json.decode(msgspec.json.encode(value))) == strictly(value)


@EVERY_KIND
@given(told=HOSTILE, seed=SEEDS)
def test_loading_and_dumping_gives_the_value_back(kind: FieldType, told: Any, seed: int) -> None:
    for value in (None, normal_or_none(kind, told), *samples(kind, seed)):
        assert strictly(kind.dump(kind.load(value))) == strictly(value)


@EVERY_KIND
@given(told=HOSTILE)
def test_dumping_raises_only_unfit(kind: FieldType, told: Any) -> None:
    try:
        value = kind.dump(told)
    except Unfit:
        return
    assert strictly(kind.normal(value)) == strictly(value)


@EVERY_KIND
@given(seed=SEEDS, one=HOSTILE, other=HOSTILE)
def test_equality_is_an_equivalence_decided_by_the_key(kind: FieldType, seed: int, one: Any, other: Any) -> None:
    values = [None, normal_or_none(kind, one), normal_or_none(kind, other), *samples(kind, seed, 4)]
    for left in values:
        assert kind.equal(left, left)
        assert hash(kind.key(left)) == hash(kind.key(left))
        for right in values:
            assert kind.equal(left, right) == kind.equal(right, left) == (kind.key(left) == kind.key(right))
            if strictly(left) == strictly(right):
                assert kind.equal(left, right)


@EVERY_KIND
@given(seed=SEEDS, told=HOSTILE)
def test_what_lost_something_differs_and_nothing_is_lost_by_empty(kind: FieldType, seed: int, told: Any) -> None:
    values = [None, normal_or_none(kind, told), *samples(kind, seed, 5)]
    for sent in values:
        for back in values:
            lost = kind.lost(sent, back)
            assert lost in (True, False)
            if lost:
                assert sent is not None
                assert back is not None
                assert not kind.equal(sent, back)


@EVERY_KIND
def test_two_samples_of_one_type_are_told_apart(kind: FieldType) -> None:
    values = samples(kind, 7, 60)
    assert len({kind.key(value) for value in values}) > 1
    assert any(not kind.equal(values[0], value) for value in values)


@EVERY_KIND
def test_a_number_too_long_to_print_is_unfit(kind: FieldType) -> None:
    huge = 10**5000
    for told in (huge, [huge], {huge: huge}, {"amount": huge}, {"currency": huge}, {"stage": huge}, [{"id": huge}]):
        with pytest.raises(Unfit) as caught:
            kind.normal(told)
        assert len(caught.value.reason) < 200


def test_the_names_that_a_declaration_uses() -> None:
    assert {name: make.__name__.rstrip("_") for name, make in TYPES.items() if name != "set"} == {
        name: name for name in TYPES if name != "set"
    }
    assert json.dumps(list(TYPES))


def test_a_reason_names_no_more_than_a_person_reads() -> None:
    with pytest.raises(Unfit) as caught:
        enum(["a"]).normal("x" * 10_000)
    assert len(str(caught.value)) < 120
    assert caught.value.value == "x" * 10_000
