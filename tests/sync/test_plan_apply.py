"""Applying a plan does what it lists and never anything else (I17)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed
from small_world import CALM, Small, calm, contacts, filled
from test_plan import varied

from syncline.ledger.sql import open_ledger
from syncline.model.record import Parking
from syncline.sync import listed, stops
from syncline.sync.apply import apply
from syncline.sync.plan import plan
from syncline.sync.sheet import composed, load, save
from syncline.sync.undo import undo_run


def test_applying_does_each_kind_and_applying_again_does_nothing() -> None:
    small = varied()
    made = plan(small.hub)
    applied = apply(small.hub, made)
    assert applied.refused is None
    assert len(applied.of("left")) == 6
    assert applied.counts == {"left": 6}
    assert sorted(call.method for call in small.writes()) == ["DELETE", "PATCH", "PATCH", "PATCH", "POST"]
    again = apply(small.hub, made)
    assert {fate.what for fate in again.fates} == {"already"}
    assert len(small.writes()) == 5
    assert list(plan(small.hub).writes()) == []
    small.settle()
    assert len(small.writes()) == 5


def test_an_applied_plan_is_one_run() -> None:
    small = varied()
    applied = apply(small.hub, plan(small.hub))
    run = small.hub.ledger.run(applied.run)
    assert run is not None
    assert run.kind == "apply"
    assert len(small.hub.ledger.intents_of_run(applied.run)) == 5


def test_an_applied_plan_is_exempt_from_brakes_and_does_not_count() -> None:
    small = Small(contacts("crm", "erp"))
    for system in ("crm", "erp"):
        filled(small, system, 100)
    small.observe()
    for row in small.alive("crm")[:70]:
        small.systems["crm"].change("contact", row.id, {"name": f"other {row.id}"})
    small.observe()
    small.deliver()
    assert [(one.kind, one.count) for one in stops.held(small.hub)] == [("rewrite", 70)]
    assert small.writes() == []
    apply(small.hub, plan(small.hub))
    assert len(small.writes()) == 70
    assert stops.held(small.hub) == []
    for row in small.alive("crm")[:30]:
        small.systems["crm"].change("contact", row.id, {"name": f"more {row.id}"})
    small.settle()
    assert len(small.writes()) == 100


def test_read_only_stays_read_only() -> None:
    small = varied()
    small.other(replace(small.hub.declaration, mode="read-only"))
    applied = apply(small.hub, plan(small.hub))
    assert small.writes() == []
    assert len(applied.of("dropped")) == 5
    assert "read-only" in applied.fates[0].why


def test_a_plan_of_another_hub_or_declaration_is_refused() -> None:
    small = varied()
    made = plan(small.hub)
    small.other(replace(small.hub.declaration, name="other"))
    assert apply(small.hub, made).refused == "this is a plan of the hub small"
    small.other(replace(small.hub.declaration, name="small", currency="EUR"))
    assert "declaration has changed" in str(apply(small.hub, made).refused)
    assert small.writes() == []


def test_each_version_must_still_hold() -> None:
    small = varied()
    made = plan(small.hub)
    small.systems["crm"].change("contact", small.row("crm", "contact", 2).id, {"name": "later"})
    small.observe()
    applied = apply(small.hub, made)
    assert [(f.field, f.why) for f in applied.of("dropped")] == [("name", "the record has gone on since")]
    assert "Other" not in str([call.json for call in small.writes()])


def test_of_a_long_plan_every_fate_is_counted_and_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "SHOWN", 2)
    small = varied()
    applied = apply(small.hub, plan(small.hub))
    assert (len(applied.fates), applied.counts) == (2, {"left": 6})


def test_what_was_not_listed_is_not_told_with_it() -> None:
    small = varied()
    made = plan(small.hub)
    small.systems["crm"].change("contact", small.row("crm", "contact", 2).id, {"rep": "unlisted"})
    small.observe()
    apply(small.hub, made)
    assert [call.json for call in small.writes() if "name" in (call.json or {}) and call.method == "PATCH"] == [
        {"name": "Other"}
    ]
    assert [one.fields[0].after for one in plan(small.hub).writes()] == ["unlisted"]


def test_what_moves_between_plan_and_look_is_dropped_and_named() -> None:
    small = varied()
    made = plan(small.hub)
    row = small.row("erp", "contact", 2)
    small.systems["erp"].change("contact", row.id, {"rep": "meanwhile"})
    small.now += 1.0
    applied = apply(small.hub, made)
    assert [(f.field, f.why) for f in applied.of("dropped")] == [("name", f"erp {row.id} has moved since")]
    assert len(small.writes()) == 4


def test_a_delete_of_what_was_edited_meanwhile_is_dropped() -> None:
    small = varied()
    made = plan(small.hub)
    small.systems["erp"].change("contact", small.row("erp", "contact", 0).id, {"name": "still used"})
    small.now += 1.0
    applied = apply(small.hub, made)
    assert [(f.write.write, f.why) for f in applied.of("dropped")] == [("delete", "it is not to be deleted now")]
    assert len(small.alive("erp")) == 5


def test_a_row_that_is_gone_is_dropped() -> None:
    small = varied()
    made = plan(small.hub)
    small.systems["erp"].kill("contact", small.row("erp", "contact", 2).id)
    small.now += 1.0
    small.observe(1)
    applied = apply(small.hub, made)
    assert [f.why for f in applied.of("dropped")] == [f"erp {small.row('erp', 'contact', 2).id} is a tombstone by now"]


def test_a_conflict_that_opened_is_not_written() -> None:
    small = varied()
    crm, erp = small.systems["crm"], small.systems["erp"]
    crm.change("contact", small.row("crm", "contact", 2).id, {"rep": "one"})
    small.observe()
    made = plan(small.hub)
    erp.change("contact", small.row("erp", "contact", 2).id, {"rep": "two"})
    small.observe()
    applied = apply(small.hub, made)
    assert ("rep", "has moved since") in {(f.field, f.why[-15:]) for f in applied.of("dropped")}
    assert [call for call in small.writes() if "rep" in (call.json or {})] == []


def test_a_birth_that_was_joined_meanwhile_is_already_there() -> None:
    small = varied()
    made = plan(small.hub)
    row = small.systems["erp"].make("contact", {"email": "new@x", "name": "new"})
    small.observe()
    applied = apply(small.hub, made)
    assert [f.why for f in applied.of("already")] == [f"it is {row.id}"]
    assert "POST" not in [call.method for call in small.writes()]


def test_a_birth_whose_row_is_found_is_linked_and_not_made() -> None:
    small = varied()
    made = plan(small.hub)
    small.systems["erp"].make("contact", {"email": "new@x", "name": "new"})
    small.now += 1.0
    applied = apply(small.hub, made)
    assert [f.what for f in applied.fates if f.write.write == "create"] == ["already"]
    assert "POST" not in [call.method for call in small.writes()]


def test_a_birth_that_must_still_be_looked_for_waits() -> None:
    slow = {"crm": CALM, "erp": calm(lag=50.0)}
    small = Small(contacts("crm", "erp", mode="approve"), slow)
    small.systems["crm"].make("contact", {"email": "a@x"})
    small.observe()
    made = plan(small.hub)
    applied = apply(small.hub, made)
    assert [f.what for f in applied.fates] == ["waits"]
    small.now += 60.0
    assert [f.what for f in apply(small.hub, made).fates] == ["left"]


def test_a_birth_whose_record_changed_is_made_whole_or_not_at_all() -> None:
    small = varied()
    made = plan(small.hub)
    new = small.alive("crm")[-1]
    small.systems["crm"].change("contact", new.id, {"name": "newer"})
    small.observe()
    applied = apply(small.hub, made)
    assert [f.field for f in applied.of("dropped")] == ["name"]
    assert "POST" not in [call.method for call in small.writes()]


def test_a_birth_whose_record_is_parked_or_whose_link_is_gone_is_dropped() -> None:
    small = varied()
    made = plan(small.hub)
    [create] = [one for one in made.writes() if one.write == "create"]
    case = small.case(create.record)
    parked = Parking(code="x", reason="x")
    with small.hub.ledger.unit() as unit:
        unit.save_links([changed(case.links[create.link or 0], parked=parked)])
    assert "its record is parked or gone" in [f.why for f in apply(small.hub, made).of("dropped")]
    [one] = [f for f in made.writes() if f.write == "create"]
    lost = changed(one, link=None, record=10**6)
    other = composed(made.head, [lost], lambda: made.foot)
    assert [f.why for f in apply(small.hub, other).of("dropped")] == ["its record has no link there"]


def test_what_the_system_turns_down_is_not_said_to_be_done() -> None:
    small = varied()
    made = plan(small.hub)
    erp = small.systems["erp"]
    erp.faults, object.__setattr__(erp, "habits", replace(erp.habits, rejects=1.0))
    erp.faults = True
    applied = apply(small.hub, made)
    assert {f.why for f in applied.of("dropped")} == {"the system did not take it"}
    assert len(applied.of("dropped")) == 3


def test_a_system_that_is_down_holds_up_no_other() -> None:
    small = Small(contacts("crm", "erp", "shop", mode="approve"))
    filled(small, "crm", 2)
    for system in ("erp", "shop"):
        filled(small, system, 2)
    small.observe()
    for row in small.alive("crm"):
        small.systems["crm"].change("contact", row.id, {"name": f"other {row.id}"})
    small.observe()
    made = plan(small.hub)
    small.systems["erp"].up = False
    applied = apply(small.hub, made)
    assert [f.write.system for f in applied.of("left")] == ["shop", "shop"]
    assert {f.write.system for f in applied.of("dropped")} == {"erp"}


def test_a_system_that_tells_nothing_is_not_written_twice() -> None:
    small = Small(contacts("crm", "erp", mode="approve"), {"erp": calm(tells=False, versions=None)})
    filled(small, "crm", 2)
    filled(small, "erp", 1, name="x")
    small.settle()
    made = plan(small.hub)
    assert apply(small.hub, made).of("left")
    told = len(small.writes())
    assert apply(small.hub, made).of("left") == []
    assert len(small.writes()) == told


def test_an_undo_in_a_plan_is_applied_once() -> None:
    small = varied()
    applied = apply(small.hub, plan(small.hub))
    undo_run(small.hub, applied.run, "anna")
    made = plan(small.hub)
    assert {f.version for w in made.writes() for f in w.fields} == {None}
    assert {f.why for w in made.writes() for f in w.fields} == {f"undo, run {small.last_run('undo')}"}
    assert [w.why for w in made.writes() if w.write == "delete"] == ["an undo takes it back"]
    apply(small.hub, made)
    told = len(small.writes())
    assert {f.what for f in apply(small.hub, made).fates} == {"already"}
    assert len(small.writes()) == told


def test_a_row_edited_between_the_look_and_the_write_is_not_written_over() -> None:
    small = varied()
    small.systems["erp"].habits = replace(small.systems["erp"].habits, conditional=True)
    made = plan(small.hub)
    row = small.row("erp", "contact", 2)
    small.at["looked"] = lambda: small.systems["erp"].change("contact", row.id, {"name": "meanwhile"})
    apply(small.hub, made)
    assert row.now.values["name"] == "meanwhile"  # I7


def test_plan_and_apply_on_a_ledger_of_sqlite(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.db", synchronous="OFF") as ledger:
        small = Small(contacts("crm", "erp", mode="approve"), ledger=ledger)
        filled(small, "crm", 3)
        filled(small, "erp", 2, name="Else")
        small.observe()
        made = plan(small.hub)
        save(made, tmp_path / "plan.json")
        applied = apply(small.hub, load(tmp_path / "plan.json"))
        assert {fate.what for fate in applied.fates} == {"left"}
        assert len(small.writes()) == made.foot.counts["create"] == 1
        assert [one.what for one in undo_run(small.hub, applied.run, "anna").steps] == ["deleted"]
