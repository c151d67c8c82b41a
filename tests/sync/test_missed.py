"""A sweep is compared with what is known: what it did not show is looked at, and only the look proves a delete."""

from dataclasses import replace
from typing import Any

import pytest
from derive_world import Small, bound, declaration, true_when
from merge_world import CALM, MergeWorld, Stop
from msgspec.structs import replace as changed

from syncline.connect.connector import Connector
from syncline.model.link import Link
from syncline.model.rows import Cursor
from syncline.sync import answers, missed, observe
from syncline.testing.systems import RowAt

MISSING = replace(CALM, proves="missing", page_size=2)
CONTACTS = 7


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "PAGE", 2)


def company(how: Any = "missing", count: int = CONTACTS) -> MergeWorld:
    """Contacts typed in the CRM, born in the ERP and the shop; the shop has no list of deletes."""
    world = MergeWorld(born=["erp", "shop"], habits={"shop": replace(MISSING, proves=how)})
    for number in range(count):
        world.type("crm", email=f"c{number}@x", name="Ann")
    return world.quiet()


def page(world: MergeWorld) -> bool:
    """One page of the sweep of the shop."""
    world.now += 1
    return observe.poll(world.hub, "shop", "contact", path="sweep")


def sweep(world: MergeWorld) -> int:
    """A sweep to its end: of how many pages, those of comparisons among them."""
    pages = 1
    while page(world):
        pages += 1
    return pages


def cursor(world: MergeWorld) -> Cursor:
    return world.hub.ledger.cursor("shop", "contact", "sweep")


def hinted(world: MergeWorld) -> list[str]:
    return [hint.id for hint in world.hub.ledger.hints("shop", "contact", world.now + 1, 99)]


def unlisted(row: RowAt) -> None:
    """No list shows this row any more; it is there."""
    row.history = [replace(state, visible=float("inf")) for state in row.history]


def tables(world: MergeWorld) -> dict[str, Any]:
    """Everything but the cursors and how many units there were."""
    kept = vars(world.hub.ledger.t)  # type: ignore[attr-defined]
    return {name: repr(table) for name, table in kept.items() if name not in ("cursors", "committed")}


# ---- what is found
@pytest.mark.parametrize("gone", [["shop0"], ["shop6"], ["shop2", "shop3", "shop5"], [f"shop{n}" for n in range(7)]])
def test_what_nobody_looks_at_is_found_missing(gone: list[str]) -> None:
    world = company()
    for one in gone:
        world.delete("shop", one)
    world.quiet()
    assert [world.link("shop", one).state for one in gone] == ["active"] * len(gone)
    sweep(world)
    assert hinted(world) == gone
    assert [world.link("shop", one).state for one in gone] == ["active"] * len(gone)  # I11
    world.quiet()
    assert [n for n in range(CONTACTS) if world.link("shop", f"shop{n}").state == "tombstone"] == [
        int(one.removeprefix("shop")) for one in gone
    ]
    assert not world.hub.ledger.staged("shop", "contact", "", 99)
    assert cursor(world).census == "counting"


def test_what_a_sweep_did_not_show_and_is_there_stays() -> None:  # I11
    world = company()
    unlisted(world.row("shop", "shop3"))
    sweep(world)
    assert hinted(world) == ["shop3"]
    world.quiet()
    assert world.link("shop", "shop3").state == "active"


def test_a_shadow_and_a_parked_row_are_missed_too() -> None:
    world = company()
    answers.remove_link(world.hub, world.link("shop", "shop5").id, "anna")
    world.quiet()
    assert world.parked("shop", "shop5") is not None
    with world.hub.ledger.unit() as unit:
        unit.save_links([changed(world.link("shop", "shop1"), state="shadow")])
    world.delete("shop", "shop1")
    world.delete("shop", "shop5")
    sweep(world)
    assert hinted(world) == ["shop1", "shop5"]
    observe.look(world.hub, "shop", "contact")
    assert world.link("shop", "shop1").state == "tombstone"
    assert world.parked("shop", "shop5") is None


def test_what_is_out_of_sight_or_a_tombstone_is_not_missed() -> None:
    world = company()
    hide(world, "shop1", state="asleep", why="out-of-sight")
    hide(world, "shop2", state="tombstone")
    for one in ("shop1", "shop2"):
        world.delete("shop", one)
    assert sweep(world) == 3
    assert hinted(world) == []


def hide(world: MergeWorld, rid: str, **more: Any) -> Link:
    """A link that vouches for nothing."""
    link = changed(world.link("shop", rid), fingerprint=b"", due_at=None, due_since=None, **more)
    with world.hub.ledger.unit() as unit:
        unit.save_links([link])
    return link


@pytest.mark.parametrize("how", ["feed", None])
def test_where_missing_proves_nothing_no_sweep_is_compared(how: str | None) -> None:
    world = company(how)
    unlisted(world.row("shop", "shop3"))
    assert sweep(world) == 3
    assert hinted(world) == []


# ---- what it costs
def test_a_settled_sweep_writes_its_cursor_and_nothing_else() -> None:
    world = company()
    sweep(world)
    world.quiet()
    before, units = tables(world), world.hub.ledger.t.committed  # type: ignore[attr-defined]
    assert sweep(world) == 4
    assert tables(world) == before
    assert world.hub.ledger.t.committed - units == 4  # type: ignore[attr-defined]


def test_what_is_newer_than_the_sweep_needs_no_look() -> None:
    world = company()
    unlisted(world.row("shop", "shop3"))
    world.delete("shop", "shop5")
    while cursor(world).census != "comparing":
        page(world)
    with world.hub.ledger.unit() as unit:
        unit.save_links([changed(world.link("shop", "shop3"), direct_at=world.now)])
    sweep(world)
    assert hinted(world) == ["shop5"]


# ---- what happens meanwhile
@pytest.mark.parametrize("after", range(1, 9))
def test_a_row_shown_twice_hides_none_that_is_missing(after: int) -> None:
    world = company()
    world.delete("shop", "shop6")
    for number in range(40):
        if number == after:
            world.edit("shop", "shop0", phone="7")  # it goes to the end of the list
        if not page(world) and number > after:
            break
    assert "shop6" in hinted(world)


@pytest.mark.parametrize("after", range(1, 12))
def test_a_contact_that_is_new_meanwhile_hides_none_that_is_missing(after: int) -> None:
    world = company()
    world.delete("shop", "shop2")
    for number in range(60):
        if number == after:
            world.type("crm", email="new@x")
            for _ in range(3):
                world.step()
        page(world)
    world.quiet()
    assert world.link("shop", "shop2").state == "tombstone"
    assert world.link("shop", "shop7").state == "active"


@pytest.mark.parametrize("point", ["page settled", "cursor saved", "sweep compared"])
@pytest.mark.parametrize("times", range(1, 9))
def test_a_stop_between_pages_loses_none(point: str, times: int) -> None:
    world = company()
    for one in ("shop1", "shop4"):
        world.delete("shop", one)
    left = [times]

    def stops(name: str) -> bool:
        left[0] -= name == point
        return left[0] == 0 and name == point

    world.stops = stops
    for _ in range(2):
        try:
            sweep(world)
        except Stop:
            world.recover()
            sweep(world)
    assert hinted(world) == ["shop1", "shop4"]
    assert not world.hub.ledger.staged("shop", "contact", "", 99)


@pytest.mark.parametrize("pages", range(1, 14))
def test_a_stream_that_ceases_to_prove_it_leaves_nothing_on_the_stage(pages: int) -> None:
    world = company()
    world.delete("shop", "shop5")
    for _ in range(pages):
        page(world)
    found = hinted(world)
    connectors: dict[str, Connector] = world.hub.connectors  # type: ignore[assignment]
    streams = tuple(replace(one, deletes_proven_by=None) for one in connectors["shop"].streams)
    world.hub = replace(world.hub, connectors={**connectors, "shop": replace(connectors["shop"], streams=streams)})
    sweep(world)
    assert hinted(world) == found
    assert not world.hub.ledger.staged("shop", "contact", "", 99)
    assert cursor(world).census == "counting"


def test_each_of_several_entities_on_one_stream_misses_its_own() -> None:
    fields = ("email", "name", "status")
    customers = bound("crm", "contact", *fields, scope=true_when("contact", "status = 'customer'"))
    leads = replace(
        bound("crm", "contact", *fields, scope=true_when("contact", "status = 'lead'")), stream="contact#lead"
    )
    world = Small(declaration(bindings=(customers, leads), births=()), habits={"crm": replace(MISSING, lag=0.0)})
    for number in range(8):
        world.type("crm", "contact", email=f"c{number}@x", status="lead" if number % 2 else "customer")
    world.settle()
    world.systems["crm"].kill("contact", "crm5")
    for name in ("contact", "contact#lead"):
        while observe.poll(world.hub, "crm", name, path="sweep"):
            world.now += 1
    found = [(hint.stream, hint.id) for _, name in world.places for hint in world.hub.ledger.hints("crm", name, 9e9, 9)]
    assert found == [("contact#lead", "crm5")]
    world.settle()
    assert world.link("crm", "contact#lead", "crm5").state == "tombstone"
