"""A merge that one system made: two records become one, everywhere, with their values and references."""

import pytest
from merge_world import MergeWorld, Stop
from twin_world import two

from syncline.identity.alias import resolve_alias
from syncline.identity.match import MatchRule
from syncline.sync import people


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
