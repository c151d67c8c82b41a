"""Leads and opportunities, and the stages that they pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.sandbox.odoo.field import rounded
from syncline.sandbox.odoo.model import Env, Model, Values
from syncline.sandbox.odoo.model import moment as stamp
from syncline.sandbox.odoo.standard.words import (
    active,
    char,
    choice,
    day,
    flag,
    html,
    many,
    model,
    moment,
    money,
    number,
    one,
    text,
    whole,
)  # fmt: skip
from syncline.sandbox.odoo.writing import change
from syncline.sandbox.store import Row

SALES = "sales_team.group_sale_salesman"


def leads(version: int) -> list[Model]:
    """crm.lead and crm.stage."""
    team = many("team_ids", "crm.team") if version >= 19 else one("team_id", "crm.team")
    return [
        model(
            "crm.stage", "CRM Stages", version,
            char("name", "Stage Name", required=True), whole("sequence", default=1), flag("is_won"), flag("fold"),
            team, text("requirements"), order="sequence, name, id", writers=SALES,
        ),
        model(
            "crm.lead", "Lead/Opportunity", version,
            char("name", "Opportunity", required=True), choice("type", "lead opportunity", default="opportunity"),
            one("partner_id", "res.partner", "Customer"), char("partner_name", "Company Name"), char("contact_name"),
            char("email_from", "Email"), char("phone"), char("mobile", until=18), char("function"), char("website"),
            char("street"), char("street2"), char("city"), char("zip"), one("state_id", "res.country.state"),
            one("country_id", "res.country"),
            one("stage_id", "crm.stage", deletes="restrict", default=_first_stage),
            one("team_id", "crm.team", default=1),
            one("user_id", "res.users", "Salesperson", default=lambda env: env.uid), money("expected_revenue"),
            money("prorated_revenue", settled=True), number("probability"), day("date_deadline", "Expected Closing"),
            moment("date_closed", settled=True, copied=False), moment("date_open", settled=True, copied=False),
            choice("priority", "0 1 2 3", default="0"), one("lost_reason_id", "crm.lost.reason"),
            choice("won_status", "won lost pending", since=19, compute=_won_status), many("tag_ids", "crm.tag"),
            one("source_id", "utm.source"), one("medium_id", "utm.medium"), one("campaign_id", "utm.campaign"),
            one("company_id", "res.company", default=1), html("description", "Notes"), active(), char("referred"),
            order="priority desc, id desc", searched=("name", "partner_name", "email_from"), born=_born,
            changed=_changed, settle=_settle, indexed=("email_from", "partner_id"), owner="user_id", writers=SALES,
            on_rows={
                "convert_opportunity": convert_opportunity, "action_set_won": action_set_won,
                "action_set_won_rainbowman": action_set_won, "action_set_lost": action_set_lost,
                "merge_opportunity": merge_opportunity,
            },
        ),
    ]  # fmt: skip


def _first_stage(env: Env) -> Any:
    return next((stage.id for stage in _stages(env)), None)


def _stages(env: Env) -> list[Row]:
    return sorted(env.store.select("crm.stage"), key=lambda stage: stage.values.get("sequence") or 0)


def _won_stage(env: Env) -> Any:
    return next((stage.id for stage in _stages(env) if stage.values.get("is_won")), None)


def _won_status(env: Env, row: Row) -> str:
    stage = env.find("crm.stage", row.values.get("stage_id"))
    if stage is not None and stage.values.get("is_won") and row.values.get("probability") == 100.0:
        return "won"
    lost = row.values.get("active") is False and not row.values.get("probability")
    return "lost" if lost else "pending"


def _born(env: Env, values: Values, through: Values) -> None:
    if values.get("user_id"):
        values["date_open"] = stamp(env.now)
    partner = env.find("res.partner", values.get("partner_id"))
    if partner is not None:
        values["email_from"] = values.get("email_from") or partner.values.get("email")
        values["phone"] = values.get("phone") or partner.values.get("phone")


def _changed(env: Env, before: Row, values: Values) -> None:
    if values.get("stage_id") != before.values.get("stage_id"):
        stage = env.find("crm.stage", values.get("stage_id"))
        won = stage is not None and bool(stage.values.get("is_won"))
        values["date_closed"] = stamp(env.now) if won else None
        if won:
            values["probability"] = 100.0


def _settle(env: Env, ids: Sequence[int], names: set[str]) -> None:
    for row in env.rows("crm.lead", ids):
        share = (row.values.get("probability") or 0.0) / 100
        worth = rounded((row.values.get("expected_revenue") or 0.0) * share)
        env.put("crm.lead", row, {"prorated_revenue": worth}, touch=False)


def convert_opportunity(
    env: Env, model: Model, ids: Sequence[int], partner: Any = False, user_ids: Any = False, team_id: Any = False
) -> bool:
    """Leads become opportunities; those that are one already stay as they are."""
    for row in env.rows(model.name, ids):
        if row.values.get("active") is False or row.values.get("probability") == 100.0:
            continue
        values: Values = {"type": "opportunity", "date_open": stamp(env.now)}
        given = partner[0] if isinstance(partner, list) and partner else partner
        if given:
            values["partner_id"] = given
        if user_ids:
            values["user_id"] = user_ids[0]
        if team_id:
            values["team_id"] = team_id
        env.put(model.name, row, values)
        env.posts.append(("on_write", model.name, int(row.id)))
    return True


def action_set_won(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """Active, in the stage that is won, certain."""
    return change(env, model, ids, {"active": True, "stage_id": _won_stage(env), "probability": 100.0})


def action_set_lost(env: Env, model: Model, ids: Sequence[int], **additional_values: Any) -> bool:
    """Archived, and hopeless."""
    return change(env, model, ids, {**additional_values, "active": False, "probability": 0.0})


def merge_opportunity(
    env: Env, model: Model, ids: Sequence[int], user_id: Any = False, team_id: Any = False, auto_unlink: bool = True
) -> list[int]:
    """The first stays and takes what it lacks from the others, which are deleted."""
    head, *rest = env.rows(model.name, ids)
    lacking = {k: v for row in reversed(rest) for k, v in row.values.items() if k not in head.values}
    env.put(model.name, head, lacking)
    for row in rest:
        env.store.drop(model.name, row.id)
        env.posts.append(("on_unlink", model.name, int(row.id)))
    return [int(head.id)]
