"""What of a domain the store itself can look for, so that not every row is fetched to be tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from syncline.sandbox.odoo.domain import All, Leaf, Not, Some, Tree, low
from syncline.sandbox.odoo.field import NUMBERS
from syncline.sandbox.odoo.match import STAMPS
from syncline.sandbox.odoo.model import Model, micros
from syncline.sandbox.store import field


@dataclass(frozen=True)
class Narrow:
    """A condition in SQL that every row of the answer fulfils; `whole`: and every row that fulfils it is one."""

    where: str = "1"
    parameters: tuple[Any, ...] = ()
    whole: bool = False


NOTHING_SAID = Narrow()
COLUMNS = {"id": "id", "create_date": "created", "write_date": "changed"}


def narrowed(model: Model, tree: Tree) -> Narrow:
    """The condition for a tree whose fields and values are known to be good."""
    found = _sql(model, tree)
    since = low(tree, "write_date")
    if since is None:
        return found
    # Said once more for the whole, the bound lets the index begin there.
    return Narrow(f"changed >= ? and ({found.where})", (micros(since), *found.parameters), found.whole)


def is_pinned(model: Model, tree: Tree) -> bool:
    """Whether a field that has an index must hold certain values, so that few rows are left to sort."""
    match tree:
        case All(parts):
            return any(is_pinned(model, part) for part in parts)
        case Leaf(path=path, operator="=" | "in", value=value):
            return (path in model.indexed or path == "id") and value not in (False, None, "")
    return False


def _sql(model: Model, tree: Tree) -> Narrow:
    match tree:
        case All(parts):
            told = [_sql(model, part) for part in parts]
            return _joined(told, "and") if told else Narrow(whole=True)
        case Some(parts):
            told = [_sql(model, part) for part in parts]
            if any(one is NOTHING_SAID for one in told):
                return NOTHING_SAID
            return _joined(told, "or") if told else Narrow("0", whole=True)
        case Not(part):
            inner = _sql(model, part)
            return Narrow(f"not ({inner.where})", inner.parameters, True) if inner.whole else NOTHING_SAID
        case Leaf():
            return _leaf(model, tree)


def _joined(told: list[Narrow], word: str) -> Narrow:
    where = f" {word} ".join(f"({one.where})" for one in told)
    return Narrow(where, tuple(each for one in told for each in one.parameters), all(one.whole for one in told))


def _leaf(model: Model, leaf: Leaf) -> Narrow:
    found = model.fields.get(leaf.path)
    if found is None or not found.stored or found.name == "display_name":
        return NOTHING_SAID
    column = COLUMNS.get(found.name) or field(found.name)
    if found.type in NUMBERS or found.type == "boolean":
        column = column if found.name == "id" else f"coalesce({column}, 0)"
        values = [0 if one in (None, False) else one for one in _values(leaf)]
        if found.type == "boolean":
            values = [int(bool(one)) for one in values]
        plain: tuple[type, ...] = (int, float)
    else:
        empty = (False,) if found.relation else (False, "")
        values = [None if one in empty else one for one in _values(leaf)]
        plain = (int,) if found.relation else (str,)
    if found.name in STAMPS:
        if leaf.operator in (">", "<=") and len(str(leaf.value)) <= 10:
            return NOTHING_SAID
        values = [micros(one) if isinstance(one, str) else one for one in values]
        plain = (int,)
    elif found.type in ("date", "datetime") and leaf.operator not in ("=", "!=", "in", "not in"):
        return NOTHING_SAID
    if not all(one is None or (isinstance(one, plain) and one is not True) for one in values):
        return NOTHING_SAID
    return _compared(column, leaf.operator, values)


def _compared(column: str, operator: str, values: list[Any]) -> Narrow:
    if operator in ("=", "!=") and len(values) == 1 and values[0] is not None:
        # An index over what is not empty is used only where the condition says so.
        where = f"{column} is not ?" if operator == "!=" else f"({column} is not null and {column} = ?)"
        return Narrow(where, (values[0],), True)
    if operator in ("=", "in", "!=", "not in"):
        some = [one for one in values if one is not None]
        within = f"{column} in (select value from json_each(?))"
        empty = f" or {column} is null" if len(some) < len(values) else ""
        kept = f"({column} is not null and {within}){empty}"
        where = kept if operator in ("=", "in") else f"not ({kept})"
        return Narrow(where, (msgspec.json.encode(some).decode(),), True)
    if operator in (">", ">=", "<", "<=") and values[0] is not None:
        # What is empty is not compared, and `not` must find it.
        where = f"{column} {operator} ?" if column in COLUMNS.values() else f"coalesce({column} {operator} ?, 0)"
        return Narrow(where, (values[0],), True)
    return NOTHING_SAID


def _values(leaf: Leaf) -> list[Any]:
    return list(leaf.value) if isinstance(leaf.value, list | tuple) else [leaf.value]
