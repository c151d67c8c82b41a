"""What can go wrong with a ledger as a whole. Each message says what to do.

LedgerError
├── LeaseHeld     another process writes this ledger
├── LeaseLost     this process wrote it until another took over
├── ReadOnly      a unit was asked of a ledger that was opened to look
├── NoLedger      there is nothing to look at
├── Unusable      the file cannot be opened, or is no database
├── LedgerTooNew  a newer version of Syncline wrote this ledger
├── LedgerClosed  it was closed before
├── UnitOpen      a unit inside a unit
└── Refused       the database refuses rows that break a rule of their table
"""

from __future__ import annotations

from pathlib import Path


class LedgerError(Exception):
    """The ledger cannot do this now."""


class LeaseHeld(LedgerError):
    """Another process writes this ledger."""


class LeaseLost(LedgerError):
    """This process wrote the ledger until another took over; nothing it does from now on is kept."""


class ReadOnly(LedgerError):
    """This ledger was opened to look; writing needs one opened without `read_only`."""


class NoLedger(LedgerError):
    """There is nothing to look at."""


class Unusable(LedgerError):
    """The file cannot be opened, or is no database; `remedy` says what to do."""

    def __init__(self, path: Path, error: BaseException) -> None:
        said = str(getattr(error, "orig", None) or error)  # without the statement, whose values are nobody's business
        super().__init__(f"The ledger {path} cannot be opened: {said}.")
        damaged = "not a database" in said or "malformed" in said
        self.remedy = (
            "it is no ledger, or is damaged: put a backup in its place, or name another one: --ledger FILE"
            if damaged
            else f"be a user who may read and write {path} and the folder {path.parent}: a look needs files there"
        )


class LedgerTooNew(LedgerError):
    """A newer version of Syncline wrote this ledger; run that version, or restore a backup made by this one."""


class LedgerClosed(LedgerError):
    """This ledger was closed; open it again."""


class UnitOpen(LedgerError):
    """This thread has a unit open already; one unit is one transaction, and it holds no other."""


class Refused(LedgerError):
    """The database refused rows: two links for one external id, or a reference to something that is not there."""
