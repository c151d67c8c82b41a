"""A hint is followed to the other systems before all that waits there, behind the same brakes and modes."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Event, Thread

import pytest
from small_world import Small, contacts, filled

from syncline.connect.webhook import Touched
from syncline.sync import urgent
from syncline.sync.observe import NotNow
from syncline.sync.touched import hints_of


def world(count: int = 30, batch: int = 5) -> Small:
    """Two systems that agree."""
    small = Small(contacts("crm", "erp"), batch=batch)
    for system in ("crm", "erp"):
        filled(small, system, count)
    small.settle(2)
    return small


def hint(small: Small, *ids: str) -> None:
    with small.hub.ledger.unit() as unit:
        unit.put_hints(hints_of(small.hub, "crm", [Touched(stream="contact", id=one) for one in ids]))


def told(reason: NotNow) -> None:
    """Nobody is away."""
    raise reason


def flooded(small: Small) -> None:
    """Much waits to be told to the ERP."""
    for row in small.alive("crm")[:25]:
        small.systems["crm"].change("contact", row.id, {"phone": f"new {row.id}"})
    small.observe(1)


def test_it_is_told_before_what_waits() -> None:
    small = world()
    flooded(small)
    small.systems["crm"].change("contact", "crm29", {"name": "urgent"})
    hint(small, "crm29")
    assert urgent.follow_hints(small.hub, "crm", "contact", told) == 1
    assert [call.json for call in small.writes()] == [{"name": "urgent"}]
    small.deliver()
    assert len(small.writes()) == 26


def test_without_hints_nothing_is_read_or_told() -> None:
    small = world()
    flooded(small)
    before = len(small.calls)
    assert urgent.follow_hints(small.hub, "crm", "contact", told) == 0
    assert len(small.calls) == before


def test_what_has_nothing_new_is_only_looked_at() -> None:
    small = world()
    flooded(small)
    hint(small, "crm28")
    assert urgent.follow_hints(small.hub, "crm", "contact", told) == 1
    assert small.writes() == []


@pytest.mark.parametrize("mode", ["read-only", "approve"])
def test_modes_hold_for_the_urgent_too(mode: str) -> None:
    small = world()
    small.other(replace(small.hub.declaration, mode=mode))
    small.systems["crm"].change("contact", "crm0", {"name": "urgent"})
    hint(small, "crm0")
    urgent.follow_hints(small.hub, "crm", "contact", told)
    assert small.writes() == []


def test_brakes_see_the_flood_that_hints_bring_one_by_one() -> None:
    small = world(count=100)
    for row in small.alive("crm"):
        small.systems["crm"].change("contact", row.id, {"name": f"rewritten {row.id}"})
    for row in small.alive("crm"):
        hint(small, row.id)
        urgent.follow_hints(small.hub, "crm", "contact", told)
    assert len(small.writes()) <= 51, "more than 50 and more than 10 % of a field are held"


def test_a_system_that_is_away_keeps_the_hint() -> None:
    small = world()
    small.systems["crm"].change("contact", "crm0", {"name": "urgent"})
    hint(small, "crm0")
    small.systems["crm"].up = False
    with pytest.raises(NotNow):
        urgent.follow_hints(small.hub, "crm", "contact", told)
    small.systems["crm"].up = True
    assert urgent.follow_hints(small.hub, "crm", "contact", told) == 1
    assert small.values("erp")["name"] == "urgent"


def test_a_flood_of_one_stream_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    small, over = world(), Event()
    looked: list[str] = []

    def follow(hub: object, system: str, stream: str, not_now: object) -> int:
        """The CRM's hints never end; the ERP has one."""
        looked.append(system)
        if system == "erp" or len(looked) > 50:
            over.set()
        return 1

    monkeypatch.setattr(urgent, "follow_hints", follow)
    urgent.attend(small.hub, Event(), over, told)
    assert looked == ["crm", "erp"]


def test_hints_are_attended_to_as_they_come_and_one_system_that_is_away_stops_nobody() -> None:
    small = Small(contacts("crm", "erp", "shop"))
    for system in ("crm", "erp", "shop"):
        filled(small, system, 3)
    small.settle(2)
    wake, over, reasons = Event(), Event(), []
    small.systems["erp"].up = False
    with small.hub.ledger.unit() as unit:
        unit.put_hints(hints_of(small.hub, "erp", [Touched(stream="contact", id="erp0")]))
    small.systems["crm"].change("contact", "crm1", {"name": "urgent"})
    hint(small, "crm1")

    def not_now(reason: NotNow) -> None:
        reasons.append(str(reason))

    worker = Thread(target=urgent.attend, args=(small.hub, wake, over, not_now))
    worker.start()
    try:
        wake.set()
        until = time.monotonic() + 10
        while small.values("shop", number=1)["name"] != "urgent":
            assert time.monotonic() < until, reasons
            time.sleep(0.005)
    finally:
        over.set()
        wake.set()
        worker.join(10)
    assert not worker.is_alive()
    assert any("erp" in reason for reason in reasons)
