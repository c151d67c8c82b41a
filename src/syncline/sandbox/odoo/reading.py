"""Searching and reading: what every model answers without changing anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from typing import Any

from syncline.sandbox.odoo.access import Operation, allow, sees_own_only
from syncline.sandbox.odoo.domain import All, Leaf, Some, Tree, leaves, parsed
from syncline.sandbox.odoo.errors import AccessError, BadValue, UserError
from syncline.sandbox.odoo.field import Field
from syncline.sandbox.odoo.field import read as as_read
from syncline.sandbox.odoo.match import children, test_of, value_of
from syncline.sandbox.odoo.model import Env, Model, moment, shown
from syncline.sandbox.odoo.narrow import COLUMNS, Narrow, is_pinned, narrowed
from syncline.sandbox.store import Row, field

AT_ONCE = 2000  # rows fetched to be tested
WALKED = ("id asc", "changed asc")  # orders that the store keeps
TERM = re.compile(r'^\s*"?([a-z0-9_]+)"?(\s+(asc|desc))?(\s+nulls\s+(first|last))?\s*$', re.IGNORECASE)


def search(
    env: Env, model: Model, domain: Any = None, offset: int = 0, limit: int | None = None, order: str | None = None
) -> list[int]:
    """Ids."""
    return [int(row.id) for row in found(env, model, domain, offset, limit, order)]


def search_count(env: Env, model: Model, domain: Any = None, limit: int | None = None) -> int:
    """How many."""
    allow(env, model, "read")
    tree = meant(env, model, domain)
    where = narrowed(model, tree)
    if where.whole and not limit:
        test_of(env, model, tree)  # refuses what means nothing
        return env.store.count(model.name, where.where, where.parameters, at=env.now)
    return len(_rows(env, model, tree, 0, _whole(limit) or None, "id"))


def search_read(
    env: Env, model: Model, domain: Any = None, fields: Sequence[str] | None = None, offset: int = 0,
    limit: int | None = None, order: str | None = None, load: str | None = "_classic_read",
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows as clients read them."""
    return read_rows(env, model, found(env, model, domain, offset, limit, order), fields, load)


def read(
    env: Env, model: Model, ids: Sequence[int], fields: Sequence[str] | None = None, load: str | None = "_classic_read"
) -> list[dict[str, Any]]:
    """The rows that are there, in the order asked for; what is missing is left out."""
    allow(env, model, "read")
    known = env.store.many(model.name, ids)
    return read_rows(env, model, [known[id] for id in ids if id in known], fields, load)


def exists(env: Env, model: Model, ids: Sequence[int]) -> list[int]:
    """Those that are there."""
    known = env.store.many(model.name, ids)
    return [id for id in ids if id in known]


def name_search(
    env: Env, model: Model, name: str = "", domain: Any = None, operator: str = "ilike", limit: int | None = 100,
    args: Any = None,
) -> list[list[Any]]:  # fmt: skip
    """Pairs of id and display name; version 17 calls the domain `args`."""
    allow(env, model, "read")
    tree = [meant(env, model, domain or args)]
    if name:
        tree.append(Some(tuple(Leaf(one, operator, name) for one in ("display_name", *model.searched))))
    rows = _rows(env, model, All(tuple(tree)), 0, _whole(limit) or None, None)
    return [[int(row.id), shown(env, model, row)] for row in rows]


def fields_get(
    env: Env, model: Model, allfields: Sequence[str] | None = None, attributes: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """What the fields are."""
    allow(env, model, "read")
    described = {}
    for name, one in sorted(model.fields.items()):
        if allfields and name not in allfields:
            continue
        whole = _described(one)
        described[name] = {key: value for key, value in whole.items() if not attributes or key in attributes}
    return described


def _described(one: Field) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": one.name, "type": one.type, "string": one.string, "required": one.required,
        "readonly": one.readonly or one.locked,
        "store": one.stored or one.type == "many2many", "manual": one.manual, "sortable": one.stored,
        "searchable": True, "help": False, "company_dependent": False, "depends": [], "change_default": False,
    }  # fmt: skip
    if one.relation:
        told |= {"relation": one.relation, "domain": [], "context": {}}
    if one.inverse:
        told["relation_field"] = one.inverse
    if one.type == "selection":
        told["selection"] = [list(option) for option in one.options]
    if one.digits is not None:
        told["digits"] = [16, one.digits]
    return told


def found(
    env: Env, model: Model, domain: Any, offset: int = 0, limit: int | None = None, order: str | None = None
) -> list[Row]:
    """The rows that a domain means, as the user may see them. Raises BadValue, UserError, AccessError."""
    allow(env, model, "read")
    return _rows(env, model, meant(env, model, domain), _whole(offset), _whole(limit) or None, order)


def _whole(number: Any) -> int:
    """A limit or an offset; 0 where there is none. Raises BadValue."""
    if number in (None, False, ""):  # "" is how some XML-RPC clients send what was not given
        return 0
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**63:
        raise BadValue(f"LIMIT and OFFSET must be whole numbers and not negative: {number!r}")
    return number


def meant(env: Env, model: Model, domain: Any) -> Tree:
    """The tree of a domain for this user; archived rows are meant only where it, or the context, speaks of them."""
    tree = parsed(domain)
    if sees_own_only(env, model):
        tree = All((tree, Some((Leaf(model.owner, "=", env.uid), Leaf(model.owner, "=", False)))))
    if "active" in model.fields and env.active_test and not any(leaf.path == "active" for leaf in leaves(tree)):
        return All((tree, Leaf("active", "=", True)))
    return tree


def _rows(env: Env, model: Model, tree: Tree, offset: int, limit: int | None, order: str | None) -> list[Row]:
    test = test_of(env, model, tree)
    where = narrowed(model, tree)
    terms = _terms(model, order or model.order)
    sql = _ordered(model, terms, is_pinned(model, tree))
    if sql and where.whole:
        most = -1 if limit is None else limit
        return env.store.select(model.name, where.where, where.parameters, sql, most, offset, at=env.now)
    end = None if limit is None else offset + limit
    rows = list(islice(filter(test, _candidates(env, model, where, sql or "id")), end if sql else None))
    for name, down, empty_first in [] if sql else reversed(terms):
        one = model.field(name)
        keys = {row.id: _sortable(env, model, row, one) for row in rows}
        held = sorted((row for row in rows if keys[row.id] is not None), key=lambda row: keys[row.id], reverse=down)
        none = [row for row in rows if keys[row.id] is None]
        rows = none + held if empty_first else held + none
    return rows[offset:end]


def _candidates(env: Env, model: Model, where: Narrow, order: str) -> Iterator[Row]:
    """Rows that may be meant; in an order that the store keeps, they are fetched as far as they are asked for."""
    step = AT_ONCE if order.startswith(WALKED) else -1
    for start in count(0, AT_ONCE):
        some = env.store.select(model.name, where.where, where.parameters, order, step, start, at=env.now)
        yield from some
        if len(some) != step:
            return


def _terms(model: Model, order: str) -> list[tuple[str, bool, bool]]:
    """(field, downwards, what is empty first) of each term. Raises UserError and BadValue."""
    terms = []
    for text in order.split(","):
        match = TERM.match(text)
        if match is None:
            raise UserError(
                f'Invalid "order" specified ({order}). A valid "order" specification is a comma-separated list of '
                "valid field names (optionally followed by asc/desc for the direction)"
            )
        name, _, way, _, empty = match.groups()
        model.field(name)
        down = (way or "").lower() == "desc"
        terms.append((name, down, empty.lower() == "first" if empty else down))
    return terms


def _ordered(model: Model, terms: list[tuple[str, bool, bool]], pinned: bool) -> str | None:
    """The order in SQL; None where the store does not know it. pinned: few rows will be left to sort."""
    told = []
    for name, down, empty_first in terms:
        one = model.field(name)
        if one.relation or not one.stored or name == "display_name":
            return None
        way = "desc" if down else "asc"
        if name in COLUMNS:
            told.append(f"{'+' if pinned else ''}{COLUMNS[name]} {way}")
        else:
            told.append(f"{field(name)} {way} nulls {'first' if empty_first else 'last'}")
    return ", ".join(told)


def _sortable(env: Env, model: Model, row: Row, one: Field) -> Any:
    value = value_of(env, model, row, one)
    if one.relation and value:
        target = env.model(one.relation)
        other = env.find(one.relation, value if isinstance(value, int) else value[0])
        return shown(env, target, other) if other else None
    return value


def read_rows(
    env: Env, model: Model, rows: Sequence[Row], fields: Sequence[str] | None, load: str | None
) -> list[dict[str, Any]]:
    """Rows as clients read them: any other `load` gives bare ids where otherwise pairs of id and name stand."""
    names = list(dict.fromkeys(fields or sorted(model.fields)))
    answer: list[dict[str, Any]] = [{"id": row.id} for row in rows]
    for one in [model.field(name) for name in names]:
        if one.name == "id":
            continue
        for told, value in zip(answer, _column(env, model, rows, one, load), strict=True):
            told[one.name] = value
    return answer


def _column(env: Env, model: Model, rows: Sequence[Row], one: Field, load: str | None) -> Iterable[Any]:
    if one.name in ("create_date", "write_date"):
        return [moment(row.created if one.name == "create_date" else row.changed) for row in rows]
    if one.type == "one2many" and one.compute is None:
        listed = children(env, one, [int(row.id) for row in rows])
        return [listed[int(row.id)] for row in rows]
    values = [value_of(env, model, row, one) for row in rows]
    if one.type == "many2one" and load == "_classic_read":
        named = _names(env, one.relation, {value for value in values if value})
        return [[value, named[value]] if value in named else False for value in values]
    return [as_read(one, value) for value in values]


def _names(env: Env, relation: str, ids: set[int]) -> dict[int, str]:
    target = env.model(relation)
    unknown = [id for id in ids if (relation, id) not in env.names]
    for row in env.store.many(relation, unknown).values():
        shown(env, target, row)
    return {id: env.names[relation, id] for id in ids if (relation, id) in env.names}


def check_access_rights(env: Env, model: Model, operation: Operation, raise_exception: bool = True) -> bool:
    """May the user do it at all? Raises AccessError, unless asked not to."""
    try:
        allow(env, model, operation)
    except AccessError:
        if raise_exception:
            raise
        return False
    return True
