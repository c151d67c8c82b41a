"""The models that are streams: what Odoo 16 to 20 have in common. A hub may bind further fields of each."""

from __future__ import annotations

from syncline.connectors.odoo.model import Column, Deed, Kind, Lines, Lookup, Model, Named


def columns(text: str) -> tuple[Column, ...]:
    """`name! email~ vat=char total=float- qty=float-?`: `!` required, `-` read only, `~` folded, `?` asked."""
    found = []
    for word in text.split():
        name, _, kind = word.partition("=")
        marks = {mark for mark in "!-~?" if mark in word}
        found.append(
            Column(
                name=name.rstrip("!-~?"), kind=as_kind(kind.rstrip("!-~?") or "char"), writable="-" not in marks,
                required="!" in marks, folded="~" in marks, asked="?" in marks,
            )
        )  # fmt: skip
    return tuple(found)


KINDS: dict[str, Kind] = {
    "char": "char", "html": "html", "bool": "boolean", "int": "integer", "float": "float", "date": "date",
    "moment": "datetime", "choice": "selection", "one": "many2one", "many": "many2many",
}  # fmt: skip


def as_kind(word: str) -> Kind:
    """The kind that a short word stands for."""
    return KINDS[word]


EVERYTHING: frozenset[Deed] = frozenset({"create", "update", "delete"})

CURRENCY = Lookup(name="currency", field="currency_id", model="res.currency", by="name", writable=False)
PRODUCT_CODE = Lookup(
    name="default_code", field="product_id", model="product.product", by="default_code", may_come=True
)

PARTNER = Model(
    name="res.partner",
    columns=columns(
        "name! is_company=bool parent_id=one type=choice ref vat~ email~ phone website~ function street street2 city"
        " zip state_id=one country_id=one lang=choice comment=html user_id=one category_id=many company_id=one"
        " property_payment_term_id=one active=bool customer_rank=int?"
    ),
    lookups=(
        Lookup(name="country_code", field="country_id", model="res.country", by="code"),
        Lookup(name="state_code", field="state_id", model="res.country.state", by="code", within="country_id"),
        Lookup(name="payment_term", field="property_payment_term_id", model="account.payment.term", by="name"),
    ),
    may=EVERYTHING,
)

USER = Model(
    name="res.users",
    columns=columns("name- login-~ email-~ share=bool- partner_id=one- company_id=one- active=bool-"),
    domain=(["share", "=", False],),
)

PRODUCT = Model(
    name="product.product",
    columns=columns(
        "name! default_code~ barcode~ type=choice list_price=float standard_price=float description_sale"
        " categ_id=one uom_id=one sale_ok=bool purchase_ok=bool active=bool product_tmpl_id=one-"
        " qty_available=float-? free_qty=float-? virtual_available=float-?"
    ),
    may=EVERYTHING,
)

QUANTITIES = frozenset(column.name for column in PRODUCT.columns if column.asked)

TEMPLATE_OF_PRODUCTS = Model(
    name="product.template",
    columns=columns("name- product_variant_ids=many-"),
    parents=("product.product", "product_variant_ids"),
)

QUANT = Model(
    name="stock.quant",
    columns=columns("product_id=one- location_id=one- company_id=one- quantity=float- reserved_quantity=float-"),
    parents=("product.product", "product_id"),
)

ORDER = Model(
    name="sale.order",
    columns=columns(
        "name- partner_id=one! partner_invoice_id=one partner_shipping_id=one client_order_ref origin date_order=moment"
        " commitment_date=moment state=choice user_id=one team_id=one pricelist_id=one payment_term_id=one"
        " company_id=one note=html currency_id=one- amount_untaxed=float- amount_tax=float- amount_total=float-"
        " invoice_status=choice-"
    ),
    lookups=(
        CURRENCY,
        Lookup(name="payment_term", field="payment_term_id", model="account.payment.term", by="name"),
    ),
    lines=Lines(
        field="order_line", model="sale.order.line", parent="order_id",
        columns=columns(
            "sequence=int product_id=one name product_uom_qty=float price_unit=float discount=float"
            " price_subtotal=float- price_total=float- qty_delivered=float- qty_invoiced=float-"
        ),
        lookups=(PRODUCT_CODE,), domain=(["display_type", "=", False],),
    ),
    moves={
        ("draft", "sale"): ("action_confirm",), ("sent", "sale"): ("action_confirm",),
        ("cancel", "sale"): ("action_draft", "action_confirm"),
        ("draft", "cancel"): ("action_cancel",), ("sent", "cancel"): ("action_cancel",),
        ("sale", "cancel"): ("action_cancel",),
        ("cancel", "draft"): ("action_draft",), ("sent", "draft"): ("action_draft",),
    },
    may=EVERYTHING, page=200,
)  # fmt: skip

ORDER_LINE = Model(
    name="sale.order.line", columns=columns("order_id=one- name- product_uom_qty=float-"),
    parents=("sale.order", "order_id"),
)  # fmt: skip

INVOICE = Model(
    name="account.move",
    columns=columns(
        "name- move_type=choice- ref payment_reference invoice_origin- partner_id=one- invoice_date=date"
        " invoice_date_due=date state=choice payment_state=choice- currency_id=one- amount_untaxed=float-"
        " amount_tax=float- amount_total=float- amount_residual=float- company_id=one-"
    ),
    domain=(["move_type", "in", ["out_invoice", "out_refund", "out_receipt"]],),
    lookups=(CURRENCY,), named=(Named(name="order_id", field="invoice_origin", model="sale.order", by="name"),),
    lines=Lines(
        field="invoice_line_ids", model="account.move.line", parent="move_id",
        columns=columns(
            "product_id=one- name- quantity=float- price_unit=float- discount=float- price_subtotal=float-"
        ),
        lookups=(PRODUCT_CODE,), domain=(["display_type", "=", "product"],), writable=False,
    ),
    moves={
        ("draft", "posted"): ("action_post",), ("posted", "draft"): ("button_draft",),
        ("draft", "cancel"): ("button_cancel",), ("cancel", "draft"): ("button_draft",),
    },
    may=frozenset({"update"}), page=200,
)  # fmt: skip

INVOICE_LINE = Model(
    name="account.move.line", columns=columns("move_id=one- name-"),
    domain=(["display_type", "=", "product"],), parents=("account.move", "move_id"),
)  # fmt: skip

MODELS = (
    PARTNER, USER, PRODUCT, TEMPLATE_OF_PRODUCTS, QUANT, ORDER, ORDER_LINE, INVOICE, INVOICE_LINE,
    Model(name="res.country", columns=columns("name- code-")),
    Model(name="res.country.state", columns=columns("name- code- country_id=one-")),
    Model(name="res.currency", columns=columns("name- active=bool-")),
    Model(name="account.payment.term", columns=columns("name- active=bool-")),
    Model(name="account.tax", columns=columns("name- amount=float- amount_type=choice- type_tax_use=choice-")),
)  # fmt: skip
