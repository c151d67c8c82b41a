"""Products and their variants, fields that people make, leads."""

from typing import Any

import pytest

from syncline.sandbox.remote import in_process

from .calling import No, Odoo


def test_a_template_has_a_variant_and_shows_what_it_holds(every: Odoo) -> None:
    template = every.make(
        "product.template", name="Product 1", default_code="SKU-1", list_price=9.5, standard_price=4.0
    )
    [variant] = every.read("product.template", template, "product_variant_ids")
    row = every.read("product.product", variant, "default_code", "lst_price", "standard_price", "display_name")
    assert row == {
        "id": variant, "default_code": "SKU-1", "lst_price": 9.5, "standard_price": 4.0,
        "display_name": "[SKU-1] Product 1",
    }  # fmt: skip
    every.call("product.template", "write", [template], vals={"default_code": "SKU-2", "name": "Product 2"})
    assert every.call("product.product", "search", domain=[["default_code", "=", "SKU-2"]]) == [variant]
    assert every.call("product.template", "search", domain=[["default_code", "=", "SKU-2"]]) == [template]
    every.call("product.product", "write", [variant], vals={"lst_price": 20.0, "name": "Product 3"})
    assert every.read("product.template", template, "list_price", "name") == {
        "id": template, "list_price": 20.0, "name": "Product 3"
    }  # fmt: skip


def test_a_variant_makes_its_template_and_only_one(every: Odoo) -> None:
    variant = every.make("product.product", name="Product 1", barcode="0001", lst_price=3.0, type="service")
    template = every.read("product.product", variant, "product_tmpl_id")[0]
    assert every.read("product.template", template, "product_variant_ids") == [variant]
    assert every.read("product.template", template, "type") == "service"
    with pytest.raises(No, match="already assigned"):
        every.make("product.product", name="Product 2", barcode="0001")
    with pytest.raises(No, match="mandatory field"):
        every.make("product.product", barcode="0002")


def test_archiving_and_deleting_take_the_variants_along(every: Odoo) -> None:
    template = every.make("product.template", name="Product 1")
    [variant] = every.read("product.template", template, "product_variant_ids")
    every.call("product.template", "action_archive", [template])
    assert every.call("product.product", "search", domain=[["id", "=", variant]]) == []
    assert every.read("product.product", variant, "active") is False
    every.call("product.template", "action_unarchive", [template])
    every.make("sale.order", partner_id=1, order_line=[(0, 0, {"product_id": variant})])
    with pytest.raises(No, match="another model requires"):
        every.call("product.template", "unlink", [template])
    other = every.make("product.template", name="Product 2")
    every.call("product.template", "unlink", [other])
    assert every.call("product.product", "search", domain=[]) == [variant]


def test_types_differ_by_version(every: Odoo) -> None:
    kinds = every.call("product.template", "fields_get", allfields=["type", "detailed_type", "is_storable"])
    keys = [key for key, _ in kinds["type"]["selection"]]
    assert keys == ["consu", "service", "product" if every.version == 17 else "combo"]
    assert ("detailed_type" in kinds, "is_storable" in kinds) == (every.version == 17, every.version > 17)


def test_people_make_fields(every: Odoo) -> None:
    [model] = every.call("ir.model", "search", domain=[["model", "=", "res.partner"]])
    made = {"name": "x_hub_id", "model_id": model, "ttype": "char", "field_description": "Hub id"}
    every.make("ir.model.fields", **made)
    id = every.make("res.partner", name="Contact 1", x_hub_id="h-1")
    assert every.call("res.partner", "search", domain=[["x_hub_id", "=", "h-1"]]) == [id]
    assert every.call("res.partner", "fields_get", allfields=["x_hub_id"], attributes=["type", "string"]) == {
        "x_hub_id": {"type": "char", "string": "Hub id"}
    }
    assert (
        every.call("ir.model.fields", "search_count", domain=[["name", "=", "x_hub_id"], ["model", "=", "res.partner"]])
        == 1
    )
    with pytest.raises(No, match="must be unique per model"):
        every.make("ir.model.fields", **made)
    with pytest.raises(No, match="must have a name that starts with 'x_'"):
        every.make("ir.model.fields", **{**made, "name": "hub_id"})
    choice = {**made, "name": "x_kind", "ttype": "selection", "selection": "[('a', 'A'), ('b', 'B')]"}
    field = every.make("ir.model.fields", **choice)
    every.call("res.partner", "write", [id], vals={"x_kind": "b"})
    with pytest.raises(No, match="Wrong value"):
        every.call("res.partner", "write", [id], vals={"x_kind": "c"})
    every.call("ir.model.fields", "unlink", [field])
    with pytest.raises(No, match="Invalid field 'x_kind'"):
        every.read("res.partner", id, "x_kind")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"ttype": "selection"}, "has no options"),
        ({"ttype": "selection", "selection": "a, b"}, "Invalid selection"),
        ({"ttype": "many2one"}, "No found model"),
        ({"ttype": "one2many", "relation": "crm.lead", "relation_field": "x"}, "Unknown field 'x'"),
        ({"ttype": "char", "name": "x_Big"}, "Field names can only contain"),
        ({"ttype": "moon"}, "Wrong value"),
    ],
)
def test_a_field_that_cannot_be_is_not_made(odoo: Odoo, made: dict[str, Any], message: str) -> None:
    with pytest.raises(No, match=message):
        odoo.make("ir.model.fields", **{"name": "x_a", "model_id": 1, "field_description": "A", **made})
    assert odoo.call("ir.model.fields", "search", domain=[["state", "=", "manual"]]) == []


def test_people_make_references_too(every: Odoo) -> None:
    [lead] = every.call("ir.model", "search", domain=[["model", "=", "crm.lead"]])
    made = {
        "name": "x_order",
        "model_id": lead,
        "ttype": "many2one",
        "relation": "sale.order",
        "field_description": "O",
    }
    every.make("ir.model.fields", **made)
    order = every.make("sale.order", partner_id=1)
    id = every.make("crm.lead", name="Deal 1", x_order=order)
    assert every.read("crm.lead", id, "x_order") == [order, "S00001"]
    every.call("sale.order", "unlink", [order])
    assert every.read("crm.lead", id, "x_order") is False


def test_what_odoo_itself_made_is_not_changed(odoo: Odoo) -> None:
    [field] = odoo.call("ir.model.fields", "search", domain=[["model", "=", "res.partner"], ["name", "=", "email"]])
    for method, named in (("unlink", {}), ("write", {"vals": {"ttype": "text"}})):
        with pytest.raises(No, match=r"cannot be (removed|altered)"):
            odoo.call("ir.model.fields", method, [field], **named)


def test_a_lead_is_qualified_won_or_lost(every: Odoo) -> None:
    customer = every.make("res.partner", name="Company 1", email="company1@example.test")
    id = every.make("crm.lead", name="Deal 1", type="lead", expected_revenue=1000, probability=10, partner_id=customer)
    assert every.read("crm.lead", id, "email_from") == "company1@example.test"
    assert every.read("crm.lead", id, "prorated_revenue") == 100.0
    every.call("crm.lead", "convert_opportunity", [id], partner=customer, user_ids=[6])
    assert every.read("crm.lead", id, "type", "user_id") == {"id": id, "type": "opportunity", "user_id": [6, "Seller"]}
    every.call("crm.lead", "action_set_won", [id])
    row = every.read("crm.lead", id, "stage_id", "probability", "date_closed")
    assert row == {"id": id, "stage_id": [4, "Won"], "probability": 100.0, "date_closed": "2027-01-15 08:00:00"}
    if every.version >= 19:
        assert every.read("crm.lead", id, "won_status") == "won"
    lost = every.make("crm.lead", name="Deal 2")
    every.call("crm.lead", "action_set_lost", [lost], lost_reason_id=1)
    row = every.read("crm.lead", lost, "active", "probability", "lost_reason_id")
    assert row == {"id": lost, "active": False, "probability": 0.0, "lost_reason_id": [1, "Too expensive"]}
    assert every.call("crm.lead", "search", domain=[]) == [id]


def test_leads_are_merged_and_the_losers_are_gone(odoo: Odoo) -> None:
    first, second = odoo.make("crm.lead", name="Deal 1"), odoo.make("crm.lead", name="Deal 2", phone="1")
    assert odoo.call("crm.lead", "merge_opportunity", [first, second]) == [first]
    assert odoo.call("crm.lead", "search_read", domain=[], fields=["name", "phone"]) == [
        {"id": first, "name": "Deal 1", "phone": "1"}
    ]


def test_partners_are_merged_by_a_person_and_nothing_tells_of_it(odoo: Odoo) -> None:
    winner = odoo.make("res.partner", name="Company 1", phone="1")
    loser = odoo.make("res.partner", name="Company I", phone="2", ref="r")
    child = odoo.make("res.partner", name="Contact 1", parent_id=loser)
    order = odoo.make("sale.order", partner_id=loser)
    odoo.call("res.partner", "load", fields=["id", ".id"], data=[["hub.loser", loser]])
    control = in_process(odoo.sandbox)
    assert control.act("merge", **{"into": winner, "from": [loser]}) == {"id": winner}
    assert odoo.call("res.partner", "search", domain=[["id", "=", loser]]) == []
    fields = ["name", "phone", "ref", "child_ids"]
    assert odoo.call("res.partner", "read", [winner], fields=fields) == [
        {"id": winner, "name": "Company 1", "phone": "1", "ref": "r", "child_ids": [child]}
    ]
    assert odoo.read("sale.order", order, "partner_id") == [winner, "Company 1"]
    with pytest.raises(ValueError, match="does not exist"):
        control.act("merge", **{"into": winner, "from": [loser]})


def test_users_stand_on_partners(every: Odoo) -> None:
    id = every.make("res.users", name="Person 1", login="person1", email="person1@example.test")
    partner = every.read("res.users", id, "partner_id")
    assert partner[1] == "Person 1"
    every.call("res.users", "write", [id], vals={"email": "new@example.test"})
    assert every.read("res.partner", partner[0], "email") == "new@example.test"
    assert every.read("res.users", id, "email") == "new@example.test"
    with pytest.raises(No, match="linked to an active user"):
        every.call("res.partner", "unlink", [partner[0]])
    told: Any = every.call("res.users", "context_get")
    assert told == {"lang": "en_US", "tz": False, "uid": 2}
