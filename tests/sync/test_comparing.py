"""Fields that an administrator changes are compared seldom; what is found stands until it is not found any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_world import Small, contacts, filled

from syncline.connect.request import Answer, Conversation, Page, Request
from syncline.model.drift import Compared, Drift
from syncline.model.outcome import Denied, Rejected
from syncline.sync import comparing, schedule
from syncline.sync.comparing import AGAIN_SECONDS, EVERY_SECONDS
from syncline.sync.observe import NotNow
from syncline.sync.schedule import Task

POLL = Task(system="erp", stream="contact", what="changes", every=60.0)


class Describing:
    """The erp tells of its fields. denies: it does not. broken: what it tells cannot be read."""

    def __init__(self) -> None:
        self.world, self.asked, self.denies, self.broken = Small(contacts("crm", "erp")), 0, False, False
        self.refuses = ""
        known = self.world.hub.connectors["erp"]
        told = known.stream("contact")
        self.rows: dict[str, dict[str, Any]] = {
            one.name: {"name": one.name, "label": one.name, "type": "text", "required": False, "writable": True}
            for one in told.fields
        }
        self.rows["rep"]["choices"] = ["anna", "bert"]
        made = replace(known, streams=(replace(told, described=self.described),), errors=self.errors(known.errors))
        self.world.hub = replace(self.world.hub, connectors={**self.world.hub.connectors, "erp": made}, door=self)

    def described(self) -> Conversation:
        self.asked += 1
        if self.denies:
            yield Request(method="GET", path="/_fields")
        yield from ()
        return Page(records=({"label": "no name"},) if self.broken else tuple(self.rows.values()))

    def errors(self, known: Any) -> Any:
        refusals = {403: Denied(reason="no"), 418: Rejected(reason="no rep", field="rep", code="invalid-option")}
        return lambda answer: refusals.get(answer.status) or known(answer)

    def call(self, system: str, request: Request, effect: Any) -> Answer:
        if system == "erp" and effect == self.refuses:
            return Answer(status=418)
        return Answer(status=403) if request.path == "/_fields" else self.world.call(system, request, effect)

    def ask(self, seconds: float = 0.0, *, whole: bool = False) -> list[str]:
        """What stands then."""
        self.world.now += seconds
        comparing.ask(self.world.hub, "erp", "contact", whole=whole)
        return [one.kind for one in self.found]

    @property
    def row(self) -> Compared:
        row = comparing.known(self.world.hub.ledger, "erp", "contact")
        assert row is not None
        return row

    @property
    def found(self) -> tuple[Drift, ...]:
        return self.row.found


def settled() -> Describing:
    """Two contacts on both sides, and the erp's fields compared once."""
    erp = Describing()
    filled(erp.world, "crm", 2, rep="anna")
    erp.world.settle()
    assert erp.ask() == []
    return erp


def test_a_stream_is_compared_once_it_was_read_to_its_end_and_then_as_seldom_as_it_is_swept() -> None:
    erp = Describing()
    comparing.ask(erp.world.hub, "erp", "contact")
    assert (erp.asked, list(erp.world.hub.ledger.compared("erp"))) == (0, [])
    erp.world.settle()
    for _ in range(3):
        assert erp.ask() == []
    assert erp.asked == 1
    assert erp.ask(EVERY_SECONDS - 1.0) == []
    assert erp.asked == 1
    erp.ask(1.0)
    assert erp.asked == 2
    erp.ask(whole=True)
    assert erp.asked == 3


def test_what_changed_is_found_with_its_numbers_and_stands_until_it_is_as_before() -> None:
    erp = settled()
    erp.rows["name"]["type"] = "number"
    erp.rows["phone"]["writable"] = False
    erp.rows["rep"]["choices"] = ["bert"]
    erp.rows["vat"] = {"name": "vat", "label": "VAT", "type": "text", "required": True, "writable": True}
    assert erp.ask() == [], "it is not time for it"
    assert sorted(erp.ask(EVERY_SECONDS)) == ["choice gone", "now read-only", "now required", "retyped"]
    by = {one.kind: one for one in erp.found}
    assert {one.field: one.records for one in erp.found} == {"name": 2, "phone": 2, "rep": 2, "vat": 0}
    assert "fields.contact.phone.at.erp: {field: contact.phone, only: read}" in by["now read-only"].remedy
    assert "'anna'" in by["choice gone"].said
    assert "on_create.contact.erp.vat: VALUE" in by["now required"].remedy
    assert (by["retyped"].breaks, by["now required"].breaks) == (False, True)
    assert len(erp.ask(EVERY_SECONDS)) == 4, "what hub.yaml was written for is not forgotten by a comparison"
    erp.rows["name"]["type"], erp.rows["phone"]["writable"] = "text", True
    erp.rows["rep"]["choices"] = ["anna", "bert"]
    del erp.rows["vat"]
    assert erp.ask(EVERY_SECONDS) == []


def test_another_hub_yaml_is_compared_at_once_and_accepts_what_is_there() -> None:
    erp = settled()
    erp.rows["name"]["type"] = "number"
    assert erp.ask(EVERY_SECONDS) == ["retyped"]
    hub = erp.world.hub
    changed = tuple(replace(one, version="2") for one in hub.declaration.bindings)
    erp.world.hub = replace(hub, declaration=replace(hub.declaration, bindings=changed))
    assert erp.ask() == []
    assert erp.row.fields is not None
    assert erp.row.fields["name"].type == "number"


def test_records_that_are_open_there_are_counted() -> None:
    erp = settled()
    for system, value in (("crm", "carl"), ("erp", "dora")):
        erp.world.systems[system].change("contact", erp.world.row(system, "contact").id, {"rep": value})
    erp.world.settle()
    erp.rows["rep"]["type"] = "number"
    erp.ask(EVERY_SECONDS)
    (one,) = erp.found
    assert (one.records, one.open) == (2, 1)


def test_after_a_refusal_it_is_compared_at_most_once_an_hour() -> None:
    erp = settled()
    refused = NotNow("erp", "Rejected: no field name")
    for _ in range(5):
        erp.world.now += 60.0
        comparing.after_refusal(erp.world.hub, "erp", "contact", refused)
    assert erp.asked == 1
    erp.world.now += AGAIN_SECONDS
    comparing.after_refusal(erp.world.hub, "erp", "contact", NotNow("erp", "NoAnswer"))
    assert erp.asked == 1, "that says nothing of fields"
    comparing.after_refusal(erp.world.hub, "erp", "contact", refused)
    assert (erp.asked, erp.row.doubted) == (2, False)


def test_whoever_does_not_tell_is_named_so_and_is_read_all_the_same() -> None:
    erp = settled()
    for erp.denies, erp.broken in ((True, False), (False, True)):
        assert erp.ask(whole=True) == ["unknown"]
        assert not erp.world.hub.ledger.system_state("erp").paused
        assert erp.row.fields, "what was known before stays known"
    filled(erp.world, "erp", 1, email="new@x")
    erp.world.settle()
    assert len(erp.world.alive("crm")) == 3
    erp.broken = False
    assert erp.ask(whole=True) == []


def test_the_service_compares_when_a_poll_has_ended() -> None:
    erp = settled()
    erp.rows["name"]["type"] = "number"
    erp.world.now += EVERY_SECONDS
    while schedule.step(erp.world.hub, POLL):
        continue
    assert [one.kind for one in erp.found] == ["retyped"]


def test_a_read_that_is_refused_is_compared_and_stays_refused() -> None:
    erp = settled()
    erp.rows["name"]["type"] = "number"
    erp.world.now += AGAIN_SECONDS
    erp.refuses = "read"
    for _ in range(3):
        with pytest.raises(NotNow, match="no rep"):
            schedule.step(erp.world.hub, POLL)
    assert (erp.asked, [one.kind for one in erp.found]) == (2, ["retyped"])


def test_a_write_that_is_refused_for_a_choice_has_the_stream_compared() -> None:
    erp = settled()
    erp.rows["rep"]["choices"] = ["bert"]
    erp.world.now += AGAIN_SECONDS
    crm = erp.world.row("crm", "contact")
    erp.world.systems["crm"].change("contact", crm.id, {"phone": "p9"})
    erp.refuses = "write"
    erp.world.settle(2)
    assert erp.row.doubted
    erp.refuses = ""
    assert (erp.ask(), erp.row.doubted) == (["choice gone"], False)
