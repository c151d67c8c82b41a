"""Who may do what: groups, and the refusal of those who are in none that may."""

from __future__ import annotations

from typing import Literal

from syncline.sandbox.odoo.errors import AccessError
from syncline.sandbox.odoo.model import Env, Model

SUPERUSER = 1
GROUPS = {
    "base.group_user": "Internal User",
    "base.group_system": "Administration/Settings",
    "base.group_partner_manager": "Extra Rights/Contact Creation",
    "sales_team.group_sale_salesman": "Sales/User: Own Documents Only",
    "account.group_account_invoice": "Accounting/Billing",
    "stock.group_stock_user": "Inventory/User",
    "product.group_product_manager": "Products/Manager",
}
NUMBERS = {name: number for number, name in enumerate(GROUPS, start=1)}
WORDS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}

Operation = Literal["read", "write", "create", "unlink"]


def allow(env: Env, model: Model, operation: Operation) -> None:
    """Raises AccessError where the user is not of the group that the model asks for."""
    group = model.readers if operation == "read" else model.writers
    if not group or env.uid == SUPERUSER:
        return
    user = env.find("res.users", env.uid)
    if user is not None and NUMBERS[group] in user.values.get(groups_field(env.version), ()):
        return
    raise AccessError(
        f"You are not allowed to {WORDS[operation]} '{model.label}' ({model.name}) records.\n\n"
        f"This operation is allowed for the following groups:\n\t- {GROUPS[group]}\n\n"
        "Contact your administrator to request access if necessary."
    )


def groups_field(version: int) -> str:
    """The field of res.users that holds the groups."""
    return "group_ids" if version >= 19 else "groups_id"
