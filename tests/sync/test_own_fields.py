"""Fields of ours that are missing: asked for seldom, not written, and told once they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from small_world import Small, contacts

from syncline.connect.request import Answer, Conversation, Page, Request
from syncline.connect.stream import Field
from syncline.model.outcome import Denied
from syncline.model.rows import OwnField
from syncline.sync import asking_fields, own_fields
from syncline.sync.asking_fields import ASK_AGAIN_SECONDS

KEY = Field(name="our_id")


class Told:
    """The erp has some of our fields; it is asked for them."""

    def __init__(self, world: Small, *there: str, denies: bool = False) -> None:
        self.world, self.there, self.asked, self.denies = world, set(there), 0, denies
        known = world.hub.connectors["erp"]
        fields = tuple(replace(one, ours=one.name == "name") for one in known.stream("contact").fields)
        stream = replace(known.stream("contact"), needs=(KEY,), fields=fields, defined=self.defined)
        made = replace(known, streams=(stream,), errors=self.errors(known.errors))
        world.hub = replace(world.hub, connectors={**world.hub.connectors, "erp": made})

    def defined(self, names: Sequence[str]) -> Conversation:
        self.asked += 1
        if self.denies:
            yield Request(method="GET", path="/_fields")
        yield from ()
        return Page(records=tuple({"name": one} for one in names if one in self.there))

    def errors(self, known: Any) -> Any:
        return lambda answer: Denied(reason="no") if answer.status == 403 else known(answer)


def missing(world: Small) -> set[str]:
    return {one.field.name for one in own_fields.known(world.hub)}


def ask(world: Small, seconds: float = 0.0) -> None:
    world.now += seconds
    asking_fields.ask(world.hub, "erp", "contact")


def test_a_system_is_asked_once_and_again_only_while_something_is_missing() -> None:
    world = Small(contacts("crm", "erp"))
    erp = Told(world, "our_id")
    for _ in range(3):
        ask(world)
    assert (erp.asked, missing(world)) == (1, {"name"})
    ask(world, ASK_AGAIN_SECONDS - 1.0)
    assert erp.asked == 1
    erp.there.add("name")
    ask(world, 1.0)
    assert (erp.asked, missing(world)) == (2, set())
    ask(world, 10 * ASK_AGAIN_SECONDS)
    assert erp.asked == 2


def test_what_a_stream_without_needs_has_is_never_asked() -> None:
    world = Small(contacts("crm", "erp"))
    erp = Told(world)
    asking_fields.ask(world.hub, "crm", "contact")
    assert (erp.asked, list(world.hub.ledger.own_fields("crm"))) == (0, [])


def test_who_may_not_ask_is_believed_to_have_them_and_the_system_is_not_paused() -> None:
    world = Small(contacts("crm", "erp"))
    erp = Told(world, denies=True)
    call = world.hub.door.call

    class Door:
        def call(self, system: str, request: Request, effect: Any) -> Answer:
            return Answer(status=403) if request.path == "/_fields" else call(system, request, effect)

    world.hub = replace(world.hub, door=Door())
    ask(world)
    ask(world, ASK_AGAIN_SECONDS)
    assert (erp.asked, missing(world)) == (1, set())
    assert {one.there for one in world.hub.ledger.own_fields("erp")} == {None}
    assert not world.hub.ledger.system_state("erp").paused


def test_what_was_refused_as_unknown_is_asked_for_now() -> None:
    world = Small(contacts("crm", "erp"))
    erp = Told(world, "our_id", "name")
    ask(world)
    with world.hub.ledger.unit() as unit:
        unit.save_own_fields(own_fields.doubt(world.hub, unit, "erp", "contact"))
    erp.there.clear()
    ask(world)
    assert (erp.asked, missing(world)) == (2, {"our_id", "name"})


def test_who_made_a_field_is_remembered_until_it_is_gone() -> None:
    world = Small(contacts("crm", "erp"))
    erp = Told(world, "our_id", "name")
    need = world.hub.needs[0]
    asking_fields.keep(world.hub, [need], {need.field.name: True}, run=7, by="anna")
    ask(world)
    rows = {one.name: one for one in world.hub.ledger.own_fields("erp")}
    assert (rows["our_id"].run, rows["our_id"].by, rows["name"].run) == (7, "anna", 0)
    erp.there.remove("our_id")
    with world.hub.ledger.unit() as unit:
        unit.save_own_fields([replace_at(one) for one in rows.values()])
    ask(world)
    gone = {one.name: one for one in world.hub.ledger.own_fields("erp")}["our_id"]
    assert (gone.there, gone.run, gone.by) == (False, 0, "")


def found(world: Small) -> list[dict[str, Any]]:
    """The erp's rows."""
    return [one.now.values for one in world.alive("erp")]


def replace_at(one: OwnField) -> OwnField:
    """To be asked for now."""
    return structs.replace(one, at=0.0)


def test_a_row_waits_for_our_id_and_the_rest_of_a_row_for_nothing() -> None:
    world = Small(contacts("crm", "erp"))
    erp = Told(world)
    world.systems["crm"].make("contact", {"email": "contact1@example.test", "name": "Contact 1", "phone": "1"})
    ask(world)
    world.settle()
    assert world.alive("erp") == []
    assert list(world.hub.ledger.open_items()) == [], "nothing is parked for it"
    erp.there |= {"our_id"}
    ask(world, ASK_AGAIN_SECONDS)
    world.settle()
    assert [(one["email"], one.get("name")) for one in found(world)] == [("contact1@example.test", None)]
    erp.there |= {"name"}
    ask(world, ASK_AGAIN_SECONDS)
    world.settle()
    assert [one["name"] for one in found(world)] == ["Contact 1"]


def test_new_rows_that_waited_are_woken_a_page_in_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_fields, "PAGE", 2)
    world = Small(contacts("crm", "erp"))
    erp, pages = Told(world, "name"), list[int]()
    for number in range(5):
        world.systems["crm"].make("contact", {"email": f"contact{number}@example.test"})
    ask(world)
    world.settle()
    assert world.alive("erp") == []
    due = world.hub.ledger.due

    def woken(name: str) -> None:
        if name == "births woken":
            pages.append(len(due("erp", "contact", world.now, 99)))

    erp.there |= {"our_id"}
    world.hub = replace(world.hub, point=woken)
    world.now += ASK_AGAIN_SECONDS
    with world.hub.ledger.unit() as unit:
        births = due("erp", "contact", world.now, 99)
        unit.save_links([structs.replace(one, due_at=world.now + 10.0) for one in births])
    ask(world)
    assert pages == [2, 4, 5]
    world.settle()
    assert len(world.alive("erp")) == 5
