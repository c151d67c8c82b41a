"""Two systems that hold the same companies, spelled otherwise, for match_bench.py: every row is made from its number.

Four of five have a VAT number in both systems. Of the others every second is in both as well, and only its name, its
address and its phone tell; the rest are in one system only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncline.config.declaration import Birth, Declaration
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Effect, Page, Request
from syncline.connect.stream import Field, Stream
from syncline.identity.alike import AlikeRule
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.contact import phone
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType
from syncline.mapping.groups import address
from syncline.mapping.lens import Lens, rename
from syncline.mapping.text import text
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.sync.hub import Hub
from syncline.sync.store import Ledger

STREAM, PAGE, BATCH, NOW = "company", 1000, 200, 2e9
KINDS: Mapping[str, FieldType] = {
    "name": text(), "vat_id": text(case="ignore"), "phone": phone(region="AT"), "address": address(),
}  # fmt: skip
PARTS = ("street", "postcode", "city")
ONE = (
    "Alm",
    "Berg",
    "Born",
    "Dachs",
    "Eich",
    "Fels",
    "Gold",
    "Hoch",
    "Kirch",
    "Linden",
    "M\u00fchl",
    "Neu",
    "Ober",
    "Quell",
)
TWO = (
    "bach",
    "bauer",
    "brunn",
    "feld",
    "gruber",
    "hofer",
    "huber",
    "leitner",
    "m\u00fcller",
    "reiter",
    "stein",
    "wimmer",
)
TRADE = ("Bau", "Druck", "Elektro", "Handel", "Holz", "Logistik", "Metall", "Moden", "Reisen", "Technik", "Wein")
FIRST = (
    "Anton",
    "Berta",
    "C\u00e4sar",
    "Dora",
    "Emil",
    "Friedrich",
    "Gustav",
    "Heinrich",
    "Ida",
    "Julius",
    "Konrad",
    "Ludwig",
)
CITIES = (
    "Wien",
    "Graz",
    "Linz",
    "Salzburg",
    "Innsbruck",
    "Klagenfurt",
    "Villach",
    "Wels",
    "Sankt P\u00f6lten",
    "Dornbirn",
)


def has_key(n: int) -> bool:
    """Has it a VAT number in both systems?"""
    return n % 5 != 0


def is_in_both(n: int) -> bool:
    """Is it in both?"""
    return has_key(n) or n % 10 == 0


def company(n: int, which: int) -> str:
    """Its name without its form; most are given once or twice."""
    told = ONE[which % 14] + TWO[which // 14 % 12], FIRST[which // 168 % 12], TRADE[which // 2016 % 11]
    return f"{told[0]} {told[1]} {told[2]}" if which % 3 else f"{told[2]} {told[0]} {told[1]}"


def crm_row(n: int, rows: int) -> dict[str, Any]:
    """As the CRM spells it."""
    return {
        "id": f"c{n:09d}", "changed": 1e9 + n, "name": f"{company(n, n)} GmbH",
        "vat_id": f"ATU{n:08d}" if has_key(n) else None,
        "phone": f"+43 1 {2000000 + n}" if n % 4 else None, "street": f"Hauptstra\u00dfe {n % 90 + 1}",
        "postcode": str(1000 + n % 7919), "city": CITIES[n % 10],
    }  # fmt: skip


def erp_row(n: int, rows: int) -> dict[str, Any]:
    """As the ERP spells it: other forms, umlauts in two letters, a slip of the pen in every seventh name."""
    which = n if is_in_both(n) else rows + n
    name = company(n, which).replace("\u00fc", "ue").replace("\u00e4", "ae")
    name = name[:4] + name[5:] if n % 7 == 0 else name
    form = ("Ges.m.b.H.", "GesmbH", "GmbH & Co KG", "")[n % 4]
    return {
        "id": f"e{n:09d}", "changed": 1e9 + n, "name": f"{name} {form}".strip(),
        "vat_id": f"atu{n:08d}" if has_key(n) else None, "phone": f"01/{2000000 + which}" if n % 3 else None,
        "street": f"Hauptstr. {which % 90 + 1}", "postcode": str(1000 + which % 7919), "city": CITIES[which % 10],
    }  # fmt: skip


@dataclass
class Doors:
    """The way to both systems, with what they cost."""

    rows: int
    cpu: float = 0.0

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """A page of the list; nothing else is asked while two full systems meet for the first time."""
        began, make = time.process_time(), crm_row if system == "crm" else erp_row
        first = int(request.params["after"] or 0)
        last = min(first + PAGE, self.rows)
        items = [make(n, self.rows) for n in range(first, last)]
        self.cpu += time.process_time() - began
        return Answer(status=200, body={"items": items, "next": str(last) if last < self.rows else None})


def connector(system: str) -> Connector:
    """Pages by number."""
    stream = Stream(
        name=STREAM, key="id", changed_at="changed",
        fields=tuple(Field(name=raw) for raw in ("name", "vat_id", "phone", *PARTS)),
        page=lambda answer: Page(records=tuple(answer.body["items"]), next=answer.body.get("next")),
        changes=lambda since, after: Request(method="GET", path="list", params={"since": since, "after": after}),
        create=lambda values, key: Request(method="POST", path="new", json=dict(values)), create_is_safe_by="key",
    )  # fmt: skip
    return Connector(name=system, base_url=f"sim://{system}", streams=(stream,))


def bind(system: str) -> Binding:
    """The three parts of an address are one field."""
    kind = KINDS["address"]
    whole = Lens(
        reads=PARTS, get=lambda row: kind.normal({part: row.get(part) for part in PARTS}),
        put=lambda value: {part: value[part] if value else None for part in PARTS},
    )  # fmt: skip
    fields = [BoundField(field=name, lens=rename(name, kind)) for name, kind in KINDS.items() if name != "address"]
    return Binding(
        system=system, stream=STREAM, entity="account", fields=(*fields, BoundField(field="address", lens=whole))
    )  # fmt: skip


def declaration(*, alike: bool) -> Declaration:
    """Matched by VAT number, and asked about where they look the same. A CRM's companies are born in the ERP."""
    always = Expression(text="TRUE", reads=frozenset(), evaluate=lambda column: True)
    fields = {name: FieldPolicy(name=name, type=kind) for name, kind in KINDS.items()}
    rule = AlikeRule(fields=("name", "address", "phone"), apart=("vat_id",))
    return Declaration(
        name="match", order=("crm", "erp"), entities={"account": EntityPolicy(name="account", fields=fields)},
        bindings=(bind("crm"), bind("erp")),
        births=(Birth(entity="account", system="erp", stream=STREAM, when=always),),
        matching={"account": (MatchRule(fields=("vat_id",)),)}, alike={"account": rule} if alike else {},
    )  # fmt: skip


def open_hub(ledger: Ledger, rows: int, *, alike: bool) -> tuple[Hub, Doors]:
    """A hub between two systems of so many companies each."""
    doors = Doors(rows)
    connectors = {name: connector(name) for name in ("crm", "erp")}
    hub = Hub(
        declaration=declaration(alike=alike), connectors=connectors, ledger=ledger, door=doors, clock=lambda: NOW,
        batch=BATCH,
    )  # fmt: skip
    return hub, doors
