"""Two systems with a few contacts, on a ledger in a file, and a look at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from small_world import Small, contacts

from syncline.ledger.sql import SqlLedger, open_ledger
from syncline.look.looking import Looking


@contextmanager
def looked_at(folder: Path, declaration: Any = None) -> Iterator[tuple[Small, SqlLedger]]:
    """Contact 0 and 1 agree in crm and erp."""
    with open_ledger(folder / "hub.db", synchronous="OFF", clock=lambda: 0.0) as ledger:
        small = Small(declaration or contacts("crm", "erp"), ledger=ledger)
        for number in range(2):
            name = f"Contact {number}"
            values = {"email": f"contact{number}@example.test", "name": name, "phone": f"+4300{number}", "rep": "rep 1"}
            small.systems["crm"].make("contact", values)
        small.settle()
        yield small, ledger


def look(small: Small, ledger: SqlLedger) -> Looking:
    return Looking(declaration=small.hub.declaration, ledger=ledger, now=small.now)


def set_in(small: Small, system: str, number: int, **values: Any) -> None:
    """Somebody edits a row there."""
    row = small.row(system, "contact", number)
    small.systems[system].change("contact", row.id, values)
