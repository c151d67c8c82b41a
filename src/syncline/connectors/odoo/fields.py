"""Fields that a hub needs and Odoo has not: custom ones, whose names begin with `x_`."""

from __future__ import annotations

from collections.abc import Sequence

from syncline.connect.request import Conversation, Page
from syncline.connect.stream import Field
from syncline.connectors.odoo.asking import Ended, Steps, read, until_it_ends, write
from syncline.connectors.odoo.calls import Calls
from syncline.connectors.odoo.model import Model
from syncline.model.outcome import Done, Missing, Rejected

KINDS = {
    "text": "char", "integer": "integer", "decimal": "float", "boolean": "boolean", "date": "date",
    "datetime": "datetime",
}  # fmt: skip


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
    rows = yield from read(calls.search_read("ir.model.fields", domain, ["name"]))
    if rows:
        return Done(id=str(rows[0]["id"]))
    models = yield from read(calls.search_read("ir.model", [["model", "=", model.name]], ["model"]))
    if not models:
        raise Ended(Missing())
    made = {
        "model_id": models[0]["id"], "name": field.name, "field_description": field.label or label(field.name),
        "ttype": KINDS[field.type],
    }  # fmt: skip
    ids = yield from write(calls.change("ir.model.fields", "create", vals_list=[made]))
    return Done(id=str(ids[0]))


def label(name: str) -> str:
    """What people read: `Sales region` of `x_sales_region`."""
    return name.removeprefix("x_").replace("_", " ").capitalize()
