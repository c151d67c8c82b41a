"""What a link stands for, after a value was taken, agreed or refused."""

from merge.kit import CRM, ERP, SHOP, Scene, merging, plain
from syncline.merge import taking
from syncline.merge.case import Case


def test_the_hub_did_not_move_a_field_whose_value_came_from_this_side():
    scene = Scene().agreed(name="Acme")
    scene.sees("crm", name="Apex")
    assert [taking.hub_moved(scene.case, lid, "name") for lid in (CRM, ERP, SHOP)] == [False, True, True]


def test_the_hub_did_not_move_a_field_since_it_was_refused_here():
    scene = Scene(plain(truth="erp")).agreed("erp", name="Acme")
    scene.sees("crm", name="Apex")
    assert scene.known("crm").agreed is None
    assert not taking.hub_moved(scene.case, CRM, "name")
    scene.sees("erp", name="Atlas")
    assert taking.hub_moved(scene.case, CRM, "name")


def test_a_merged_value_comes_from_no_side_so_every_link_is_due():
    scene = Scene(merging("union")).agreed("erp", kept=["a"])
    scene.sees("crm", kept=["a", "b"])
    scene.sees("shop", kept=["a", "c"])
    assert scene.case.value("kept").source is None
    assert scene.due_anywhere() == {one: {"kept": ["a", "b", "c"]} for one in ("crm", "erp", "shop")}


def test_equality_is_vouched_for_by_the_side_the_value_came_from_whenever_it_was_seen():
    scene = Scene().agreed(name="Acme")
    scene.case.learn(CRM, "name", agreed=None)
    scene.case.learn(SHOP, "name", agreed=None)
    for lid in (CRM, SHOP):
        taking.agree(scene.case, lid, "name", scene.case.value("name").until - 1)
    assert (scene.known("crm").agreed, scene.known("shop").agreed) == (1, None)


def test_a_case_goes_back_to_its_snapshot_when_an_object_does_not_fit():
    scene = Scene().agreed(name="Acme")
    scene.sees("erp", name="Atlas")
    saved, before = scene.case.snapshot(), shape(scene.case)
    scene.sees("crm", name="Apex")
    scene.no_answer("shop")
    assert shape(scene.case) != before
    scene.case.restore(saved)
    assert shape(scene.case) == before


def shape(case: Case) -> tuple[object, ...]:
    return case.record, dict(case.links), list(case.entries), list(case.hints)


def test_a_view_is_read_once_for_as_long_as_what_is_seen_is_the_same():
    scene = Scene().agreed(name="Acme")
    first = scene.case.view(CRM)
    assert scene.case.view(CRM) is first
    scene.case.put(CRM, seen={"name": "Apex"})
    assert scene.case.view(CRM) == {"name": "Apex"}
