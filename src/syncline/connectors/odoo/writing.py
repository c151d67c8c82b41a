"""Updates and deletes: alone, or together where one call is right for all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from syncline.connect.request import Answer, Request
from syncline.connect.stream import Asked, WriteOrder
from syncline.connectors.odoo.asking import Ended, Steps, resolved, until_it_ends, write
from syncline.connectors.odoo.calls import Calls
from syncline.connectors.odoo.creating import load_together, loaded, made_together
from syncline.connectors.odoo.lines import commands
from syncline.connectors.odoo.model import Model, Values
from syncline.connectors.odoo.reading import Reader
from syncline.connectors.odoo.state import STATE, move
from syncline.connectors.odoo.values import is_doubtful, table, to_write
from syncline.model.outcome import Done, Missing, Outcome, Rejected

REOPENED = "draft"


def update(reader: Reader, row: str, values: Mapping[str, Any]) -> Asked:
    """One write; several calls where our own words, lines or a state are told."""
    model, calls = reader.model, reader.calls
    if not is_plain(model, values):
        return until_it_ends(steps(reader, int(row), dict(values)))
    told = to_write(model.by_name, values)
    if references(model, told):
        return until_it_ends(written(model, calls, int(row), told))
    return calls.change(model.name, "write", ids=[int(row)], vals=told)


def written(model: Model, calls: Calls, row: int, told: Values) -> Steps:
    """One write. That a row is missing may be said of one that is referred to, and then it is the reference's fault."""
    try:
        yield from write(calls.change(model.name, "write", ids=[row], vals=told))
    except Ended as end:
        if end.lacks is None or end.lacks == (model.name, row):
            raise
        name = next((name for name, value in references(model, told).items() if value == end.lacks[1]), None)
        reason = f"{end.lacks[0]} {end.lacks[1]} is not there"
        raise Ended(Rejected(reason=reason, field=name, code="no-such-row")) from None
    return Done(id=str(row))


def references(model: Model, told: Values) -> Values:
    """The rows that are referred to."""
    return {
        name: value for name, value in told.items()
        if name in model.by_name and model.by_name[name].kind == "many2one" and value is not False
    }  # fmt: skip


def steps(reader: Reader, row: int, values: Values) -> Steps:
    """What is told of a document, then its state; one that is opened again is so before it is changed."""
    model, calls = reader.model, reader.calls
    wanted = values.pop(STATE, None) if model.moves else None
    lines = values.pop(model.lines.field, None) if model.lines else None
    told = to_write(model.by_name, (yield from resolved(calls, model.lookups, values)))
    if wanted == REOPENED:
        yield from move(model, calls, row, wanted)
    if model.lines is not None and lines is not None:
        changes = yield from commands(calls, model.lines, row, lines)
        told |= {model.lines.field: changes} if changes else {}
    if told:
        yield from written(model, calls, row, told)
    if wanted is not None and wanted != REOPENED:
        yield from move(model, calls, row, wanted)
    rows = yield from reader.rows([["id", "=", row]])
    if not rows:
        raise Ended(Missing())
    return Done(id=str(row), stored=rows[0])


def delete(model: Model, calls: Calls, row: str) -> Request:
    """A hard delete, which Odoo refuses of whatever others still need."""
    return calls.change(model.name, "unlink", ids=[int(row)])


def done(answer: Answer) -> Outcome:
    """The receipt of one `write` or `unlink`. Raises ValueError for what is none: then nobody knows."""
    if answer.body is not True:
        raise ValueError(f"neither true nor an error, but {str(answer.body)[:100]}")
    return Done(id="")


def is_plain(model: Model, values: Mapping[str, Any]) -> bool:
    """Is it told by one call?"""
    ours = {lookup.name for lookup in model.lookups} | ({model.lines.field} if model.lines else set())
    return not (ours | ({STATE} if model.moves else set())) & values.keys()


# ---- several at once
def taken_together(model: Model, order: WriteOrder) -> Hashable:
    """What an order has in common with those that it may leave with: rows of one import have the same fields."""
    if order.kind == "delete":
        return True
    doubtful = any(is_doubtful(model.by_name, name, value) for name, value in order.values.items())
    return False if doubtful or not is_plain(model, order.values) else tuple(sorted(order.values))


def batch(model: Model, calls: Calls, orders: Sequence[WriteOrder]) -> Request:
    """One call, which is one transaction: what is refused of one is refused of all, and each is then asked alone."""
    kind, first = orders[0].kind, orders[0].values
    ids = [int(order.id or 0) for order in orders]
    if kind == "create":
        return load_together(model, calls, orders)
    if kind == "delete":
        return calls.change(model.name, "unlink", ids=ids)
    if all(order.values == first for order in orders):
        return calls.change(model.name, "write", ids=ids, vals=to_write(model.by_name, first))
    kinds = {name: column.kind for name, column in model.by_name.items()}
    rows = [(str(one), order.values) for one, order in zip(ids, orders, strict=True)]
    return calls.change(model.name, "load", **table(kinds, rows, ".id"))


def receipts(answer: Answer, orders: Sequence[WriteOrder]) -> list[Outcome]:
    """One outcome for each."""
    if orders[0].kind == "create":
        return made_together(answer, orders)
    if answer.body is not True:
        loaded(answer.body, len(orders))
    return [Done(id=str(order.id)) for order in orders]
