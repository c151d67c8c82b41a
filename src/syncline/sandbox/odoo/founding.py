"""A database on its first day: a company, its users, and the tables that everything points to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.access import GROUPS, NUMBERS, SUPERUSER, groups_field
from syncline.sandbox.odoo.models import models_of
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import field

Rows = Mapping[int, Mapping[str, Any]]

EUR, USD = 1, 2
COUNTRIES = (
    *(("Austria", "AT", 43, EUR), ("Germany", "DE", 49, EUR), ("France", "FR", 33, EUR), ("Italy", "IT", 39, EUR)),
    *(("United States", "US", 1, USD), ("United Kingdom", "GB", 44, EUR), ("Switzerland", "CH", 41, EUR)),
    *(("Spain", "ES", 34, EUR), ("Netherlands", "NL", 31, EUR), ("Poland", "PL", 48, EUR)),
)
STATES = (("Bavaria", "BY", 2), ("Berlin", "BE", 2), ("California", "CA", 5), ("New York", "NY", 5))
SELLER_GROUPS = ("base.group_user", "base.group_partner_manager", "sales_team.group_sale_salesman")
EXTERNAL = {
    ("base", "main_company"): ("res.company", 1), ("base", "main_partner"): ("res.partner", 1),
    ("base", "user_root"): ("res.users", SUPERUSER), ("base", "user_admin"): ("res.users", logins.ADMIN),
    ("base", "EUR"): ("res.currency", EUR), ("base", "USD"): ("res.currency", USD),
    ("uom", "product_uom_unit"): ("uom.uom", 1), ("stock", "warehouse0"): ("stock.warehouse", 1),
    ("account", "account_payment_term_30days"): ("account.payment.term", 3),
    **{("base", code.lower()): ("res.country", at) for at, (_, code, _, _) in enumerate(COUNTRIES, start=1)},
}  # fmt: skip


def found(sandbox: Sandbox, version: int) -> None:
    """The rows of the first day, as they are in the store."""
    store, now = sandbox.store, sandbox.clock.micros()
    store.set("odoo version", version)
    for name in sorted({name for model in models_of(version).values() for name in model.indexed}):
        column = field(name)
        store.run(f"create index if not exists odoo_{name} on row (stream, {column}) where {column} is not null")
    tables = {**_base(version), **_business(version), **_models(version)}
    tables["ir.model.data"] = {
        at: {"module": module, "name": name, "model": model, "res_id": id, "noupdate": True}
        for at, ((module, name), (model, id)) in enumerate(EXTERNAL.items(), start=1)
    }
    by = {"create_uid": SUPERUSER, "write_uid": SUPERUSER}
    for model, rows in tables.items():
        store.insert_many(model, ((id, {**values, **by}, now, now) for id, values in rows.items()))
        if rows:
            store.next(model, many=max(rows))
    for uid, login in logins.LOGINS.items():
        keys = [sandbox.options.get("api_key", logins.KEYS[uid])] if uid == logins.ADMIN else [logins.KEYS[uid]]
        logins.set_secrets(store, uid, str(sandbox.options.get("password", login)) if uid == 2 else login, keys)


def _numbered(*rows: Mapping[str, Any]) -> Rows:
    return dict(enumerate(rows, start=1))


def _base(version: int) -> dict[str, Rows]:
    groups = groups_field(version)
    person = {"type": "contact", "lang": "en_US", "customer_rank": 0, "supplier_rank": 0, "partner_share": False}
    user = {"company_id": 1, "company_ids": [1]}
    people = {
        1: ("My Company", True, True),
        2: ("OdooBot", False, False),
        3: ("Administrator", False, True),
        7: ("Seller", False, True),
    }
    return {
        "res.lang": _numbered(
            *({"name": name, "code": code, "active": True} for name, code in (
                ("English (US)", "en_US"), ("German / Deutsch", "de_DE"), ("French / Français", "fr_FR"),
                ("Italian / Italiano", "it_IT"),
            ))
        ),
        "res.currency": _numbered(
            {"name": "EUR", "symbol": "€", "full_name": "Euro", "rounding": 0.01, "decimal_places": 2, "active": True,
             "position": "after"},
            {"name": "USD", "symbol": "$", "full_name": "United States dollar", "rounding": 0.01, "decimal_places": 2,
             "active": True, "position": "before"},
        ),
        "res.country": _numbered(
            *({"name": name, "code": code, "phone_code": phone, "currency_id": money}
              for name, code, phone, money in COUNTRIES)
        ),
        "res.country.state": _numbered(
            *({"name": name, "code": code, "country_id": country} for name, code, country in STATES)
        ),
        "res.groups": {NUMBERS[name]: {"name": label} for name, label in GROUPS.items()},
        "ir.config_parameter": _numbered({"key": "database.is_neutralized", "value": "true"}),  # as a copy for tests
        "res.company": _numbered({"name": "My Company", "partner_id": 1, "currency_id": EUR, "active": True}),
        "res.partner": {
            id: {**person, "name": name, "complete_name": name, "is_company": is_company, "active": active,
                 "commercial_partner_id": id, "email": f"partner{id}@example.test",
                 "email_normalized": f"partner{id}@example.test"}
            for id, (name, is_company, active) in people.items()
        },
        "res.users": {
            SUPERUSER: {**user, "login": "__system__", "partner_id": 2, "active": False, groups: []},
            logins.ADMIN: {**user, "login": "admin", "partner_id": 3, "active": True, groups: list(NUMBERS.values())},
            logins.SELLER: {**user, "login": "seller", "partner_id": 7, "active": True,
                            groups: [NUMBERS[name] for name in SELLER_GROUPS]},
        },
    }  # fmt: skip


def _business(version: int) -> dict[str, Rows]:
    team: Mapping[str, Any] = {"team_ids": []} if version >= 19 else {}
    return {
        "uom.uom": _numbered(
            {"name": "Units", "factor": 1.0, "rounding": 0.01, "active": True},
            {"name": "Hours", "factor": 1.0, "rounding": 0.01, "active": True},
        ),
        "product.category": _numbered({"name": "All"}),
        "product.pricelist": _numbered({"name": "Default", "active": True, "currency_id": EUR, "sequence": 16}),
        "account.tax": _numbered(
            {"name": "20%", "amount": 20.0, "amount_type": "percent", "type_tax_use": "sale", "active": True,
             "sequence": 1, "company_id": 1},
            {"name": "10%", "amount": 10.0, "amount_type": "percent", "type_tax_use": "sale", "active": True,
             "sequence": 2, "company_id": 1},
            {"name": "20% included", "amount": 20.0, "amount_type": "percent", "type_tax_use": "sale", "active": True,
             "sequence": 3, "company_id": 1, "price_include": True},
            {"name": "20% P", "amount": 20.0, "amount_type": "percent", "type_tax_use": "purchase", "active": True,
             "sequence": 4, "company_id": 1},
        ),
        "account.payment.term": _numbered(
            *({"name": name, "active": True, "sequence": 10} for name in ("Immediate Payment", "15 Days", "30 Days"))
        ),
        "account.payment.term.line": _numbered(
            *({"payment_id": at, "value": "percent", "value_amount": 100.0, "nb_days": days}
              for at, days in ((1, 0), (2, 15), (3, 30)))
        ),
        "account.journal": _numbered(
            *({"name": name, "code": code, "type": kind, "active": True, "company_id": 1} for name, code, kind in (
                ("Customer Invoices", "INV", "sale"), ("Vendor Bills", "BILL", "purchase"),
                ("Miscellaneous Operations", "MISC", "general"), ("Bank", "BNK1", "bank"),
            ))
        ),
        "account.account": _numbered(
            {"name": "Product Sales", "code": "400000", "account_type": "income"},
            {"name": "Account Receivable", "code": "121000", "account_type": "asset_receivable"},
        ),
        "stock.location": _numbered(
            {"name": "Stock", "usage": "internal", "active": True, "location_id": 4},
            {"name": "Customers", "usage": "customer", "active": True},
            {"name": "Vendors", "usage": "supplier", "active": True},
            {"name": "WH", "usage": "view", "active": True},
        ),
        "stock.warehouse": _numbered(
            {"name": "My Company", "code": "WH", "active": True, "lot_stock_id": 1, "company_id": 1}
        ),
        "crm.team": _numbered({"name": "Sales", "active": True, "sequence": 10, "use_opportunities": True}),
        "crm.stage": _numbered(
            *({"name": name, "sequence": at, "is_won": name == "Won", **team}
              for at, name in enumerate(("New", "Qualified", "Proposition", "Won")))
        ),
        "crm.lost.reason": _numbered({"name": "Too expensive", "active": True}),
    }  # fmt: skip


def _models(version: int) -> dict[str, Rows]:
    """What ir.model and ir.model.fields tell of the models themselves."""
    models = models_of(version)
    numbers = {name: at for at, name in enumerate(models, start=1)}
    fields = [
        {"name": one.name, "model": model.name, "model_id": numbers[model.name], "field_description": one.string,
         "ttype": one.type, "relation": one.relation or None, "relation_field": one.inverse or None,
         "required": one.required, "readonly": one.readonly, "store": one.stored, "copied": one.copied, "state": "base"}
        for model in models.values() for one in model.fields.values()
    ]  # fmt: skip
    return {
        "ir.model": {at: {"model": name, "name": models[name].label, "state": "base"} for name, at in numbers.items()},
        "ir.model.fields": _numbered(*({k: v for k, v in each.items() if v is not None} for each in fields)),
    }
