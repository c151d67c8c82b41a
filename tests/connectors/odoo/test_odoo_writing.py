"""Updates and deletes of the Odoo connector: what is told, in how many calls, and what becomes of each."""

from __future__ import annotations

from typing import Any

import pytest
from odoo_played import Played, called, refusal, row, stream

from syncline.connect.request import Answer, Request
from syncline.connect.stream import Field, WriteOrder
from syncline.connectors.odoo.values import differs, sent
from syncline.model.outcome import Clash, Denied, Done, Exists, Later, Missing, Rejected, Unknown


def order(number: int, kind: Any = "update", **values: Any) -> WriteOrder:
    key = f"acme-{number}"
    return WriteOrder(kind=kind, id=None if kind == "create" else str(number), values=values, key=key)


def update(name: str, number: str, values: dict[str, Any], *answers: Any) -> Played:
    whole = stream(name)
    assert whole.update is not None
    return Played(whole.update(number, values, None), *answers)


# ---- one
def test_a_plain_update_is_one_call() -> None:
    partners = stream("res.partner")
    assert partners.update is not None
    assert partners.done is not None
    asked = partners.update("7", {"name": "A", "parent_id": None, "comment": None, "x_region": "DACH"}, None)
    assert isinstance(asked, Request)
    assert called(asked) == (
        "res.partner/write",
        {"ids": [7], "vals": {"name": "A", "parent_id": False, "comment": False, "x_region": "DACH"}},
    )
    assert asked.json["context"]["mail_notrack"] is True
    assert partners.done(Answer(status=200, body=True)) == Done(id="")


def test_of_a_reference_to_a_row_that_is_gone_the_reference_is_blamed() -> None:
    def lacks(model: str, number: int) -> tuple[int, dict[str, Any]]:
        text = f"Record does not exist or has been deleted.\n(Record: {model}({number},), User: 2)"
        return refusal("MissingError", text, 404)

    values = {"parent_id": "3", "user_id": 2}
    assert update("res.partner", "7", values, True).end == Done(id="7")
    assert update("res.partner", "7", values, lacks("res.partner", 7)).end == Missing()
    for model, number, field in (("res.partner", 3, "parent_id"), ("res.users", 2, "user_id"), ("res.lang", 9, None)):
        outcome = update("res.partner", "7", values, lacks(model, number)).end
        assert outcome == Rejected(reason=f"{model} {number} is not there", field=field, code="no-such-row")


@pytest.mark.parametrize("body", [None, False, [], "<html>", {"ids": [1]}, 1])
def test_an_answer_that_is_neither_true_nor_an_error_is_no_receipt(body: Any) -> None:
    done = stream("res.partner").done
    assert done is not None
    with pytest.raises(ValueError, match="neither true nor an error"):
        done(Answer(status=200, body=body))


def test_a_delete_is_a_hard_one() -> None:
    delete = stream("res.partner").delete
    assert delete is not None
    assert called(delete("7", None)) == ("res.partner/unlink", {"ids": [7]})  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "value", "told"), [
    ("many2one", None, False), ("many2one", "", False), ("many2one", False, False), ("many2one", "12", 12),
    ("many2one", 12, 12), ("integer", "3", 3), ("float", "1.50", 1.5), ("float", None, False), ("char", "", ""),
    ("char", None, False), ("boolean", False, False), ("boolean", True, True),
    ("many2many", [3, "4"], [[6, 0, [3, 4]]]),
    ("many2many", [], [[6, 0, []]]), (None, "12", "12"), (None, None, False), ("date", "2026-01-01", "2026-01-01"),
    ("selection", "", False),
])  # fmt: skip
def test_a_value_as_odoo_takes_it(kind: Any, value: Any, told: Any) -> None:
    found = sent(kind, value)
    assert (found, type(found)) == (told, type(told))


def test_a_reference_that_is_no_id_is_not_sent() -> None:
    with pytest.raises(ValueError, match="Ltd"):
        sent("many2one", "Ltd")


@pytest.mark.parametrize(("now", "wanted", "answer"), [
    (False, None, False), (False, "", False), (False, False, False), (0.0, False, True), (0, 0.0, False),
    (False, True, True), ("a", "a", False), ("a", "b", True), (12, 12, False), (9.5, 9.5, False), ("", 0, True),
])  # fmt: skip
def test_only_what_differs_is_written(now: Any, wanted: Any, answer: bool) -> None:
    assert differs(now, wanted) is answer


# ---- our own words
def test_a_country_is_told_by_its_code_and_a_state_within_it() -> None:
    values = {"city": "Wien", "country_code": "at", "state_code": "9"}
    played = update(
        "res.partner", "7", values,
        [{"id": 12, "code": "AT"}, {"id": 13, "code": "ATX"}], [{"id": 90, "code": "9"}], True,
        [row(7, city="Wien", country_id=12, state_id=90)], [{"id": 12, "code": "AT"}], [{"id": 90, "code": "9"}],
    )  # fmt: skip
    asked = played.calls[:3]
    assert asked[0] == (
        "res.country/search_read",
        {"domain": [["code", "=ilike", "at"]], "fields": ["code"], "order": "id"},
    )
    assert asked[1][1]["domain"] == [["country_id", "=", 12], ["code", "=ilike", "9"]]
    assert asked[2] == ("res.partner/write", {"ids": [7], "vals": {"city": "Wien", "country_id": 12, "state_id": 90}})
    assert played.writes == ["res.partner/write"]
    assert isinstance(played.end, Done)
    assert played.end.stored is not None
    assert (played.end.stored["country_code"], played.end.stored["state_code"]) == ("AT", "9")


def test_no_country_is_told_without_a_search() -> None:
    played = update("res.partner", "7", {"country_code": None}, True, [row(7, country_id=False)])
    assert played.calls[0][1]["vals"] == {"country_id": False}


@pytest.mark.parametrize(("rows", "code"), [
    ([], "no-such-row"), ([{"id": 1, "code": "XYZ"}], "no-such-row"),
    ([{"id": 1, "code": "xx"}, {"id": 2, "code": "Xx"}], "ambiguous"),
    ([{"id": 1, "code": "XX"}, {"id": 2, "code": "XX"}], "ambiguous"),
])  # fmt: skip
def test_a_name_that_leads_nowhere_or_to_several_is_rejected_and_nothing_is_written(rows: Any, code: str) -> None:
    played = update("res.partner", "7", {"country_code": "XX"}, rows)
    assert played.writes == []
    assert isinstance(played.end, Rejected)
    assert (played.end.field, played.end.code) == ("country_code", code)


def test_the_row_that_is_spelled_as_asked_comes_before_one_in_another_case() -> None:
    rows = [{"id": 1, "code": "xx"}, {"id": 2, "code": "XX"}]
    played = update("res.partner", "7", {"country_code": "XX"}, rows, True, [row(7)])
    assert played.calls[1][1]["vals"] == {"country_id": 2}


# ---- documents
LINES = [
    {"id": 11, "order_id": 1, "product_id": 5, "product_uom_qty": 2.0, "price_unit": 9.5},
    {"id": 12, "order_id": 1, "product_id": 6, "product_uom_qty": 1.0, "price_unit": 3.0},
]
READ_BACK = [[row(1, name="S1")], LINES, [{"id": 5, "default_code": "A"}, {"id": 6, "default_code": "B"}]]


def orders(*lines: dict[str, Any], answers: Any = (True, *READ_BACK)) -> Played:
    whole = stream("sale.order", "name", "order_line")
    assert whole.update is not None
    codes = sorted({line["default_code"] for line in lines if line.get("default_code")})
    products = [[{"id": {"A": 5, "B": 6, "C": 7}[code], "default_code": code} for code in codes]] if codes else []
    told = [*products, [dict(each) for each in LINES], *answers]
    return Played(whole.update("1", {"order_line": list(lines)}, None), *told)


def test_lines_that_are_new_changed_and_gone_are_one_write() -> None:
    played = orders(
        {"id": "11", "default_code": "A", "product_uom_qty": 3, "price_unit": 9.5},
        {"default_code": "C", "product_uom_qty": 1, "price_unit": None},
    )
    assert played.writes == ["sale.order/write"]
    [(_, written)] = [one for one in played.calls if one[0] == "sale.order/write"]
    assert written["vals"] == {
        "order_line": [[1, 11, {"product_uom_qty": 3.0}], [0, 0, {"product_uom_qty": 1.0, "product_id": 7}], [2, 12, 0]]
    }
    assert isinstance(played.end, Done)
    assert played.end.stored is not None
    assert [each["default_code"] for each in played.end.stored["order_line"]] == ["A", "B"]


def test_lines_that_are_as_they_should_be_are_not_written() -> None:
    played = orders(
        {"id": "11", "default_code": "A", "product_uom_qty": 2, "price_unit": 9.5}, {"id": "12"}, answers=READ_BACK
    )
    assert played.writes == []


def test_a_line_that_is_gone_by_now_means_that_the_order_moved() -> None:
    played = orders({"id": "99", "default_code": "A"}, answers=())
    assert (played.writes, played.end) == ([], Clash())


def test_a_product_that_nobody_has_stops_the_whole_order() -> None:
    whole = stream("sale.order")
    assert whole.update is not None
    played = Played(whole.update("1", {"order_line": [{"default_code": "Z"}]}, None), [])
    assert isinstance(played.end, Rejected)
    assert (played.end.field, played.writes) == ("default_code", [])


# ---- states
def state(wanted: str, *answers: Any, name: str = "sale.order", **values: Any) -> Played:
    whole = stream(name, "name", "state")
    assert whole.update is not None
    return Played(whole.update("1", {"state": wanted, **values}, None), *answers)


def test_an_order_is_confirmed_by_its_method_and_looked_at() -> None:
    played = state(
        "sale",
        True,
        [row(1, state="draft")],
        True,
        [row(1, state="sale")],
        [row(1, state="sale")],
        client_order_ref="7",
    )
    assert played.writes == ["sale.order/write", "sale.order/action_confirm"]
    assert played.end == Done(id="1", stored=row(1, state="sale"))


def test_an_order_that_is_there_already_is_left_alone() -> None:
    assert state("sale", [row(1, state="sale")], [row(1, state="sale")]).writes == []


def test_an_order_is_opened_again_before_it_is_changed() -> None:
    played = state("draft", [row(1, state="cancel")], True, [row(1, state="draft")], True, [row(1)], origin="x")
    assert played.writes == ["sale.order/action_draft", "sale.order/write"]


@pytest.mark.parametrize(("now", "wanted", "methods"), [
    ("cancel", "sale", ["action_draft", "action_confirm"]), ("sent", "sale", ["action_confirm"]),
    ("sale", "cancel", ["action_cancel"]), ("draft", "cancel", ["action_cancel"]),
])  # fmt: skip
def test_the_ways_of_an_order(now: str, wanted: str, methods: list[str]) -> None:
    answers = [[row(1, state=now)], *[True for _ in methods], [row(1, state=wanted)], [row(1)]]
    assert state(wanted, *answers).writes == [f"sale.order/{method}" for method in methods]


def test_an_invoice_is_posted_and_never_cancelled_from_there() -> None:
    posted = state("posted", [row(1, state="draft")], None, [row(1, state="posted")], [row(1)], name="account.move")
    assert posted.writes == ["account.move/action_post"]
    refused = state("cancel", [row(1, state="posted")], name="account.move")
    assert isinstance(refused.end, Rejected)
    assert (refused.end.field, refused.writes) == ("state", [])


def test_a_question_to_a_person_is_no_new_state() -> None:
    wizard = {"type": "ir.actions.act_window", "res_model": "sale.order.cancel"}
    played = state("cancel", [row(1, state="sale")], wizard, [row(1, state="sale")])
    assert isinstance(played.end, Rejected)
    assert played.end.code == "asks-a-person"


def test_what_ended_half_way_is_unknown_and_what_was_done_for_nothing_is_not() -> None:
    half = state("sale", True, [row(1, state="draft")], refusal("UserError", "blocked"), origin="x")
    assert half.end == Unknown(reason="it ended half way: blocked")
    alone = state("sale", [row(1, state="draft")], refusal("UserError", "blocked"))
    assert alone.end == Rejected(reason="blocked")


def test_an_order_that_is_gone_is_missing() -> None:
    assert state("sale", []).end == Missing()
    half = state("sale", True, [row(1, state="sale")], [], origin="x").end
    assert half == Unknown(reason="it ended half way: Missing")


# ---- what goes wrong on the way
@pytest.mark.parametrize(("answer", "outcome"), [
    (refusal("UserError", "no"), Rejected(reason="no")), ((429, None), Later(after=5.0)),
    (refusal("MissingError", "gone", 404), Missing()), ((502, "<html>"), Unknown(reason="it answered 502")),
    (refusal("AccessDenied", "who?", 401), Denied(reason="who?")),
])  # fmt: skip
def test_a_write_that_fails_ends_the_conversation(answer: Any, outcome: Any) -> None:
    assert update("res.partner", "7", {"country_code": "AT"}, [{"id": 1, "code": "AT"}], answer).end == outcome


def test_of_a_search_that_fails_nothing_was_written() -> None:
    assert update("res.partner", "7", {"country_code": "AT"}, (502, "<html>")).end == Later(after=5.0)


# ---- together
def test_rows_leave_together_if_they_are_told_the_same_fields() -> None:
    takes = stream("res.partner").batch_takes
    assert takes(order(1, name="A", phone="1")) == takes(order(2, phone="2", name="B")) != takes(order(3, name="C"))
    assert takes(order(1, kind="delete")) is True
    assert takes(order(1, country_code="DE")) is False
    assert takes(order(1, x_number="12")) is False, "an id, or a text? nobody can tell without asking"
    assert takes(order(1, x_region="DACH")) == ("x_region",)
    documents = stream("sale.order").batch_takes
    assert documents(order(1, state="sale")) is documents(order(1, order_line=[])) is False


def together(*several: WriteOrder, name: str = "res.partner") -> tuple[str, dict[str, Any]]:
    whole = stream(name)
    assert whole.batch is not None
    return called(whole.batch(several))


def test_equal_values_are_one_write_of_many_rows() -> None:
    path, asked = together(order(1, user_id="3"), order(2, user_id="3"))
    assert (path, asked) == ("res.partner/write", {"ids": [1, 2], "vals": {"user_id": 3}})


def test_other_values_are_one_import_by_database_ids() -> None:
    path, asked = together(
        order(1, name="A", parent_id="3", active=False, category_id=[1, 2], x_ok=True),
        order(2, name="B", parent_id=None, active=True, category_id=[], x_ok=False),
    )
    assert path == "res.partner/load"
    assert asked["fields"] == [".id", "active", "category_id/.id", "name", "parent_id/.id", "x_ok"]
    assert asked["data"] == [["1", "0", "1,2", "A", "3", "1"], ["2", "1", "", "B", "", ""]]


def test_deletes_are_one_call() -> None:
    assert together(order(1, kind="delete"), order(2, kind="delete")) == ("res.partner/unlink", {"ids": [1, 2]})


def test_each_of_a_batch_has_its_receipt() -> None:
    receipts = stream("res.partner").receipts
    assert receipts is not None
    both = [order(1, name="A"), order(2, name="B")]
    answers = (True, {"ids": [1, 2], "messages": []})
    for body in answers:
        assert receipts(Answer(status=200, body=body), both) == [Done(id="1"), Done(id="2")]
    made = [order(1, kind="create", name="A"), order(2, kind="create", name="B")]
    assert receipts(Answer(status=200, body=answers[1]), made) == [Done(id="1"), Done(id="2")]


@pytest.mark.parametrize("body", [None, False, [], {"ids": [1]}, {"ids": [1, "2"]}, "<html>"])
def test_an_answer_with_other_receipts_than_orders_is_no_receipt(body: Any) -> None:
    receipts = stream("res.partner").receipts
    assert receipts is not None
    with pytest.raises(ValueError, match="an import of 2 rows"):
        receipts(Answer(status=200, body=body), [order(1, name="A"), order(2, name="B")])


# ---- fields
def defined(field: Field, *answers: Any) -> Played:
    define = stream("res.partner").define
    assert define is not None
    return Played(define(field), *answers)


def test_a_field_that_is_not_there_is_made() -> None:
    played = defined(Field(name="x_sales_region", type="decimal"), [], [{"id": 80, "model": "res.partner"}], [812])
    assert played.calls[-1] == ("ir.model.fields/create", {"vals_list": [{
        "model_id": 80, "name": "x_sales_region", "field_description": "Sales region", "ttype": "float",
    }]})  # fmt: skip
    assert played.end == Done(id="812")


def test_a_field_that_is_there_is_left_alone() -> None:
    played = defined(Field(name="x_sales_region"), [{"id": 811, "name": "x_sales_region", "ttype": "char"}])
    assert (played.end, played.writes) == (Exists(id="811"), [])


def test_a_field_of_another_type_is_no_field_of_ours() -> None:
    played = defined(Field(name="x_sales_region"), [{"id": 811, "name": "x_sales_region", "ttype": "float"}])
    assert isinstance(played.end, Rejected)
    assert "of type float is there, and char is needed" in played.end.reason
    assert played.writes == []


@pytest.mark.parametrize("field", [Field(name="region"), Field(name="x_list", type="lines")])
def test_a_field_that_odoo_cannot_have_is_rejected_without_a_call(field: Field) -> None:
    played = defined(field)
    assert isinstance(played.end, Rejected)
    assert played.calls == []


def test_which_fields_are_there_is_asked_by_a_read() -> None:
    defined = stream("res.partner").defined
    assert defined is not None
    played = Played(defined(("x_region", "x_rank")), {"x_rank": {"type": "integer"}})
    assert played.calls[0][0] == "res.partner/fields_get"
    assert (played.end.records, played.writes) == (({"name": "x_rank"},), [])
