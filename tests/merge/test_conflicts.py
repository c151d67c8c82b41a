"""Open conflicts: one row that follows its sides until a person or equality settles it."""

from merge.kit import CRM, ERP, SHOP, Scene, plain
from syncline.merge import conflicts
from syncline.model.link import Sent
from syncline.model.record import RECORD_SIDE


def opened(**policy):
    """Somebody changed the name in crm and somebody else in shop."""
    scene = Scene(plain(policy="manual", **policy)).agreed("erp", name="Acme")
    scene.sees("crm", name="Apex")
    scene.sees("shop", name="Atlas")
    return scene


def sides(scene):
    return scene.case.record.conflicts["name"].sides


def test_when_both_moved_a_manual_field_keeps_both_until_a_person_chooses():
    scene = opened()
    assert sides(scene) == {str(CRM): "Apex", str(SHOP): "Atlas"}
    assert scene.case.record.conflicts["name"].base == "Acme"
    assert scene.last("conflict").after == "Atlas"


def test_an_open_conflict_stops_all_writes_of_its_field():
    assert opened().due_anywhere() == {}


def test_the_record_itself_is_a_side_where_no_system_holds_its_value_any_more():
    scene = Scene(plain(policy="manual")).agreed("erp", name="Acme")
    scene.case.set_value("name", "Apex", None, scene.now, scene.now, "a person")
    scene.sees("shop", name="Atlas")
    assert sides(scene) == {RECORD_SIDE: "Apex", str(SHOP): "Atlas"}


def test_a_source_that_is_deleted_is_no_side():
    scene = Scene(plain(policy="manual")).agreed("erp", name="Acme")
    scene.sees("crm", name="Apex")
    scene.case.put(CRM, state="tombstone")
    scene.sees("shop", name="Atlas")
    assert sides(scene) == {RECORD_SIDE: "Apex", str(SHOP): "Atlas"}


def test_the_conflict_follows_the_present_values_of_its_sides():
    scene = opened()
    scene.sees("shop", name="Aspen")
    scene.sees("shop")
    assert sides(scene) == {str(CRM): "Apex", str(SHOP): "Aspen"}
    assert [entry.after for entry in scene.case.entries if entry.kind == "conflict"] == ["Atlas", "Aspen"]


def test_another_spelling_of_a_side_is_shown_though_it_is_no_move():
    scene = opened()
    scene.sees("shop", name="ATLAS")
    assert sides(scene)[str(SHOP)] == "ATLAS"


def test_a_third_system_that_moved_becomes_a_side_and_one_that_did_not_stays_out():
    scene = opened()
    scene.sees("erp")
    assert str(ERP) not in sides(scene)
    scene.sees("erp", name="Aspen")
    assert sides(scene)[str(ERP)] == "Aspen"
    assert scene.known("erp").base == "Acme"


def test_the_conflict_closes_by_itself_when_its_sides_come_to_be_equal():
    scene = opened()
    scene.sees("shop", name="apex")
    assert scene.case.record.conflicts == {}
    assert scene.last("conflict-closed").why == "the sides came to be equal"
    assert scene.due_anywhere() == {"erp": {"name": "Apex"}}


def test_sides_that_agree_on_a_new_value_give_it_to_the_record():
    scene = opened()
    scene.sees("shop", name="Aspen")
    scene.sees("crm", name="Aspen")
    assert (scene.value(), scene.due_anywhere()) == ("Aspen", {"erp": {"name": "Aspen"}})


def test_take_a_system_makes_its_value_the_records_agreed_there_and_due_elsewhere():
    scene = opened()
    conflicts.settle(scene.case, "name", "Atlas", SHOP, "ann")
    assert (scene.value(), scene.known("shop").agreed) == ("Atlas", scene.case.value("name").version)
    assert scene.due_anywhere() == {"crm": {"name": "Atlas"}, "erp": {"name": "Atlas"}}


def test_a_persons_own_value_is_due_everywhere_and_every_side_is_listed():
    scene = opened()
    conflicts.settle(scene.case, "name", "Aspen", None, "ann")
    assert scene.due_anywhere() == {one: {"name": "Aspen"} for one in ("crm", "erp", "shop")}
    assert {entry.before for entry in scene.case.entries if entry.kind == "person"} == {"Apex", "Atlas"}


def test_a_side_that_is_the_record_is_listed_with_no_link():
    scene = Scene(plain(policy="manual")).agreed("erp", name="Acme")
    scene.case.set_value("name", "Apex", None, scene.now, scene.now, "a person")
    scene.sees("shop", name="Atlas")
    conflicts.settle(scene.case, "name", "Apex", None, "ann")
    assert {(entry.link, entry.before) for entry in scene.case.entries if entry.kind == "person"} == {
        (None, "Apex"), (SHOP, "Atlas"),
    }  # fmt: skip
    assert scene.due("shop") == {"name": "Apex"}


def test_settling_for_what_the_record_holds_makes_no_new_version():
    scene = opened()
    version = scene.case.value("name").version
    conflicts.settle(scene.case, "name", "APEX", CRM, "ann")
    assert scene.case.value("name").version == version
    assert scene.due_anywhere() == {"erp": {"name": "Apex"}, "shop": {"name": "Apex"}}


def test_a_row_that_joins_while_a_conflict_is_open_becomes_a_side():
    scene = opened()
    scene.add("erp", 4)
    conflicts.join(scene.case, 4, "name", "Aspen")
    assert sides(scene) == {str(CRM): "Apex", str(SHOP): "Atlas", "4": "Aspen"}


def test_a_side_whose_row_is_deleted_keeps_its_last_value_marked_gone():
    scene = opened()
    conflicts.side_gone(scene.case, SHOP)
    conflicts.side_gone(scene.case, SHOP)
    conflict = scene.case.record.conflicts["name"]
    assert (conflict.sides[str(SHOP)], conflict.gone) == ("Atlas", (str(SHOP),))


def test_a_deleted_row_that_is_no_side_changes_no_conflict():
    scene = opened()
    conflicts.side_gone(scene.case, ERP)
    assert scene.case.record.conflicts["name"].gone == ()


def test_only_links_that_can_be_told_learn_of_the_end_of_a_conflict():
    scene = opened()
    scene.case.put(ERP, state="tombstone")
    before = scene.known("erp")
    conflicts.settle(scene.case, "name", "Atlas", SHOP, "ann")
    assert scene.known("erp") == before


def test_a_side_with_an_unconfirmed_write_is_not_agreed_by_what_it_was_last_seen_to_hold():
    scene = opened()
    scene.case.learn(SHOP, "name", sent=(Sent(value="Aspen", version=1),))
    conflicts.settle(scene.case, "name", "Atlas", SHOP, "ann")
    assert scene.known("shop").agreed is None


def test_a_first_difference_on_a_third_link_stays_open_after_the_conflict_is_settled():
    scene = opened()
    scene.case.learn(ERP, "name", differs=True)
    conflicts.settle(scene.case, "name", "Atlas", SHOP, "ann")
    assert scene.known("erp").differs
    assert "erp" not in scene.due_anywhere()


def test_a_first_difference_ends_where_the_persons_value_is_what_that_side_holds():
    scene = opened()
    scene.case.learn(ERP, "name", differs=True)
    conflicts.settle(scene.case, "name", "Acme", None, "ann")
    assert not scene.known("erp").differs
