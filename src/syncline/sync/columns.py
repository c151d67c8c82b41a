"""What an expression reads of a record: its own fields, its neighbours' through references, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from syncline.mapping.expression import SELF, Expression, Lookup
from syncline.mapping.field_type import Unfit
from syncline.mapping.sql_nodes import NOW
from syncline.merge.case import Case
from syncline.model.record import NOTHING, Parking, Record
from syncline.sync.desk import Desk

T = TypeVar("T")


def columns(desk: Desk, record: Record) -> Lookup:
    """Names to loaded values; a reference that leads nowhere gives None, as NULL does."""
    policy = desk.declaration.entities[record.entity]

    def value(name: str) -> object:
        if name == NOW:
            return desk.now
        if name == SELF:
            return record.id
        if "." not in name:
            loaded: object = policy.of(name).type.load(record.fields.get(name, NOTHING).value)
            return loaded
        reference, column = name.split(".", 1)
        neighbour = neighbour_of(desk, record.fields.get(reference, NOTHING).value)
        return columns(desk, neighbour)(column) if neighbour is not None else None

    return value


def neighbour_of(desk: Desk, rid: object) -> Record | None:
    """The record that a reference means; one that was merged is the one that took it over."""
    while isinstance(rid, int):
        desk.load([rid])
        case = desk.cases.get(rid)
        if case is None or case.record.merged_into is None:
            return case.record if case is not None else None
        rid = case.record.merged_into
    return None


def tried(desk: Desk, case: Case, what: str, text: str, compute: Callable[[], T]) -> tuple[T] | None:
    """The value, or None where the expression gives none (EMPTY is a value): then `what` is noted as unfit.

    Nothing else of the record waits for it. What it reads makes the record be derived again when it changes,
    and that is the retry.
    """
    try:
        value = compute()
    except Unfit as misfit:
        note_unfit(desk, case, what, text, misfit)
        return None
    if what in case.record.unfit:
        rest = {name: parking for name, parking in case.record.unfit.items() if name != what}
        case.record = replace(case.record, unfit=rest)
    return (value,)


def note_unfit(desk: Desk, case: Case, what: str, text: str, misfit: Unfit) -> None:
    """Visible, with its remedy; the same again is not news."""
    reason = f"{what}: {misfit.reason}"
    known = case.record.unfit.get(what)
    if known is not None and known.reason == reason:
        return
    remedy = f"correct what it is made of: {text}"
    parking = Parking(code="gives-no-value", reason=reason, remedy=remedy, theirs=str(misfit.value), at=desk.now)
    case.record = replace(case.record, unfit={**case.record.unfit, what: parking})
    case.note("parked", what, None, None, str(misfit.value), reason)


def judged(desk: Desk, case: Case, what: str, expression: Expression) -> bool | None:
    """Is this true of the record? None: it gives no value, and nothing may be concluded."""
    lookup = columns(desk, case.record)
    holds = tried(desk, case, what, expression.text, lambda: expression.evaluate(lookup) is True)
    ask_again(desk, case.record.id, expression, lookup)
    return holds[0] if holds is not None else None


def ask_again(desk: Desk, rid: int, expression: Expression, lookup: Lookup) -> None:
    """An expression that reads the clock says when its value may change by itself."""
    at = expression.next_change(lookup) if expression.next_change is not None else None
    if at is not None:
        desk.spread.wake(rid, at, expression.text)
