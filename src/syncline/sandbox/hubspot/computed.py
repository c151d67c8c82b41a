"""Properties that HubSpot computes itself whenever an object is written."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from syncline.sandbox.hubspot.asked import object_id
from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.pipelines import stages
from syncline.sandbox.store import Store

COPIED = ("name", "price", "hs_sku", "description")


def computed(store: Store, kind: Kind, values: dict[str, str], born: bool) -> dict[str, str]:
    """The values with what follows from them. born: the object is being created."""
    match kind.name:
        case "contacts":
            return kept(values, {"hs_email_domain": values.get("email", "").rpartition("@")[2]})
        case "deals":
            return kept(values, of_deal(store, values))
        case "line_items":
            whole = from_product(store, values) if born else values
            return kept(whole, {"amount": amount(whole)})
    return values


def kept(values: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """What is told takes its place; what is empty leaves it."""
    return {name: value for name, value in {**values, **told}.items() if value != ""}


def of_deal(store: Store, values: Mapping[str, str]) -> dict[str, str]:
    """Won or lost, and the amount at home, where every rate is 1."""
    _, stage = stages(store, "deals").get(values.get("dealstage", ""), ("", {}))
    metadata = stage.get("metadata", {})
    closed, chance = metadata.get("isClosed", "false"), metadata.get("probability", "")
    won = str(closed == "true" and bool(chance) and Decimal(chance) == 1).lower()
    return {
        "hs_is_closed": closed, "hs_is_closed_won": won, "hs_deal_stage_probability": chance,
        "amount_in_home_currency": values.get("amount", ""),
    }  # fmt: skip


def from_product(store: Store, values: dict[str, str]) -> dict[str, str]:
    """A line says what its product says, unless it says something itself."""
    id = object_id(values.get("hs_product_id", ""))
    product = store.get("products", id) if id is not None else None
    if product is None:
        return values
    return {**{name: product.values[name] for name in COPIED if name in product.values}, **values}


def amount(values: Mapping[str, str]) -> str:
    """Price by quantity, less the discount on each piece or the discount in per cent."""
    if "price" not in values or "quantity" not in values:
        return ""
    price, quantity = Decimal(values["price"]), Decimal(values["quantity"])
    price -= Decimal(values.get("discount", "0"))
    whole = price * quantity * (1 - Decimal(values.get("hs_discount_percentage", "0")) / 100)
    return str(whole.quantize(Decimal("0.01")))
