"""A flood whose every write is followed by a crash is a flood all the same."""

from __future__ import annotations

from dataclasses import replace

from small_world import Small, contacts, filled

from syncline.model.rows import Hint
from syncline.sync import apply, deliver, observe, plan, recover, stops


class Crash(BaseException):
    """The process stops here."""


def crash(name: str) -> None:
    if name == "called":
        raise Crash(name)


def agreed(count: int) -> Small:
    small = Small(contacts("crm", "erp"), batch=20)
    for system in ("crm", "erp"):
        filled(small, system, count)
    small.observe()
    small.deliver()
    return small


def change(small: Small, number: int) -> None:
    """One edit, seen at once."""
    row = small.alive("crm")[number]
    small.systems["crm"].change("contact", row.id, {"name": f"other {number}"})
    with small.hub.ledger.unit() as unit:
        unit.put_hints([Hint(system="crm", stream="contact", id=row.id, at=small.now)])
    small.now += 1.0
    observe.look(small.hub, "crm", "contact")


def test_writes_without_a_receipt_count() -> None:
    small = agreed(100)
    for number in range(60):
        change(small, number)
        try:
            deliver.deliver(replace(small.hub, point=crash), "erp", "contact")
        except Crash:
            recover.recover(small.hub)
    assert [(one.system, one.kind) for one in stops.held(small.hub)] == [("erp", "rewrite")]
    assert len(small.writes()) == 50


def test_what_a_person_approved_does_not_count_after_a_crash_either() -> None:
    small = agreed(100)
    change(small, 0)
    drawn = plan.plan(small.hub)
    try:
        apply.apply(replace(small.hub, point=crash), drawn)
    except Crash:
        recover.recover(small.hub)
    assert len(small.writes()) == 1
    assert small.hub.ledger.told_since("erp", "contact", "rewrite:name", 0.0) == 0
