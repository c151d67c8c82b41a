"""What lacks only what may come by itself is asked again for a while, and then parked with the reason."""

from __future__ import annotations

from dataclasses import replace

from small_world import Small, calm, contacts, filled

from syncline.connect.request import Answer, Request
from syncline.model.link import Link
from syncline.model.outcome import Outcome, Rejected
from syncline.sync.outcomes import ASKED_AGAIN
from syncline.testing import vendor


class Awaiting:
    """An ERP that will not take the name `early` until something else is there."""

    def __init__(self) -> None:
        self.small = Small(contacts("crm", "erp"), {"erp": calm(batches=True)})
        self.there, self.asked = False, 0
        erp = self.small.systems["erp"]
        whole = erp.write
        connectors = self.small.hub.connectors

        def write(stream: str, rest: list[str], request: Request) -> Answer:
            if "early" in str(request.json) and not self.there:
                self.asked += 1
                return Answer(status=409, body="a product is not there")
            return whole(stream, rest, request)

        def errors(answer: Answer) -> Outcome | None:
            return Rejected(reason=answer.body, may_come=True) if answer.status == 409 else vendor.problem(answer)

        erp.write = write  # type: ignore[method-assign]
        known = {**connectors, "erp": replace(connectors["erp"], errors=errors)}
        self.small.hub = replace(self.small.hub, connectors=known)

    def links(self) -> list[Link]:
        places = self.small.hub.ledger.links_of(range(1, 50)).values()
        return [link for links in places for link in links if link.system == "erp"]

    def wait(self, seconds: float) -> None:
        begun = self.small.now
        while self.small.now < begun + seconds:
            self.small.observe(1)
            self.small.deliver(1)


def test_a_create_waits_for_it_and_holds_up_no_other() -> None:
    world = Awaiting()
    filled(world.small, "crm", 3)
    world.small.systems["crm"].change("contact", "crm1", {"name": "early"})
    world.wait(60)
    assert len(world.small.alive("erp")) == 2  # L2
    assert 3 < world.asked < 15
    assert all(link.parked is None for link in world.links())
    world.there = True
    world.wait(120)
    assert len(world.small.alive("erp")) == 3


def test_an_update_waits_for_it() -> None:
    world = Awaiting()
    filled(world.small, "crm", 2)
    world.wait(10)
    world.small.systems["crm"].change("contact", "crm0", {"name": "early"})
    world.wait(60)
    world.there = True
    world.wait(120)
    assert {row.now.values["name"] for row in world.small.alive("erp")} == {"early", "n1"}


def test_what_never_comes_is_a_persons_matter_in_the_end() -> None:
    world = Awaiting()
    filled(world.small, "crm", 2)
    world.small.systems["crm"].change("contact", "crm1", {"name": "early"})
    world.wait(3600)
    [parked] = [link.parked for link in world.links() if link.parked is not None]
    assert "a product is not there" in parked.reason
    asked = world.asked
    assert asked >= ASKED_AGAIN
    world.wait(600)
    assert world.asked == asked
