"""A merge that one system made: two records become one, everywhere, and nothing is lost on the way."""

from collections.abc import Callable

import pytest
from merge_world import CALM, MergeWorld, Stop

from syncline.identity.alias import resolve_alias
from syncline.identity.match import MatchRule
from syncline.sync import observe, people


def two(**values: dict[str, str]) -> MergeWorld:
    """Two contacts of the CRM, each with a twin in the ERP: a is older than b."""
    world = MergeWorld(born=["erp"], **values.pop("world", {}))
    world.type("crm", email="a@x", name="Ann", **values.get("a", {}))
    world.quiet()
    world.type("crm", email="b@x", name="Bea", **values.get("b", {}))
    return world.quiet()


def test_the_older_id_stands_for_both_and_the_other_is_its_alias() -> None:
    world = two()
    one, other = world.record_of("crm", "crm0").id, world.record_of("crm", "crm1").id
    world.merge_rows("crm", "crm0", "crm1")
    world.quiet()
    assert world.record(one).state == "active"
    assert (world.record(other).state, world.record(other).merged_into) == ("merged", one)
    assert world.record_of("crm", "crm1").id == one
    assert resolve_alias({r.id: r for r in world.records()}, other) == one
    people.set_value(world.hub, other, "phone", "77", "anna")
    world.quiet()
    assert world.value(one, "phone") == "77", "what is said of the alias is said of the survivor"


def test_the_row_that_is_gone_is_a_tombstone_that_names_its_replacement() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    link = world.link("crm", "crm1")
    assert (link.state, link.into, link.record) == ("tombstone", "contact/crm0", world.record_of("crm", "crm0").id)


def test_the_delete_of_the_merged_row_is_not_carried_on() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert world.row("erp", "erp0").dead is None
    assert world.row("erp", "erp1").dead is None


def test_where_another_system_then_holds_two_rows_one_is_a_shadow_with_its_remedy() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert world.link("erp", "erp0").state == "active"
    shadow = world.link("erp", "erp1")
    assert shadow.state == "shadow"
    assert shadow.parked is not None
    assert "merge the two rows in erp" in shadow.parked.remedy


def test_a_shadow_is_read_and_never_written() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    before = len(world.writes_to("erp", "erp1"))
    world.edit("erp", "erp1", name="Someone")
    world.edit("crm", "crm0", name="Anna")
    world.quiet()
    assert world.link("erp", "erp1").seen["name"] == "Someone"
    assert world.value(world.link("crm", "crm0").record, "name") == "Anna"
    assert world.there("erp", "erp0", "name") == "Anna"
    assert len(world.writes_to("erp", "erp1")) == before


def test_the_same_merge_seen_again_is_not_news() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    before = len(world.kinds(world.link("crm", "crm0").record, "record-merged"))
    world.tell_gone("crm", "crm1", "crm0")
    world.quiet()
    assert len(world.kinds(world.link("crm", "crm0").record, "record-merged")) == before


# ---- values
def test_a_blank_is_filled_from_the_other_record() -> None:
    world = two(b={"phone": "22"})
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    rid = world.link("crm", "crm0").record
    assert world.value(rid, "phone") == "22"
    assert (world.there("crm", "crm0", "phone"), world.there("erp", "erp0", "phone")) == ("22", "22")


def test_a_blank_that_somebody_cleared_is_filled_and_recorded() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x", vat="V")
    world.quiet()
    world.edit("crm", "crm0", email=None)
    world.quiet()
    world.type("crm", email="b@x", vat="W")
    world.quiet()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    rid = world.link("crm", "crm0").record
    assert world.value(rid, "email") == "b@x"
    assert "somebody had cleared it" in [e.why for e in world.kinds(rid, "first-lost")]


def test_of_two_values_the_survivors_stays_and_the_other_is_recorded_as_lost() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    rid = world.link("crm", "crm0").record
    assert world.value(rid, "name") == "Ann"
    assert [(e.before, e.after) for e in world.kinds(rid, "first-lost") if e.field == "name"] == [("Bea", "Ann")]


def test_what_the_surviving_row_shows_counts_in_the_system_that_merged() -> None:
    """The younger record's row survived: the older id, and that row's values."""
    world = two()
    world.merge_rows("crm", "crm0", "crm1")
    world.edit("crm", "crm1", phone="33")
    world.quiet()
    rid = world.link("crm", "crm1").record
    assert (world.value(rid, "name"), world.value(rid, "phone")) == ("Bea", "33")
    assert (world.there("erp", "erp0", "name"), world.there("erp", "erp0", "phone")) == ("Bea", "33")


def test_what_the_merge_made_of_the_surviving_row_is_read() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.edit("crm", "crm0", name="Ann-Bea")
    world.quiet()
    assert world.there("erp", "erp0", "name") == "Ann-Bea"


def test_a_set_is_merged_with_nothing_removed() -> None:
    world = two(a={"tags": "red"}, b={"tags": "blue"})
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert sorted(world.value(world.link("crm", "crm0").record, "tags")) == ["blue", "red"]


def test_equal_values_write_nothing() -> None:
    world = MergeWorld()
    for email in ("a@x", "b@x"):
        world.type("crm", email=email, name="Ann", vat="V")
        world.quiet()
    world.edit("crm", "crm1", email="a@x")
    world.quiet()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert world.systems["crm"].written == []


def test_the_truths_value_stays_where_only_the_other_record_has_the_truths_row() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x", price="1")
    world.quiet()
    world.type("crm", email="b@x")
    world.type("erp", email="b@x", price="2")
    world.quiet()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    rid = world.link("crm", "crm0").record
    assert world.value(rid, "price") == "2"
    assert world.there("crm", "crm0", "price") == "2"
    assert world.link("erp", "erp0").record == rid
    assert world.link("erp", "erp0").state == "active"


# ---- what is open
def in_conflict(world: MergeWorld, crm: str, erp: str) -> None:
    """The rep of one record is changed on both sides."""
    world.now += 5
    world.edit("crm", crm, rep=f"r-{crm}")
    world.edit("erp", erp, rep=f"r-{erp}")
    world.quiet()


@pytest.mark.parametrize("survivor", ["crm0", "crm1"])
def test_the_conflicts_of_both_stay_open(survivor: str) -> None:
    world = two()
    in_conflict(world, "crm1", "erp1")
    gone = "crm1" if survivor == "crm0" else "crm0"
    world.merge_rows("crm", gone, survivor)
    world.quiet()
    record = world.record_of("crm", survivor)
    assert {"r-crm1", "r-erp1"} <= set(record.conflicts["rep"].sides.values())
    assert str(world.link("erp", "erp1").id) in record.conflicts["rep"].gone, "a shadow's side is kept, marked"


def test_two_conflicts_of_one_field_become_one() -> None:
    world = two()
    in_conflict(world, "crm0", "erp0")
    in_conflict(world, "crm1", "erp1")
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    sides = world.record_of("crm", "crm0").conflicts["rep"].sides
    assert set(sides.values()) == {"r-crm0", "r-erp0", "r-crm1", "r-erp1"}


def test_a_row_that_comes_along_becomes_a_side_of_an_open_conflict() -> None:
    world = two()
    in_conflict(world, "crm0", "erp0")
    world.type("shop", email="b@x", rep="r-shop")
    world.quiet()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    record = world.record_of("crm", "crm0")
    assert record.conflicts["rep"].sides[str(world.link("shop", "shop0").id)] == "r-shop"
    people.take_side(world.hub, record.id, "rep", world.link("shop", "shop0").id, "anna")
    world.quiet()
    assert world.there("erp", "erp0", "rep") == "r-shop"


def test_a_conflict_closes_when_the_sides_are_equal_after_the_merge() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x")
    world.type("erp", email="a@x")
    world.quiet()
    in_conflict(world, "crm0", "erp0")
    world.type("shop", email="b@x", rep="r-crm0")
    world.quiet()
    world.type("crm", email="b@x")
    world.quiet()
    world.delete("erp", "erp0")
    world.quiet()
    people.set_value(world.hub, world.link("crm", "crm0").record, "rep", "r-crm0", "anna")
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert not world.record_of("crm", "crm0").conflicts


# ---- chains, unknown rows, conversions
def test_chains_of_merges_end_at_one_record() -> None:
    world = two()
    world.type("crm", email="c@x")
    world.quiet()
    first, last = world.link("crm", "crm0").record, world.link("crm", "crm2").record
    world.merge_rows("crm", "crm2", "crm1")
    world.quiet()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    records = {r.id: r for r in world.records()}
    assert resolve_alias(records, last) == resolve_alias(records, world.link("crm", "crm1").record) == first


def test_a_chain_told_backwards_ends_there_too() -> None:
    world = two()
    world.type("crm", email="c@x")
    world.quiet()
    world.delete("crm", "crm2")
    world.delete("crm", "crm1")
    world.tell_gone("crm", "crm1", "crm0")
    world.tell_gone("crm", "crm2", "crm1")
    world.quiet()
    assert len({world.link("crm", f"crm{n}").record for n in range(3)}) == 1


def test_a_merge_into_a_row_that_is_not_known_yet_waits_for_it() -> None:
    world = two()
    rid = world.link("crm", "crm0").record
    new = world.type("crm", email="n@x", name="New")
    world.merge_rows("crm", "crm0", new)
    assert world.link("crm", "crm0").into == f"contact/{new}"
    world.quiet()
    assert world.link("crm", new).record == rid
    assert world.row("erp", "erp0").dead is None


def test_it_waits_as_long_as_the_row_stays_away() -> None:
    world = two()
    rid = world.link("crm", "crm0").record
    world.delete("crm", "crm0")
    world.tell_gone("crm", "crm0", "crm2")
    world.quiet()
    assert world.record(rid).state == "active"
    world.type("crm", email="n@x", name="New")
    world.quiet()
    assert world.link("crm", "crm2").record == rid


def test_the_row_that_replaced_another_is_not_parked_for_an_ambiguous_key() -> None:
    world = MergeWorld()
    rows = {"erp": "erp0", "shop": "shop0", "crm": "crm0"}
    for system in rows:
        world.type(system, email=f"{system}@x")
    world.quiet()
    for system, row in rows.items():
        world.edit(system, row, email="z@x")
    world.quiet()
    rid = world.link("crm", "crm0").record
    new = world.type("crm", email="z@x")
    world.merge_rows("crm", "crm0", new)
    world.quiet()
    assert world.link("crm", new).record == rid
    assert world.type("crm", email="z@x")
    world.quiet()
    assert world.parked("crm", "crm2").code == "ambiguous-match", "as it would be without that"


def test_a_row_that_joined_another_record_by_its_key_brings_the_two_together() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x")
    world.type("shop", email="n@x")
    world.quiet()
    first = world.link("crm", "crm0").record
    world.delete("crm", "crm0")
    world.tell_gone("crm", "crm0", "crm1")
    world.type("crm", email="n@x")
    world.quiet()
    assert world.link("crm", "crm1").record == world.link("shop", "shop0").record == first


def test_a_lead_that_becomes_a_contact_is_a_merge_across_streams() -> None:
    world = MergeWorld(leads=True)
    lead = world.type("crm", "lead", email="a@x", phone="1")
    world.quiet()
    contact = world.type("crm", email="b@x", name="Ann")
    world.quiet()
    rid = world.link("crm", lead, "lead").record
    world.merge_rows("crm", lead, f"contact/{contact}", "lead")
    world.quiet()
    assert world.link("crm", contact).record == rid
    assert world.value(rid, "phone") == "1"
    assert world.link("crm", lead, "lead").into == f"contact/{contact}"


def test_a_row_that_became_one_of_another_kind_is_only_gone() -> None:
    world = MergeWorld(tasks=True)
    world.type("crm", email="a@x")
    world.type("erp", email="a@x")
    world.type("crm", "task", title="t")
    world.quiet()
    world.merge_rows("crm", "crm0", "task/crm-task0")
    world.quiet()
    assert world.link("crm", "crm0").state == "tombstone"
    assert world.row("erp", "erp0").dead is None


def test_of_two_rows_of_one_record_the_one_that_stays_is_active() -> None:
    """A duplicate that the hub knows of is merged, the other way round, in the system that has it."""
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    world.merge_rows("erp", "erp0", "erp1")
    world.edit("crm", "crm0", name="Anna")
    world.quiet()
    assert world.link("erp", "erp1").state == "active"
    assert world.link("erp", "erp1").parked is None
    assert world.there("erp", "erp1", "name") == "Anna"


def test_deleting_one_of_two_rows_of_a_record_deletes_nothing_else() -> None:
    world = two(world={"on_delete": {"erp": "delete"}})
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    world.delete("erp", "erp0")
    world.quiet()
    assert world.link("erp", "erp1").state == "active"
    assert world.row("crm", "crm0").dead is None
    world.delete("erp", "erp1")
    world.quiet()
    assert world.row("crm", "crm0").dead is not None, "the last of them is the record's"


def test_a_delete_that_is_told_first_and_named_later_is_a_merge_after_all() -> None:
    world = two()
    world.delete("crm", "crm1")
    world.tell_gone("crm", "crm1", None)
    assert world.record_of("crm", "crm1").state == "archived"
    world.tell_gone("crm", "crm1", "crm0")
    world.quiet()
    assert world.record_of("crm", "crm1").state == "active"
    assert world.row("erp", "erp1").dead is None
    assert world.link("erp", "erp1").state == "shadow"


# ---- references
def test_who_refers_to_the_merged_record_refers_to_the_survivor_without_a_write() -> None:
    world = MergeWorld(born=["erp"], tasks=True)
    world.type("crm", email="a@x")
    world.quiet()
    world.type("crm", email="b@x")
    world.quiet()
    task = world.type("crm", "task", title="call", owner="crm1")
    world.quiet()
    rid = world.link("crm", "crm0").record
    before = world.activity()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    owner = world.record_of("crm", task, "task").fields["owner"]
    assert (owner.value, owner.version) == (rid, 1)
    tasks_written = [w for s in world.systems.values() for w in s.written[:] if w.stream == "task"]
    assert len(tasks_written) == 1, "its birth, and nothing since"
    assert world.hub.ledger.referring_to([rid])[rid] == [world.link("crm", task, "task").record]
    assert world.activity() >= before


def test_a_reference_in_conflict_is_re_pointed_on_every_side() -> None:
    world = MergeWorld(tasks=True)
    for email in ("a@x", "b@x"):
        world.type("crm", email=email)
        world.quiet()
    task = world.type("crm", "task", title="call", owner="crm1")
    world.quiet()
    rid, other = world.link("crm", "crm0").record, world.link("crm", "crm1").record
    people.set_value(world.hub, world.link("crm", task, "task").record, "owner", rid, "anna")
    people.set_value(world.hub, world.link("crm", task, "task").record, "owner", other, "anna")
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert world.record_of("crm", task, "task").fields["owner"].value == rid


# ---- the same with every way of stopping
POINTS = ("page settled", "cursor saved")


@pytest.mark.parametrize("point", POINTS)
def test_a_stop_in_the_merge_leaves_all_or_nothing(point: str) -> None:
    world = two(b={"phone": "22"})
    before = world.records(), [world.links(record.id) for record in world.records()]
    world.delete("crm", "crm1")
    world.stops = lambda name: name == point
    with pytest.raises(Stop):
        world.tell_gone("crm", "crm1", "crm0")
    assert (world.records(), [world.links(record.id) for record in world.records()]) == before
    world.recover()
    world.tell_gone("crm", "crm1", "crm0")
    world.quiet()
    assert world.value(world.link("crm", "crm0").record, "phone") == "22"
    assert world.link("erp", "erp1").state == "shadow"


@pytest.mark.parametrize("stop", range(1, 14))
def test_a_stop_anywhere_after_the_merge_is_made_good(stop: int) -> None:
    world = two(b={"phone": "22", "tags": "blue"}, a={"tags": "red"})
    world.merge_rows("crm", "crm1", "crm0")
    world.stops = after(stop)
    try:
        world.quiet()
    except Stop:
        world.recover()
    world.quiet()
    rid = world.link("crm", "crm0").record
    assert (world.value(rid, "phone"), world.there("erp", "erp0", "phone")) == ("22", "22")
    assert sorted(world.value(rid, "tags")) == ["blue", "red"]


def after(number: int) -> Callable[[str], bool]:
    """Stops at the point that comes after so many others."""
    left = [number]

    def stops(name: str) -> bool:
        left[0] -= 1
        return left[0] == 0

    return stops


# ---- while writes are on their way
def test_a_create_of_unknown_outcome_is_resolved_and_becomes_a_shadow() -> None:
    world = MergeWorld(born=["erp"])
    world.type("crm", email="a@x")
    world.quiet()
    world.type("crm", email="b@x")
    world.stops = lambda name: name == "created"
    with pytest.raises(Stop):
        world.quiet()
    world.recover()
    world.merge_rows("crm", "crm1", "crm0")
    world.now += 60
    world.quiet()
    rows = list(world.systems["erp"].rows["contact"].values())
    assert len(rows) == 2, "made once, not again"
    assert {world.link("erp", row.id).record for row in rows} == {world.link("crm", "crm0").record}
    assert sorted(world.link("erp", row.id).state for row in rows) == ["active", "shadow"]


def test_a_birth_that_was_not_sent_yet_ends() -> None:
    world = MergeWorld(born=["erp"])
    world.type("crm", email="a@x")
    world.quiet()
    world.type("crm", email="b@x")
    observe.advance(world.hub, "crm", "contact")
    assert [k.state for k in world.links(world.link("crm", "crm1").record)] == ["active", "birth"]
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert len(world.systems["erp"].rows["contact"]) == 1


def test_an_update_without_an_answer_is_not_taken_for_an_edit_after_the_merge() -> None:
    habits = {"erp": CALM, "crm": CALM}
    world = two(world={"habits": habits})
    world.edit("crm", "crm1", name="Beatrix")
    world.stops = lambda name: name == "called"
    with pytest.raises(Stop):
        world.quiet()
    world.recover()
    world.merge_rows("crm", "crm0", "crm1")
    world.quiet()
    rid = world.link("crm", "crm1").record
    assert world.value(rid, "name") == "Beatrix"
    assert world.there("erp", "erp0", "name") == "Beatrix"
    assert not world.record(rid).conflicts


def test_the_match_key_of_both_finds_the_survivor() -> None:
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    shop = world.type("shop", email="a@x")
    world.quiet()
    assert world.link("shop", shop).record == world.link("crm", "crm0").record


def test_rules_by_external_id_see_the_rows_that_came_along() -> None:
    rules = (MatchRule(fields=("erp_id",), id_of=("erp", "contact")), MatchRule(fields=("email",)))
    world = two(world={"rules": rules})
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    shop = world.type("shop", email="q@x", erp_id="erp1")
    world.quiet()
    assert world.link("shop", shop).record == world.link("crm", "crm0").record


def test_a_row_that_becomes_one_of_another_kind_that_is_not_known_is_only_gone() -> None:
    world = MergeWorld(tasks=True)
    world.type("crm", email="a@x")
    world.quiet()
    world.merge_rows("crm", "crm0", "task/later")
    world.quiet()
    assert world.link("crm", "crm0").into == "task/later"
    assert world.hub.ledger.waiting_for([("crm", "task", "later")]) == {}


def test_a_waiting_reference_is_not_taken_for_a_merge() -> None:
    world = MergeWorld(tasks=True)
    task = world.type("crm", "task", title="call", owner="crm0")
    world.quiet()
    world.type("crm", email="a@x")
    world.quiet()
    assert world.record_of("crm", task, "task").fields["owner"].value == world.link("crm", "crm0").record


def test_a_reference_that_is_in_doubt_parked_or_withheld_means_the_survivor() -> None:
    """A person gives a task to the record that is merged away; the ERP has not answered yet."""
    world = MergeWorld(born=["erp"], tasks=True)
    for email in ("a@x", "b@x"):
        world.type("crm", email=email)
        world.quiet()
    task = world.type("crm", "task", title="call", owner="crm0")
    world.quiet()
    one, other, rid = *(world.link("crm", f"crm{n}").record for n in (0, 1)), world.link("crm", task, "task").record
    world.edit("crm", task, "task", owner="crm1")
    world.stops = lambda name: name == "called"
    with pytest.raises(Stop):
        world.quiet()
    world.recover()
    assert any(k.known["owner"].doubts for k in world.links(rid))
    world.merge_rows("crm", "crm1", "crm0")
    assert world.value(rid, "owner") == one
    assert all(d.value == one for k in world.links(rid) for d in k.known["owner"].doubts)
    world.quiet()
    assert world.record(other).merged_into == one


def test_a_conflict_about_a_reference_is_re_pointed_too() -> None:
    world = MergeWorld(born=["erp"], tasks=True, manual_owner=True)
    for email in ("a@x", "b@x", "c@x"):
        world.type("crm", email=email)
        world.quiet()
    task = world.type("crm", "task", title="call", owner="crm0")
    world.quiet()
    world.now += 5
    world.edit("crm", task, "task", owner="crm1")
    world.edit("erp", "erp-task0", "task", owner="erp2")
    world.quiet()
    rid, one = world.link("crm", task, "task").record, world.link("crm", "crm0").record
    assert world.record(rid).conflicts
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert one in world.record(rid).conflicts["owner"].sides.values()
