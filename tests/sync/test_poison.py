"""One poison record parks itself and holds up no other (L2, F14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from small_world import CONTACT, TEXT, Small, bind, contacts, filled
from yard import Yard

from syncline.mapping.lens import Lens, rename
from syncline.mapping.text import text
from syncline.sync import deliver, people, poison
from syncline.testing import company

POISON = "\u2620"


def breaks(raw: Any) -> Any:
    """A lens that breaks on what nobody foresaw."""
    if POISON in str(raw.get("name")):
        raise IndexError("a lens that breaks on what nobody foresaw")
    return text(case="ignore").normal(raw["name"] or None) if "name" in raw else None


def poisonous() -> Yard:
    """A yard whose CRM name lens breaks on one value; the hub's own bindings are of this yard alone."""
    yard = Yard()
    crm = yard.hub.declaration.binding("crm", company.STREAM)
    broken = Lens(reads=("name",), get=breaks, put=crm.by_field["name"].lens.put)
    fields = tuple(replace(bound, lens=broken) if bound.field == "name" else bound for bound in crm.fields)
    bindings = tuple(replace(one, fields=fields) if one is crm else one for one in yard.hub.declaration.bindings)
    yard.hub = replace(yard.hub, declaration=replace(yard.hub.declaration, bindings=bindings))
    return yard


def test_a_new_poison_row_is_parked_and_the_page_goes_on() -> None:
    yard = poisonous()
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


def test_a_known_row_that_turns_poison_is_parked_at_its_link_and_heals() -> None:
    yard = poisonous()
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


def test_a_poison_row_met_before_a_write_holds_up_no_other_write() -> None:
    yard = poisonous()
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


def test_a_value_that_a_system_has_no_place_for_parks_its_field_only() -> None:
    yard = poisonous()
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


def test_a_poison_row_does_not_stop_the_first_read_of_a_stream_that_is_matched() -> None:
    plain = rename("email", TEXT)

    def breaks_on_one(raw: Any) -> Any:
        if raw.get("email") == "c1@x":
            raise RecursionError("too deep")
        return plain.get(raw)

    declared = contacts("crm", "erp")
    lens = replace(plain, get=breaks_on_one)
    bindings = tuple(bind(system, CONTACT, {"email": lens} if system == "crm" else {}) for system in ("crm", "erp"))
    small = Small(replace(declared, bindings=bindings))
    filled(small, "crm", 3)
    filled(small, "erp", 3)
    small.observe()
    ledger = small.hub.ledger
    assert ledger.cursor("crm", "contact", "changes").baselined
    assert [one.id for one in ledger.parked_after("crm", "contact", "", 9)] == ["crm1"]
    assert small.link("crm", "crm0").record == small.link("erp", "erp0").record
    assert small.link("crm", "crm2").record == small.link("erp", "erp2").record
