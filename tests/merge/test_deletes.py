"""Proven deletes."""

import pytest

from merge.kit import CRM, ERP, SHOP, Scene, plain
from syncline.merge import deletes
from syncline.model.observation import Gone


def company(**on_delete):
    scene = Scene(plain(policy="manual"), on_delete=on_delete).agreed(name="Acme")
    return scene.later(100)


def delete(scene, lid, ago=0.0):
    return deletes.delete_seen(scene.case, lid, Gone(id="x", at=scene.now - ago))


def state(scene):
    return scene.case.record.state, [link.deleting for link in scene.case.links.values()]


def test_the_delete_at_the_origin_archives_the_record_and_is_carried_on():
    scene = company()
    assert delete(scene, CRM) is False
    assert state(scene) == ("archived", [False, True, True])
    assert all(link.carried for link in scene.case.links.values())
    assert scene.case.links[CRM].state == "tombstone"


def test_a_delete_elsewhere_only_unlinks():
    scene = company()
    assert delete(scene, SHOP) is False
    assert state(scene) == ("active", [False, False, False])
    assert scene.case.links[SHOP].state == "tombstone"


@pytest.mark.parametrize(
    ("policy", "again", "record", "others", "parked"),
    [
        ("archive", False, "archived", True, False),
        ("delete", False, "archived", True, False),
        ("unlink", False, "active", False, False),
        ("ignore", False, "active", False, False),
        ("restore", True, "active", False, False),
        ("ask", False, "active", False, True),
    ],
)
def test_what_a_delete_means_is_declared(policy, again, record, others, parked):
    scene = company(shop=policy)
    assert delete(scene, SHOP) is again
    assert state(scene) == (record, [others, others, False])
    assert (scene.case.record.parked is not None) is parked
    assert scene.last("tombstone").before == "shop-3"


def test_a_delete_against_a_later_edit_asks():
    scene = company()
    scene.sees("erp", name="Apex")
    delete(scene, CRM, ago=5)
    assert scene.case.record.parked.code == "deleted-against-edit"
    assert (scene.case.record.state, scene.kinds()[-1]) == ("active", "parked")


def test_an_edit_in_the_system_that_deleted_or_before_the_delete_asks_nothing():
    scene = company()
    scene.sees("crm", name="Apex")
    scene.later(10)
    delete(scene, CRM, ago=20)
    assert scene.case.record.state == "archived"


def test_the_same_delete_twice_is_no_news():
    scene = company(shop="restore")
    assert delete(scene, SHOP) is True
    entries = scene.kinds()
    assert delete(scene, SHOP) is False
    assert scene.kinds() == entries


def test_a_row_that_we_were_about_to_delete_is_only_buried():
    scene = company(shop="archive")
    scene.case.put(SHOP, deleting=True)
    assert delete(scene, SHOP) is False
    assert (scene.case.record.state, scene.case.links[SHOP].deleting) == ("active", False)


def test_a_tombstone_keeps_its_id_is_due_nothing_and_believes_no_read_from_before():
    scene = company()
    scene.case.put(SHOP, due_at=1.0, due_since=1.0, fingerprint=b"x", direct_at=scene.now + 5, gone_at=5000.0)
    delete(scene, SHOP)
    link = scene.case.links[SHOP]
    assert (link.external_id, link.due_at, link.due_since, link.fingerprint) == ("shop-3", None, None, b"")
    assert (link.direct_at, link.gone_at) == (scene.now + 5, 5000.0)


def test_a_side_of_a_conflict_whose_row_is_deleted_keeps_its_last_value_marked_gone():
    scene = company()
    scene.sees("erp", name="Apex")
    scene.sees("shop", name="Atlas")
    delete(scene, SHOP)
    conflict = scene.case.record.conflicts["name"]
    assert (conflict.sides[str(SHOP)], conflict.gone) == ("Atlas", (str(SHOP),))


def test_an_edit_found_by_the_look_before_our_delete_spares_every_row_and_asks():
    scene = company()
    delete(scene, CRM)
    deletes.spare(scene.case, ERP)
    assert [link.deleting for link in scene.case.links.values()] == [False, False, False]
    assert scene.case.record.parked.code == "deleted-against-edit"
    assert "crm" in scene.case.record.parked.reason


def test_a_row_is_edited_if_history_says_that_somebody_did():
    scene = company()
    scene.sees("erp", name="Apex")
    deletes.delete_seen(scene.case, SHOP, Gone(id="x", at=scene.now))
    entries = scene.case.entries
    assert {entry.link for entry in entries} >= {ERP, SHOP}
    assert [deletes.is_edited(entries, lid) for lid in (CRM, ERP, SHOP)] == [False, True, False]
    assert not deletes.is_edited(entries[1:], ERP), "only what is asked about"
