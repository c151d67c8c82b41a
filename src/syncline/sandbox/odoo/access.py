"""Who may do what: groups, and the refusal of those who are in none that may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from syncline.sandbox.odoo.errors import AccessError
from syncline.sandbox.odoo.model import Env, Model
from syncline.sandbox.store import Row

SUPERUSER = 1
GROUPS = {
    "base.group_user": "Internal User",
    "base.group_system": "Administration/Settings",
    "base.group_partner_manager": "Extra Rights/Contact Creation",
    "sales_team.group_sale_salesman": "Sales/User: Own Documents Only",
    "sales_team.group_sale_salesman_all_leads": "Sales/User: All Documents",
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
    if not group or of_group(env, group):
        return
    raise AccessError(
        f"You are not allowed to {WORDS[operation]} '{model.label}' ({model.name}) records.\n\n"
        f"This operation is allowed for the following groups:\n\t- {GROUPS[group]}\n\n"
        "Contact your administrator to request access if necessary."
    )


def of_group(env: Env, group: str) -> bool:
    """Whether the user is of that group."""
    if env.uid == SUPERUSER:
        return True
    user = env.find("res.users", env.uid)
    return user is not None and NUMBERS[group] in user.values.get(groups_field(env.version), ())


def may_read(env: Env, model: Model) -> bool:
    """Whether the user may read rows of the model at all."""
    return not model.readers or of_group(env, model.readers)


def sees_own_only(env: Env, model: Model) -> bool:
    """Whether the user sees of this model only what is his own or nobody's."""
    if not model.owner or env.uid == SUPERUSER:
        return False
    user = env.find("res.users", env.uid)
    groups = user.values.get(groups_field(env.version), ()) if user else ()
    return NUMBERS["sales_team.group_sale_salesman_all_leads"] not in groups


def permit(env: Env, model: Model, ids: Sequence[int], values: Callable[[Row], Any]) -> None:
    """Raises AccessError where one of the rows is somebody else's. `values`: a function from a row to its owner."""
    if not sees_own_only(env, model):
        return
    for row in env.store.many(model.name, ids).values():
        if values(row) not in (None, env.uid):
            raise AccessError(
                "Due to security restrictions, you are not allowed to access "
                f"'{model.label}' ({model.name}) records.\n\n"
                f"Records: ({model.name}: {row.id})\nUser: (id={env.uid})\n\n"
                "Contact your administrator to request access if necessary."
            )


def groups_field(version: int) -> str:
    """The field of res.users that holds the groups."""
    return "group_ids" if version >= 19 else "groups_id"
