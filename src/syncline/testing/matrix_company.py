"""The small company of the crash matrix: what happens outside the hub, moment by moment, the same in every run.

Its systems live in the parent process and survive every kill. The oracle reads it like a `World`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from syncline.connect.door import NoAnswer
from syncline.connect.request import Answer, Effect, Request
from syncline.sync.store import Ledger
from syncline.testing import company, users
from syncline.testing.edits import Edit, Undone
from syncline.testing.systems import SimSystem, Written

ROUND_SECONDS = 1.5
UNWANTED = "unwanted"
"""A value that the ERP's validation refuses."""


HABITS = {name: replace(habits, page_size=2) for name, habits in company.HABITS.items()}
"""As everywhere else, but even a few rows take several pages."""


class Slowest(Random):
    """Nothing here is left to chance: a lag is as long as the system declares."""

    def uniform(self, a: float, b: float) -> float:
        """The later moment."""
        return b


@dataclass
class LedgerOnly:
    """The part of a hub that the oracle looks at."""

    ledger: Ledger


@dataclass
class Company:
    """Systems, users and a clock. The faults that wait for a call are pairs of system and method."""

    now: float = 1000.0
    random: Random = field(default_factory=Slowest)
    edits: list[Edit] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    taken: list[tuple[float, int, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    answers_to_lose: list[tuple[str, str]] = field(default_factory=list)
    writes_to_drop: list[tuple[str, str]] = field(default_factory=list)
    next_round: Callable[[], None] = lambda: None
    hub: LedgerOnly | None = None

    def __post_init__(self) -> None:
        fields = {company.STREAM: tuple(company.FIELDS)}
        self.systems = {
            name: SimSystem(name, habits, fields, self.clock, self.random, faults=False)
            for name, habits in HABITS.items()
        }

    def clock(self) -> float:
        """Virtual seconds."""
        return self.now

    def round(self) -> None:
        """The oracle lets the hub work on."""
        self.next_round()

    # ---- what users do
    def type_row(self, system: str, **values: str) -> str:
        """A new row; its id."""
        row = self.systems[system].make(company.STREAM, values)
        for name in values:
            if name != "email":
                self.note(system, row.id, name, row.now.values[name], "born")
        return row.id

    def row(self, system: str, email: str) -> Any:
        """The living row of a person; None where the hub did not bring it there."""
        rows = self.systems[system].rows[company.STREAM].values()
        return next((r for r in rows if r.dead is None and users.same("email", r.now.values["email"], email)), None)

    def edit(self, system: str, email: str, name: str, value: str) -> None:
        """A user changes a field; a tag is added to those that are there."""
        row, own = self.row(system, email), self.systems[system]
        if row is None:
            self.violations.append(f"1 {email} never came to {system}")
            return
        raw = ",".join(sorted({*users.items(row.now.values[name]), value})) if name == "tags" else value
        own.change(company.STREAM, row.id, {name: raw})
        stored = value if name == "tags" else row.now.values[name]
        self.note(system, row.id, name, stored, "add" if name == "tags" else "set")

    def note(self, system: str, row: str, name: str, value: str, kind: str) -> None:
        """What the oracle will ask about."""
        self.edits.append(Edit(at=self.now, system=system, row=row, field=name, value=value, kind=kind))

    def delete(self, system: str, email: str) -> None:
        """A user deletes a row."""
        row = self.row(system, email)
        if row is not None:
            self.systems[system].kill(company.STREAM, row.id)

    # ---- the hub's calls
    def answer(self, system: str, request: Request, effect: Effect) -> Answer:
        """One request, with the faults that the scenario wants now; each is met by one call."""
        own = self.systems[system]
        if effect == "read":
            return own.answer(request, effect)
        if system == "erp" and request.method == "PATCH" and UNWANTED in str(request.json).casefold():
            own.written.append(Written(self.now, company.STREAM, None, dict(request.json)))
            refused = next(name for name, value in request.json.items() if UNWANTED in str(value).casefold())
            return Answer(status=422, body={"field": refused, "reason": "not a valid value"})
        if self.meets(self.writes_to_drop, system, request):
            own.written.append(Written(self.now, company.STREAM, None, dict(request.json)))
            return Answer(status=204, body={"id": request.path.rsplit("/", 1)[1]})
        answer = own.answer(request, effect)
        if self.meets(self.answers_to_lose, system, request):
            raise NoAnswer(f"{system} did not answer")
        return answer

    def meets(self, faults: list[tuple[str, str]], system: str, request: Request) -> bool:
        """Does this call meet a fault that waits for its like?"""
        fault = (system, request.method)
        if fault not in faults:
            return False
        faults.remove(fault)
        return True


Act = Callable[[Company], None]


def first_rows(c: Company) -> None:
    """Typed before the hub ever looked, some long before; two systems know Dora, and disagree."""
    c.type_row("crm", email="anna@x", name="Anna", rep="Rita", tags="new")
    c.type_row("crm", email="gina@x", name="Gina")
    c.now += 10.0
    c.type_row("erp", email="bert@x", name="Bert", price="10", code="B1", rep="Rosa")
    c.type_row("shop", email="cleo@x", name="Cleo", addr="Canal 1")
    c.type_row("crm", email="dora@x", name="Dora", addr="Dock 1")
    c.type_row("erp", email="dora@x", name="Dora D", price="40", tags="old")
    c.now += 5.0


def answers_get_lost(c: Company) -> None:
    """The first creates are done, and nobody hears of it."""
    c.answers_to_lose += [("crm", "POST"), ("erp", "POST"), ("shop", "POST")]


def everyday(c: Company) -> None:
    """Ordinary edits, one a system; one to the system that answers 204 is dropped, one answer gets lost."""
    c.edit("erp", "anna@x", "name", "Anna Bell")
    c.edit("shop", "bert@x", "addr", "Bay 7")
    c.edit("crm", "cleo@x", "name", "Cleo Cole")
    c.writes_to_drop += [("crm", "PATCH")]
    c.answers_to_lose += [("shop", "PATCH")]


def refused(c: Company) -> None:
    """The ERP is the truth of the price, and its validation will not have this address."""
    c.edit("shop", "bert@x", "price", "11")
    c.edit("crm", "anna@x", "addr", UNWANTED)
    c.edit("erp", "bert@x", "price", "12")


def both_sides(c: Company) -> None:
    """A representative is changed in two systems at once: a person must say which; tags are simply both kept."""
    c.edit("crm", "bert@x", "rep", "Ruth")
    c.edit("erp", "bert@x", "rep", "Ralf")
    c.edit("crm", "anna@x", "tags", "vip")
    c.edit("shop", "anna@x", "tags", "late")


def later(c: Company) -> None:
    """The address is corrected, a customer leaves where he was born, a new one comes everywhere."""
    c.edit("crm", "anna@x", "addr", "Abbey 3")
    c.delete("shop", "cleo@x")
    c.type_row("shop", email="emil@x", name="Emil", tags="web")
    c.type_row("erp", email="finn@x", name="Finn", price="60")
    c.answers_to_lose += [("crm", "DELETE"), ("erp", "POST")]


def last(c: Company) -> None:
    """One more edit, and one that stays refused to the end."""
    c.edit("crm", "dora@x", "name", "Dora Dean")
    c.edit("shop", "emil@x", "addr", UNWANTED)


SCENARIO: Sequence[tuple[int, Act | str]] = (
    (0, first_rows),
    (2, answers_get_lost),
    (12, everyday),
    (16, refused),
    (20, both_sides),
    (25, "a person takes a side"),
    (26, later),
    (31, "a person undoes a run"),
    (32, last),
)
"""Number of the round before which something happens. A text names what is asked of the hub itself."""
