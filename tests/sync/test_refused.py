"""What the door refuses parks its record; a system that does not let us in is left alone until a person comes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from yard import Yard

from syncline.connect.door import NoAnswer, NotAdmitted, Refused, Unreachable
from syncline.connect.request import Answer, Effect, Request
from syncline.model.link import Link
from syncline.sync import deliver, derive, observe
from syncline.sync.observe import NotNow
from syncline.testing import company


class Gate:
    """The yard's own door, which raises instead for one system and effect."""

    def __init__(self, yard: Yard, system: str, effect: Effect, problem: Exception) -> None:
        self.yard, self.system, self.effect, self.problem = yard, system, effect, problem
        self.tried = 0

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        if (system, effect) == (self.system, self.effect):
            self.tried += 1
            raise self.problem
        return self.yard.call(system, request, effect)


def gated(effect: Effect, problem: Exception) -> tuple[Yard, Gate]:
    """A yard with one contact in the CRM, and a gate before the ERP."""
    yard = Yard()
    yard.systems["crm"].make(company.STREAM, {"email": "p1@x", "name": "n1"})
    gate = Gate(yard, "erp", effect, problem)
    yard.hub = replace(yard.hub, door=gate)
    return yard, gate


def test_a_write_that_is_refused_parks_its_record_and_is_not_tried_again() -> None:
    yard, gate = gated("write", Refused("erp: the path leads elsewhere"))
    yard.settle()
    assert yard.row("erp", "p1@x") is None
    assert gate.tried == 1
    [link] = [one for one in links(yard) if one.system == "erp"]
    assert link.parked is not None
    assert (link.parked.code, "the path leads elsewhere" in link.parked.reason) == ("refused", True)


def test_a_write_that_could_not_leave_is_tried_again() -> None:
    yard, gate = gated("write", Unreachable("erp: nothing is written in mode read-only", 2.0))
    yard.settle()
    assert gate.tried > 1
    assert [one.parked for one in links(yard)].count(None) == len(links(yard)) >= 2
    yard.hub = replace(yard.hub, door=yard)
    yard.settle()
    assert yard.row("erp", "p1@x") is not None


@pytest.mark.parametrize("effect", ["read", "write"])
def test_a_system_that_does_not_let_us_in_is_paused_and_asked_no_more(effect: Effect) -> None:
    yard, gate = gated(effect, NotAdmitted("erp does not know us: syncline connect erp"))
    for _ in range(20):
        yard.now += 1.0
        for name in company.ORDER:
            derive.derive_dirty(yard.hub)
            for step in (observe.advance, deliver.deliver):
                try:
                    step(yard.hub, name, company.STREAM)
                except NotNow:
                    assert name == "erp"
    state = yard.hub.ledger.system_state("erp")
    assert state.paused
    assert "syncline connect erp" in state.why
    assert gate.tried == 1
    assert not yard.hub.ledger.system_state("crm").paused


@pytest.mark.parametrize(
    "problem",
    [
        Refused("erp: none of its reads"),
        Unreachable("erp: down", 7.0),
        NoAnswer("erp: answered 200, but that cannot be read: it is a web page"),
    ],
)
def test_a_read_that_came_to_nothing_is_not_now_and_proves_nothing(problem: Exception) -> None:
    yard, _ = gated("read", problem)
    with pytest.raises(NotNow, match=str(problem)) as caught:
        observe.advance(yard.hub, "erp", company.STREAM)
    assert caught.value.after == (7.0 if "down" in str(problem) else observe.LOOK_LATER_SECONDS)
    assert not yard.hub.ledger.system_state("erp").paused


def links(yard: Yard) -> list[Link]:
    [row] = yard.systems["crm"].rows[company.STREAM]
    known = yard.hub.ledger.links_at([("crm", company.STREAM, row)])
    found = yard.hub.ledger.links_of([link.record for link in known.values()])
    return [link for several in found.values() for link in several]
