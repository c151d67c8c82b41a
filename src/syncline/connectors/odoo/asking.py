"""The steps of a write that takes several calls: each answer is a success, or the whole ends with what it means."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from syncline.connect.request import Answer, Conversation, Request, Write
from syncline.connectors.odoo.calls import Calls, rows_of
from syncline.connectors.odoo.errors import BUSY_SECONDS, missing_of, problem
from syncline.connectors.odoo.model import Lookup, Values
from syncline.connectors.odoo.reading import literal
from syncline.model.outcome import Later, Outcome, Rejected, Unknown

Steps = Generator[Request | Write, Answer, Any]


class Ended(Exception):
    """The write ends here, with this outcome.

    lacks: the row (model, id) that is not there, where Odoo names one.
    void:  how many changes came to nothing, or were taken back.
    """

    def __init__(self, outcome: Outcome, *, lacks: tuple[str, int] | None = None, void: int = 0) -> None:
        super().__init__(type(outcome).__name__)
        self.outcome = outcome
        self.lacks = lacks
        self.void = void


def until_it_ends(steps: Steps) -> Conversation:
    """Steps as a conversation of a write: it returns an Outcome.

    Every outcome but Done and Unknown says that nothing was written. If something was before the end, that is not
    true: then the hub looks, and what is still to be told is told by itself.
    """
    changes = 0
    try:
        step = next(steps)
        while True:
            answer = yield step
            changes += isinstance(step, Write) and answer.status == 200 and problem(answer) is None
            step = steps.send(answer)
    except StopIteration as end:
        return end.value
    except Ended as end:
        if changes > end.void:
            return Unknown(reason=f"it ended half way: {said(end.outcome)}")
        return end.outcome


def said(outcome: Outcome) -> str:
    """Why it ended."""
    return str(getattr(outcome, "reason", "") or type(outcome).__name__)


def read(request: Request) -> Steps:
    """The rows that a read shows. Of a read that failed nothing was written, whatever broke."""
    answer = yield request
    trouble = problem(answer)
    if trouble is not None:
        raise Ended(trouble)
    if answer.status != 200:
        raise Ended(Later(after=BUSY_SECONDS))
    return rows_of(answer)


def write(request: Request) -> Steps:
    """The body of the answer to a change."""
    answer = yield Write(request=request)
    trouble = problem(answer)
    if trouble is not None:
        raise Ended(trouble, lacks=missing_of(answer))
    if answer.status != 200:
        raise Ended(Unknown(reason=f"it answered {answer.status}"))
    return answer.body


def named(calls: Calls, lookup: Lookup, values: Iterable[Any], within: Any = None) -> Steps:
    """Each of these names to the id of the row that it names. Ends with Rejected where that is none, or several."""
    wanted = sorted({str(value) for value in values})
    if not wanted:
        return {}
    domain: list[Any] = ["|"] * (len(wanted) - 1)
    domain += [[lookup.by, "=ilike", literal(value)] for value in wanted]
    if lookup.within is not None and within:
        domain = [[lookup.within, "=", within], *domain]
    rows = yield from read(calls.search_read(lookup.model, domain, [lookup.by], archived=False))
    return {value: the_one(lookup, value, rows) for value in wanted}


def the_one(lookup: Lookup, value: str, rows: list[Values]) -> int:
    """The row of that name: as it is spelled, else whatever its case."""
    exact = [row["id"] for row in rows if row[lookup.by] == value]
    alike = exact or [row["id"] for row in rows if str(row[lookup.by]).casefold() == value.casefold()]
    if not alike:
        reason = f"nothing in {lookup.model} has the {lookup.by} {value!r}"
        raise Ended(Rejected(reason=reason, field=lookup.name, code="no-such-row", may_come=lookup.may_come))
    if len(alike) > 1:
        reason = f"{len(alike)} rows of {lookup.model} have the {lookup.by} {value!r}"
        raise Ended(Rejected(reason=reason, field=lookup.name, code="ambiguous"))
    found: int = alike[0]
    return found


def resolved(calls: Calls, lookups: Iterable[Lookup], values: Values) -> Steps:
    """Values with the ids that our own words stand for. A lookup within another's row comes after that one."""
    found = dict(values)
    for lookup in lookups:
        if lookup.name not in found:
            continue
        told = found.pop(lookup.name)
        if told is None or told is False or told == "":
            found[lookup.field] = False
        else:
            ids = yield from named(calls, lookup, [told], found.get(lookup.within or ""))
            found[lookup.field] = ids[str(told)]
    return found
