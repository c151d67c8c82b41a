"""Reads of the Odoo connector: no row is left out and none is waited for, whatever the stamps hide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from odoo_played import Played, ids, row, served, stream

from syncline.connect.connector import SHARED
from syncline.connect.request import Answer, Page
from syncline.connect.template import Use
from syncline.connect.webhook import Touched
from syncline.connectors.odoo import connector
from syncline.connectors.odoo.model import Model
from syncline.connectors.odoo.models import MODELS, PARTNER
from syncline.connectors.odoo.reading import Place, Reader, literal, seconds, stamp

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


# ---- what is asked
def test_a_first_read_goes_by_id_and_a_later_one_by_stamp() -> None:
    partners = stream("res.partner", "name", "email")
    first = Played(partners.changes(-302.0, None), [row(1, name="A", email=False)])
    fields = ["create_date", "email", "name", "write_date"]
    assert first.calls == [
        ("res.partner/search_read", {"domain": [["id", ">", 0]], "fields": fields, "order": "id", "limit": 500})
    ]
    assert first.end == Page(records=(row(1, name="A", email=False),))
    later = Played(partners.changes(NOON + 0.9, None), [])
    [(_, asked)] = later.calls
    assert (asked["domain"], asked["order"]) == ([["write_date", ">=", "2026-11-20 12:00:00"]], "write_date, id")


def test_archived_rows_are_rows_and_references_are_ids() -> None:
    partners = stream("res.partner", "name", "parent_id", "active")
    step = next(partners.changes(0.0, None))
    assert step.json["context"] == {"lang": "en_US", "active_test": False}
    assert step.json["load"] is None
    told = row(2, name="B", parent_id=[1, "A"], active=False)
    page = Played(partners.get(["2"]), [told]).end
    assert page.records == (row(2, name="B", parent_id=1, active=False),)


def test_language_and_companies_are_the_hubs_choice_for_reads_and_writes() -> None:
    partners = stream("res.partner", lang="de_DE", companies=["1", 3])
    assert next(partners.sweep(None)).json["context"] == {
        "lang": "de_DE", "allowed_company_ids": [1, 3], "active_test": False,
    }  # fmt: skip
    context = partners.update("7", {"name": "x"}, None).json["context"]
    assert (context["lang"], context["allowed_company_ids"]) == ("de_DE", [1, 3])
    assert context["tracking_disable"] is True


def test_a_stream_that_two_entities_share_is_read_with_the_fields_of_both() -> None:
    use = Use(fields={"res.partner": ("name", "vat"), f"res.partner{SHARED}contact": ("name", "email", "x_birthday")})
    asked = next(connector(use).stream(f"res.partner{SHARED}contact").changes(0.0, None))
    assert asked.json["fields"] == ["create_date", "email", "name", "vat", "write_date", "x_birthday"]


def test_what_some_app_brings_is_asked_for_only_where_it_is_bound() -> None:
    asked = next(stream("product.product").changes(0.0, None)).json["fields"]
    assert "list_price" in asked
    assert "qty_available" not in asked
    assert "qty_available" in next(stream("product.product", "qty_available").changes(0.0, None)).json["fields"]


def test_what_is_no_number_names_no_row() -> None:
    played = Played(stream("res.partner", "name").get(["7", "x", "9", "-1", "\u0663"]), [row(7, name="A")])
    assert played.calls[0][1]["domain"] == [["id", "in", [7, 9]]]
    assert ids(played.end.records) == [7]


def test_only_customers_invoices_and_only_staff_are_read() -> None:
    moves = Played(stream("account.move", "name").get(["5"]), [])
    assert moves.calls[0][1]["domain"][0] == ["move_type", "in", ["out_invoice", "out_refund", "out_receipt"]]
    users = Played(stream("res.users", "name").changes(NOON, None), [])
    assert users.calls[0][1]["domain"][0] == ["share", "=", False]


@pytest.mark.parametrize("body", [None, False, "<html>", {"ids": [1]}, [1, 2], [{"name": "A"}], [{"id": "1"}]])
def test_what_is_no_list_of_rows_is_no_page(body: Any) -> None:
    partners = stream("res.partner", "name")
    with pytest.raises(ValueError, match="no rows"):
        Played(partners.get(["1"]), body)
    with pytest.raises(ValueError, match="no rows"):
        partners.page(Answer(status=200, body=body))


# ---- documents
def test_an_order_comes_with_its_lines_and_what_they_sell() -> None:
    orders = stream("sale.order", "name", "order_line", "currency")
    line = {"product_id": 5, "product_uom_qty": 2.0, "price_unit": 9.5}
    played = Played(
        orders.changes(NOON, None),
        [row(1, name="S00001", currency_id=3), row(2, name="S00002", currency_id=False)],
        [
            {"id": 11, "order_id": [1, "S00001"], **line, "product_id": [5, "[A-5] Chair"]},
            {"id": 12, "order_id": 1, **line, "product_id": False},
            {"id": 13, "order_id": 1, **line, "product_id": 6},
        ],
        [{"id": 5, "default_code": "A-5"}],
        [{"id": 3, "name": "EUR"}],
    )
    paths = [path for path, _ in played.calls]
    assert paths == [
        "sale.order/search_read", "sale.order.line/search_read", "product.product/search_read",
        "res.currency/search_read",
    ]  # fmt: skip
    assert played.calls[0][1]["fields"] == ["create_date", "currency_id", "name", "write_date"]
    assert played.calls[1][1]["domain"] == [["order_id", "in", [1, 2]], ["display_type", "=", False]]
    first, second = played.end.records
    assert [(each["id"], each.get("default_code", "not told")) for each in first["order_line"]] == [
        (11, "A-5"), (12, False), (13, "not told"),
    ]  # fmt: skip
    assert (first["currency"], second["currency"], second["order_line"]) == ("EUR", False, [])


def test_no_lines_are_asked_for_where_none_are_bound_or_no_order_came() -> None:
    assert len(Played(stream("sale.order", "name").get(["1"]), [row(1, name="S")]).calls) == 1
    assert len(Played(stream("sale.order", "name", "order_line").get(["1"]), []).calls) == 1


def test_parts_say_which_documents_they_touch() -> None:
    lines = Played(
        stream("sale.order.line").changes(NOON, None),
        [row(11, order_id=2), row(12, order_id=[1, "S1"]), row(13, order_id=2), row(14, order_id=False)],
    )
    assert lines.end.touched == (Touched(stream="sale.order", id="1"), Touched(stream="sale.order", id="2"))
    templates = Played(stream("product.template").changes(NOON, None), [row(4, product_variant_ids=[8, 7])])
    assert [one.id for one in templates.end.touched] == ["7", "8"]
    assert "order_id" in next(stream("sale.order.line", "name").changes(NOON, None)).json["fields"]


def test_a_document_names_the_streams_of_its_parts() -> None:
    assert stream("sale.order").children == ("sale.order.line",)
    assert stream("account.move").children == ("account.move.line",)
    assert stream("product.product", "name").children == ("product.template",)
    assert stream("product.product", "free_qty").children == ("product.template", "stock.quant")


# ---- finding
def test_a_row_is_found_whatever_the_case_of_its_address() -> None:
    find = stream("res.partner", "name").find
    assert find is not None
    asked = [Played(find(keys), []).calls[0][1]["domain"] for keys in (
        {"email": "a_b%c@x.test"}, {"name": "Ann"}, {"country_code": "DE"}, {"vat": None}, {"x_number": 7},
    )]  # fmt: skip
    assert asked == [
        [["email", "=ilike", r"a\_b\%c@x.test"]], [["name", "=", "Ann"]], [["country_id.code", "=ilike", "DE"]],
        [["vat", "=", False]], [["x_number", "=", 7]],
    ]  # fmt: skip
    assert literal("a\\b") == "a\\\\b"


# ---- going on
class Table:
    """A table of Odoo: stamps have microseconds, and are told without them."""

    def __init__(self) -> None:
        self.stamps: dict[int, int] = {}

    def search_read(self, path: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = [one for one in self.stamps if all(self.holds(one, condition) for condition in asked["domain"])]
        keys = {"id": lambda one: (one,), "write_date, id": lambda one: (self.stamps[one], one)}
        found.sort(key=keys[asked["order"]])
        return [row(one, stamp(NOON + self.stamps[one] // 10**6)) for one in found[: asked["limit"]]]

    def holds(self, one: int, condition: list[Any]) -> bool:
        name, operator, value = condition
        told = one if name == "id" else NOON + self.stamps[one] / 10**6
        wanted = value if name == "id" else seconds(value)
        assert wanted is not None
        return {">": told > wanted, ">=": told >= wanted, "<": told < wanted}[operator]


def small(page: int) -> Reader:
    model = Model(name=PARTNER.name, columns=PARTNER.columns, page=page)
    return Reader(model=model, calls=_calls(), bound=frozenset())


def _calls() -> Any:
    from syncline.connectors.odoo.calls import Calls

    return Calls()


@pytest.mark.parametrize("seed", range(60))
def test_every_row_is_read_though_many_share_a_second_and_all_move_meanwhile(seed: int) -> None:
    random, table = Random(seed), Table()
    reader = small(page=random.choice([1, 2, 3, 7]))
    count, spread = random.randint(1, 40), random.choice([1, 3, 10**6, 5 * 10**6])
    table.stamps = {one: random.randrange(spread) for one in range(1, count + 1)}
    began = dict(table.stamps)
    late, seen, after, pages, now = 5 * 10**6, set[int](), None, 0, spread
    while True:
        page = served(reader.changes(NOON - 3, after), table.search_read)
        seen.update(ids(page.records))
        after, pages = page.next, pages + 1
        assert pages <= 3 * count + 10, "it stands still"
        if after is None:
            break
        if random.random() < 0.3 and now < late:  # somebody saves a row, or makes one, while the pages are read
            now += random.randrange(10**6)
            table.stamps[random.randint(1, count + 5)] = now
    unmoved = {one for one, at in began.items() if table.stamps[one] == at}
    assert unmoved <= seen
    moved_again = {one for one, at in table.stamps.items() if began.get(one) != at}
    again = served_all(reader, table, NOON + spread / 10**6 - 2)
    assert moved_again <= seen | again


def served_all(reader: Reader, table: Table, since: float) -> set[int]:
    seen, after = set[int](), None
    while True:
        page = served(reader.changes(since, after), table.search_read)
        seen.update(ids(page.records))
        after = page.next
        if after is None:
            return seen


def test_the_same_walk_that_goes_on_behind_the_last_stamp_leaves_rows_out() -> None:
    """A twin: keyset by the stamp as it is told."""

    class Twin(Place):
        @property
        def domain(self) -> list[Any]:
            return [["write_date", ">" if self.past is not None else ">=", self.at]] if self.at else []

        @property
        def by_id(self) -> bool:
            return False

    table = Table()
    table.stamps = {one: 100 * one for one in range(1, 10)}
    place, seen = Twin(at=stamp(NOON)), set[int]()
    for _ in range(20):
        asked = {"domain": place.domain, "order": place.order, "limit": 2}
        rows = table.search_read("", asked)
        seen.update(ids(rows))
        if len(rows) < 2:
            break
        place = Twin(at=rows[-1]["write_date"], past=rows[-1]["id"])
    assert seen != set(table.stamps)


def test_a_sweep_shows_every_row_once() -> None:
    table, reader = Table(), small(page=3)
    table.stamps = dict.fromkeys((2, 3, 5, 7, 11, 13, 17), 0)
    seen, after = [], None
    while True:
        page = served(reader.sweep(after), table.search_read)
        seen += ids(page.records)
        after = page.next
        if after is None:
            break
    assert seen == sorted(table.stamps)


def test_a_cursor_is_text_and_comes_back_as_the_same_place() -> None:
    for text in ("2026-11-20 12:00:00", "2026-11-20 12:00:00/0", "/17"):
        place = Place.named(text)
        full = place.following({"id": 99, "write_date": "2026-11-20 12:00:01"})
        assert full is not None
        assert Place.named(full) != place
    assert Place.named("2026-11-20 23:59:59/4").following(None) == "2026-11-21 00:00:00"
    assert Place.named("/4").following(None) is None
    assert Place.named("2026-11-20 12:00:00").following(None) is None


# ---- stamps
def test_stamps_are_utc_in_whole_seconds_and_empty_is_none() -> None:
    assert seconds("2026-11-20 12:00:00") == NOON
    assert (seconds(False), seconds(None)) == (None, None)
    assert stamp(NOON + 0.999) == "2026-11-20 12:00:00"
    assert stamp(-1.0) < stamp(0.0) == "1970-01-01 00:00:00"
    with pytest.raises(ValueError, match="noon"):
        seconds("noon")


# ---- the contract
def test_every_read_is_one_of_the_reads_of_the_connector() -> None:
    whole = connector()
    known = {pattern.rpartition("/")[2] for _, pattern in whole.reads}
    for each in whole.streams:
        assert each.changes is not None
        assert each.get is not None
        assert each.sweep is not None
        for asked in (each.changes(NOON, None), each.get(["1"]), each.sweep("/5")):
            step = next(asked)  # type: ignore[arg-type]
            assert step.method == "POST"
            assert step.path.rpartition("/")[2] in known


def test_what_may_be_missing_proves_a_delete_only_for_who_sees_all() -> None:
    assert stream("res.partner").deletes_proven_by is None
    assert stream("res.partner", sees_all="yes").deletes_proven_by is None
    assert stream("res.partner", sees_all=True).deletes_proven_by == "missing"


def test_a_stream_without_writes_offers_none() -> None:
    for model in MODELS:
        each = connector().stream(model.name)
        offered = {name for name in ("create", "update", "delete") if getattr(each, name) is not None}
        assert offered == set(model.may)
        assert (each.find is None) == (not model.may)


def test_an_invoice_tells_the_order_that_its_origin_names_and_none_where_it_names_several() -> None:
    invoices = stream("account.move", "name", "order_id")
    told = [row(n, name=f"INV/{n}", invoice_origin=origin) for n, origin in enumerate(
        ("S00007", False, "S00007, S00008", "S00009"), start=1
    )]  # fmt: skip
    orders = [row(70, name="S00007"), row(90, name="S00009"), row(91, name="S00009")]
    page = Played(invoices.get(["1", "2", "3", "4"]), told, orders)
    assert page.calls[1][1]["domain"] == [["name", "in", ["S00007", "S00007, S00008", "S00009"]]]
    assert [one["order_id"] for one in page.end.records] == [70, False, False, False]
    unbound = Played(stream("account.move", "name", "invoice_origin").get(["1"]), told[:1])
    assert "order_id" not in unbound.end.records[0]
