"""Two systems that hold the same contacts, for the benchmarks: every row is made from its number when it is asked for.

So a million rows cost a byte each: `wave` says how often a row was changed. What the door costs is counted apart
(`Doors.cpu`), since it stands for the network and the vendors.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncline.config.declaration import Birth, Declaration
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Effect, Page, Request
from syncline.connect.stream import Field, Stream, WriteOrder
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.contact import email, phone
from syncline.mapping.date_format import date_format
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType
from syncline.mapping.lens import number, rename
from syncline.mapping.numbers import decimal
from syncline.mapping.text import text
from syncline.mapping.times import date
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.model.outcome import Done, Outcome
from syncline.sync.hub import Hub
from syncline.sync.store import Ledger

STREAM = "contact"
PAGE = 1000
BATCH = 200
NOW = 2e9
FIRST_STAMP, WAVE_SECONDS = 1e9, 1e6
CITIES = ("Berlin", "Hamburg", "München", "Köln", "Frankfurt am Main", "Stuttgart", "Düsseldorf", "Leipzig")
FIRST = ("Anna", "Jürgen", "Zoë", "Peter", "Sofia", "Mehmet", "Łukasz", "Marie")
LAST = ("Müller", "Schmidt", "Öztürk", "Nowak", "Fischer", "Weber", "Wagner", "Becker")

# canonical field: (its type, its raw name in the CRM, its raw name in the ERP)
FIELDS: Mapping[str, tuple[FieldType, str, str]] = {
    "first_name": (text(), "FirstName", "vorname"),
    "last_name": (text(), "LastName", "nachname"),
    "email": (email(), "Email", "mail"),
    "phone": (phone(region="DE"), "Phone", "telefon"),
    "mobile": (phone(region="DE"), "MobilePhone", "mobil"),
    "born": (date(), "Birthdate", "geburtstag"),
    "since": (date(), "CustomerSince", "kunde_seit"),
    "street": (text(), "MailingStreet", "strasse"),
    "city": (text(), "MailingCity", "ort"),
    "postcode": (text(), "MailingPostalCode", "plz"),
    "country": (text(), "MailingCountryCode", "land"),
    "credit": (decimal(places=2), "CreditLimit", "kreditlimit"),
}
CHANGES = "city"
"""The field that a wave changes."""


def crm_row(n: int, wave: int) -> dict[str, Any]:
    """A contact as the CRM spells it."""
    return {
        "Id": f"003{n:015d}", "SystemModstamp": stamp(n, wave), "Version": wave + 1,
        "FirstName": FIRST[n % 8], "LastName": f"{LAST[n // 8 % 8]} {n}", "Email": f"Person.{n}@Example.org",
        "Phone": f"+49 30 {1000000 + n}", "MobilePhone": f"+49 151 {10000000 + n}",
        "Birthdate": f"19{50 + n % 50}-{1 + n % 12:02d}-{1 + n % 28:02d}",
        "CustomerSince": f"20{10 + n % 15}-{1 + n % 12:02d}-{1 + n % 28:02d}",
        "MailingStreet": f"Lange Straße {n}", "MailingCity": city(n, wave), "MailingPostalCode": f"{10000 + n % 90000}",
        "MailingCountryCode": "DE", "CreditLimit": f"{n % 10000}.50", "OwnerId": "005000000000001", "IsDeleted": False,
        "LeadSource": "Web", "Description": None,
    }  # fmt: skip


def erp_row(n: int, wave: int) -> dict[str, Any]:
    """The same contact as the ERP spells it."""
    return {
        "nr": f"K{n:09d}", "stand": stamp(n, wave), "rev": wave + 1,
        "vorname": FIRST[n % 8], "nachname": f"{LAST[n // 8 % 8]} {n}", "mail": f"person.{n}@example.org",
        "telefon": f"030 {1000000 + n}", "mobil": f"0151/{10000000 + n}",
        "geburtstag": f"19{50 + n % 50}-{1 + n % 12:02d}-{1 + n % 28:02d}",
        "kunde_seit": f"{1 + n % 28:02d}.{1 + n % 12:02d}.20{10 + n % 15}",
        "strasse": f"Lange Straße {n}", "ort": city(n, wave), "plz": f"{10000 + n % 90000}", "land": "DE",
        "kreditlimit": n % 10000 + 0.5, "sachbearbeiter": 17, "gesperrt": False,
    }  # fmt: skip


def stamp(n: int, wave: int) -> float:
    """Rows were made one after the other, and so each wave changes them."""
    return FIRST_STAMP + n + wave * WAVE_SECONDS


def city(n: int, wave: int) -> str:
    """What a wave changes."""
    return CITIES[(n + wave) % len(CITIES)]


@dataclass
class System:
    """One vendor: answers pages in the order of numbers, takes writes in batches, and tells what it stored."""

    name: str
    rows: int
    wave: bytearray = field(default_factory=bytearray)
    changed: int = 0
    writes: int = 0

    def __post_init__(self) -> None:
        self.wave = bytearray(self.rows)

    def row(self, n: int) -> dict[str, Any]:
        """The row of that number as it is now."""
        return (crm_row if self.name == "crm" else erp_row)(n, self.wave[n])

    def number(self, rid: str) -> int:
        """The number of the row with that id."""
        return int(rid[3:] if self.name == "crm" else rid[1:])

    def change_all(self) -> None:
        """Somebody changes one field of every row."""
        self.wave = bytearray(wave + 1 for wave in self.wave)

    def answer(self, request: Request) -> Any:
        """The body of the answer."""
        if request.path == "get":
            return {"items": [self.row(self.number(rid)) for rid in request.json]}
        if request.path == "write":
            return {"results": [self.write(order) for order in request.json]}
        first, since = int(request.params["after"] or 0), request.params["since"]
        items = []
        for n in range(first, self.rows):
            if stamp(n, self.wave[n]) >= since:
                if len(items) == PAGE:
                    return {"items": items, "next": str(n)}
                items.append(self.row(n))
        return {"items": items, "next": None}

    def write(self, order: WriteOrder) -> dict[str, Any]:
        """One update. A row is what its wave makes of it, so only the value of the next wave can be written."""
        assert order.kind == "update"
        assert order.id is not None
        n = self.number(order.id)
        raw = FIELDS[CHANGES][1 if self.name == "crm" else 2]
        assert dict(order.values) == {raw: city(n, self.wave[n] + 1)}, order
        self.wave[n] += 1
        self.writes += 1
        return self.row(n)


@dataclass
class Doors:
    """The way to both systems, with what they cost."""

    systems: Mapping[str, System]
    cpu: float = 0.0
    wall: float = 0.0
    calls: int = 0

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """Answers at once."""
        cpu, wall = time.process_time(), time.perf_counter()
        body = self.systems[system].answer(request)
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall
        self.calls += 1
        return Answer(status=200, body=body)


# ---- connectors
def connector(system: str) -> Connector:
    """Pages by number, gets and writes in batches."""
    key, stamp, version = ("Id", "SystemModstamp", "Version") if system == "crm" else ("nr", "stand", "rev")

    def done(row: Mapping[str, Any]) -> Outcome:
        return Done(id=row[key], version=row[version], stored=dict(row))

    stream = Stream(
        name=STREAM, key=key, changed_at=stamp, version=version,
        fields=tuple(Field(name=raw[0 if system == "crm" else 1]) for _, *raw in FIELDS.values()),
        page=lambda answer: Page(records=tuple(answer.body["items"]), next=answer.body.get("next")),
        changes=lambda since, after: Request(method="GET", path="list", params={"since": since, "after": after}),
        sweep=lambda after: Request(method="GET", path="list", params={"since": 0.0, "after": after}),
        get=lambda ids: Request(method="POST", path="get", json=list(ids)),
        update=lambda rid, values, version: Request(method="PATCH", path=rid, json=dict(values)),
        batch=lambda orders: Request(method="POST", path="write", json=list(orders)),
        receipts=receipts(done), batch_size=BATCH,
    )  # fmt: skip
    return Connector(name=system, base_url=f"sim://{system}", streams=(stream,))


def receipts(done: Any) -> Any:
    """One outcome for each write of a batch."""

    def read(answer: Answer, orders: Sequence[WriteOrder]) -> list[Outcome]:
        return [done(row) for row in answer.body["results"]]

    return read


# ---- the declaration
def binding(system: str) -> Binding:
    """Twelve fields, each under the system's own name."""
    bound = []
    for name, (kind, crm, erp) in FIELDS.items():
        raw = crm if system == "crm" else erp
        own = {"credit": number(raw, kind), "since": date_format(raw, "%d.%m.%Y")} if system == "erp" else {}
        bound.append(BoundField(field=name, lens=own.get(name) or rename(raw, kind)))
    return Binding(system=system, stream=STREAM, entity="contact", fields=tuple(bound))


def declaration() -> Declaration:
    """Contacts of both systems are the same where their e-mail addresses are, and are born in both."""
    fields = {name: FieldPolicy(name=name, type=kind) for name, (kind, _, _) in FIELDS.items()}
    always = Expression(text="TRUE", reads=frozenset(), evaluate=lambda column: True)
    systems = ("crm", "erp")
    return Declaration(
        name="bench", order=systems, entities={"contact": EntityPolicy(name="contact", fields=fields)},
        bindings=tuple(binding(system) for system in systems),
        births=tuple(Birth(entity="contact", system=system, stream=STREAM, when=always) for system in systems),
        matching={"contact": (MatchRule(fields=("email",)),)}, brakes={},  # all rows change at once: no flood here
    )  # fmt: skip


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def open_hub(ledger: Ledger, rows: int) -> tuple[Hub, Doors]:
    """A hub between two systems of so many contacts each."""
    doors = Doors({name: System(name, rows) for name in ("crm", "erp")})
    hub = Hub(
        declaration=declaration(), connectors={name: connector(name) for name in doors.systems}, ledger=ledger,
        door=doors, clock=Clock(), batch=BATCH,
    )  # fmt: skip
    return hub, doors
