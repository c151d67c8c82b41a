"""Creates by `load`, Odoo's own upsert on external ids: made under an id of ours, a row is made once (I4).

`load` takes a document with its lines in one transaction. What it takes is text, so a field that no column here
declares, and that may be an id, is asked for its kind first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.connect.request import Answer, Conversation, Request
from syncline.connect.stream import WriteOrder
from syncline.connectors.odoo.asking import Ended, Steps, read, resolved, until_it_ends, write
from syncline.connectors.odoo.calls import Calls
from syncline.connectors.odoo.errors import problem
from syncline.connectors.odoo.lines import lines_to_write
from syncline.connectors.odoo.model import Model, Values
from syncline.connectors.odoo.state import STATE, move
from syncline.connectors.odoo.values import is_doubtful, table, with_line_rows
from syncline.model.outcome import Denied, Done, Outcome, Rejected

MODULE = "syncline"
"""The module of our external ids."""

ALL = 99


def external_id(key: str) -> str:
    """The name of a create's external id: no two keys have the same."""
    return "".join(one if one.isascii() and (one.isalnum() or one == "-") else f"_{ord(one):x}_" for one in key)


def create(model: Model, calls: Calls, values: Mapping[str, Any], key: str) -> Conversation:
    """One row under our id. If it is there already, an earlier attempt made it, and whoever has it since keeps it."""
    return until_it_ends(steps(model, calls, dict(values), external_id(key)))


def steps(model: Model, calls: Calls, values: Values, own: str) -> Steps:
    """Look for our id; else make the row, with its lines; then bring it to the state it must have."""
    wanted = values.pop(STATE, None) if model.moves else None
    lines = values.pop(model.lines.field, None) if model.lines else None
    there = yield from made_before(calls, model, own)
    if there is not None:
        # Nothing is told twice: what happened to the row since is no matter of this create. That something is
        # written all the same keeps the steps of every attempt in one order, for the journal.
        yield from write(calls.change(model.name, "write", ids=[there], vals={}))
        yield from as_far_as_it_goes(model, calls, there, wanted)
        return Done(id=str(there))
    values = yield from resolved(calls, model.lookups, values)
    kinds = yield from kinds_of(calls, model, values)
    made = table(kinds, [(f"{MODULE}.{own}", values)], "id")
    if model.lines is not None and lines:
        columns = {column.name: column.kind for column in model.lines.columns}
        told = yield from lines_to_write(calls, model.lines, lines)
        made = with_line_rows(made, f"{MODULE}.{own}", model.lines.field, columns, told)
    body = yield from write(calls.change(model.name, "load", **made))
    there = loaded(body, 1)[0]
    if wanted is not None:
        yield from whole_or_not_at_all(model, calls, there, wanted)
    return Done(id=str(there))


def made_before(calls: Calls, model: Model, own: str) -> Steps:
    """The id of the row that an earlier attempt made. Who may not see external ids may still upsert on them."""
    domain = [["module", "=", MODULE], ["name", "=", own], ["model", "=", model.name]]
    try:
        rows = yield from read(calls.search_read("ir.model.data", domain, ["res_id"], limit=1))
    except Ended as end:
        if isinstance(end.outcome, Denied | Rejected):
            return None
        raise
    return rows[0]["res_id"] if rows else None


def kinds_of(calls: Calls, model: Model, values: Mapping[str, Any]) -> Steps:
    """The kind of each field, as far as `load` must know it."""
    kinds: dict[str, str | None] = {name: column.kind for name, column in model.by_name.items()}
    doubtful = sorted(name for name, value in values.items() if is_doubtful(model.by_name, name, value))
    if doubtful:
        answer = yield calls.fields_get(model.name, doubtful)
        trouble = problem(answer)
        if trouble is not None:
            raise Ended(trouble)
        unknown = [name for name in doubtful if name not in answer.body]
        if unknown:
            raise Ended(Rejected(reason=f"{model.name} has no field {unknown[0]}", field=unknown[0]))
        kinds |= {name: answer.body[name]["type"] for name in doubtful}
    return kinds


def loaded(body: Any, number: int) -> list[int]:
    """The ids that `load` made or found, in the order of the rows. Raises ValueError where it tells others."""
    ids = body.get("ids") if isinstance(body, dict) else None
    if not isinstance(ids, list) or len(ids) != number or not all(type(one) is int for one in ids):
        raise ValueError(f"an import of {number} rows answered {str(body)[:100]}")
    return ids


def whole_or_not_at_all(model: Model, calls: Calls, there: int, wanted: Any) -> Steps:
    """A new document that does not get to its state is taken back, so that no half of it stays."""
    try:
        yield from move(model, calls, there, wanted)
    except Ended as end:
        if not isinstance(end.outcome, Rejected):
            raise
        yield from write(calls.change(model.name, "unlink", ids=[there]))
        raise Ended(end.outcome, void=ALL) from None


def as_far_as_it_goes(model: Model, calls: Calls, there: int, wanted: Any) -> Steps:
    """A row of an earlier attempt is somebody's by now: it is brought to its state, and never taken back."""
    if wanted is None:
        return
    try:
        yield from move(model, calls, there, wanted)
    except Ended as end:
        if not isinstance(end.outcome, Rejected):
            raise


# ---- several at once
def load_together(model: Model, calls: Calls, orders: Sequence[WriteOrder]) -> Request:
    """Rows with the same fields in one transaction: all are made, or none."""
    kinds = {name: column.kind for name, column in model.by_name.items()}
    rows = [(f"{MODULE}.{external_id(order.key)}", order.values) for order in orders]
    return calls.change(model.name, "load", **table(kinds, rows, "id"))


def made_together(answer: Answer, orders: Sequence[WriteOrder]) -> list[Outcome]:
    """One id for each."""
    return [Done(id=str(one)) for one in loaded(answer.body, len(orders))]
