"""Products: the template that people see, its variants that are sold, and price lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from syncline.sandbox.odoo.field import Field
from syncline.sandbox.odoo.model import Env, Model, Unique, Values, having
from syncline.sandbox.odoo.standard.words import (
    active,
    char,
    choice,
    flag,
    html,
    listed,
    many,
    model,
    moment,
    number,
    one,
    text,
    whole,
)  # fmt: skip
from syncline.sandbox.odoo.writing import change, make
from syncline.sandbox.store import Row

MANAGER = "product.group_product_manager"
ALONE = "create_product_product"  # a key of the context: False where the variant makes its template


def products(version: int) -> list[Model]:
    """product.template, product.product, categories, price lists."""
    return [
        _template(version),
        _variant(version),
        model(
            "product.category", "Product Category", version,
            char("name", required=True), one("parent_id", "product.category", deletes="cascade"),
            char("complete_name", compute=_path), shown=_path, writers=MANAGER,
        ),
        model(
            "product.pricelist", "Pricelist", version,
            char("name", required=True), active(), one("currency_id", "res.currency", required=True, default=1),
            listed("item_ids", "product.pricelist.item", "pricelist_id", owned=True), whole("sequence", default=16),
            one("company_id", "res.company"), order="sequence, id", writers=MANAGER,
        ),
        model(
            "product.pricelist.item", "Pricelist Rule", version,
            one("pricelist_id", "product.pricelist", required=True, deletes="cascade"),
            choice("applied_on", "3_global 2_product_category 1_product 0_product_variant", default="3_global"),
            one("product_tmpl_id", "product.template", deletes="cascade"),
            one("product_id", "product.product", deletes="cascade"), number("min_quantity"),
            choice("compute_price", "fixed percentage formula", default="fixed"), number("fixed_price"),
            number("percent_price"), moment("date_start"), moment("date_end"), number("price_markup", since=18),
            indexed=("pricelist_id",), writers=MANAGER,
        ),
    ]  # fmt: skip


def _types(version: int) -> Field:
    return choice("type", "consu service product" if version <= 17 else "consu service combo", default="consu")


def _template(version: int) -> Model:
    return model(
        "product.template", "Product", version,
        char("name", required=True), _types(version), flag("is_storable", since=18),
        choice("detailed_type", "consu service product", until=17, compute=lambda env, row: row.values.get("type")),
        number("list_price", "Sales Price", default=1.0), one("categ_id", "product.category", default=1),
        one("uom_id", "uom.uom", required=True, default=1), one("uom_po_id", "uom.uom", default=1, until=18),
        many("taxes_id", "account.tax", "Customer Taxes", default=_sales_taxes),
        flag("sale_ok", default=True), flag("purchase_ok", default=True), active(), text("description"),
        text("description_sale"), html("description_ecommerce"), one("company_id", "res.company"),
        one("currency_id", "res.currency", compute=lambda env, row: 1), whole("sequence", default=1),
        choice("invoice_policy", "order delivery", default="order"), number("weight"), number("volume"),
        listed("product_variant_ids", "product.product", "product_tmpl_id"),
        one("product_variant_id", "product.product", compute=lambda env, row: _only(env, row, "id")),
        whole("product_variant_count", compute=lambda env, row: len(_variants(env, row))),
        *(_of_variant(each) for each in OF_VARIANT), *(_summed(name) for name in QUANTITIES),
        order="name, id", searched=("name", "default_code"), shown=_with_code, indexed=("name",), made=_made,
        settle=_settle_template, leave=_leave_template, writers=MANAGER,
    )  # fmt: skip


def _variant(version: int) -> Model:
    template = _template(version)
    own = {"name", "active", *(each.name for each in OF_VARIANT), *QUANTITIES, "product_variant_ids"}
    inherited = [
        _of_template(each)
        for name, each in template.fields.items()
        if name not in own and each.compute is None and name not in ("id", "display_name") and not each.settled
    ]
    return model(
        "product.product", "Product Variant", version,
        one("product_tmpl_id", "product.template", required=True, deletes="cascade"), active(),
        _of_template(template.fields["name"]), *OF_VARIANT, *inherited,
        number("lst_price", "Sales Price", compute=lambda env, row: _template_of(env, row).values.get("list_price"),
               put=lambda env, row, value: _put_template(env, row, "list_price", value)),
        *(number(name, compute=_counting(name)) for name in QUANTITIES),
        searched=("default_code", "barcode", "name"), shown=_with_code,
        indexed=("default_code", "barcode", "product_tmpl_id"), order="default_code, id", born=_born_variant,
        unique=(Unique(fields=("barcode",), text="Barcode(s) already assigned"),), leave=_leave_variant,
        writers=MANAGER,
    )  # fmt: skip


OF_VARIANT = (
    char("default_code", "Internal Reference"),
    char("barcode", copied=False),
    number("standard_price", "Cost"),
)
QUANTITIES = ("qty_available", "free_qty", "virtual_available", "incoming_qty", "outgoing_qty")


def _sales_taxes(env: Env) -> Any:
    taxes = having(env.store, "account.tax", "type_tax_use", ["sale"])
    return [int(tax.id) for tax in taxes[:1]] or None


def _path(env: Env, row: Row) -> str:
    parent = env.find("product.category", row.values.get("parent_id"))
    return f"{_path(env, parent)} / {row.values['name']}" if parent else str(row.values["name"])


def _with_code(env: Env, row: Row) -> str:
    template = env.find("product.template", row.values.get("product_tmpl_id")) or row
    code = row.values.get("default_code") if template is not row else _only(env, row, "default_code")
    name = str(template.values.get("name") or "")
    return f"[{code}] {name}" if code else name


# --- a template and its variants ---


def _variants(env: Env, row: Row) -> list[Row]:
    return having(env.store, "product.product", "product_tmpl_id", [row.id])


def _only(env: Env, row: Row, name: str) -> Any:
    """What the template shows of its variant, where it has one."""
    variants = _variants(env, row)
    if len(variants) != 1:
        return None
    return variants[0].id if name == "id" else variants[0].values.get(name)


def _of_variant(one_: Field) -> Field:
    name = one_.name

    def put(env: Env, row: Row, value: Any) -> None:
        variants = _variants(env, row)
        if len(variants) == 1:
            given = False if value is None else value
            change(env, env.model("product.product"), [int(variants[0].id)], {name: given})

    return replace(one_, compute=lambda env, row: _only(env, row, name), put=put)


def _of_template(one_: Field) -> Field:
    name = one_.name

    def put(env: Env, row: Row, value: Any) -> None:
        _put_template(env, row, name, value)

    return replace(
        one_, compute=lambda env, row: _template_of(env, row).values.get(name), put=put, default=None, required=False
    )


def _template_of(env: Env, row: Row) -> Row:
    return env.row("product.template", row.values["product_tmpl_id"])


def _put_template(env: Env, row: Row, name: str, value: Any) -> None:
    given = False if value is None else value
    change(env, env.model("product.template"), [row.values["product_tmpl_id"]], {name: given})


def _made(env: Env, id: int) -> None:
    if env.context.get(ALONE) is not False:
        make(env, env.model("product.product"), [{"product_tmpl_id": id}])


def _born_variant(env: Env, values: Values, through: Values) -> None:
    if values.get("product_tmpl_id"):
        return
    alone = replace(env, context={**env.context, ALONE: False})
    given = {name: value for name, value in through.items() if value is not None and name in OWN_OF_TEMPLATE}
    if "lst_price" in through:
        given["list_price"] = through["lst_price"]
    values["product_tmpl_id"] = make(alone, env.model("product.template"), [given])[0]
    through.clear()


OWN_OF_TEMPLATE = {
    *("name", "type", "is_storable", "list_price", "categ_id", "uom_id", "sale_ok", "purchase_ok", "description"),
    *("description_sale", "company_id", "invoice_policy", "weight", "volume"),
}


def _settle_template(env: Env, ids: Sequence[int], names: set[str]) -> None:
    if "active" not in names:
        return
    for row in env.rows("product.template", ids):
        for variant in _variants(env, row):
            if variant.values.get("active") != row.values.get("active"):
                env.put("product.product", variant, {"active": row.values.get("active")})


def _leave_template(env: Env, rows: Sequence[Row]) -> None:
    """Its variants go first, so that what holds them holds it."""
    for row in rows:
        if ids := [int(variant.id) for variant in _variants(env, row)]:
            for id in ids:
                env.names.pop(("product.product", id), None)


def _leave_variant(env: Env, rows: Sequence[Row]) -> None:
    for row in rows:
        env.names.pop(("product.product", int(row.id)), None)


# --- quantities ---


def quantity(env: Env, product: Any, name: str) -> float:
    """So many of a variant are there, free, or on their way."""
    quants = having(env.store, "stock.quant", "product_id", [product])
    inside = [row for row in quants if _is_inside(env, row)]
    there = sum(row.values.get("quantity") or 0.0 for row in inside)
    leaving = sum(
        row.values.get("product_uom_qty") or 0.0
        for row in having(env.store, "stock.move", "product_id", [product])
        if row.values.get("state") in ("confirmed", "assigned")
    )
    return {
        "qty_available": there,
        "free_qty": there - sum(row.values.get("reserved_quantity") or 0.0 for row in inside),
        "virtual_available": there - leaving,
        "incoming_qty": 0.0,
        "outgoing_qty": float(leaving),
    }[name]


def _is_inside(env: Env, quant: Row) -> bool:
    location = env.find("stock.location", quant.values.get("location_id"))
    return location is not None and location.values.get("usage") == "internal"


def _counting(name: str) -> Callable[[Env, Row], float]:
    return lambda env, row: quantity(env, row.id, name)


def _summed(name: str) -> Field:
    return number(name, compute=lambda env, row: sum(quantity(env, each.id, name) for each in _variants(env, row)))
