"""Deletes and tombstones, sentence by sentence."""

from typing import Any

import pytest
from delete_world import everywhere, revive
from merge_world import MergeWorld, Stop

from syncline.model.observation import Observation
from syncline.sync import answers, observe, settle
from syncline.testing.systems import Habits


def proven_by(how: str | None) -> Habits:
    """Calm, with another proof of deletes."""
    return Habits(
        lag=0.0, drops=0.0, lost_before=0.0, lost_after=0.0, lands_late=0.0, versions="counter", safe_by="find",
        proves=how,  # type: ignore[arg-type]
    )  # fmt: skip


# ---- what is believed
def test_a_delete_is_believed_as_the_feed_says() -> None:
    world = everywhere()
    world.delete("shop", "shop0")
    world.quiet()
    assert world.link("shop", "shop0").state == "tombstone"


def test_a_delete_is_believed_by_absence_only_where_the_stream_declares_that() -> None:  # I11
    world = everywhere(habits={"shop": proven_by("missing")})
    world.delete("shop", "shop0")
    world.look_at_everything()
    with world.hub.ledger.unit() as unit:
        unit.put_hints([hint("shop", "shop0", world.now)])
    world.quiet()
    assert world.link("shop", "shop0").state == "tombstone"


def test_an_id_that_stays_away_sleeps_out_of_sight_and_nothing_is_deleted() -> None:  # I11
    world = everywhere(habits={"crm": proven_by(None)})
    world.delete("crm", "crm0")
    with world.hub.ledger.unit() as unit:
        unit.put_hints([hint("crm", "crm0", world.now)])
    for _ in range(60):
        world.steps()
    assert (world.link("crm", "crm0").state, world.link("crm", "crm0").why) == ("asleep", "out-of-sight")
    assert world.row("erp", "erp0").dead is None


def test_a_proof_that_the_stream_does_not_declare_only_makes_the_hub_look() -> None:  # I11
    world = everywhere(habits={"crm": proven_by(None)})
    world.tell_gone("crm", "crm0", None)
    world.quiet()
    assert world.link("crm", "crm0").state == "active"


def test_a_parked_row_that_is_proven_missing_is_parked_no_more() -> None:
    world = everywhere(habits={"shop": proven_by("missing")})
    world.type("erp", email="b@x")
    world.quiet()
    answers.remove_link(world.hub, world.link("shop", "shop0").id, "anna")
    world.quiet()
    world.delete("shop", "shop0")
    with world.hub.ledger.unit() as unit:
        unit.put_hints([hint("shop", "shop0", world.now)])
    world.quiet()
    assert world.parked("shop", "shop0") is None


def hint(system: str, rid: str, at: float) -> Any:
    from syncline.model.rows import Hint

    return Hint(system=system, stream="contact", id=rid, at=at)


# ---- the tombstone
def test_a_tombstone_keeps_its_id_and_is_neither_written_nor_made_again() -> None:
    world = everywhere()
    world.delete("shop", "shop0")
    world.quiet()
    world.edit("crm", "crm0", name="Anna")
    world.quiet()
    assert world.link("shop", "shop0").external_id == "shop0"
    assert list(world.systems["shop"].rows["contact"]) == ["shop0"]
    assert world.writes_to("shop", "shop0") == []


def test_a_stale_page_does_not_revive_it() -> None:
    world = everywhere()
    seen = shown(world, "shop", "shop0")
    world.delete("shop", "shop0")
    world.quiet()
    settle.settle_page(world.hub, "shop", "contact", [seen], world.hub.ledger.cursor("shop", "contact", "changes"))
    world.quiet()
    assert world.link("shop", "shop0").state == "tombstone"


def shown(world: MergeWorld, system: str, rid: str) -> Observation:
    """The row as a list shows it now."""
    row = world.row(system, rid)
    raw = world.systems[system].shown(row, row.now)
    return Observation(id=rid, raw=raw, version=raw["version"], stamp=raw["at"], began=world.now, as_of=world.now)


def test_undelete_revives_it() -> None:
    world = everywhere()
    world.delete("shop", "shop0")
    world.quiet()
    world.edit("crm", "crm0", name="Anna")
    world.quiet()
    revive(world, "shop", "shop0")
    world.quiet()
    assert world.link("shop", "shop0").state == "active"
    assert world.there("shop", "shop0", "name") == "Anna"
    assert world.value(world.link("shop", "shop0").record, "phone") == "99"


def test_the_same_proof_after_an_undelete_is_not_news() -> None:  # I12
    world = everywhere()
    world.delete("shop", "shop0")
    dead = world.row("shop", "shop0").dead
    world.quiet()
    revive(world, "shop", "shop0")
    world.quiet()
    world.row("shop", "shop0").dead = dead
    world.tell_gone("shop", "shop0", None)
    world.row("shop", "shop0").dead = None
    world.quiet()
    assert world.link("shop", "shop0").state == "active"


def test_a_list_that_is_fresh_enough_only_asks_for_a_direct_look() -> None:
    world = everywhere()
    world.delete("shop", "shop0")
    world.quiet()
    world.row("shop", "shop0").dead = None
    world.now += 50
    seen = shown(world, "shop", "shop0")
    settle.settle_page(world.hub, "shop", "contact", [seen], world.hub.ledger.cursor("shop", "contact", "changes"))
    assert world.link("shop", "shop0").state == "tombstone"
    world.quiet()
    assert world.link("shop", "shop0").state == "active"


def test_undeleted_where_another_row_took_its_place_it_is_a_shadow() -> None:
    world = everywhere()
    world.delete("shop", "shop0")
    world.quiet()
    world.type("shop", email="a@x")
    world.quiet()
    assert world.link("shop", "shop1").state == "active"
    revive(world, "shop", "shop0")
    world.quiet()
    assert (world.link("shop", "shop0").state, world.link("shop", "shop1").state) == ("shadow", "active")


# ---- policies
def test_at_the_origin_the_delete_goes_on_to_the_others() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    world.quiet()
    assert world.row("erp", "erp0").dead is not None
    assert world.row("shop", "shop0").dead is not None
    assert world.record_of("crm", "crm0").state == "archived"


@pytest.mark.parametrize("policy", [None, "unlink", "ignore"])
def test_elsewhere_it_only_unlinks(policy: str | None) -> None:
    world = everywhere(on_delete={"shop": policy} if policy else None)
    world.delete("shop", "shop0")
    world.quiet()
    assert world.row("crm", "crm0").dead is None
    assert world.record_of("crm", "crm0").state == "active"


@pytest.mark.parametrize("policy", ["archive", "delete"])
def test_a_delete_goes_on_from_where_that_is_declared(policy: str) -> None:
    world = everywhere(on_delete={"shop": policy})
    world.delete("shop", "shop0")
    world.quiet()
    assert world.row("crm", "crm0").dead is not None


def test_against_a_later_edit_a_person_is_asked() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    world.edit("erp", "erp0", name="Anna")
    observe.advance(world.hub, "erp", "contact")
    world.quiet()
    assert world.record_of("crm", "crm0").parked.code == "deleted-against-edit"
    assert world.row("erp", "erp0").dead is None


def test_ask_asks() -> None:
    world = everywhere(on_delete={"shop": "ask"})
    world.delete("shop", "shop0")
    world.quiet()
    assert world.record_of("shop", "shop0").parked.code == "deleted-against-edit"


def test_restore_makes_a_new_row_and_the_tombstone_stays() -> None:
    world = everywhere(on_delete={"shop": "restore"})
    world.delete("shop", "shop0")
    world.quiet()
    assert world.link("shop", "shop0").state == "tombstone"
    assert world.link("shop", "shop1").state == "active"
    assert world.there("shop", "shop1", "name") == "Ann"


def test_a_row_undeleted_while_its_successor_is_being_made_makes_the_successor_a_shadow() -> None:
    world = everywhere(on_delete={"shop": "restore"})
    world.delete("shop", "shop0")
    world.stops = lambda name: name == "created"
    with pytest.raises(Stop):
        world.quiet()
    world.recover()
    revive(world, "shop", "shop0")
    observe.look(world.hub, "shop", "contact")
    with world.hub.ledger.unit() as unit:
        unit.put_hints([hint("shop", "shop0", world.now)])
    observe.look(world.hub, "shop", "contact")
    world.now += 60
    world.quiet()
    rows = world.systems["shop"].rows["contact"]
    assert len(rows) == 2
    assert sorted(world.link("shop", rid).state for rid in rows) == ["active", "shadow"]


def test_the_look_before_a_delete_that_finds_an_edit_stops_all_of_them() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    observe.poll_deletes(world.hub, "crm", "contact")
    world.edit("erp", "erp0", name="Anna")
    world.quiet()
    assert world.record_of("crm", "crm0").parked.code == "deleted-against-edit"
    assert world.row("erp", "erp0").dead is None
    assert world.row("shop", "shop0").dead is None


# ---- meanwhile


def test_a_row_that_somebody_deletes_while_we_are_about_to_is_only_gone() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    observe.poll_deletes(world.hub, "crm", "contact")
    world.delete("erp", "erp0")
    observe.poll_deletes(world.hub, "erp", "contact")
    assert world.link("erp", "erp0").state == "tombstone"
    world.quiet()
    assert world.record_of("erp", "erp0").parked is None


def test_a_row_takes_a_birth_whose_create_was_not_sent_yet() -> None:
    world = MergeWorld(born=["erp", "shop"])
    world.quiet()
    world.type("crm", email="a@x")
    observe.advance(world.hub, "crm", "contact")
    world.type("shop", email="a@x", phone="3")
    observe.advance(world.hub, "shop", "contact")
    assert world.link("shop", "shop0").record == world.link("crm", "crm0").record
    world.quiet()
    assert list(world.systems["shop"].rows["contact"]) == ["shop0"]
    assert world.there("crm", "crm0", "phone") == "3"
