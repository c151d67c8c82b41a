"""A system of which nothing but lists can be read: its lists are the strongest read there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import structs
from small_world import ACCOUNT, PERSON, Small, accounts, contacts

from syncline.merge import sleep
from syncline.sync import writing
from syncline.sync.desk import Desk


def lists_only(system: str, habits: Any = None) -> Small:
    small = Small(contacts("crm", "erp"), {system: habits} if habits else None)
    connector = small.hub.connectors[system]
    streams = tuple(replace(one, get=None, guard="none") for one in connector.streams)
    known = {**small.hub.connectors, system: replace(connector, streams=streams)}
    small.hub = replace(small.hub, connectors=known)
    return small


def test_edits_go_both_ways() -> None:
    small = lists_only("erp")
    row = small.systems["crm"].make("contact", {"email": "a@x", "name": "Ada"})
    small.settle(10)
    [twin] = small.systems["erp"].rows["contact"].values()
    small.systems["crm"].change("contact", row.id, {"name": "Eve"})
    small.settle(10)
    assert twin.now.values["name"] == "Eve"
    small.systems["erp"].change("contact", twin.id, {"name": "Zoe"})
    small.settle(10)
    assert row.now.values["name"] == "Zoe"


def test_a_doubt_ends_with_a_list_that_was_read_late_enough() -> None:
    small = lists_only("erp")
    small.systems["crm"].make("contact", {"email": "a@x", "name": "Ada"})
    small.settle(10)
    [twin] = small.systems["erp"].rows["contact"].values()
    place = ("erp", "contact", twin.id)
    link = small.hub.ledger.links_at([place])[place]
    binding = small.hub.declaration.binding("erp", "contact")
    with small.hub.ledger.unit() as unit:
        desk = Desk(hub=small.hub, unit=unit, run=1, now=small.now)
        desk.load([link.record])
        case = desk.cases[link.record]
        case.set_value("name", "Eve", None, small.now, small.now, "a person")
        told = {"name": writing.Told(value="Eve", version=case.value("name").version, before="Ada")}
        intent = writing.new_intent(desk, binding, case, link.id, "update", told)
        writing.receipts.doubt(case, intent)
        unit.save_records([case.record])
        unit.save_links(list(case.links.values()))
    small.settle(60)
    link = small.hub.ledger.links([link.id])[link.id]
    assert link.known["name"].doubts == ()
    assert twin.now.values["name"] == "Eve"
    assert small.hub.ledger.hints("erp", "contact", small.now + 1e6, 9) == []


def test_a_row_that_is_out_of_scope_there_can_be_referred_to() -> None:
    small = Small(accounts("crm", "erp"))
    account = small.systems["crm"].make(ACCOUNT.name, {"name": "Acme", "main": ""})
    small.settle(10)
    [twin] = small.systems["erp"].rows[ACCOUNT.name].values()
    link = small.hub.ledger.links_at([("erp", ACCOUNT.name, twin.id)])["erp", ACCOUNT.name, twin.id]
    with small.hub.ledger.unit() as unit:
        desk = Desk(hub=small.hub, unit=unit, run=1, now=small.now)
        desk.load([link.record])
        binding = small.hub.declaration.binding("erp", PERSON.name)
        assert writing.external_id(desk, binding, link.record) == twin.id
        for why, found in ((sleep.OUT_OF_SCOPE, twin.id), ("out-of-sight", None)):
            asleep = structs.replace(link, state="asleep", why=why)
            desk.cases[link.record].links[link.id] = asleep
            assert writing.external_id(desk, binding, link.record) == found
    assert account.id
