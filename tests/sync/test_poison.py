"""One poison record parks itself and holds up no other (L2, F14)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from syncline.connect.request import Answer, Effect, Request
from syncline.mapping.lens import Lens
from syncline.mapping.text import text
from syncline.sync import deliver, derive, observe, people, poison
from syncline.sync.hub import Hub
from syncline.testing import company
from syncline.testing.memory import MemoryLedger
from syncline.testing.systems import SimSystem
from syncline.testing.vendor import connector

POISON = "\u2620"


class Yard:
    """Three systems without faults, and a hub whose CRM name lens breaks on one value."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        fields = {company.STREAM: tuple(company.FIELDS)}
        self.systems = {
            name: SimSystem(name, habits, fields, self.clock, Random(1), faults=False)
            for name, habits in company.HABITS.items()
        }
        self.hub = Hub(
            declaration=company.declaration(),
            connectors={name: connector(name, habits, fields) for name, habits in company.HABITS.items()},
            ledger=MemoryLedger(), door=self, clock=self.clock, batch=20,
        )  # fmt: skip
        crm = self.hub.declaration.binding("crm", company.STREAM)
        monkeypatch.setitem(crm.by_field, "name", crm.by_field["name"])  # the cache exists before it is replaced
        broken = Lens(reads=("name",), get=self.breaks, put=crm.by_field["name"].lens.put)
        fields_of_crm = tuple(
            bound if bound.field != "name" else type(bound)(field="name", lens=broken) for bound in crm.fields
        )
        object.__setattr__(crm, "fields", fields_of_crm)

    def clock(self) -> float:
        return self.now

    def breaks(self, raw: Any) -> Any:
        if POISON in str(raw.get("name")):
            raise IndexError("a lens that breaks on what nobody foresaw")
        return text(case="ignore").normal(raw["name"] or None) if "name" in raw else None

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        return self.systems[system].answer(request, effect)

    def settle(self, rounds: int = 30) -> None:
        for _ in range(rounds):
            self.now += 1.0
            for name in company.ORDER:
                observe.advance(self.hub, name, company.STREAM)
                observe.look(self.hub, name, company.STREAM)
                derive.derive_dirty(self.hub)
                deliver.deliver(self.hub, name, company.STREAM)

    def row(self, system: str, email: str) -> dict[str, Any] | None:
        rows = self.systems[system].rows[company.STREAM].values()
        return next((row.now.values for row in rows if str(row.now.values["email"]).lower() == email), None)


def test_a_new_poison_row_is_parked_and_the_page_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    yard = Yard(monkeypatch)
    for number in range(3):
        name = POISON if number == 1 else f"n{number}"
        yard.systems["crm"].make(company.STREAM, {"email": f"p{number}@x", "name": name})
    yard.settle()
    assert yard.row("erp", "p0@x") is not None
    assert yard.row("erp", "p2@x") is not None
    assert yard.row("erp", "p1@x") is None
    parked = yard.hub.ledger.parked_rows([("crm", company.STREAM, "crm1")])
    assert [row.parking.code for row in parked.values()] == [poison.CODE]
    assert "IndexError" in next(iter(parked.values())).parking.reason


def test_a_known_row_that_turns_poison_is_parked_at_its_link_and_heals(monkeypatch: pytest.MonkeyPatch) -> None:
    yard = Yard(monkeypatch)
    for number in range(3):
        yard.systems["crm"].make(company.STREAM, {"email": f"p{number}@x", "name": f"n{number}"})
    yard.settle()
    yard.systems["crm"].change(company.STREAM, "crm1", {"name": POISON, "addr": "a9"})
    yard.systems["crm"].change(company.STREAM, "crm2", {"addr": "a10"})
    yard.settle()
    link = yard.hub.ledger.links_at([("crm", company.STREAM, "crm1")])[("crm", company.STREAM, "crm1")]
    assert link.parked is not None
    assert link.parked.code == poison.CODE
    other = yard.row("erp", "p2@x")
    assert other is not None
    assert other["addr"] == "a10"
    yard.systems["crm"].change(company.STREAM, "crm1", {"name": "healed"})
    yard.settle()
    healed = yard.row("erp", "p1@x")
    assert healed is not None
    assert (healed["name"], healed["addr"]) == ("healed", "a9")
    assert yard.hub.ledger.links([link.id])[link.id].parked is None


def test_a_poison_row_met_before_a_write_holds_up_no_other_write(monkeypatch: pytest.MonkeyPatch) -> None:
    yard = Yard(monkeypatch)
    for number in range(3):
        yard.systems["erp"].make(company.STREAM, {"email": f"p{number}@x", "name": f"n{number}"})
    yard.settle()
    links = {link.external_id: link for link in yard.hub.ledger.links(range(100)).values() if link.system == "crm"}
    poisoned = next(i for i, link in links.items() if yard.systems["crm"].rows[company.STREAM][str(i)])
    yard.systems["crm"].change(company.STREAM, str(poisoned), {"name": POISON})
    for link in links.values():
        people.set_value(yard.hub, link.record, "addr", f"a{link.record}", "anna")
    yard.now += 5.0
    deliver.deliver(yard.hub, "crm", company.STREAM)
    for external_id, link in links.items():
        held = yard.systems["crm"].rows[company.STREAM][str(external_id)].now.values["addr"]
        assert (held == f"a{link.record}") == (external_id != poisoned)


def test_a_value_that_a_system_has_no_place_for_parks_its_field_only(monkeypatch: pytest.MonkeyPatch) -> None:
    yard = Yard(monkeypatch)
    yard.systems["erp"].make(company.STREAM, {"email": "p0@x", "name": "n0", "tags": "t1"})
    yard.settle()
    link = next(k for k in yard.hub.ledger.links(range(100)).values() if k.system == "crm")
    people.set_value(yard.hub, link.record, "tags", ["a,b"], "anna")  # the comma is what separates tags there
    people.set_value(yard.hub, link.record, "addr", "a7", "anna")
    yard.settle()
    parked = yard.hub.ledger.links([link.id])[link.id].known["tags"].parked
    assert parked is not None
    assert (parked.code, parked.ours) == ("cannot-be-told", ["a,b"])
    held = yard.systems["crm"].rows[company.STREAM][str(link.external_id)].now.values
    assert (held["addr"], held["tags"]) == ("a7", "t1")
