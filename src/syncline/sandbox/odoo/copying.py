"""What every model can do besides reading and writing: copy, archive, make by name, tell its defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.odoo.access import allow
from syncline.sandbox.odoo.field import LISTS, stored
from syncline.sandbox.odoo.field import read as as_read
from syncline.sandbox.odoo.match import children
from syncline.sandbox.odoo.model import Env, Model, shown
from syncline.sandbox.odoo.writing import IGNORED, create, defaults, make, write
from syncline.sandbox.store import Row


def copy(env: Env, model: Model, ids: Sequence[int], default: Mapping[str, Any] | None = None) -> Any:
    """New rows like these. Their ids; up to version 17 there is one, and its id."""
    made = create(env, model, [{**_copied(env, model, row), **(default or {})} for row in env.rows(model.name, ids)])
    return made[0] if env.version <= 17 and isinstance(made, list) and len(made) == 1 else made


def _copied(env: Env, model: Model, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, one in model.fields.items():
        if name in IGNORED or one.readonly or not one.copied or one.compute is not None:
            continue
        if one.type == "one2many":
            if one.owned:
                target = env.model(one.relation)
                ids = children(env, one, [int(row.id)])[int(row.id)]
                rows = [_copied(env, target, each) for each in env.rows(target.name, ids)]
                values[name] = [(0, 0, {k: v for k, v in each.items() if k != one.inverse}) for each in rows]
        elif one.type == "many2many":
            values[name] = [(6, 0, row.values.get(name) or [])]
        elif name in row.values:
            values[name] = row.values[name]
    if isinstance(values.get("name"), str) and model.fields["name"].type == "char":
        values["name"] += " (copy)"
    return values


def default_get(env: Env, model: Model, fields_list: Sequence[str]) -> dict[str, Any]:
    """What a new row would hold where nobody says otherwise."""
    found = defaults(env, model, {}, {})
    for name, value in env.context.items():
        if name.startswith("default_") and (one := model.fields.get(name.removeprefix("default_"))):
            found[one.name] = value if one.type in LISTS else stored(one, model.name, value)
    return {name: as_read(model.field(name), found[name]) for name in fields_list if name in found}


def name_create(env: Env, model: Model, name: str) -> list[Any]:
    """A row of which only the name is known: its id and display name."""
    allow(env, model, "create")
    made = make(env, model, [{"name": name}])[0]
    return [made, shown(env, model, env.row(model.name, made))]


def action_archive(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """Out of sight, unless asked for."""
    return write(env, model, ids, {"active": False})


def action_unarchive(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """Back in sight."""
    return write(env, model, ids, {"active": True})
