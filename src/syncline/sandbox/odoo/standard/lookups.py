"""The small tables that others point to: countries, currencies, languages, companies, units, tags, groups."""

from __future__ import annotations

from syncline.sandbox.odoo.model import Env, Model, Unique
from syncline.sandbox.odoo.standard.words import active, char, choice, flag, listed, many, model, number, one, whole
from syncline.sandbox.store import Row

SYSTEM = "base.group_system"


def lookups(version: int) -> list[Model]:
    """All of them."""
    return [*_world(version), *_words(version)]


def _world(version: int) -> list[Model]:
    return [
        model(
            "res.country", "Country", version,
            char("name", required=True), char("code", "Country Code"), one("currency_id", "res.currency"),
            whole("phone_code"), listed("state_ids", "res.country.state", "country_id"),
            order="name", searched=("name", "code"), writers=SYSTEM,
            unique=(Unique(fields=("code",), text="The code of the country must be unique!"),),
        ),
        model(
            "res.country.state", "Country state", version,
            char("name", "State Name", required=True), char("code", "State Code", required=True),
            one("country_id", "res.country", required=True, deletes="cascade"),
            order="code", searched=("name", "code"), writers=SYSTEM, shown=_state,
            unique=(
                Unique(fields=("country_id", "code"), text="The code of the state must be unique by country!"),
            ),
        ),
        model(
            "res.currency", "Currency", version,
            char("name", "Currency", required=True), char("symbol", required=True), char("full_name"),
            number("rounding", digits=6, default=0.01), whole("decimal_places", default=2), active(),
            choice("position", "after before", default="after"),
            order="name", writers=SYSTEM,
            unique=(Unique(fields=("name",), text="The currency code must be unique!"),),
        ),
        model(
            "res.lang", "Languages", version,
            char("name", required=True), char("code", "Locale Code", required=True), active(), order="name",
            writers=SYSTEM, unique=(Unique(fields=("code",), text="The code of the language must be unique!"),),
        ),
        model(
            "res.company", "Companies", version,
            char("name", "Company Name", required=True), one("partner_id", "res.partner"),
            one("currency_id", "res.currency", required=True), one("country_id", "res.country"), active(),
            order="name", writers=SYSTEM,
        ),
    ]  # fmt: skip


def _words(version: int) -> list[Model]:
    return [
        model(
            "res.partner.category", "Partner Tags", version,
            char("name", "Tag Name", required=True), one("parent_id", "res.partner.category", deletes="cascade"),
            whole("color"), active(), order="name",
        ),
        model("res.groups", "Access Groups", version, char("name", required=True), writers=SYSTEM),
        model(
            "uom.uom", "Product Unit of Measure", version,
            char("name", "Unit of Measure", required=True), number("factor", digits=None, default=1.0),
            number("rounding", digits=5, default=0.01), active(),
        ),
        model(
            "utm.source", "UTM Source", version, char("name", required=True),
        ),
        model("utm.medium", "UTM Medium", version, char("name", required=True), active()),
        model("utm.campaign", "UTM Campaign", version, char("name", required=True), active()),
        model(
            "crm.tag", "CRM Tag", version, char("name", "Tag Name", required=True), whole("color"),
            unique=(Unique(fields=("name",), text="Tag name already exists!"),),
        ),
        model("crm.lost.reason", "Opp. Lost Reason", version, char("name", required=True), active()),
        model(
            "crm.team", "Sales Team", version,
            char("name", "Sales Team", required=True), whole("sequence", default=10), one("user_id", "res.users"),
            many("member_ids", "res.users"), one("company_id", "res.company"), active(),
            flag("use_opportunities", default=True), order="sequence, id",
        ),
    ]  # fmt: skip


def _state(env: Env, row: Row) -> str:
    country = env.find("res.country", row.values.get("country_id"))
    return f"{row.values['name']} ({country.values.get('code') if country else ''})"
