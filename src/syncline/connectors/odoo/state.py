"""The state of a document: Odoo has methods that lead from one to the next, and none is written as a field."""

from __future__ import annotations

from typing import Any

from syncline.connectors.odoo.asking import Ended, Steps, read, write
from syncline.connectors.odoo.calls import Calls
from syncline.connectors.odoo.model import Model
from syncline.model.outcome import Missing, Rejected

STATE = "state"


def move(model: Model, calls: Calls, row: int, wanted: Any) -> Steps:
    """Brings a row to a state, and looks whether it got there: a method may answer with a question to a person."""
    now = yield from state_of(model, calls, row)
    if now == wanted:
        return
    methods = model.moves.get((str(now), str(wanted)))
    if methods is None:
        raise Ended(Rejected(reason=f"no way leads from {now} to {wanted}", field=STATE, code="no-such-move"))
    for method in methods:
        yield from write(calls.change(model.name, method, ids=[row]))
    reached = yield from state_of(model, calls, row)
    if reached != wanted:
        reason = f"{methods[-1]} was answered, and left it in {reached}: Odoo asks a person first"
        void = len(methods) if reached == now else 0
        raise Ended(Rejected(reason=reason, field=STATE, code="asks-a-person"), void=void)


def state_of(model: Model, calls: Calls, row: int) -> Steps:
    """The state it is in."""
    rows = yield from read(calls.search_read(model.name, [["id", "=", row]], [STATE]))
    if not rows:
        raise Ended(Missing())
    return rows[0][STATE]
