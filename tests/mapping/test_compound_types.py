"""Choices, sets, groups, references, lines and JSON."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping.choices import enum, set_of
from syncline.mapping.field_type import FieldType, Unfit
from syncline.mapping.groups import address, group
from syncline.mapping.json_value import MAX_DEPTH, MAX_VALUES, json_
from syncline.mapping.lines import lines
from syncline.mapping.numbers import decimal, integer, money
from syncline.mapping.reference import Ref, reference
from syncline.mapping.text import text


def reason(kind: FieldType, value: Any) -> str:
    with pytest.raises(Unfit) as caught:
        kind.normal(value)
    return caught.value.reason


# --- enum and set ------------------------------------------------------------------------------------------


def test_enum() -> None:
    kind = enum(["won", "lost"])
    assert [kind.normal(told) for told in (" won ", "", None)] == ["won", None, None]
    assert reason(kind, "Won") == "'Won' is none of: won, lost"
    assert reason(enum(map(str, range(20))), "x").endswith("10, 11, ...")
    assert not kind.lost("won", "lost")


@pytest.mark.parametrize("wrong", [[], ["a", "a"], ["a "], [""], [None]])
def test_an_enum_that_cannot_be(wrong: list[Any]) -> None:
    with pytest.raises(ValueError, match="choice"):
        enum(wrong)


@given(st.lists(st.text("aAbB ", max_size=3)), st.randoms())
def test_a_set_has_no_order_and_no_repetition(items: list[str], random: Any) -> None:
    kind = set_of(text(case="ignore"))
    shuffled = [*items, *items]
    random.shuffle(shuffled)
    found = kind.normal(shuffled)
    assert found == kind.normal(items)
    assert len({item.lower() for item in found or []}) == len(found or [])
    assert {item.strip().lower() for item in items} - {""} == {item.lower() for item in found or []}


def test_set() -> None:
    kind = set_of(text(case="ignore"))
    assert kind.normal(["b", "A", "a", " "]) == ["A", "b"]
    assert kind.normal([]) is None
    assert kind.normal({"x"}) == ["x"]
    assert kind.equal(["A", "b"], ["B", "a"])
    assert reason(kind, "a;b") == "is text, not a list"
    assert reason(kind, ["a", 1]) == "is a number, not text"
    assert kind.lost(["alpha", "beta"], ["alp", "beta"])
    assert not kind.lost(["alpha", "beta"], ["beta"])
    assert not kind.lost(["alpha", "al"], ["al"])
    assert kind.lost(["alpha", "beta", "gamma"], ["alpha", "be"])
    assert not kind.lost(["alpha", "beta"], ["alp", "beta", "mine"])
    assert set_of(integer()).normal([10, 9, "9"]) == [9, 10]
    assert set_of(decimal()).load(["1.5"]) == [decimal().load("1.5")]


# --- groups ------------------------------------------------------------------------------------------------


def test_group() -> None:
    kind = group({"pipeline": text(), "stage": enum(["new", "won"])})
    assert kind.normal({"stage": "won"}) == {"pipeline": None, "stage": "won"}
    assert kind.normal({"stage": " "}) is None
    assert kind.normal({}) is None
    assert reason(kind, {"stage": "Won"}) == "stage: 'Won' is none of: new, won"
    assert reason(kind, {"step": 1}) == "has 'step', which is none of: pipeline, stage"
    assert "not an object" in reason(kind, ["won"])
    assert kind.lost({"pipeline": "Sales EU", "stage": "won"}, {"pipeline": "Sales", "stage": "new"})
    assert not kind.lost({"pipeline": "Sales EU", "stage": "won"}, {"pipeline": None, "stage": "won"})
    with pytest.raises(ValueError, match="at least one part"):
        group({})


def test_equality_of_a_group_is_that_of_its_parts() -> None:
    one = address().normal({"city": "Berlin", "country": "Germany"})
    assert one["country"] == "DE"
    assert address().equal(one, address().normal({"city": "Berlin", "country": "ALEMANIA"}))
    assert not address().equal(one, {**one, "city": "BERLIN"})
    assert group({"price": money()}).load({"price": {"amount": "1.00", "currency": "EUR"}})["price"].currency == "EUR"


# --- references --------------------------------------------------------------------------------------------


def test_reference() -> None:
    kind = reference("account")
    ref = Ref(system="odoo", stream="res.partner", id="7")
    assert [kind.normal(told) for told in (7, None, ref)] == [7, None, ref]
    assert kind.equal(ref, Ref(system="odoo", stream="res.partner", id="7"))
    assert not kind.equal(ref, 7)
    assert kind.name == "reference to account"
    for wrong in (0, -1, 2**63):
        assert reason(kind, wrong) == "is a number that no record has"
    others: tuple[Any, ...] = (True, "7", 7.0, {"id": 7})
    for told in others:
        assert "not the id of a record" in reason(kind, told)


# --- lines -------------------------------------------------------------------------------------------------

ORDER = lines({"sku": text(), "qty": decimal()})


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), min_size=1, max_size=5), st.randoms())
def test_lines_are_equal_in_any_order_and_under_any_ids(content: list[tuple[str, int]], random: Any) -> None:
    told = [{"sku": sku, "qty": qty} for sku, qty in content]
    shuffled = [{**line, "id": number} for number, line in enumerate(told)]
    random.shuffle(shuffled)
    assert ORDER.equal(ORDER.normal(told), ORDER.normal(shuffled))
    assert not ORDER.equal(ORDER.normal(told), ORDER.normal([*told, told[0]]))


def test_lines() -> None:
    assert ORDER.normal([{"sku": "A", "id": " 1 "}, {"qty": 2.0, "id": None}]) == [
        {"id": "1", "sku": "A", "qty": None},
        {"sku": None, "qty": "2"},
    ]
    assert ORDER.normal([]) is None
    assert ORDER.normal([{"id": 1}, {"id": "1"}]) == [
        {"id": 1, "sku": None, "qty": None},
        {"id": "1", "sku": None, "qty": None},
    ]
    assert reason(ORDER, {"sku": "A"}) == "is an object, not a list of lines"
    assert reason(ORDER, ["A"]) == "line 1 is text, not an object"
    assert reason(ORDER, [{}, {"price": 1}]) == "line 2 has 'price', which is none of: sku, qty"
    assert reason(ORDER, [{"qty": "x"}]) == "line 1, qty: 'x' is not a number"
    assert reason(ORDER, [{"id": 5}, {"id": 5}]) == "has two lines with the id a number"
    assert reason(ORDER, [{"id": 2**64}]) == "line 1: the id does not fit in 64 bits"
    assert reason(ORDER, [{"id": 1.5}]) == "line 1: the id is a number, not text"
    assert ORDER.load([{"id": 1, "sku": "A", "qty": "2"}]) == [{"id": 1, "sku": "A", "qty": decimal().load("2")}]
    for wrong in ({}, {"id": text()}):
        with pytest.raises(ValueError, match="column"):
            lines(wrong)


def line(sku: str, qty: str, identity: int | None = None) -> dict[str, Any]:
    return ({} if identity is None else {"id": identity}) | {"sku": sku, "qty": qty}


def test_a_line_that_lost_something() -> None:
    sent = [line("alpha", "1.25", 1), line("beta", "2", 2)]
    assert ORDER.lost(sent, [line("beta", "2", 2), line("alp", "1.25", 1)])
    assert ORDER.lost(sent, [line("alpha", "1.3", 7), line("beta", "2", 8)])
    assert ORDER.lost([line("alpha", "1.25"), line("beta", "2")], [line("beta", "2"), line("alp", "1.25")])
    assert not ORDER.lost(sent, [line("beta", "2", 2)])
    assert not ORDER.lost(sent, [line("alpha", "3", 1), line("beta", "2", 2)])
    assert not ORDER.lost(sent, [line("beta", "2"), line("alpha", "1.25")])
    assert not ORDER.lost([line("gamma", "1", 1), line("alpha", "1")], [line("alp", "1", 1)])


# --- JSON --------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("ab ", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)


def same(one: Any, other: Any) -> bool:
    """Equality of JSON, written down plainly."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(JSON, JSON)
def test_json_is_equal_when_its_parts_are(one: Any, other: Any) -> None:
    kind = json_()
    assert kind.equal(kind.normal(one), kind.normal(other)) == same(one, other)
    assert same(kind.normal(one), one)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_json() -> None:
    kind = json_()
    assert kind.normal({"b": 1.0, "a": [True, "", {}]}) == {"a": [True, "", {}], "b": 1}
    assert list(kind.normal({"b": 1, "a": 2})) == ["a", "b"]
    assert repr(kind.normal([1.0, -0.0, 1.5, 1e300])) == "[1, 0, 1.5, 1e+300]"
    values: list[Any] = ["", [], {}, 0, False]
    assert [kind.normal(told) for told in values] == values
    assert kind.normal(nested(MAX_DEPTH - 1)) == nested(MAX_DEPTH - 1)
    assert reason(kind, nested(MAX_DEPTH)) == f"is nested deeper than {MAX_DEPTH} levels"
    assert len(kind.normal([0] * (MAX_VALUES - 1))) == MAX_VALUES - 1
    assert reason(kind, [0] * MAX_VALUES) == f"holds more than {MAX_VALUES} values"
    bomb: list[Any] = []
    bomb.extend([bomb, bomb])
    assert reason(kind, bomb)
    assert "64 bits" in reason(kind, [2**63])
    assert "nan" in reason(kind, [float("nan")])
    assert "no JSON" in reason(kind, [b""])
    assert "not text" in reason(kind, {1: 2})
    assert "NUL" in reason(kind, {"a\x00": 2})
    assert kind.lost({"a": ["alpha"], "b": 1}, {"a": ["alp"], "b": 2})
    assert not kind.lost({"a": ["alpha"]}, {"a": []})
    assert not kind.lost({"a": "alpha"}, {"b": "alp"})
