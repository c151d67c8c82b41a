"""HubSpot's standard objects as data: their names, properties and associations."""

from __future__ import annotations

from dataclasses import dataclass

from syncline.connect.stream import Field

KEY_PROPERTY = "syncline_key"
"""A property with unique values, made by `define`: the id under which the hub creates. Never an e-mail address."""

OURS = "syncline_"
"""How the names of the properties begin that `define` makes of what this connector declares."""

GROUP = "syncline"
"""The property group in which they are shown."""

MERGED = "hs_merged_object_ids"
LINES = "line_items"
"""The raw field of a deal in which its line items stand, each with its `id`."""

OWN = ("id", "createdAt", "updatedAt", "archived", "archivedAt")
"""What a record says beside its properties."""


@dataclass(frozen=True, kw_only=True)
class Related:
    """One other record as a raw field: its id. HubSpot knows associations, of which there may be many.

    field:   the raw field.
    plural:  the other type.
    primary: the association type of the one that counts, where there is such a label.
    """

    field: str
    plural: str
    primary: int | None = None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One type of records.

    stream, plural, type_id: its name here, in paths, and its objectTypeId.
    changed: the property with the time of the last change.
    merges:  two of them can be made one.
    """

    stream: str
    plural: str
    type_id: str
    fields: tuple[Field, ...]
    changed: str = "hs_lastmodifieddate"
    related: tuple[Related, ...] = ()
    lines: bool = False
    merges: bool = True


def fields(names: str, *, type: str = "text", writable: bool = True) -> tuple[Field, ...]:
    """Fields of one type; `!` after a name: a create without it is refused."""
    return tuple(
        Field(name=name.rstrip("!"), type=type, writable=writable, required=name.endswith("!"))
        for name in names.split()
    )


ROW = fields("id createdAt updatedAt", writable=False)

COMPANY = Kind(
    stream="company", plural="companies", type_id="0-2",
    fields=(
        *ROW, *fields("name domain phone address address2 city state zip country website industry"),
        *fields("hubspot_owner_id hs_parent_company_id"),
        *fields("numberofemployees annualrevenue", type="decimal"),
    ),
)  # fmt: skip

CONTACT = Kind(
    stream="contact", plural="contacts", type_id="0-1", changed="lastmodifieddate",
    fields=(
        *ROW, *fields("email firstname lastname phone mobilephone jobtitle address city state zip country"),
        *fields("lifecyclestage hs_lead_status hubspot_owner_id company_id"),
    ),
    related=(Related(field="company_id", plural="companies", primary=1),),
)  # fmt: skip

OF_THE_ERP = tuple(
    Field(name=f"syncline_{name}", label=label, ours=True)
    for name, label in (
        ("order_number", "Order number"), ("order_status", "Order status"), ("invoice_number", "Invoice number"),
        ("invoice_status", "Invoice status"),
    )
)  # fmt: skip
"""What became of a deal in the ERP: properties of ours, which HubSpot has not."""

DEAL = Kind(
    stream="deal", plural="deals", type_id="0-3",
    fields=(
        *ROW, *fields("dealname! dealstage! pipeline dealtype deal_currency_code hubspot_owner_id"),
        *fields("amount", type="decimal"), *fields("closedate", type="datetime"),
        *fields(f"company_id contact_id {LINES}"),
        *fields("hs_is_closed hs_is_closed_won", type="boolean", writable=False), *OF_THE_ERP,
    ),
    related=(
        Related(field="company_id", plural="companies", primary=5), Related(field="contact_id", plural="contacts"),
    ),
    lines=True,
)  # fmt: skip

PRODUCT = Kind(
    stream="product", plural="products", type_id="0-7", merges=False,
    fields=(
        *ROW, *fields("name! hs_sku description"), *fields("price hs_cost_of_goods_sold", type="decimal"),
    ),
)  # fmt: skip

LINE_ITEM = Kind(
    stream="line_item", plural="line_items", type_id="0-8", merges=False,
    fields=(
        *ROW, *fields("name hs_sku hs_product_id hs_line_item_currency_code"),
        *fields("quantity price discount hs_discount_percentage hs_position_on_quote", type="decimal"),
        *fields("amount", type="decimal", writable=False),
    ),
)  # fmt: skip

TICKET = Kind(
    stream="ticket", plural="tickets", type_id="0-5",
    fields=(
        *ROW, *fields("subject! hs_pipeline hs_pipeline_stage! content hs_ticket_priority hubspot_owner_id"),
        *fields("company_id contact_id"),
    ),
    related=(Related(field="company_id", plural="companies"), Related(field="contact_id", plural="contacts")),
)  # fmt: skip

KINDS = (COMPANY, CONTACT, DEAL, PRODUCT, LINE_ITEM, TICKET)
