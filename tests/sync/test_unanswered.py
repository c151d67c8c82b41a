"""A write that a system never answers is asked ever more seldom, is seen at its link, and goes through once it can."""

from __future__ import annotations

import pytest
from small_world import Small, calm, contacts, filled

from syncline.connect.door import NoAnswer
from syncline.connect.request import Answer, Request
from syncline.model.link import Link


def world(poison: str) -> Small:
    """The ERP breaks down over one value, and answers everything else."""
    small = Small(contacts("crm", "erp"), {"erp": calm()})
    for system in ("crm", "erp"):
        filled(small, system, 3)
    small.settle(2)
    whole = small.systems["erp"].write

    def write(stream: str, rest: list[str], request: Request) -> Answer:
        if poison in str(request.json):
            raise NoAnswer("the ERP did not answer")
        return whole(stream, rest, request)

    small.systems["erp"].write = write  # type: ignore[method-assign]
    return small


def link_of(small: Small, number: int) -> Link:
    [link] = small.hub.ledger.links_at([("erp", "contact", f"erp{number}")]).values()
    return link


def test_it_is_asked_ever_more_seldom_and_holds_up_nobody() -> None:
    small = world("poison")
    small.systems["crm"].change("contact", "crm0", {"name": "poison"})
    small.systems["crm"].change("contact", "crm1", {"name": "good"})
    begun = small.now
    while small.now < begun + 3600:
        small.observe(1)
        small.deliver(1)
    tried = len([call for call in small.writes() if "poison" in str(call.json)])
    assert 10 <= tried <= 25, "1, 2, 4 ... seconds, then every five minutes"
    assert small.values("erp", number=1)["name"] == "good"
    assert link_of(small, 0).unanswered == tried
    assert link_of(small, 1).unanswered == 0


def test_what_is_answered_at_last_is_forgotten() -> None:
    small = world("poison")
    small.systems["crm"].change("contact", "crm0", {"name": "poison"})
    small.settle(3)
    assert link_of(small, 0).unanswered > 1
    del small.systems["erp"].write
    small.now += 600
    small.settle(3)
    assert small.values("erp")["name"] == "poison"
    assert link_of(small, 0).unanswered == 0


def test_a_create_is_asked_ever_more_seldom_too() -> None:
    small = world("poison")
    small.systems["crm"].make("contact", {"email": "new@x", "name": "poison"})
    begun = small.now
    while small.now < begun + 3600:
        small.observe(1)
        small.deliver(1)
    tried = len([call for call in small.writes() if "poison" in str(call.json)])
    assert 10 <= tried <= 25
    del small.systems["erp"].write
    small.now += 600
    small.settle(3)
    assert [row.now.values["name"] for row in small.alive("erp")][3:] == ["poison"], "once"  # I4


@pytest.mark.parametrize("safe_by", ["key", "external_id"])
def test_a_create_that_is_refused_when_it_is_asked_again_is_parked_with_the_reason(safe_by: str) -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(safe_by=safe_by)})
    filled(small, "crm", 1)
    answers: list[Answer | None] = [None, Answer(status=422, body={"field": None, "reason": "no name"})]

    def write(stream: str, rest: list[str], request: Request) -> Answer:
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        if told is None:
            raise NoAnswer("the ERP did not answer")
        return told

    small.systems["erp"].write = write  # type: ignore[method-assign]
    small.settle(8)
    assert len(small.writes()) == 2
    [birth] = [k for links in small.hub.ledger.links_of(small.hub.ledger.scan(0, 100)).values() for k in links
               if k.system == "erp"]  # fmt: skip
    assert birth.parked is not None
    assert "no name" in birth.parked.reason  # L1


def test_an_outage_makes_nobody_wait_longer_than_it_lasts() -> None:
    small = world("poison")
    small.systems["crm"].make("contact", {"email": "new@x", "name": "poison"})
    small.settle(1)
    [birth] = [k for links in small.hub.ledger.links_of(small.hub.ledger.scan(0, 100)).values() for k in links
               if k.system == "erp" and k.external_id is None]  # fmt: skip
    assert birth.writing is not None
    del small.systems["erp"].write
    small.systems["erp"].up = False
    for _ in range(200):
        small.now += 5
        small.deliver(1)
    small.systems["erp"].up = True
    small.now += 30
    small.deliver()
    assert [row.now.values["name"] for row in small.alive("erp")][3:] == ["poison"]
