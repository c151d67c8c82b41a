"""Lenses: what one way writes the other way reads, and what a system did not say stays unsaid."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from some_lenses import ADDRESS, COLUMNS, LETTERS, NAMES, ORDER, STAGE, STAGES
from test_field_types import HOSTILE, SEEDS, strictly

from syncline.mapping.amounts import cents, money_cents
from syncline.mapping.choices import set_of
from syncline.mapping.country import country, country_names
from syncline.mapping.date_format import date_format
from syncline.mapping.field_type import FieldType
from syncline.mapping.groups import address, group
from syncline.mapping.json_value import json_
from syncline.mapping.lens import NOT_TOLD, Lens, Misfit, number, rename, round_trips
from syncline.mapping.nested import group_lens, lines_lens, reference_lens
from syncline.mapping.numbers import boolean, decimal, money
from syncline.mapping.reference import Ref, reference
from syncline.mapping.tables import Default, lookup
from syncline.mapping.text import text
from syncline.mapping.times import date, datetime_
from syncline.mapping.words import join, set_lens, split

EXACT: dict[str, tuple[Lens, FieldType]] = {
    "rename": (rename("name", text(), empty=""), text()),
    "rename, dotted": (rename("address.city", text()), text()),
    "rename, false for empty": (rename("name", text(), empty=False), text()),
    "number": (number("amount", decimal(places=4)), decimal(places=4)),
    "number, whole": (number("age", decimal(places=0)), decimal(places=0)),
    "lookup": (lookup("StageName", STAGES), STAGE),
    "lookup, kept": (lookup("StageName", STAGES, unmapped="keep", empty=""), text()),
    "lookup, default": (lookup("StageName", STAGES, unmapped=Default(value="lost")), STAGE),
    "lookup, true or false": (lookup("active", {True: "Y", False: "N"}), boolean()),
    "join": (join(("first", "last"), text(), empty=""), text()),
    "split": (split("name", NAMES, ("first", "last")), NAMES),
    "set": (set_lens("tags", set_of(LETTERS)), set_of(LETTERS)),
    "cents": (cents("amount", currency="EUR"), decimal(places=2)),
    "cents, three places": (cents("amount", currency="KWD"), decimal(places=3)),
    "cents, as the system counts": (cents("amount", currency="JPY", places=2, empty=""), decimal(places=2)),
    "money in cents": (money_cents("amount", currency="EUR"), money("EUR")),
    "money in cents, with its currency": (money_cents("amount", currency_raw="currency"), money()),
    "day": (date_format("due", "%d.%m.%Y"), date()),
    "moment": (date_format("at", "%Y%m%d %H:%M:%S %%", zone="America/New_York", empty=False), datetime_()),
    "moment with its offset": (date_format("at", "%d/%m/%Y %H:%M:%S.%f%z"), datetime_()),
    "group": (group_lens({**ADDRESS, "country": rename("address.country", country())}, address()), address()),
    "country": (country_names("country", empty=""), country()),
    "country in Polish": (country_names("Country__c", language="pl", empty=False), country()),
    "reference": (reference_lens("partner_id", "odoo", "res.partner", as_number=True, empty=False), reference("a")),
    "reference as text": (reference_lens("AccountId", "salesforce", "Account", empty=""), reference("a")),
    "lines": (lines_lens("line_items", COLUMNS, ORDER, id_field="id"), ORDER),
}
EVERY_LENS = pytest.mark.parametrize(("lens", "kind"), EXACT.values(), ids=EXACT.keys())


# --- the laws ----------------------------------------------------------------------------------------------


@EVERY_LENS
@given(seed=SEEDS)
def test_every_value_comes_back(lens: Lens, kind: FieldType, seed: int) -> None:
    assert round_trips(lens, kind, Random(seed), n=20) == []


@EVERY_LENS
def test_what_is_absent_is_not_told(lens: Lens, kind: FieldType) -> None:
    assert lens.get({}) is NOT_TOLD
    assert lens.get({"another": 1}) is NOT_TOLD


@EVERY_LENS
def test_empty_is_told_and_comes_back(lens: Lens, kind: FieldType) -> None:
    assert lens.get(dict.fromkeys(lens.reads)) is None
    assert lens.put is not None
    sent = lens.put(None)
    assert lens.get(sent) is None
    assert set(sent) <= set(lens.reads)


RAW = st.one_of(
    HOSTILE,
    st.sampled_from(
        ["Closed Won", " Closed Lost ", "won", "Ada King", "a;;b", "0", 1250, "20261105", "05.11.2026", "Kongo"]
    ),
    st.sampled_from(
        [[{"sku": "A", "unit": {"price": 5}, "product_id": 7, "id": 1}], [{"sku": "A"}], [{}], {"price": 1}]
    ),
)


@EVERY_LENS
@given(data=st.data())
def test_only_misfits_are_raised_and_what_is_read_can_be_written(
    lens: Lens, kind: FieldType, data: st.DataObject
) -> None:
    raw = {field: data.draw(RAW) for field in (*lens.reads, "address", "unit") if data.draw(st.integers(0, 4))}
    try:
        value = lens.get(raw)
    except Misfit as caught:
        read = caught.field.split("[")[0]
        value = None
        assert read in lens.reads
    if value is NOT_TOLD:
        return
    assert strictly(kind.normal(value)) == strictly(value)
    assert lens.put is not None
    try:
        sent = lens.put(external(value))
    except Misfit:
        return
    assert strictly(external(lens.get(sent))) == strictly(external(value))


def external(value: Any) -> Any:
    """The value with each reference as the id that the other system knows."""
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, list):
        return [
            {name: external(inner) for name, inner in line.items()} if type(line) is dict else line for line in value
        ]
    return value


# --- round_trips finds what does not come back -------------------------------------------------------------


def test_a_lens_that_changes_values_is_found() -> None:
    def shouted(row: Any) -> Any:
        return row["name"].upper() if row["name"] else None

    problems = round_trips(Lens(reads=("name",), get=shouted, put=lambda value: {"name": value}), text(), Random(1))
    assert problems
    assert not problems[0].refused
    assert problems[0].reason == "comes back as another value"
    assert problems[0].back == problems[0].value.upper()


def test_a_lens_that_cannot_read_what_it_writes_is_found() -> None:
    problems = round_trips(rename("flag", boolean(), empty=False), boolean(), Random(1))
    assert {(problem.value, problem.back) for problem in problems} == {(False, None)}
    wrong_type = round_trips(rename("due", date()), text(), Random(1), n=5)
    assert len(wrong_type) == 5
    assert all(problem.reason.startswith("cannot be read back: ") for problem in wrong_type)
    assert all(not problem.refused for problem in wrong_type)
    spelling = rename("name", text())
    shouting = replace(spelling, get=lambda row: row["name"] and row["name"].upper())
    assert round_trips(shouting, text(case="ignore"), Random(1))
    counting = replace(spelling, get=lambda row: 1 if row["name"] is True else row["name"])
    found = round_trips(counting, replace(json_(), sample=lambda random: random.choice([True, "x"])), Random(1))
    assert found
    assert {problem.value for problem in found} == {True}
    silent = Lens(reads=("a",), get=lambda row: NOT_TOLD, put=lambda value: {})
    assert len(round_trips(silent, text(), Random(1), n=3)) == 4


def test_values_without_a_place_are_refused_not_changed() -> None:
    refusing: list[tuple[Lens, FieldType]] = [
        (lookup("stage", {"won": "W"}), STAGE),
        (set_lens("tags", set_of(text())), set_of(text())),
        (
            split("name", group({"first": text(), "last": text()}), ("first", "last")),
            group({"first": text(), "last": text()}),
        ),
        (cents("amount", currency="JPY"), decimal(places=2)),
        (money_cents("amount", currency="EUR"), money()),
        (date_format("at", "%Y-%m-%d %H:%M", zone="UTC"), datetime_()),
        (group_lens({"city": rename("city", text())}, address()), address()),
        (lines_lens("items", {"sku": rename("sku", text())}, ORDER), ORDER),
        (join(("first", "last"), text(), separator=","), text()),
    ]
    for lens, kind in refusing:
        problems = round_trips(lens, kind, Random(3))
        assert problems, lens
        assert all(problem.refused and problem.reason.startswith("is not written: ") for problem in problems), problems


def test_a_lens_of_one_way_has_nothing_to_come_back() -> None:
    reads = Lens(reads=("a",), get=lambda row: 1, put=None)
    assert round_trips(reads, text(), Random(1)) == []
    assert group_lens({"city": reads}, address()).put is None
    assert lines_lens("items", {"sku": reads}, ORDER).put is None
