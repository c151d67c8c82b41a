"""Creates of the Odoo connector: one row for one key, whatever gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from odoo_played import Played, called, refusal, row, stream

from syncline.connect.request import Answer, Request, Write
from syncline.connect.stream import WriteOrder
from syncline.connectors.odoo.creating import external_id
from syncline.model.outcome import Done, Later, Rejected, Unknown

LOOK = "ir.model.data/search_read"


def create(name: str, values: dict[str, Any], *answers: Any, key: str = "acme-7") -> Played:
    whole = stream(name)
    assert whole.create is not None
    return Played(whole.create(values, key), *answers)


def test_a_row_is_made_under_an_id_of_ours() -> None:
    played = create(
        "res.partner", {"name": "A", "user_id": 3, "is_company": True}, [], {"ids": [41], "messages": []}
    )  # fmt: skip
    assert [path for path, _ in played.calls] == [LOOK, "res.partner/load"]
    assert played.calls[0][1]["domain"] == [
        ["module", "=", "syncline"], ["name", "=", "acme-7"], ["model", "=", "res.partner"],
    ]  # fmt: skip
    assert played.calls[1][1] == {
        "fields": ["id", "is_company", "name", "user_id/.id"], "data": [["syncline.acme-7", "1", "A", "3"]],
    }  # fmt: skip
    assert played.end == Done(id="41")
    assert played.writes == ["res.partner/load"]


def test_a_row_that_an_earlier_attempt_made_is_found_and_not_told_again() -> None:
    played = create("res.partner", {"name": "A"}, [{"id": 900, "res_id": 41}], True)
    assert played.calls[1] == ("res.partner/write", {"ids": [41], "vals": {}})
    assert played.end == Done(id="41")  # I4
    assert played.end.stored is None, "what it holds by now may be somebody's edit"


@pytest.mark.parametrize("answer", [
    refusal("AccessError", "You are not allowed to access 'Model Data' (ir.model.data) records.", 403),
    refusal("AccessError", "Due to security restrictions ...", 403),
])  # fmt: skip
def test_who_may_not_see_external_ids_upserts_on_them_all_the_same(answer: Any) -> None:
    assert create("res.partner", {"name": "A"}, answer, {"ids": [41], "messages": []}).end == Done(id="41")


def test_no_two_keys_have_one_external_id() -> None:
    keys = ["acme-1", "acme_1", "acme.1", "acme-5f_1", "a_5f_1", "a_1", "\u00e4-1", "a-1", "A-1"]
    assert len({external_id(key) for key in keys}) == len(keys)
    for key in keys:
        assert all(one.isascii() and (one.isalnum() or one in "-_") for one in external_id(key))


def test_a_field_that_may_be_an_id_is_asked_for_its_kind() -> None:
    values = {"name": "A", "x_boss": "12", "x_tags": [1, 2], "x_code": "7", "x_region": "DACH"}
    kinds = {"x_boss": {"type": "many2one"}, "x_tags": {"type": "many2many"}, "x_code": {"type": "char"}}
    played = create("res.partner", values, [], kinds, {"ids": [41], "messages": []})
    assert played.calls[1] == (
        "res.partner/fields_get",
        {"allfields": ["x_boss", "x_code", "x_tags"], "attributes": ["type"]},
    )
    assert played.calls[2][1]["fields"] == ["id", "name", "x_boss/.id", "x_code", "x_region", "x_tags/.id"]
    assert played.calls[2][1]["data"] == [["syncline.acme-7", "A", "12", "7", "DACH", "1,2"]]


def test_a_field_that_odoo_has_not_is_rejected_by_name() -> None:
    played = create("res.partner", {"name": "A", "x_boss": "12"}, [], {})
    assert played.end == Rejected(reason="res.partner has no field x_boss", field="x_boss")
    assert played.writes == []


def test_an_import_that_is_refused_makes_nothing() -> None:
    told = {"type": "error", "record": 0, "field": "name", "message": "Missing required value"}
    played = create("res.partner", {"phone": "1"}, [], {"ids": False, "messages": [told]})
    assert played.end == Rejected(reason="Missing required value", field="name")


@pytest.mark.parametrize("body", [True, None, {"ids": []}, {"ids": [1, 2]}, "<html>"])
def test_an_import_that_tells_no_id_is_no_receipt(body: Any) -> None:
    with pytest.raises(ValueError, match="an import of 1 rows"):
        create("res.partner", {"name": "A"}, [], body)


@pytest.mark.parametrize(("answers", "outcome"), [
    (((502, "<html>"),), Later(after=5.0)), (([], (504, None)), Unknown(reason="it answered 504")),
    (([], (429, None)), Later(after=5.0)),
])  # fmt: skip
def test_what_is_not_known_is_said_to_be_unknown(answers: Any, outcome: Any) -> None:
    assert create("res.partner", {"name": "A"}, *answers).end == outcome


def test_several_are_made_in_one_import() -> None:
    whole = stream("res.partner")
    assert whole.batch is not None
    several = [
        WriteOrder(kind="create", id=None, values={"name": name, "parent_id": boss}, key=f"acme-{number}")
        for number, (name, boss) in enumerate((("A", "3"), ("B", None)))
    ]
    path, asked = called(whole.batch(several))
    assert (path, asked["fields"]) == ("res.partner/load", ["id", "name", "parent_id/.id"])
    assert asked["data"] == [["syncline.acme-0", "A", "3"], ["syncline.acme-1", "B", ""]]


# ---- documents
PRODUCTS = [{"id": 5, "default_code": "A"}, {"id": 6, "default_code": "B"}]
LINES = [
    {"default_code": "A", "product_uom_qty": 2, "price_unit": "9.50"},
    {"default_code": "B", "product_uom_qty": 1, "price_unit": None},
]


def test_an_order_is_made_with_its_lines_in_one_import() -> None:
    played = create(
        "sale.order", {"partner_id": 3, "order_line": LINES}, [], PRODUCTS, {"ids": [50], "messages": []}
    )  # fmt: skip
    assert [path for path, _ in played.calls] == [LOOK, "product.product/search_read", "sale.order/load"]
    asked = played.calls[-1][1]
    assert asked["fields"] == [
        "id", "partner_id/.id", "order_line/id", "order_line/price_unit", "order_line/product_id/.id",
        "order_line/product_uom_qty",
    ]  # fmt: skip
    assert asked["data"] == [
        ["syncline.acme-7", "3", "syncline.acme-7_line_1", "9.5", "5", "2.0"],
        ["", "", "syncline.acme-7_line_2", "", "6", "1.0"],
    ]
    assert played.end == Done(id="50")


def test_a_column_that_no_line_tells_is_left_to_odoo() -> None:
    lines = [{"default_code": "A", "product_uom_qty": 2, "price_unit": None}]
    played = create("sale.order", {"partner_id": 3, "order_line": lines}, [], PRODUCTS, {"ids": [50], "messages": []})
    assert "order_line/price_unit" not in played.calls[-1][1]["fields"]


def test_an_order_without_lines_is_one_row() -> None:
    played = create("sale.order", {"partner_id": 3, "order_line": []}, [], {"ids": [50], "messages": []})
    assert played.calls[-1][1]["data"] == [["syncline.acme-7", "3"]]


def test_a_new_order_is_confirmed() -> None:
    played = create(
        "sale.order", {"partner_id": 3, "state": "sale"}, [], {"ids": [50], "messages": []},
        [row(50, state="draft")], True, [row(50, state="sale")],
    )  # fmt: skip
    assert played.writes == ["sale.order/load", "sale.order/action_confirm"]
    assert played.end == Done(id="50")


def test_a_new_order_that_cannot_be_confirmed_is_taken_back() -> None:
    played = create(
        "sale.order", {"partner_id": 3, "state": "sale"}, [], {"ids": [50], "messages": []},
        [row(50, state="draft")], refusal("UserError", "the customer is blocked"), True,
    )  # fmt: skip
    assert played.writes == ["sale.order/load", "sale.order/action_confirm", "sale.order/unlink"]
    assert played.end == Rejected(reason="the customer is blocked")


@pytest.mark.parametrize("answer", [(429, None), refusal("LockError", "locked", 409), (502, "<html>")])
def test_a_new_order_whose_confirmation_failed_may_not_be_taken_for_none(answer: Any) -> None:
    """A twin that says `later` here has the draft read as an order of somebody's, in draft."""
    played = create(
        "sale.order", {"partner_id": 3, "state": "sale"}, [], {"ids": [50], "messages": []},
        [row(50, state="draft")], answer,
    )  # fmt: skip
    assert isinstance(played.end, Unknown)  # I4
    assert played.writes == ["sale.order/load", "sale.order/action_confirm"]


def test_an_order_of_an_earlier_attempt_is_confirmed_and_never_taken_back() -> None:
    there = [{"id": 900, "res_id": 50}]
    done = create(
        "sale.order", {"partner_id": 3, "state": "sale"}, there, True, [row(50, state="draft")], True,
        [row(50, state="sale")],
    )  # fmt: skip
    assert done.writes == ["sale.order/write", "sale.order/action_confirm"]
    refused = create(
        "sale.order", {"partner_id": 3, "state": "sale"}, there, True, [row(50, state="draft")],
        refusal("UserError", "blocked"),
    )  # fmt: skip
    assert refused.writes == ["sale.order/write", "sale.order/action_confirm"]
    assert refused.end == Done(id="50")


# ---- the journal
class Server:
    """Enough of Odoo for one create: orders by external id, and what was called how often."""

    def __init__(self) -> None:
        self.made: dict[str, int] = {}
        self.states: dict[int, str] = {}
        self.calls: list[str] = []

    def answer(self, step: Request | Write) -> Answer:
        path, asked = called(step)
        self.calls.append(path)
        if path == LOOK:
            own = asked["domain"][1][2]
            return Answer(status=200, body=[{"id": 1, "res_id": self.made[own]}] if own in self.made else [])
        if path == "sale.order/load":
            own = asked["data"][0][0].partition(".")[2]
            number = self.made.setdefault(own, 50 + len(self.made))
            self.states.setdefault(number, "draft")
            return Answer(status=200, body={"ids": [number], "messages": []})
        if path == "sale.order/search_read":
            number = asked["domain"][0][2]
            return Answer(status=200, body=[row(number, state=self.states[number])])
        if path == "sale.order/action_confirm":
            if self.states[asked["ids"][0]] != "draft":
                return Answer(status=422, body=refusal("UserError", "it is not a quotation")[1])
            self.states[asked["ids"][0]] = "sale"
        return Answer(status=200, body=True)


@pytest.mark.parametrize("dies_after", range(8))
@pytest.mark.parametrize("told", [True, False])
def test_whatever_step_the_hub_dies_at_there_is_one_confirmed_order(dies_after: int, told: bool) -> None:
    """told: the answer of the last call was journalled; else it was done and nobody knows."""
    server, journal = Server(), list[Answer]()

    def attempt(steps_left: int) -> Any:
        whole = stream("sale.order")
        assert whole.create is not None
        conversation, answered = whole.create({"partner_id": 3, "state": "sale"}, "acme-7"), 0
        try:
            step = next(conversation)  # type: ignore[arg-type]
            while True:
                if isinstance(step, Write) and answered < len(journal):
                    answer = journal[answered]
                else:
                    if steps_left == 0:
                        return None
                    steps_left -= 1
                    answer = server.answer(step)
                    if isinstance(step, Write):
                        if steps_left == 0 and not told:
                            return None
                        journal.append(answer)
                answered += isinstance(step, Write)
                step = conversation.send(answer)  # type: ignore[union-attr]
        except StopIteration as end:
            return end.value

    outcome = attempt(dies_after) or attempt(100)
    assert outcome == Done(id="50")
    assert server.made == {"acme-7": 50}  # I4
    assert server.states == {50: "sale"}
    assert server.calls.count("sale.order/action_confirm") == 1
