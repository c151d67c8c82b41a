"""A ledger that went back: what all systems say counts, nothing is made a second time, and no rule fires again."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from rule_world import orders, rule, selling, win
from small_world import Small, calm, contacts, filled

from syncline.sync import anew, rebaseline, rounds, stale
from syncline.sync.observe import NotNow
from syncline.testing.memory import MemoryLedger
from syncline.testing.tables import Tables

WHY = "the ledger was restored from a backup"


def tables(world: Any) -> Tables:
    return world.hub.ledger.t  # type: ignore[no-any-return]


def restore(world: Any, kept: Tables) -> None:
    """The ledger as it was, but no number is given out twice."""
    given = dict(tables(world).counters)
    world.hub.ledger.t = deepcopy(kept)
    tables(world).counters.update(given)
    rebaseline.stop_all(world.hub, WHY)


def read_anew(world: Any) -> None:
    anew.begin_these(world.hub, rebaseline.bound(world.hub), WHY)


def confirm(world: Any) -> None:
    stopped = rebaseline.stopped(world.hub)
    assert anew.confirm_these(world.hub, rebaseline.bound(world.hub), "anna") == len(stopped) > 0


def world(count: int = 8) -> Small:
    small = Small(contacts("crm", "erp"), {"erp": calm()})
    for system in ("crm", "erp"):
        filled(small, system, count)
    small.settle(2)
    small.now += 1000.0
    return small


def went_on(small: Small) -> None:
    """After the backup: values are edited and blanked, and reach both."""
    rows = small.alive("crm")
    for row in rows[:3]:
        small.systems["crm"].change("contact", row.id, {"name": f"newer {row.id}", "rep": "zoe"})
    for row in rows[3:5]:
        small.systems["crm"].change("contact", row.id, {"phone": None})
    small.settle(3)


def differing(small: Small) -> int:
    links = [small.link(system, row.id) for system in ("crm", "erp") for row in small.alive(system)]
    return sum(known.differs for link in links for known in link.known.values())


def test_what_all_systems_say_is_the_records_and_nothing_is_written() -> None:
    small = world()
    kept = deepcopy(tables(small))
    went_on(small)
    before = {system: {row.id: dict(row.now.values) for row in small.alive(system)} for system in ("crm", "erp")}
    told = len(small.writes())
    restore(small, kept)
    with pytest.raises(NotNow, match="baseline begin crm"):
        small.settle(2)
    small.deliver()
    assert len(small.writes()) == told, "nothing is read or written before somebody asks for it"
    read_anew(small)
    small.settle(3)
    assert len(small.writes()) == told
    confirm(small)
    small.settle(3)
    assert len(small.writes()) == told, "all is equal"
    assert differing(small) == 0
    assert before == {s: {row.id: dict(row.now.values) for row in small.alive(s)} for s in ("crm", "erp")}


def test_the_broken_twin_believes_the_old_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stale, "agreed_elsewhere", lambda case: [])
    small = world()
    kept = deepcopy(tables(small))
    went_on(small)
    told = len(small.writes())
    restore(small, kept)
    read_anew(small)
    small.settle(3)
    confirm(small)
    small.settle(3)
    assert differing(small) > 0 or len(small.writes()) > told


def test_what_one_side_went_on_to_hold_is_a_first_difference() -> None:
    small = world()
    kept = deepcopy(tables(small))
    went_on(small)
    restore(small, kept)
    row = small.alive("erp")[0]
    small.systems["erp"].change("contact", row.id, {"rep": "bob"})
    read_anew(small)
    small.settle(3)
    confirm(small)
    told = len(small.writes())
    small.settle(3)
    assert small.systems["erp"].rows["contact"][row.id].now.values["rep"] == "bob"
    assert small.systems["crm"].rows["contact"][small.alive("crm")[0].id].now.values["rep"] == "zoe"
    assert len(small.writes()) == told


def born_since(small: Small, **values: Any) -> None:
    """A row that the hub made in the ERP after the backup."""
    small.systems["crm"].make("contact", values)
    small.settle(4)


@pytest.mark.parametrize("values", [{"email": "late@x", "name": "late"}, {"name": "late"}])
def test_a_row_that_was_made_since_is_not_made_again(values: dict[str, str]) -> None:
    small = world()
    kept = deepcopy(tables(small))
    born_since(small, **values)
    count = {system: len(small.alive(system)) for system in ("crm", "erp")}
    assert count == {"crm": 9, "erp": 9}
    restore(small, kept)
    read_anew(small)
    small.settle(3)
    confirm(small)
    small.settle(4)
    assert {system: len(small.alive(system)) for system in count} == count
    codes = [link.parked.code for link in tables(small).links.values() if link.parked is not None]
    assert codes == ([] if "email" in values else [stale.MAY_BE_THERE] * 2)


def test_the_broken_twin_makes_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stale, "park_what_nothing_finds", lambda hub, unit, places: None)
    small = world()
    kept = deepcopy(tables(small))
    born_since(small, name="late")
    restore(small, kept)
    read_anew(small)
    small.settle(3)
    confirm(small)
    small.settle(4)
    assert len(small.alive("erp")) > 9


@pytest.mark.parametrize("order", [("crm", "erp"), ("erp", "crm")])
def test_system_by_system_nothing_is_made_again_and_none_goes_on_before_all_are_read(order: tuple[str, str]) -> None:
    small = world(3)
    kept = deepcopy(tables(small))
    born_since(small, name="late")
    restore(small, kept)
    for number, system in enumerate(order):
        anew.begin_these(small.hub, [(system, "contact")], WHY)
        rounds.read_all(small.hub)
        assert anew.confirm_these(small.hub, [(system, "contact")], "anna") == number, "the last has all others read"
    assert anew.confirm_these(small.hub, [(order[0], "contact")], "anna") == 1
    small.settle(5)
    assert {system: len(small.alive(system)) for system in order} == {"crm": 4, "erp": 4}
    codes = [link.parked.code for link in tables(small).links.values() if link.parked is not None]
    assert codes == [stale.MAY_BE_THERE] * 2


def test_what_nobody_began_to_read_anew_is_not_read_whatever_its_old_cursor_says() -> None:
    small = world(3)
    kept = deepcopy(tables(small))
    went_on(small)
    restore(small, kept)
    assert not anew.is_read(small.hub, "crm", "contact")
    assert not anew.confirm(small.hub, "crm", "contact", "anna")
    anew.begin_these(small.hub, [("erp", "contact")], WHY)
    rounds.read_all(small.hub)
    assert stale.catch_up(small.hub) == 0, "the CRM is not read"


def test_a_row_that_was_deleted_since_stays_so() -> None:
    small = world()
    kept = deepcopy(tables(small))
    small.systems["crm"].kill("contact", small.alive("crm")[0].id)
    small.settle(6)
    alive = {system: {row.id for row in small.alive(system)} for system in ("crm", "erp")}
    restore(small, kept)
    read_anew(small)
    small.settle(3)
    confirm(small)
    small.settle(6)
    after = {system: {row.id for row in small.alive(system)} for system in ("crm", "erp")}
    assert after == alive


def test_what_a_rule_made_since_is_not_made_again() -> None:
    small = selling(rule())
    early = small.type("crm", "deal", title="early", amount=5, owner="zoe")
    small.settle(5)
    kept = deepcopy(tables(small))
    small.edit("crm", "deal", early, stage="won")
    win(small, title="late")
    made = len(small.systems["erp"].rows["order"])
    assert made == 2
    restore(small, kept)
    read_anew(small)
    small.settle(6)
    confirm(small)
    small.settle(8)
    assert len(small.systems["erp"].rows["order"]) == made
    assert len(orders(small)) == made, "they are the ERP's"
    win(small, title="newest")
    assert len(small.systems["erp"].rows["order"]) == made + 1, "rules go on"


def test_caught_up_once_there_is_nothing_more_to_catch_up_with() -> None:
    small = world()
    kept = deepcopy(tables(small))
    went_on(small)
    restore(small, kept)
    assert stale.catch_up(small.hub) == 0, "nothing is read yet"
    read_anew(small)
    small.settle(3)
    assert stale.catch_up(small.hub) > 0
    assert stale.catch_up(small.hub) == 0


@pytest.mark.parametrize(("ledger", "collides"), [("b2", False), ("a1", True)])
def test_another_ledger_counts_from_one_and_takes_no_row_for_its_own(ledger: str, collides: bool) -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm()})
    small.hub = replace(small.hub, counted_by="a1")
    for number in range(8):
        small.systems["crm"].make("contact", {"name": f"old {number}"})
        small.settle(2)
    old = {row.key for row in small.alive("erp")}
    assert len(old) == 8
    for system in ("crm", "erp"):
        for row in small.alive(system):
            small.systems[system].kill("contact", row.id)
    small.hub = replace(small.hub, ledger=MemoryLedger(), counted_by=ledger)
    for number in range(8):
        small.systems["crm"].make("contact", {"email": f"new{number}@x"})
    small.settle(6)
    keys = {intent.key for intent in tables(small).intents.values() if intent.system == "erp"}
    assert len(keys) == 8
    assert bool(keys & old) == collides, "the broken twin: two ledgers of one name"
