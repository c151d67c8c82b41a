"""Fields of Odoo's models: which there are; custom ones of ours, with names in `x_`, made and taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.connect.request import Conversation, Page
from syncline.connect.stream import Field
from syncline.connectors.odoo.asking import Ended, Steps, read, until_it_ends, write
from syncline.connectors.odoo.calls import Calls
from syncline.connectors.odoo.errors import OURS
from syncline.connectors.odoo.model import Model
from syncline.model.outcome import Done, Exists, Missing, Rejected

KINDS = {
    "text": "char", "integer": "integer", "decimal": "float", "boolean": "boolean", "date": "date",
    "datetime": "datetime",
}  # fmt: skip


ATTRIBUTES = ("type", "string", "required", "readonly", "selection")


def described(model: Model, calls: Calls) -> Conversation:
    """All fields of a model. What is read only in the screens is told as not writable."""
    answer = yield calls.fields_get(model.name, attributes=ATTRIBUTES)
    return Page(records=tuple(row(name, told) for name, told in answer.body.items()))


def row(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """A field as `described` tells it. Only the keys of a selection are its choices: labels are translated."""
    found = {
        "name": name, "label": told.get("string") or name, "type": told["type"],
        "required": bool(told.get("required")), "writable": not told.get("readonly"), "ours": name.startswith(OURS),
    }  # fmt: skip
    if isinstance(told.get("selection"), list):
        found["choices"] = [str(one[0]) for one in told["selection"]]
    return found


def define(model: Model, calls: Calls, field: Field) -> Conversation:
    """Makes the field, unless it is there. Only an administrator's key may."""
    return until_it_ends(steps(model, calls, field))


def defined(model: Model, calls: Calls, names: Sequence[str]) -> Conversation:
    """Which of these fields the model has."""
    answer = yield calls.fields_get(model.name, names)
    return Page(records=tuple({"name": name} for name in names if name in answer.body))


def steps(model: Model, calls: Calls, field: Field) -> Steps:
    """Is it there? Which model is it of? Then it is made."""
    if not field.name.startswith("x_"):
        raise Ended(Rejected(reason="a field of your own has a name in x_", field=field.name))
    if field.type not in KINDS:
        raise Ended(Rejected(reason=f"Odoo has no custom field of type {field.type} here", field=field.name))
    domain = [["model", "=", model.name], ["name", "=", field.name]]
    rows = yield from read(calls.search_read("ir.model.fields", domain, ["name", "ttype"]))
    if rows:
        if rows[0]["ttype"] != KINDS[field.type]:
            reason = f"a field {field.name} of type {rows[0]['ttype']} is there, and {KINDS[field.type]} is needed"
            raise Ended(Rejected(reason=f"{reason}; rename or delete it in Odoo", field=field.name))
        return Exists(id=str(rows[0]["id"]))
    models = yield from read(calls.search_read("ir.model", [["model", "=", model.name]], ["model"]))
    if not models:
        raise Ended(Missing())
    made = {
        "model_id": models[0]["id"], "name": field.name, "field_description": field.label or label(field.name),
        "ttype": KINDS[field.type],
    }  # fmt: skip
    ids = yield from write(calls.change("ir.model.fields", "create", vals_list=[made]))
    return Done(id=str(ids[0]))


def undefine(model: Model, calls: Calls, field: Field) -> Conversation:
    """Takes the field away, with all its values. Only one that was made by hand or by a hub, never Odoo's own."""
    return until_it_ends(taken_away(model, calls, field))


def taken_away(model: Model, calls: Calls, field: Field) -> Steps:
    """Is it there, and custom? Then it is deleted."""
    domain = [["model", "=", model.name], ["name", "=", field.name], ["state", "=", "manual"]]
    rows = yield from read(calls.search_read("ir.model.fields", domain, ["name"]))
    if not rows:
        raise Ended(Missing())
    yield from write(calls.change("ir.model.fields", "unlink", ids=[rows[0]["id"]]))
    return Done(id=str(rows[0]["id"]))


def label(name: str) -> str:
    """What people read: `Sales region` of `x_sales_region`."""
    return name.removeprefix("x_").replace("_", " ").capitalize()
