"""Lists of records: the commands that write them, and what children do to their parents."""

from typing import Any

import pytest

from syncline.sandbox.odoo import commands
from syncline.sandbox.remote import in_process

from .calling import No, Odoo


def company(odoo: Odoo) -> tuple[int, list[int]]:
    id = odoo.make("res.partner", name="Company 1", child_ids=[(0, 0, {"name": "A"}), (0, 0, {"name": "B"})])
    return id, odoo.read("res.partner", id, "child_ids")


def test_children_are_made_changed_and_deleted_with_their_parent(every: Odoo) -> None:
    id, [a, b] = company(every)
    written = [[1, a, {"name": "A2"}], [2, b], [0, 0, {"name": "C"}]]
    every.call("res.partner", "write", [id], vals={"child_ids": written})
    [_, c] = every.read("res.partner", id, "child_ids")
    assert every.read("res.partner", a, "name") == "A2"
    assert every.read("res.partner", c, "parent_id") == [id, "Company 1"]
    assert every.call("res.partner", "search", domain=[["id", "=", b]]) == []


@pytest.mark.parametrize(
    ("given", "left"),
    [([[3, 0]], "B"), ([[5]], ""), ([[6, 0, [1]]], "B"), ([1], "B"), (False, ""), ([[4, 2]], "A,B,other")],
)
def test_children_are_let_go_and_taken_in(odoo: Odoo, given: Any, left: str) -> None:
    id, ids = company(odoo)
    other = odoo.make("res.partner", name="other")
    known = [*ids, other]

    def real(command: Any) -> Any:
        match command:
            case int():
                return known[command]
            case [6, _, some]:
                return [6, 0, [known[one] for one in some]]
            case [kind, at]:
                return [kind, known[at]]
        return command

    odoo.call(
        "res.partner", "write", [id], vals={"child_ids": given if given is False else [real(each) for each in given]}
    )
    names = [odoo.read("res.partner", each, "name") for each in odoo.read("res.partner", id, "child_ids")]
    assert ",".join(names) == left
    assert odoo.call("res.partner", "search_count", domain=[["id", "in", known]]) == 3  # nobody was deleted


def test_lines_that_their_order_lets_go_are_deleted(every: Odoo) -> None:
    product = every.make("product.product", name="Product 1")
    order = every.make("sale.order", partner_id=1, order_line=[(0, 0, {"product_id": product})] * 2)
    first, second = every.read("sale.order", order, "order_line")
    every.call("sale.order", "write", [order], vals={"order_line": [[3, first]]})
    assert every.read("sale.order", order, "order_line") == [second]
    assert every.call("sale.order.line", "search", domain=[["id", "=", first]]) == []


def test_tags_are_linked_and_unlinked(every: Odoo) -> None:
    red, blue = (every.make("res.partner.category", name=name) for name in ("red", "blue"))
    id = every.make("res.partner", name="Contact 1", category_id=[(4, red)])
    for given, left in (
        ([[4, blue], [4, red]], [red, blue]),
        ([[3, red]], [blue]),
        ([[6, 0, [blue, red]]], [blue, red]),
        ([[5]], []),
        ([[0, 0, {"name": "green"}]], [blue + 1]),
    ):
        every.call("res.partner", "write", [id], vals={"category_id": given})
        assert every.read("res.partner", id, "category_id") == left
    every.call("res.partner.category", "unlink", [blue + 1])
    assert every.read("res.partner", id, "category_id") == []


@pytest.mark.parametrize(
    "command", [[7, 0, 0], [], "x", [0, 0, 5], [1, False, {}], [4], [6, 0, 5], [6, 0, ["x"]], [1, 2]]
)
def test_a_command_that_is_none_is_refused(odoo: Odoo, command: Any) -> None:
    with pytest.raises(No, match=r"Wrong value for res.partner.category_id"):
        odoo.make("res.partner", name="Contact 1", category_id=[command])


def test_commands_that_name_who_is_not_there_are_refused(odoo: Odoo) -> None:
    id, _ = company(odoo)
    for given in ([[4, 9999]], [[1, 9999, {"name": "x"}]], [[2, 9999]]):
        with pytest.raises(No, match="does not exist or has been deleted"):
            odoo.call("res.partner", "write", [id], vals={"child_ids": given, "name": "changed"})
    with pytest.raises(No, match="does not exist"):
        odoo.call("res.partner", "write", [id], vals={"category_id": [[6, 0, [9999]]], "name": "changed"})
    assert odoo.read("res.partner", id, "name") == "Company 1"


def test_links_in_order_without_repetition() -> None:
    made = iter([30, 31])
    given: list[commands.Command] = [(4, 2, 0), (4, 1, 0), (0, 0, {}), (3, 1, 0), (4, 2, 0)]
    assert commands.linked([1], given, lambda values: next(made)) == [2, 30]


def test_a_company_that_moves_takes_its_contacts_along(every: Odoo) -> None:
    id, [a, b] = company(every)
    every.call("res.partner", "write", [b], vals={"type": "other"})
    in_process(every.sandbox).clock(advance=60)
    every.call("res.partner", "write", [id], vals={"street": "Street 1", "vat": "X1"})
    assert every.read("res.partner", a, "street", "vat", "write_date") == {
        "id": a, "street": "Street 1", "vat": "X1", "write_date": "2027-01-15 08:01:00",
    }  # fmt: skip
    assert every.read("res.partner", b, "street", "vat") == {"id": b, "street": False, "vat": "X1"}


def test_what_others_need_stays_and_what_they_own_goes_with_them(every: Odoo) -> None:
    customer = every.make("res.partner", name="Company 1")
    order = every.make(
        "sale.order", partner_id=customer, order_line=[(0, 0, {"display_type": "line_note", "name": "x"})]
    )
    [line] = every.read("sale.order", order, "order_line")
    with pytest.raises(No, match=r"(?s)another model requires the record being deleted.*sale_order_partner"):
        every.call("res.partner", "unlink", [customer])
    lead = every.make("crm.lead", name="Deal 1", partner_id=customer)
    every.call("sale.order", "unlink", [order])
    assert every.call("sale.order.line", "search", domain=[["id", "=", line]]) == []
    every.call("res.partner", "unlink", [customer])
    assert every.read("crm.lead", lead, "partner_id") is False


def test_nobody_is_his_own_grandfather(odoo: Odoo) -> None:
    id, [a, _] = company(odoo)
    with pytest.raises(No, match="recursive Partner hierarchies"):
        odoo.call("res.partner", "write", [id], vals={"parent_id": a})
