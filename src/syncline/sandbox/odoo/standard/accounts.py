"""Journals, taxes and terms of payment."""

from __future__ import annotations

from syncline.sandbox.odoo.model import Model
from syncline.sandbox.odoo.standard.words import (
    active,
    char,
    choice,
    flag,
    html,
    listed,
    model,
    number,
    one,
    whole,
)  # fmt: skip

INVOICING = "account.group_account_invoice"


def accounts(version: int) -> list[Model]:
    """What invoices point to."""
    return [
        model(
            "account.tax", "Tax", version,
            char("name", "Tax Name", required=True), number("amount", digits=4, default=0.0),
            choice("amount_type", "percent fixed", default="percent"),
            choice("type_tax_use", "sale purchase none", default="sale"),
            flag("price_include"), whole("sequence", default=1), char("description"), active(),
            one("company_id", "res.company", default=1), order="sequence, id", writers=INVOICING,
        ),
        model(
            "account.payment.term", "Payment Terms", version,
            char("name", "Payment Terms", required=True), html("note"), whole("sequence", default=10), active(),
            listed("line_ids", "account.payment.term.line", "payment_id", owned=True),
            one("company_id", "res.company"), order="sequence, id", writers=INVOICING,
        ),
        model(
            "account.payment.term.line", "Payment Terms Line", version,
            one("payment_id", "account.payment.term", required=True, deletes="cascade"),
            choice("value", "percent fixed", default="percent"), number("value_amount", default=100.0),
            whole("nb_days", default=0), indexed=("payment_id",), writers=INVOICING,
        ),
        model(
            "account.journal", "Journal", version,
            char("name", "Journal Name", required=True), char("code", "Short Code", required=True),
            choice("type", "sale purchase cash bank general", required=True), active(),
            one("company_id", "res.company", default=1), one("currency_id", "res.currency"),
            order="type, code", writers=INVOICING,
        ),
        model(
            "account.account", "Account", version,
            char("name", "Account Name", required=True), char("code", required=True),
            choice(
                "account_type",
                "asset_receivable asset_cash liability_payable income expense equity asset_current liability_current",
                required=True,
            ),
            order="code", searched=("code", "name"), writers=INVOICING,
            shown=lambda env, row: f"{row.values['code']} {row.values['name']}",
        ),
    ]  # fmt: skip
