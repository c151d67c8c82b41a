"""When the fields of a stream are compared with what is declared of them, and what of that is remembered.

A stream is compared when it was read to its end, then as often as it is swept, and after a refusal that names a field
or a choice; what was found stands until a later comparison does not find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from syncline.connect.request import Page, Request
from syncline.model.drift import Compared, Looked
from syncline.sync import asking_fields, drift, impact, observe, poison
from syncline.sync.changed_fields import look
from syncline.sync.hub import Hub
from syncline.sync.needs import plainly
from syncline.sync.observe import NotNow
from syncline.sync.store import Reads

EVERY_SECONDS = 7 * 86400.0
AGAIN_SECONDS = 3600.0
"""Not more often after refusals, or where it could not be read."""


def known(ledger: Reads, system: str, stream: str) -> Compared | None:
    """What is known of a stream; None: nothing."""
    return next((one for one in ledger.compared(system) if one.stream == plainly(stream)), None)


def bound_of(hub: Hub, system: str, stream: str) -> str:
    """What is bound of a stream: other words in hub.yaml are other text here."""
    mine = [b for b in hub.declaration.bindings if (b.system, plainly(b.stream)) == (system, stream)]
    return " ".join(sorted(f"{one.stream}:{one.version}" for one in mine))


def looked_before(hub: Hub, ledger: Reads) -> dict[tuple[str, str], Mapping[str, Looked]]:
    """What the fields of each stream looked like for what is bound now."""
    rows = [row for system in hub.declaration.order for row in ledger.compared(system)]
    return {
        (row.system, row.stream): row.fields for row in rows
        if row.fields is not None and row.bound == bound_of(hub, row.system, row.stream)
    }  # fmt: skip


def ask(hub: Hub, system: str, stream: str, *, whole: bool = False) -> None:
    """Compares a stream that was read to its end, where it is time for it; `whole`: now. Never raises NotNow."""
    plain = plainly(stream)
    if hub.stream(system, plain).described is None:
        return
    row, now = known(hub.ledger, system, plain), hub.clock()
    if not (whole or is_due(hub, row, system, plain, now)):
        return
    if not hub.ledger.cursor(system, stream, "changes").baselined:
        return
    try:
        rows = told(hub, system, plain)
    except NotNow:
        return  # it cannot be spoken to: that is said by whoever reads it
    compare(hub, system, plain, row, rows)


def is_due(hub: Hub, row: Compared | None, system: str, stream: str, now: float) -> bool:
    """Was it never compared, or not for what is bound now, or not for long, or is it doubted?"""
    if row is None or row.bound != bound_of(hub, system, stream):
        return True
    since, declared = now - row.at, hub.declaration.systems.get(system)
    every = (declared.sweep if declared else None) or EVERY_SECONDS
    if row.doubted or row.fields is None:
        every = min(every, AGAIN_SECONDS)
    return not 0.0 <= since < every


def told(hub: Hub, system: str, stream: str) -> dict[str, Mapping[str, Any]] | None:
    """What the system says of its fields; None: it does not. A refusal to tell is no refusal to speak to us."""
    ask_it = hub.stream(system, stream).described
    assert ask_it is not None
    asked = ask_it()
    page: Page | None
    try:
        if isinstance(asked, Request):
            answer, problem = observe.asked_of(hub, system, asked)
            page = None if problem else hub.stream(system, stream).page(answer)
        else:
            page = asking_fields.conversed(hub, system, asked)
        return None if page is None else {str(one["name"]): one for one in page.records}
    except poison.POISON:
        return None  # what cannot be read tells nothing (I11)


def compare(
    hub: Hub, system: str, stream: str, row: Compared | None, rows: Mapping[str, Mapping[str, Any]] | None
) -> None:
    """What was found takes the place of what was found before."""
    bound = bound_of(hub, system, stream)
    before = row.fields if row is not None and row.bound == bound else None
    made = Compared(system=system, stream=stream, at=hub.clock(), bound=bound, fields=before)
    if rows is None:
        made = replace(made, found=(drift.unread(system, stream, f"{system} does not tell which fields it has"),))
    else:
        found = impact.counted(hub.ledger, drift.of_stream(hub, own_of(hub), system, stream, rows, before or {}))
        made = replace(made, found=found, fields=snapshot(hub, system, stream, rows, before))
    with hub.ledger.unit() as unit:
        unit.save_compared([made])


def snapshot(
    hub: Hub, system: str, stream: str, rows: Mapping[str, Mapping[str, Any]], before: Mapping[str, Looked] | None
) -> dict[str, Looked]:
    """What is bound, and what is required. What was known before stays: it is what hub.yaml was written for."""
    mine = [b for b in hub.declaration.bindings if (b.system, plainly(b.stream)) == (system, stream)]
    names = {name for one in mine for name in one.raw_names}
    wanted = {n: look(one) for n, one in rows.items() if n in names or (before is None and look(one).required)}
    return {**wanted, **(before or {})}


def own_of(hub: Hub) -> drift.Own:
    """The raw fields that a connector knows of itself."""
    if hub.own is not None:
        return hub.own
    return lambda system, stream: frozenset(one.name for one in hub.stream(system, stream).fields)


# ---- refusals
def doubt(hub: Hub, ledger: Reads, system: str, stream: str) -> list[Compared]:
    """The row of a stream that is to be compared again, since a field or a choice was refused."""
    row = known(ledger, system, stream)
    return [] if row is None or row.doubted else [replace(row, doubted=True)]


def after_refusal(hub: Hub, system: str, stream: str, reason: NotNow) -> None:
    """A read was refused: perhaps since it names a field that is not there any more."""
    if "Rejected" not in str(reason) or hub.stream(system, plainly(stream)).described is None:
        return
    doubted = doubt(hub, hub.ledger, system, stream)
    if doubted:
        with hub.ledger.unit() as unit:
            unit.save_compared(doubted)
    ask(hub, system, stream)
