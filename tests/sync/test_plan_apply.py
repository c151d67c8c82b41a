"""The plan shown is the plan executed (I17): by delivery, by apply, and never anything else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from small_world import CALM, Call, Small, accounts, calm, contacts, filled
from test_plan import coded, remapped, varied

from syncline.ledger.sql import open_ledger
from syncline.mapping.field_type import Unfit
from syncline.mapping.lens import Lens
from syncline.model.record import Parking
from syncline.sync import stops
from syncline.sync.apply import account, apply
from syncline.sync.listed import Applied, Listed
from syncline.sync.plan import plan
from syncline.sync.sheet import load, save
from syncline.sync.undo import undo_run
from syncline.testing import company

Told = tuple[str, str, str, Any]
"""(system, stream, row or key, method and values): one write as it left or as it was planned."""


def left(small: Small, calls: Iterable[Call]) -> set[tuple[Any, ...]]:
    """Every field of every write that left, by the record it was for."""
    out = set()
    for call in calls:
        _, stream, *rest = call.path.split("/")
        binding = small.hub.declaration.binding(call.system, stream)
        if call.method == "POST":
            row = next(
                r
                for r in small.systems[call.system].rows[stream].values()
                if r.history[0].values.items() >= stored(small, call).items()
            )
            record = small.link(call.system, row.id, stream).record
        else:
            record = small.link(call.system, rest[0], stream).record
        if call.method == "DELETE":
            out.add((call.system, stream, record, "delete", None, None))
            continue
        told = {name: call.json[name] for name in call.json}
        raws = {raw for bound in binding.fields for raw in bound.lens.reads}
        assert set(told) <= raws
        kind = "create" if call.method == "POST" else "update"
        out |= {(call.system, stream, record, kind, name, str(value or None)) for name, value in told.items()}
    return out


def stored(small: Small, call: Call) -> dict[str, Any]:
    return {name: small.systems[call.system].habits.stores(name, value) for name, value in call.json.items()}


def shown(small: Small) -> set[tuple[Any, ...]]:
    """The same of a plan, mapped out."""
    out: set[tuple[Any, ...]] = set()
    for write in plan(small.hub).writes():
        binding = small.hub.declaration.binding(write.system, write.stream)
        if write.write == "delete":
            out.add((write.system, write.stream, write.record, "delete", None, None))
        raw = binding.write({one.field: one.after for one in write.fields})
        out |= {(write.system, write.stream, write.record, write.write, k, str(v or None)) for k, v in raw.items()}
    return out


# ---- the property: normalising systems, one that answers 204, conflicts, parked fields
HABITS = {
    name: replace(habits, lost_before=0.0, lost_after=0.0, lands_late=0.0, drops=0.0, lag=0.0)
    for name, habits in company.HABITS.items()
}
EDITS = st.lists(
    st.tuples(
        st.sampled_from(company.ORDER), st.integers(0, 3),
        st.sampled_from(["name", "addr", "price", "code", "rep", "tags"]),
        st.sampled_from(["", "a", "B & co", "a very long street", "t1,t2", "t3"]),
    ),
    max_size=12,
)  # fmt: skip
DELETED = st.lists(st.tuples(st.sampled_from(company.ORDER), st.integers(0, 3)), max_size=2)


def company_world(first: Any, second: Any, deleted: Any, mode: Any = "live") -> Small:
    """The company of the simulation, four contacts, two rounds of edits; the second is read and not told."""
    small = Small(replace(company.declaration(), brakes_from_links=10**6), HABITS, batch=7)
    for number in range(4):
        system = small.systems[company.ORDER[number % 3]]
        system.make("contact", {"email": f"k{number}@x", "name": f"n{number}", "rep": "r", "addr": f"s{number}"})
    small.settle(4)
    for edits, tell in ((first, True), (second, False)):
        for system, number, field, value in edits:
            rows = small.alive(system)
            if number < len(rows):
                small.systems[system].change("contact", rows[number].id, {field: value})
                small.now += 0.1
        small.observe(3)
        if tell:
            small.deliver()
            small.observe(3)
    for system, number in deleted:
        rows = small.alive(system)
        if number < len(rows):
            small.systems[system].kill("contact", rows[number].id)
    small.systems["shop"].make("contact", {"email": "new@x", "name": "new & co"})
    small.observe(4)
    small.now += 10.0
    small.other(replace(small.hub.declaration, mode=mode))
    return small


@settings(max_examples=25)
@given(EDITS, EDITS, DELETED)
def test_what_delivery_tells_is_what_the_plan_showed(first: Any, second: Any, deleted: Any) -> None:
    small = company_world(first, second, deleted)
    expected, before = shown(small), len(small.writes())
    small.deliver()
    assert left(small, small.writes()[before:]) == expected


@settings(max_examples=25)
@given(EDITS, EDITS, DELETED)
def test_what_apply_tells_is_what_the_plan_showed(first: Any, second: Any, deleted: Any) -> None:
    small = company_world(first, second, deleted, "approve")
    made, expected, before = plan(small.hub), shown(small), len(small.writes())
    applied = apply(small.hub, made)
    assert left(small, small.writes()[before:]) == expected
    assert [fate for fate in applied.fates if fate.what != "left"] == []
    told = len(small.writes())
    again = apply(small.hub, made)
    assert len(small.writes()) == told
    assert again.of("left") == []


@settings(max_examples=15)
@given(EDITS, EDITS)
def test_what_moves_before_the_look_is_left_out(first: Any, second: Any) -> None:
    small = company_world(first, second, [], "approve")
    made, before = plan(small.hub), len(small.writes())
    for system in small.systems.values():
        for row in list(system.rows["contact"].values()):
            if row.dead is None:
                system.change("contact", row.id, {"name": f"moved {system.name} {row.id}"})
    small.now += 10.0
    applied = apply(small.hub, made)
    assert [call.method for call in small.writes()[before:] if call.method != "POST"] == []
    updates = [one for one in made.writes() if one.write == "update"]
    assert {f.write.link for f in applied.of("dropped")} == {one.link for one in updates}


# ---- one by one
def test_applying_does_each_kind_and_applying_again_does_nothing() -> None:
    small = varied()
    made = plan(small.hub)
    applied = apply(small.hub, made)
    assert applied.refused is None
    assert len(applied.of("left")) == 6
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
    other = Lost(made, lost)
    assert [f.why for f in apply(small.hub, other).of("dropped")] == ["its record has no link there"]  # type: ignore[arg-type]


class Lost:
    """A plan with one write only."""

    def __init__(self, made: Any, write: Any) -> None:
        self.id, self.head, self.write = made.id, made.head, write

    def writes(self) -> Any:
        return iter([self.write])


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


# ---- references
def family(mode: Any = "approve", **more: Any) -> Small:
    """An account and its main person in the CRM, who name each other."""
    small = Small(accounts("crm", "erp", mode=mode), **more)
    crm = small.systems["crm"]
    account = crm.make("account", {"name": "acme"})
    person = crm.make("person", {"name": "ann", "account": account.id})
    crm.change("account", account.id, {"main": person.id})
    small.observe()
    return small


@pytest.mark.parametrize("tells", [True, False])
def test_a_cycle_is_written_in_one_apply(tells: bool) -> None:
    small = family(habits={"erp": calm(tells=tells)})
    made = plan(small.hub)
    applied = apply(small.hub, made)
    assert {f.what for f in applied.fates} <= {"left", "already"}
    account, person = small.row("erp", "account"), small.row("erp", "person")
    assert (account.now.values["main"], person.now.values["account"]) == (person.id, account.id)
    assert list(plan(small.hub).writes()) == []
    told = len(small.writes())
    assert {f.what for f in apply(small.hub, made).fates} == {"already"}
    assert len(small.writes()) == told


def test_a_reference_waits_for_a_look_that_comes_later() -> None:
    small = family(habits={"erp": calm(tells=False)})
    made = plan(small.hub)
    stream = small.hub.stream("erp", "person")
    slow = replace(stream, settles_in=replace(stream.settles_in, get=30.0))
    erp = small.hub.connectors["erp"]
    streams = tuple(slow if one.name == "person" else one for one in erp.streams)
    small.hub = replace(small.hub, connectors={**small.hub.connectors, "erp": replace(erp, streams=streams)})
    applied = apply(small.hub, made)
    assert [(f.field, f.why) for f in applied.of("waits")] == [("account", "for a look at what was made")]


def test_what_depends_on_a_dropped_create_is_dropped_and_named() -> None:
    small = family(required=[("erp", "person", "account")])
    made = plan(small.hub)
    crm = small.systems["crm"]
    crm.change("account", small.row("crm", "account").id, {"name": "other"})
    small.observe()
    rid = small.case_of("crm", "account").record.id
    applied = apply(small.hub, made)
    whys = {(f.write.stream, f.field): f.why for f in applied.of("dropped")}
    assert whys["account", "name"] == "the record has gone on since"
    assert whys["person", None] == f"record {rid}, which it requires, has no id in erp"
    assert small.writes() == []


def test_an_optional_reference_to_a_dropped_create_is_dropped_and_named() -> None:
    small = family()
    made = plan(small.hub)
    crm = small.systems["crm"]
    crm.change("account", small.row("crm", "account").id, {"name": "other"})
    small.observe()
    rid = small.case_of("crm", "account").record.id
    applied = apply(small.hub, made)
    assert f"record {rid} has no id in erp" in [f.why for f in applied.of("dropped")]
    assert [call.path for call in small.writes()] == ["/person"]


# ---- remap
def test_a_remap_is_written_when_its_plan_is_applied() -> None:
    small = Small(contacts("crm", "erp"))
    remapped(small, coded("rep", {"anna": "A1"}), "1")
    filled(small, "crm", 1, rep="anna")
    small.settle()
    remapped(small, coded("rep", {"anna": "A2"}))
    small.settle()
    made = plan(small.hub)
    assert [f.what for f in apply(small.hub, made).fates] == ["left"]
    assert small.values("erp")["rep"] == "A2"
    told = len(small.writes())
    assert [f.what for f in apply(small.hub, made).fates] == ["already"]
    small.settle()
    assert len(small.writes()) == told
    assert list(plan(small.hub).writes()) == []


def test_a_remap_of_what_moved_is_dropped() -> None:
    small = Small(contacts("crm", "erp"))
    remapped(small, coded("rep", {"anna": "A1"}), "1")
    filled(small, "crm", 1, rep="anna")
    small.settle()
    remapped(small, coded("rep", {"anna": "A2"}))
    made = plan(small.hub)
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"name": "moved"})
    small.now += 5.0
    told = len(small.writes())
    assert [f.what for f in apply(small.hub, made).fates] == ["dropped"]
    assert len(small.writes()) == told


def test_what_a_system_has_no_place_for_is_not_shown() -> None:
    def refuses(value: object) -> dict[str, object]:
        raise Unfit(value, "no place")

    small = varied()
    rep = Lens(reads=("rep",), get=lambda row: row.get("rep"), put=refuses)
    remapped(small, rep)
    for row in small.alive("crm"):
        small.systems["crm"].change("contact", row.id, {"rep": "somebody"})
    small.observe()
    made = plan(small.hub)
    assert [f.field for w in made.writes() for f in w.fields if f.field == "rep"] == []
    apply(small.hub, made)
    assert [call for call in small.writes() if "rep" in (call.json or {})] == []


def test_what_cannot_be_sent_any_more_is_named() -> None:
    small = varied()
    made = plan(small.hub)
    gate = Listed(plan={7: next(made.writes())}, applied=Applied(), leaving={7: []}, judged={7})
    account(small.hub, gate)
    assert [f.why for f in gate.applied.of("dropped")] == ["it cannot be told: see what is parked"]


def test_a_system_that_goes_down_after_the_create_is_looked_at_later() -> None:
    small = family(habits={"erp": calm(tells=False)})
    made = plan(small.hub)

    def down() -> None:
        small.systems["erp"].up = False

    small.at["birth committed"] = down
    applied = apply(small.hub, made)
    assert len(small.alive("erp", "person")) == 1
    assert {f.what for f in applied.fates if f.field == "account"} == {"dropped", "waits"} & {
        f.what for f in applied.fates if f.field == "account"
    }
    small.systems["erp"].up = True
    small.settle(2)
    apply(small.hub, plan(small.hub))
    assert small.values("erp", "person")["account"] == small.row("erp", "account").id


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
