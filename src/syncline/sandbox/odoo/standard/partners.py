"""Partners, which are companies and persons alike, and the users that stand on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.odoo.access import groups_field
from syncline.sandbox.odoo.errors import BadValue, UserError, ValidationError, broken_rule
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
    whole,
)  # fmt: skip
from syncline.sandbox.odoo.writing import change, make
from syncline.sandbox.store import Row

ADDRESS = ("street", "street2", "city", "state_id", "zip", "country_id")
COMMERCIAL = ("vat", "company_registry")
LANGUAGES = "en_US de_DE fr_FR it_IT"


def partners(version: int) -> list[Model]:
    """res.partner and res.users."""
    return [_partner(version), _user(version)]


def _partner(version: int) -> Model:
    return model(
        "res.partner", "Contact", version,
        char("name"), char("complete_name", settled=True), flag("is_company", "Is a Company"),
        choice("company_type", "person company", until=18, compute=_company_type, put=_put_company_type),
        one("parent_id", "res.partner", "Related Company"), listed("child_ids", "res.partner", "parent_id", "Contact"),
        choice("type", "contact invoice delivery other", "Address Type", default="contact"),
        char("email"), char("email_normalized", settled=True), char("phone"), char("mobile", until=18),
        char("street"), char("street2"), char("city"), char("zip"),
        one("state_id", "res.country.state", deletes="restrict"), one("country_id", "res.country", deletes="restrict"),
        char("vat", "Tax ID"), char("company_registry", "Company ID"), char("company_name", until=18),
        char("website"), char("ref", "Reference"), html("comment", "Notes"), char("function", "Job Position"),
        one("user_id", "res.users", "Salesperson"), many("category_id", "res.partner.category", "Tags"),
        whole("customer_rank", default=0), whole("supplier_rank", default=0), whole("color"),
        one("property_product_pricelist", "product.pricelist"), one("property_payment_term_id", "account.payment.term"),
        choice("lang", LANGUAGES, "Language", default="en_US"), char("tz", "Timezone"),
        one("company_id", "res.company"), active(), char("barcode", copied=False), number("credit_limit"),
        one("commercial_partner_id", "res.partner", settled=True), flag("partner_share", settled=True),
        order="complete_name, id desc", searched=("name", "email", "ref", "vat"), shown=_shown,
        indexed=("parent_id", "email", "ref", "name", "vat", "commercial_partner_id"),
        unique=(Unique(fields=("barcode",), text="Another partner already has this barcode"),),
        check=_check, settle=_settle, leave=_leave, writers="base.group_partner_manager",
    )  # fmt: skip


def _company_type(env: Env, row: Row) -> str:
    return "company" if row.values.get("is_company") else "person"


def _put_company_type(env: Env, row: Row, value: Any) -> None:
    env.put("res.partner", row, {"is_company": value == "company"})


def _shown(env: Env, row: Row) -> str:
    return str(row.values.get("complete_name") or "")


def _check(env: Env, values: Values) -> None:
    if values.get("type", "contact") == "contact" and not values.get("name"):
        raise broken_rule("Contacts require a name")


def _settle(env: Env, ids: Sequence[int], names: set[str]) -> None:
    for row in env.rows("res.partner", ids):
        parent = env.find("res.partner", row.values.get("parent_id"))
        _refuse_circles(env, int(row.id), parent)
        values: Values = {}
        if parent is not None and names & {"parent_id", "type"}:
            values |= _from_above(row, parent)
        head = parent.values.get("commercial_partner_id") if parent and not row.values.get("is_company") else row.id
        name, above = row.values.get("name") or "", parent.values.get("name") if parent else None
        email = row.values.get("email")
        values |= {
            "commercial_partner_id": head,
            "complete_name": f"{above}, {name}" if above and not row.values.get("is_company") else name,
            "email_normalized": email.strip().lower() if email and email.count("@") == 1 else None,
            "partner_share": True,
        }
        kept = env.put("res.partner", row, values, touch=False)
        env.names.pop(("res.partner", int(row.id)), None)
        _to_below(env, kept, names)


def _refuse_circles(env: Env, id: int, parent: Row | None) -> None:
    while parent is not None:
        if parent.id == id:
            raise ValidationError("You cannot create recursive Partner hierarchies.")
        parent = env.find("res.partner", parent.values.get("parent_id"))


def _from_above(row: Row, parent: Row) -> Values:
    """A contact lives where its company does, and pays its taxes."""
    values: Values = {name: parent.values.get(name) for name in COMMERCIAL} if not row.values.get("is_company") else {}
    if row.values.get("type", "contact") == "contact" and any(parent.values.get(name) for name in ADDRESS):
        values |= {name: parent.values.get(name) for name in ADDRESS}
    return values


def _to_below(env: Env, row: Row, names: set[str]) -> None:
    """What a company changes of its address, its contacts change too; so their write_date moves."""
    if "id" in names or not names & {"name", "is_company", *ADDRESS, *COMMERCIAL}:
        return
    for child in having(env.store, "res.partner", "parent_id", [row.id]):
        wanted = {**_from_above(child, row)}
        moved = {name: value for name, value in wanted.items() if child.values.get(name) != value}
        if moved:
            env.put("res.partner", child, moved)
        if moved or names & {"name", "is_company"}:
            _settle(env, [int(child.id)], set(moved))


def _leave(env: Env, rows: Sequence[Row]) -> None:
    for user in having(env.store, "res.users", "partner_id", [row.id for row in rows]):
        raise UserError(
            "You cannot delete contacts linked to an active user.\n"
            "Ask an administrator to archive their associated user first.\n\n"
            f"Linked active users :\n{user.values['login']}"
        )


def _user(version: int) -> Model:
    return model(
        "res.users", "User", version,
        char("login", required=True, copied=False), one("partner_id", "res.partner", required=True, deletes="restrict"),
        *(_of_partner(name) for name in ("name", "email", "phone", "lang", "tz")),
        one("company_id", "res.company", required=True, default=1), many("company_ids", "res.company"),
        many(groups_field(version), "res.groups"), active(), flag("share"), moment("login_date", settled=True),
        html("signature"),
        order="login", searched=("login",), shown=lambda env, row: _partners(env, row, "name"),
        unique=(Unique(fields=("login",), text="You can not have two users with the same login!"),),
        indexed=("login", "partner_id"), born=_born_user, writers="base.group_system",
        on_model={"context_get": context_get},
    )  # fmt: skip


def context_get(env: Env, model: Model) -> dict[str, Any]:
    """Who is asking, and in what language."""
    user = env.row(model.name, env.uid)
    return {"lang": _partners(env, user, "lang") or "en_US", "tz": _partners(env, user, "tz") or False, "uid": env.uid}


def _of_partner(name: str) -> Any:
    def put(env: Env, row: Row, value: Any) -> None:
        change(env, env.model("res.partner"), [row.values["partner_id"]], {name: value or False})

    return char(name, required=name == "name", compute=lambda env, row: _partners(env, row, name), put=put)


def _partners(env: Env, row: Row, name: str) -> Any:
    partner = env.find("res.partner", row.values.get("partner_id"))
    return partner.values.get(name) if partner else None


def _born_user(env: Env, values: Values, through: dict[str, Any]) -> None:
    if not values.get("partner_id"):
        if not through.get("name"):
            raise BadValue("res.users needs a name")
        given: Mapping[str, Any] = {name: through.pop(name) for name in list(through)}
        values["partner_id"] = make(env, env.model("res.partner"), [given])[0]
    values.setdefault("company_ids", [values["company_id"]])
    values.setdefault(groups_field(env.version), [1])
