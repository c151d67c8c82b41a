"""Creating, writing and deleting, with what every model's fields ask for; the model's own rules come after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.odoo import commands
from syncline.sandbox.odoo.access import allow
from syncline.sandbox.odoo.errors import BadType, broken_rule, missing, not_set, still_needed
from syncline.sandbox.odoo.field import LISTS, Field, stored
from syncline.sandbox.odoo.model import LOGGED, Env, Model, Values, having
from syncline.sandbox.store import Row, field

IGNORED = {"id", "display_name", *LOGGED}


def create(env: Env, model: Model, vals_list: Any) -> list[int] | int:
    """New rows, all or none: a list of ids for a list of values, one id for one. What may be raised is raised."""
    allow(env, model, "create")
    if isinstance(vals_list, Mapping):
        return make(env, model, [vals_list])[0]
    if not isinstance(vals_list, list):
        raise BadType(f"create() takes values or a list of them, not {vals_list!r}")
    return make(env, model, vals_list)


def make(env: Env, model: Model, vals_list: Sequence[Mapping[str, Any]]) -> list[int]:
    """The same without a look at the user's rights."""
    ids = [_make_one(env, model, given) for given in vals_list]
    if ids:
        model.settle(env, ids, {name for given in vals_list for name in given} | {"id"})
    return ids


def _make_one(env: Env, model: Model, given: Mapping[str, Any]) -> int:
    plain, through, lists = sorted_out(env, model, given)
    values = {**defaults(env, model, plain, lists), **plain, "create_uid": env.uid, "write_uid": env.uid}
    model.born(env, values, through)
    values = {name: value for name, value in values.items() if name not in lists}
    id = env.store.next(model.name)
    _checked(env, model, id, values, set(values) | {one.name for one in model.fields.values() if one.required})
    env.store.insert(model.name, id, kept(values), env.now, env.shown)
    env.posts.append(("on_create", model.name, id))
    model.made(env, id)
    _put(env, model, id, through)
    _follow(env, model, id, lists)
    return id


def _put(env: Env, model: Model, id: int, through: Mapping[str, Any]) -> None:
    """What is written to a computed field goes where it belongs."""
    for name, value in through.items():
        if (put := model.fields[name].put) is not None:
            put(env, env.row(model.name, id), value)


def write(env: Env, model: Model, ids: Sequence[int], vals: Mapping[str, Any]) -> bool:
    """The same values for all these rows. True."""
    allow(env, model, "write")
    return change(env, model, ids, vals)


def change(env: Env, model: Model, ids: Sequence[int], vals: Mapping[str, Any]) -> bool:
    """The same without a look at the user's rights."""
    if not isinstance(vals, Mapping):
        raise BadType(f"write() takes values by field, not {vals!r}")
    plain, through, lists = sorted_out(env, model, vals)
    for row in env.rows(model.name, ids):
        values = {**row.values, **plain}
        model.changed(env, row, values)
        _checked(env, model, int(row.id), values, {name for name in values if values[name] != row.values.get(name)})
        env.put(model.name, row, values)
        env.names.pop((model.name, int(row.id)), None)
        env.posts.append((_trigger(row, values), model.name, int(row.id)))
        _put(env, model, int(row.id), through)
        _follow(env, model, int(row.id), lists)
    if ids:
        model.settle(env, ids, set(vals))
    return True


def _trigger(row: Row, values: Values) -> str:
    before, after = row.values.get("active"), values.get("active")
    if before is not after and after is not None:
        return "on_unarchive" if after else "on_archive"
    return "on_write"


def unlink(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """Gone without a trace. True."""
    allow(env, model, "unlink")
    return erase(env, model, ids)


def erase(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """The same without a look at the user's rights."""
    rows = env.rows(model.name, ids)
    model.leave(env, rows)
    for other, pointing in pointers(env, model):
        _let_go(env, model, other, pointing, ids)
    for id in ids:
        env.store.drop(model.name, id, env.shown)
        env.posts.append(("on_unlink", model.name, id))
    if model.name != "ir.model.data":
        for row in having(env.store, "ir.model.data", "res_id", ids):
            if row.values["model"] == model.name:
                env.store.drop("ir.model.data", row.id)
    return True


def pointers(env: Env, model: Model) -> list[tuple[Model, Field]]:
    """The fields of all models that point to this one."""
    return [
        (other, one)
        for other in env.models.values()
        for one in other.fields.values()
        if one.relation == model.name and one.type in ("many2one", "many2many") and one.compute is None
    ]


def pointing_rows(env: Env, other: Model, one: Field, ids: Sequence[int]) -> list[Row]:
    """The rows that point to any of these by a many2one."""
    return having(env.store, other.name, one.name, ids)


def _let_go(env: Env, model: Model, other: Model, one: Field, ids: Sequence[int]) -> None:
    if one.type == "many2many":
        for row in env.store.select(other.name, f"{field(one.name)} is not null"):
            if left := [id for id in row.values[one.name] if id in ids]:
                kept_ids = [id for id in row.values[one.name] if id not in left]
                env.put(other.name, row, {one.name: kept_ids or None}, touch=False)
        return
    rows = [row for row in pointing_rows(env, other, one, ids) if other.name != model.name or row.id not in ids]
    if not rows:
        return
    if one.deletes == "cascade":
        erase(env, other, [int(row.id) for row in rows])
    elif one.deletes == "restrict" or one.required:
        raise still_needed((other.label, other.name), f"{other.name.replace('.', '_')}_{one.name}_fkey")
    else:
        for row in rows:
            env.put(other.name, row, {one.name: None}, touch=False)


def sorted_out(env: Env, model: Model, given: Mapping[str, Any]) -> tuple[Values, Values, dict[str, list[Any]]]:
    """Values in the stored form, None where they are emptied; those put elsewhere; commands for lists.

    Raises BadValue.
    """
    plain: Values = {}
    through: Values = {}
    lists: dict[str, list[Any]] = {}
    for name, value in given.items():
        one = model.field(name)
        if name in IGNORED or one.readonly:
            continue  # what is computed is not written, and nobody is told
        if one.type in LISTS:
            lists[name] = commands.normal(one, model.name, value)
        else:
            (through if one.put else plain)[name] = stored(one, model.name, value)
    return plain, through, lists


def defaults(env: Env, model: Model, given: Mapping[str, Any], lists: Mapping[str, Any]) -> Values:
    """What fields hold that nobody gave a value for."""
    found: Values = {}
    for name, one in model.fields.items():
        if one.default is None or name in given or name in lists:
            continue
        value = one.default(env) if callable(one.default) else one.default
        if value is not None:
            found[name] = value
    return found


def kept(values: Mapping[str, Any]) -> Values:
    """Without what is empty."""
    return {name: value for name, value in values.items() if value is not None}


def _checked(env: Env, model: Model, id: int, values: Values, touched: set[str]) -> None:
    for name, one in model.fields.items():  # in their order, so that the same field is named each time
        if name not in touched or one.type in LISTS or one.compute is not None:
            continue
        value = values.get(name)
        if one.required and value is None:
            raise not_set((model.label, model.name), (one.string, name))
        if one.type == "many2one" and value and env.find(one.relation, value) is None:
            raise missing(one.relation, [value], env.uid)
    model.check(env, values)
    for rule in model.unique:
        if touched.isdisjoint(rule.fields) or any(values.get(name) is None for name in rule.fields):
            continue
        by = next((name for name in rule.fields if name in model.indexed), rule.fields[0])
        same = having(env.store, model.name, by, [values[by]])
        if any(row.id != id and all(row.values.get(name) == values[name] for name in rule.fields) for row in same):
            raise broken_rule(rule.text)


def _follow(env: Env, model: Model, id: int, lists: Mapping[str, list[commands.Command]]) -> None:
    """Does what the commands say; children come after their parent."""
    for name, given in lists.items():
        one = model.fields[name]
        target = env.model(one.relation)
        if one.type == "many2many":
            after = _links(env, target, env.row(model.name, id).values.get(name) or [], given)
            env.put(model.name, env.row(model.name, id), {name: after or None}, touch=False)
        else:
            for command in given:
                _one_child(env, target, one, id, command)


def _links(env: Env, target: Model, before: Sequence[int], given: Sequence[commands.Command]) -> list[int]:
    """The ids that a many2many holds after these commands. Raises MissingError for those that are not there."""
    after = commands.linked(before, given, lambda values: make(env, target, [values])[0])
    for kind, id, values in given:
        if kind == commands.UPDATE:
            change(env, target, [id], values)
        elif kind == commands.DELETE:
            erase(env, target, [id])
    env.rows(target.name, after)
    return after


def _one_child(env: Env, target: Model, one: Field, parent: int, command: commands.Command) -> None:
    inverse = target.field(one.inverse)
    mine = [int(row.id) for row in pointing_rows(env, target, inverse, [parent])]
    match command[0]:
        case commands.CREATE:
            make(env, target, [{**command[2], one.inverse: parent}])
        case commands.UPDATE:
            change(env, target, [command[1]], command[2])
        case commands.DELETE:
            erase(env, target, [command[1]])
        case commands.UNLINK:
            _part(env, target, inverse, [command[1]])
        case commands.LINK:
            change(env, target, [command[1]], {one.inverse: parent})
        case commands.CLEAR:
            _part(env, target, inverse, mine)
        case commands.SET:
            _part(env, target, inverse, [id for id in mine if id not in command[2]])
            if new := [id for id in command[2] if id not in mine]:
                change(env, target, new, {one.inverse: parent})


def _part(env: Env, target: Model, inverse: Field, ids: Sequence[int]) -> None:
    """Children that their parent lets go: they are deleted where they cannot be without one."""
    if not ids:
        return
    if inverse.required or inverse.deletes == "cascade":
        erase(env, target, ids)
    else:
        change(env, target, ids, {inverse.name: False})
