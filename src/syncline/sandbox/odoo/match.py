"""Which rows a domain means: a test for one row, made from the tree."""

from __future__ import annotations

import operator as compare
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from syncline.sandbox.odoo.domain import All, Leaf, Not, Some, Tree
from syncline.sandbox.odoo.errors import BadValue
from syncline.sandbox.odoo.field import NUMBERS, TEXTS, Field
from syncline.sandbox.odoo.model import Env, Model, having, micros, shown
from syncline.sandbox.store import Row

Test = Callable[[Row], bool]
STAMPS = ("create_date", "write_date")
ORDERED = {">": compare.gt, ">=": compare.ge, "<": compare.lt, "<=": compare.le}


def test_of(env: Env, model: Model, tree: Tree) -> Test:
    """A function that says whether a row is meant. Raises BadValue for fields and values that mean nothing."""
    match tree:
        case All(parts):
            tests = [test_of(env, model, part) for part in parts]
            return lambda row: all(test(row) for test in tests)
        case Some(parts):
            level = list(parts)
            tests = [*_spelled(model, level), *(test_of(env, model, part) for part in level)]
            return lambda row: any(test(row) for test in tests)
        case Not(part):
            test = test_of(env, model, part)
            return lambda row: not test(row)
        case Leaf():
            return _leaf(env, model, tree)


def _spelled(model: Model, parts: list[Tree]) -> Iterator[Test]:
    """One test of each text field for its many spellings, which are taken out of the parts, as of a hundred keys."""
    by_field: dict[str, list[Leaf]] = {}
    for part in parts:
        if isinstance(part, Leaf) and part.operator == "=ilike" and isinstance(part.value, str) and part.value:
            found = model.fields.get(part.path)
            if found is not None and found.stored and found.type in TEXTS:
                by_field.setdefault(part.path, []).append(part)
    for name, leaves in by_field.items():
        if len(leaves) > 1:
            parts[:] = [part for part in parts if part not in leaves]
            yield _one_of(name, re.compile("|".join(_body(leaf.value) for leaf in leaves), re.DOTALL | re.IGNORECASE))


def _one_of(name: str, spellings: re.Pattern[str]) -> Test:
    def test(row: Row) -> bool:
        text = row.values.get(name)
        return text is not None and spellings.fullmatch(str(text)) is not None

    return test


def value_of(env: Env, model: Model, row: Row, found: Field) -> Any:
    """What the row holds in a field, in the stored form; stamps as microseconds, lists as ids."""
    match found.name:
        case "id":
            return row.id
        case "create_date":
            return row.created
        case "write_date":
            return row.changed
        case "display_name":
            return shown(env, model, row)
    if found.compute is not None:
        return found.compute(env, row)
    if found.type == "one2many":
        return children(env, found, [int(row.id)])[int(row.id)]
    return row.values.get(found.name)


def children(env: Env, found: Field, parents: Iterable[int]) -> dict[int, list[int]]:
    """The ids that a one2many holds, by parent; archived ones are left out as the context says."""
    listed: dict[int, list[int]] = {parent: [] for parent in parents}
    target = env.model(found.relation)
    for row in having(env.store, target.name, found.inverse, listed):
        if env.active_test and row.values.get("active") is False:
            continue
        listed[row.values[found.inverse]].append(int(row.id))
    if "sequence" in target.fields:
        for ids in listed.values():
            rows = env.store.many(target.name, ids)
            ids.sort(key=lambda id: (rows[id].values.get("sequence") or 0, id))
    return listed


def _leaf(env: Env, model: Model, leaf: Leaf) -> Test:
    name, _, rest = leaf.path.partition(".")
    if name not in model.fields:
        where = (leaf.path, leaf.operator, leaf.value)
        raise BadValue(f"Invalid field {model.name}.{name} in leaf {where!r}")
    found = model.fields[name]
    if rest:
        return _through(env, model, found, Leaf(rest, leaf.operator, leaf.value))
    if leaf.operator in ("any", "not any"):
        test = _through(env, model, found, leaf.value)
        return test if leaf.operator == "any" else lambda row: not test(row)
    if leaf.operator in ("child_of", "parent_of"):
        return _kin(env, model, found, leaf)
    if found.relation:
        return _reference(env, model, found, leaf)
    if name in STAMPS:
        return _stamp(name, leaf)
    return _scalar(env, model, found, leaf)


def _through(env: Env, model: Model, found: Field, inner: Tree) -> Test:
    if not found.relation:
        raise BadValue(f"Invalid field path through {model.name}.{found.name}")
    target = env.model(found.relation)
    test = test_of(env, target, inner)
    known: dict[int, bool] = {}

    def holds(id: int) -> bool:
        if id not in known:
            row = env.find(target.name, id)
            known[id] = row is not None and test(row)
        return known[id]

    return lambda row: any(holds(id) for id in _ids(value_of(env, model, row, found)))


def _kin(env: Env, model: Model, found: Field, leaf: Leaf) -> Test:
    target = env.model(found.relation) if found.relation else model
    asked = leaf.value if isinstance(leaf.value, list | tuple) else [leaf.value]
    near = {id for one in asked for id in (_named(env, target, "ilike", one) if isinstance(one, str) else {one})}
    kin: set[int] = set()
    while near:
        kin |= near
        if leaf.operator == "parent_of":
            rows = env.store.many(target.name, near).values()
            near = {row.values["parent_id"] for row in rows if row.values.get("parent_id")} - kin
        else:
            near = {int(row.id) for row in having(env.store, target.name, "parent_id", near)} - kin
    return lambda row: any(id in kin for id in _ids(value_of(env, model, row, found)))


def _reference(env: Env, model: Model, found: Field, leaf: Leaf) -> Test:
    """Ids, a name, or nothing; a row without reference fits what is denied."""
    operator, value = leaf.operator, leaf.value
    denied = operator in ("!=", "not in") or operator.startswith("not ")
    if operator in ("=", "!=", "in", "not in"):
        asked = list(value) if isinstance(value, list | tuple) else [value]
        empty = any(one in (False, None) for one in asked)
        names = [one for one in asked if isinstance(one, str)]
        wanted = {one for one in asked if isinstance(one, int) and not isinstance(one, bool)}
        for name in names:
            wanted |= _named(env, env.model(found.relation), "=", name)
    elif isinstance(value, str) or value is False:
        plain = operator.removeprefix("not ")
        wanted, empty = _named(env, env.model(found.relation), plain, value or ""), False
    elif operator not in ORDERED:
        raise BadValue(f"Invalid leaf {(found.name, operator, value)!r}")
    else:
        order = ORDERED[operator]
        return lambda row: any(order(id, value) for id in _ids(value_of(env, model, row, found)))

    def test(row: Row) -> bool:
        ids = _ids(value_of(env, model, row, found))
        fits = any(id in wanted for id in ids) or (empty and not ids)
        return fits != denied

    return test


def _named(env: Env, target: Model, operator: str, name: str) -> set[int]:
    """The rows of a model whose display name, or a field that stands for it, fits."""
    fits = _texts(operator, name)
    return {
        int(row.id)
        for row in env.store.select(target.name)
        if fits(shown(env, target, row)) or any(fits(row.values.get(one)) for one in target.searched)
    }


def _stamp(name: str, leaf: Leaf) -> Test:
    operator, value = leaf.operator, leaf.value
    attribute = "created" if name == "create_date" else "changed"
    if operator in ("=", "!=") and value in (False, None):
        return lambda row: operator == "!="
    if operator in ORDERED and isinstance(value, str):
        order, limit = ORDERED[operator], _micros(value, operator in (">", "<="))
        return lambda row: bool(order(getattr(row, attribute), limit))
    if operator in ("=", "!=", "in", "not in"):
        values = value if isinstance(value, list | tuple) else [value]
        wanted = {_micros(one) for one in values if one}
        return lambda row: (getattr(row, attribute) in wanted) == (operator in ("=", "in"))
    raise BadValue(f"Invalid leaf {(name, operator, value)!r}")


def _micros(text: Any, end_of_day: bool = False) -> int:
    try:
        return micros(str(text), end_of_day)
    except ValueError as error:
        raise BadValue(f"invalid input syntax for type timestamp: {text!r}") from error


def _scalar(env: Env, model: Model, found: Field, leaf: Leaf) -> Test:
    operator, value = leaf.operator, leaf.value
    simple = found.compute is None and found.name not in ("id", "display_name")
    if simple:
        name = found.name

        def get(row: Row) -> Any:
            return row.values.get(name)
    else:

        def get(row: Row) -> Any:
            return value_of(env, model, row, found)

    if operator in ("=", "!=", "in", "not in"):
        values = list(value) if isinstance(value, list | tuple) else [value]
        wanted = {_plain(found, one) for one in values}
        is_in = operator in ("=", "in")
        return lambda row: (_plain(found, get(row)) in wanted) == is_in
    if operator in ORDERED:
        order, limit = ORDERED[operator], _limit(found, operator, value)
        if limit is None:
            return lambda row: False
        return lambda row: (mine := _plain(found, get(row))) is not None and bool(order(mine, limit))
    fits = _texts(operator.removeprefix("not "), value)
    if operator.startswith("not "):
        return lambda row: not fits(get(row))
    return lambda row: fits(get(row))


def _plain(found: Field, value: Any) -> Any:
    """A value as it is compared: what is empty is None, or 0, or False, as the type has it."""
    if found.type in NUMBERS:
        return value or 0
    if found.type == "boolean":
        return bool(value)
    if value in (None, False, ""):
        return None
    return str(value) if found.type in TEXTS else value


def _limit(found: Field, operator: str, value: Any) -> Any:
    if found.type == "datetime" and isinstance(value, str) and len(value) == 10:
        return f"{value} {'23:59:59' if operator in ('>', '<=') else '00:00:00'}"
    if found.type == "date" and isinstance(value, str):
        return value[:10]
    if found.type in NUMBERS and not isinstance(value, int | float):
        raise BadValue(f"Invalid leaf {(found.name, operator, value)!r}")
    return _plain(found, value)


def _texts(operator: str, value: Any) -> Callable[[Any], bool]:
    """Whether a text fits; `%` and `_` stand for any letters and any one letter, unless a backslash stands before."""
    if operator == "=":
        return lambda text: text == value
    if value in (None, False, ""):
        return lambda text: True
    body = _body(str(value) if operator.startswith("=") else f"%{value}%")
    fits = re.compile(body, re.DOTALL | (re.IGNORECASE if "ilike" in operator else 0)).fullmatch
    return lambda text: text not in (None, False) and fits(str(text)) is not None


def _body(pattern: str) -> str:
    steps = {"%": ".*", "_": "."}
    letters = re.findall(r"\\(.)|(.)", pattern, re.DOTALL)  # a backslash takes the meaning from what follows it
    return "".join(re.escape(plain) if plain else steps.get(letter, re.escape(letter)) for plain, letter in letters)


def _ids(value: Any) -> list[int]:
    if isinstance(value, list):
        return value
    return [value] if value else []
