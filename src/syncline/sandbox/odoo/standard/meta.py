"""The models that tell of models: external ids, fields, and fields that are made by people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from syncline.sandbox.odoo.errors import AccessError, BadValue, UserError, ValidationError
from syncline.sandbox.odoo.field import Field
from syncline.sandbox.odoo.loading import named_row
from syncline.sandbox.odoo.model import Env, Model, Unique, Values, having
from syncline.sandbox.odoo.reading import found
from syncline.sandbox.odoo.standard.words import active, char, choice, flag, many, model, moment, one, text, whole
from syncline.sandbox.store import Row, Store

KINDS = "char text html integer float monetary boolean date datetime selection many2one one2many many2many"
MADE = "fields made by people"


def meta(version: int) -> list[Model]:
    """ir.model, ir.model.fields, ir.model.data."""
    return [
        model(
            "ir.model", "Models", version,
            char("model", required=True), char("name", "Model Description", required=True),
            choice("state", "manual base", default="manual"), flag("transient"), order="model",
            searched=("name", "model"), indexed=("model",), writers="base.group_system",
        ),
        model(
            "ir.model.fields", "Fields", version,
            char("name", required=True, default="x_"), char("model", settled=True),
            one("model_id", "ir.model", required=True, deletes="cascade"),
            char("field_description", "Field Label", required=True, default=""), choice("ttype", KINDS, required=True),
            char("relation"), char("relation_field"), char("selection"), flag("required"), flag("readonly"),
            flag("store", default=True), flag("index"), flag("copied", default=True), text("help"),
            choice("state", "manual base", default="manual"),
            order="name", searched=("name", "field_description"), indexed=("model_id",), born=_born, changed=_changed,
            settle=_settle, leave=_leave, writers="base.group_system",
            unique=(Unique(fields=("model_id", "name"), text="Field names must be unique per model."),),
        ),
        model(
            "ir.model.data", "Model Data", version,
            char("name", "External Identifier", required=True), char("module", required=True, default=""),
            char("model", required=True), whole("res_id", "Record ID"), flag("noupdate"),
            char("complete_name", "Complete ID", compute=_external), char("reference", compute=_reference),
            moment("date_update"), shown=_external, order="module, model, name", indexed=("name", "res_id"),
            on_model={"check_object_reference": check_object_reference},
            unique=(
                Unique(
                    fields=("module", "name"),
                    text="duplicate key value violates unique constraint \"ir_model_data_module_name_uniq_index\"",
                ),
            ),
        ),
        model("ir.config_parameter", "System Parameter", version, char("key", required=True), text("value"),
              searched=("key",), readers="base.group_system", writers="base.group_system"),
        model("ir.attachment", "Attachment", version, char("name", required=True), char("res_model"), whole("res_id"),
              char("mimetype")),
        model("mail.message", "Message", version, char("subject"), text("body"), char("model"), whole("res_id"),
              many("partner_ids", "res.partner"), active()),
    ]  # fmt: skip


def check_object_reference(
    env: Env, model: Model, module: str, xml_id: str, raise_on_access_error: bool = False
) -> list[Any]:
    """The model and the id that an external id stands for; False where the user sees no such row. Raises BadValue."""
    row = named_row(env, f"{module}.{xml_id}")
    if row is None:
        raise BadValue(f"External ID not found in the system: {module}.{xml_id}")
    target, id = env.model(row.values["model"]), row.values.get("res_id")
    if found(env, target, [["id", "=", id]]):
        return [target.name, id]
    if raise_on_access_error:
        raise AccessError(f'Not enough access rights on the external ID "{module}.{xml_id}"')
    return [target.name, False]


def _external(env: Env, row: Row) -> str:
    return ".".join(filter(None, (row.values.get("module"), row.values.get("name"))))


def _reference(env: Env, row: Row) -> str:
    return f"{row.values['model']},{row.values.get('res_id', 0)}"


def _born(env: Env, values: Values, through: Values) -> None:
    name = str(values.get("name") or "")
    if values.get("state") == "manual" and not name.startswith("x_"):
        raise ValidationError("Custom fields must have a name that starts with 'x_'!")
    if not name.replace("_", "a").isalnum() or name != name.lower():
        raise ValidationError("Field names can only contain characters, digits and underscores (up to 63).")
    if values.get("ttype") in ("many2one", "one2many", "many2many") and values.get("relation") not in env.models:
        raise ValidationError(f"No found model {values.get('relation')!r}")
    if values.get("ttype") == "one2many" and values.get("relation_field") not in env.models[values["relation"]].fields:
        raise ValidationError(f"Unknown field {values.get('relation_field')!r} in model {values['relation']!r}")
    if values.get("ttype") == "selection" and not _options(values.get("selection")):
        raise ValidationError("The Selection field has no options")
    values["field_description"] = values.get("field_description") or name


def _changed(env: Env, before: Row, values: Values) -> None:
    if before.values.get("state") == "base":
        raise UserError("Properties of base fields cannot be altered in this manner! ")
    if values.get("ttype") != before.values.get("ttype"):
        raise UserError("Changing the type of a field is not yet supported. Please drop it and create it again!")


def _settle(env: Env, ids: Sequence[int], names: set[str]) -> None:
    for row in env.rows("ir.model.fields", ids):
        kept = env.row("ir.model", row.values["model_id"])
        env.put("ir.model.fields", row, {"model": kept.values["model"]}, touch=False)
    _keep_made(env)


def _leave(env: Env, rows: Sequence[Row]) -> None:
    for row in rows:
        if row.values.get("state") != "manual":
            raise UserError("This column contains module data and cannot be removed!")
    _keep_made(env, without={row.id for row in rows})


def _keep_made(env: Env, without: Collection[Any] = ()) -> None:
    """What people made, at hand for every call."""
    rows = having(env.store, "ir.model.fields", "state", ["manual"])
    env.store.set(MADE, [row.values for row in rows if row.id not in without])


def with_made(models: Mapping[str, Model], store: Store) -> Mapping[str, Model]:
    """The models, with the fields that people made."""
    known = dict(models)
    for values in store.setting(MADE, []):
        if values.get("model") in known:
            held = known[values["model"]]
            known[held.name] = replace(held, fields={**held.fields, values["name"]: _field(values)})
    return known


def _field(values: Mapping[str, Any]) -> Field:
    return Field(
        name=values["name"], type=values["ttype"], label=values.get("field_description", ""),
        required=bool(values.get("required")), relation=values.get("relation") or "",
        inverse=values.get("relation_field") or "", options=_options(values.get("selection")), manual=True,
        locked=bool(values.get("readonly")),
    )  # fmt: skip


def _options(selection: Any) -> tuple[tuple[str, str], ...]:
    """The keys and labels that people write as a list of Python tuples: `[('a', 'A'), ('b', 'B')]`.

    Raises ValidationError.
    """
    if not selection:
        return ()
    text_ = str(selection).replace("(", "[").replace(")", "]").replace("'", '"')
    try:
        return tuple((str(key), str(label)) for key, label in msgspec.json.decode(text_))
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise ValidationError(f"Invalid selection: {selection!r}") from error
