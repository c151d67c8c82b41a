"""Each kind of lens by itself: what it reads, what it writes, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from some_lenses import COLUMNS, FULL, NAMES, ORDER, STAGES, misfit

from syncline.mapping.amounts import cents, money_cents
from syncline.mapping.choices import enum, set_of
from syncline.mapping.country import country
from syncline.mapping.date_format import date_format
from syncline.mapping.field_type import Unfit
from syncline.mapping.groups import address
from syncline.mapping.lens import NOT_TOLD, Lens, as_sent, number, rename
from syncline.mapping.nested import group_lens, lines_lens, reference_lens
from syncline.mapping.numbers import decimal, integer, money
from syncline.mapping.reference import Ref
from syncline.mapping.tables import Default, lookup
from syncline.mapping.text import text
from syncline.mapping.words import join, set_lens, split


def test_rename() -> None:
    lens = rename("name", text(max_length=5), empty=False)
    assert [lens.get({"name": told}) for told in (False, None, " ", " Ada ")] == [None, None, None, "Ada"]
    assert lens.put is not None
    assert (lens.put("Ada"), lens.put(None)) == ({"name": "Ada"}, {"name": False})
    assert misfit(lens.get, {"name": "too long"}) == ("name", "has 8 characters; at most 5 fit")
    assert misfit(lens.get, {"name": True}) == ("name", "is true or false, not text")
    assert rename("count", integer(), empty=False).get({"count": 0}) == 0


def test_a_dotted_path() -> None:
    lens = rename("address.city", text(), empty="")
    assert lens.get({"address": {"city": "Berlin"}}) == "Berlin"
    assert lens.get({"address.city": "Berlin"}) == "Berlin"
    assert lens.get({"address": {"city": ""}}) is None
    assert lens.get({"address.city": ""}) is None
    assert lens.get({"address": ""}) is None
    assert lens.get({"address": None}) is None
    assert lens.get({"address": {}}) is NOT_TOLD
    assert misfit(lens.get, {"address": ["Berlin"]}) == (
        "address.city",
        "there is no 'city' inside a value that is not an object",
    )


def test_number() -> None:
    lens = number("amount", decimal())
    assert lens.put is not None
    assert (lens.put("12.5"), lens.put("12"), lens.put(None)) == ({"amount": 12.5}, {"amount": 12}, {"amount": None})
    assert type(lens.put("12")["amount"]) is int
    assert misfit(lens.put, "0.12345678901234567890") == (
        "amount",
        "0.12345678901234567890 has more digits than a binary number holds",
    )
    assert "larger than a binary number" in misfit(lens.put, "9" * 20)[1]


def test_lookup() -> None:
    lens = lookup("stage", STAGES, empty="")
    assert lens.put is not None
    assert [lens.get({"stage": told}) for told in (" Closed Won ", "", "  ", None)] == ["won", None, None, None]
    assert misfit(lens.get, {"stage": "Won"}) == ("stage", "'Won' is in no row of the table")
    assert misfit(lens.get, {"stage": ["Closed Won"]}) == ("stage", "a list is in no row of the table")
    assert misfit(lens.put, "open") == ("stage", "'open' is in no row of the table")
    numbered = lookup("state", {"open": 1, "done": True})
    assert [numbered.get({"state": told}) for told in (1, True)] == ["open", "done"]
    assert lookup("stage", STAGES, unmapped=Default(value="lost")).get({"stage": "Archived"}) == "lost"


def test_lookup_that_keeps() -> None:
    lens = lookup("stage", STAGES, unmapped="keep")
    assert lens.put is not None
    assert lens.get({"stage": " Archived "}) == "Archived"
    assert lens.put("Archived") == {"stage": "Archived"}
    assert "is also the canonical value" in misfit(lens.get, {"stage": "won"})[1]
    assert "is also the raw value" in misfit(lens.put, "Closed Won")[1]
    assert misfit(lens.get, {"stage": 5}) == ("stage", "is a number, not text")


@pytest.mark.parametrize(
    ("table", "more", "reason"),
    [
        ({}, {}, "is empty"),
        ({"won": "W", "closed": "W"}, {}, "'W' twice: for 'won' and 'closed'"),
        ({"won": ""}, {"empty": ""}, "a row for empty: 'won' and ''"),
        ({"": "W"}, {}, "a row for empty: '' and 'W'"),
        ({"won": "W "}, {}, "'W ': not plain text"),
        ({"won": None}, {}, "None: not plain text"),
        ({"won": 1.5}, {}, "1.5: not plain text"),
        ({"won": "W"}, {"unmapped": Default(value="open")}, "no row for its default 'open'"),
    ],
)
def test_a_table_that_is_not_one_to_one(table: dict[Any, Any], more: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        lookup("stage", table, **more)


def test_join() -> None:
    lens = join(("first", "last"), text(max_length=12), empty="")
    assert lens.put is not None
    assert lens.get({"first": "Ada", "last": "King"}) == "Ada King"
    assert lens.get({"first": "Ada", "last": ""}) == "Ada"
    assert lens.get({"first": "", "last": "King"}) == "King"
    assert lens.get({"first": "Ada"}) is NOT_TOLD
    assert lens.put("Ada van King") == {"first": "Ada", "last": "van King"}
    assert lens.put("Ada") == {"first": "Ada", "last": ""}
    assert lens.put(None) == {"first": "", "last": ""}
    assert misfit(lens.get, {"first": 5, "last": ""}) == ("first", "is a number, not text")
    assert misfit(lens.get, {"first": "A" * 9, "last": "B" * 9}) == ("first", "has 19 characters; at most 12 fit")
    commas = join(("last", "first"), text(), separator=", ")
    assert commas.put is not None
    assert commas.put("King, Ada") == {"last": "King", "first": "Ada"}
    assert "would come back as another value" in misfit(commas.put, "King, , ")[1]
    assert "18 characters" in misfit(lens.put, "A" * 18)[1]


def test_split() -> None:
    lens = split("name", FULL, ("first", "last"))
    assert lens.put is not None
    assert lens.get({"name": "Ada van King"}) == {"first": "Ada", "last": "van King"}
    assert lens.get({"name": "Ada"}) == {"first": "Ada", "last": None}
    assert lens.put({"first": "Ada", "last": None}) == {"name": "Ada"}
    assert lens.put({"first": "Ada", "last": "van King"}) == {"name": "Ada van King"}
    assert misfit(lens.put, {"first": "Ada Maria", "last": "King"}) == (
        "name",
        "'Ada Maria King' would come back as another value",
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: join(("first",), text()),
        lambda: join(("first", "first"), text()),
        lambda: join(("first", "last"), text(), separator=""),
        lambda: split("name", NAMES, ("first",)),
        lambda: split("name", NAMES, ("first", "first")),
        lambda: set_lens("tags", set_of(text()), separator=""),
        lambda: group_lens({}, address()),
        lambda: money_cents("amount"),
        lambda: money_cents("amount", currency="EUR", currency_raw="currency"),
        lambda: cents("amount", currency="euro"),
        *(
            lambda format=format: date_format("at", format, zone="UTC")
            for format in ("%y-%m-%d", "%d.%m", "%Y%Y-%m-%d", "%Y-%m-%d %M", "%Y-%m-%d%", "%Y-%m-%d%z")
        ),
        lambda: date_format("at", "%Y-%m-%d %H"),
        lambda: date_format("at", "%Y-%m-%d %H", zone="Mars"),
    ],
)
def test_a_lens_that_cannot_be(make: Callable[[], Lens]) -> None:
    with pytest.raises(ValueError, match=r"at least|either one|three letters|the format|no time zone"):
        make()


def test_set_lens() -> None:
    lens = set_lens("tags", set_of(text()))
    assert lens.put is not None
    assert lens.get({"tags": ";b; a;b"}) == ["a", "b"]
    assert lens.get({"tags": ";"}) is None
    assert lens.put(["a", "b"]) == {"tags": "a;b"}
    assert lens.put(None) == {"tags": ""}
    assert "cannot stand in a list with ';'" in misfit(lens.put, ["a;b"])[1]
    assert "cannot stand in a list" in misfit(lens.put, [1])[1]
    assert misfit(lens.get, {"tags": ["a"]}) == ("tags", "is a list, not text")
    spaced = set_lens("tags", set_of(enum(["a"])))
    assert spaced.put is not None
    assert misfit(spaced.put, ["b"]) == ("tags", "'b' is none of: a")


def test_cents() -> None:
    lens = cents("amount", currency="EUR")
    assert lens.put is not None
    assert [lens.get({"amount": told}) for told in (1250, "-5", 0, "")] == ["12.5", "-0.05", "0", None]
    assert [lens.put(value)["amount"] for value in ("12.5", "-0.05", "0", "3")] == [1250, -5, 0, 300]
    assert misfit(lens.put, "12.345") == ("amount", "12.345 has more than 2 decimal places")
    assert misfit(lens.put, "9" * 30)[1].endswith("does not fit in 64 bits")
    assert misfit(lens.get, {"amount": 12.5}) == ("amount", "12.5 is not a whole number")
    yen = cents("amount", currency="JPY")
    assert yen.get({"amount": 1250}) == "1250"


def test_money_in_cents() -> None:
    lens = money_cents("amount", currency_raw="currency")
    assert lens.put is not None
    assert lens.get({"amount": 1250, "currency": "eur"}) == {"amount": "12.50", "currency": "EUR"}
    assert lens.get({"amount": None, "currency": "EUR"}) is None
    assert lens.get({"amount": 1250}) is NOT_TOLD
    assert lens.get({"currency": "EUR"}) is NOT_TOLD
    assert lens.put({"amount": "1.234", "currency": "KWD"}) == {"amount": 1234, "currency": "KWD"}
    assert misfit(lens.get, {"amount": 1250, "currency": None}) == ("currency", "the amount has no currency")
    assert misfit(lens.get, {"amount": 1250, "currency": "€"})[0] == "currency"
    assert misfit(lens.get, {"amount": "x", "currency": "EUR"}) == ("amount", "'x' is not a number")
    euro = money_cents("amount", currency="EUR")
    assert euro.put is not None
    assert misfit(euro.put, {"amount": "5.00", "currency": "USD"}) == (
        "amount",
        "this system holds EUR here, not USD",
    )


def test_date_format() -> None:
    day = date_format("due", "%d.%m.%Y", empty="")
    assert day.put is not None
    assert day.get({"due": " 05.11.2026 "}) == "2026-11-05"
    assert day.get({"due": " "}) is None
    assert day.put("0033-01-02") == {"due": "02.01.0033"}
    assert "declared format" in misfit(day.get, {"due": "5.11.2026"})[1]
    assert "is no date: day is out of range" in misfit(day.get, {"due": "31.02.2026"})[1]
    berlin = date_format("at", "%Y%m%d%H%M%S", zone="Europe/Berlin")
    assert berlin.put is not None
    assert berlin.get({"at": "20261105093000"}) == "2026-11-05T08:30:00Z"
    assert berlin.get({"at": " "}) is None
    assert berlin.put("2026-11-05T08:30:00Z") == {"at": "20261105093000"}
    assert "the clocks change" in misfit(berlin.put, "2026-10-25T00:30:00Z")[1]
    assert "has no place here" in misfit(berlin.put, "9999-12-31T23:30:00Z")[1]
    assert "more exact than" in misfit(berlin.put, "2026-11-05T08:30:00.500000Z")[1]
    offset = date_format("at", "%Y-%m-%dT%H:%M%z", zone="Europe/Berlin")
    assert offset.put is not None
    assert [offset.get({"at": f"2026-11-05T09:30{z}"})[11:16] for z in ("Z", "+01:00", "-0230")] == [
        "09:30",
        "08:30",
        "12:00",
    ]
    assert offset.put("2026-11-05T08:30:00Z") == {"at": "2026-11-05T09:30+0100"}
    assert offset.put("2026-10-25T00:30:00Z") == {"at": "2026-10-25T02:30+0200"}


def test_group_lens() -> None:
    lens = group_lens({"city": rename("city", text()), "country": rename("address.country", country())}, address())
    assert lens.reads == ("city", "address.country")
    assert lens.put is not None
    value = lens.get({"city": "Berlin", "address": {"country": None}})
    assert value == address().normal({"city": "Berlin"})
    assert lens.get({"city": "Berlin"}) is NOT_TOLD
    assert lens.put(value) == {"city": "Berlin", "address.country": None}
    assert lens.put(None) == {"city": None, "address.country": None}
    assert misfit(lens.put, {**value, "street": "Main"}) == ("city", "this system has no place for street ('Main')")
    assert misfit(lens.get, {"city": 5, "address": {}}) == ("city", "is a number, not text")
    other = group_lens({"town": rename("city", text())}, address())
    assert misfit(other.get, {"city": "Berlin"})[0] == "city"
    priced = group_lens({"amount": rename("total", decimal()), "currency": rename("cur", text())}, money())
    assert priced.get({"total": 12.5, "cur": "eur"}) == {"amount": "12.50", "currency": "EUR"}


def test_lines_lens() -> None:
    lens = lines_lens("items", COLUMNS, ORDER, id_field="id")
    assert lens.put is not None
    raw = {"items": [{"id": 5, "sku": "A", "unit": {"price": 250}, "product_id": 7}]}
    value = lens.get(raw)
    product = Ref(system="shop", stream="Product", id="7")
    assert value == [{"id": 5, "sku": "A", "price": "2.5", "product": product}]
    assert as_sent(value) == [{"id": 5, "sku": "A", "price": "2.5", "product": 7}]
    assert lens.put([{**value[0], "product": "7"}]) == {
        "items": [{"sku": "A", "unit.price": 250, "product_id": "7", "id": 5}]
    }
    assert lens.put(None) == {"items": []}
    assert lens.get({"items": []}) is None
    assert lens.get({"items": [{"sku": "A"}]}) is NOT_TOLD
    assert misfit(lens.get, {"items": "A"}) == ("items", "is text, not a list")
    assert misfit(lens.get, {"items": [1]}) == ("items[0]", "is a number, not an object")
    assert misfit(lens.get, {"items": [{"sku": 5}]}) == ("items[0].sku", "is a number, not text")
    assert misfit(lens.get, {"items": [*raw["items"], *raw["items"]]})[0] == "items"
    without_ids = lines_lens("items", COLUMNS, ORDER)
    assert without_ids.put is not None
    assert "id" not in without_ids.get(raw)[0]
    assert "id" not in without_ids.put([{**value[0], "product": None}])["items"][0]


def test_a_column_that_raises_without_its_field() -> None:
    def unfit(row: Any) -> Any:
        raise Unfit(row, "does not fit")

    lens = lines_lens("items", {"sku": Lens(reads=("code",), get=unfit, put=None)}, ORDER)
    assert misfit(lens.get, {"items": [{}]}) == ("items[0].code", "does not fit")


def test_reference_lens() -> None:
    lens = reference_lens("partner_id", "odoo", "res.partner", as_number=True, empty=False)
    assert lens.put is not None
    ref = Ref(system="odoo", stream="res.partner", id="42")
    assert [lens.get({"partner_id": told}) for told in (42, " 42 ", False, " ")] == [ref, ref, None, None]
    assert [lens.put(told) for told in (42, "42", None)] == [{"partner_id": 42}] * 2 + [{"partner_id": False}]
    assert misfit(lens.put, "abc") == ("partner_id", "'abc' is not a number, as ids of res.partner are")
    assert misfit(lens.put, "9" * 5000)[0] == "partner_id"
    assert misfit(lens.get, {"partner_id": 10**5000})[1].endswith("does not fit in 64 bits")
    assert misfit(lens.get, {"partner_id": 4.2}) == ("partner_id", "is a number, not text")
    text_id = reference_lens("AccountId", "salesforce", "Account")
    assert text_id.put is not None
    assert text_id.put("001A") == {"AccountId": "001A"}
