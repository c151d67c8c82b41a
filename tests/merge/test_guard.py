"""Which reads are believed."""

from dataclasses import replace as with_setting
from typing import Any

import pytest

from merge.kit import CRM, START, Scene
from syncline.merge import guard
from syncline.model.link import Known, Sent


def judged(link: dict[str, Any], read: dict[str, Any]) -> str:
    scene = Scene()
    scene.case.put(CRM, **link)
    return guard.judge(scene.case, CRM, scene.look("crm", **read))


def test_an_older_version_is_stale_even_from_a_direct_read():
    assert judged({"version": 7}, {"version": 6, "direct": True}) == "stale"


def test_the_same_version_from_a_list_is_looked_at_again():
    assert judged({"version": 7}, {"version": 7}) == "look-again"


def test_the_same_version_from_a_direct_read_is_accepted_since_stamps_of_whole_seconds_hide_an_edit():
    assert judged({"version": 7}, {"version": 7, "direct": True}) == "accept"


def test_a_newer_version_is_accepted_however_old_the_read():
    assert judged({"version": 7, "direct_at": START + 5}, {"version": 8, "as_of": START}) == "accept"


def test_a_newer_version_is_looked_at_again_while_a_write_is_unconfirmed_and_the_read_began_before_it():
    unconfirmed = {"name": Known(sent=(Sent(value="x", version=1),))}
    link = {"version": 7, "direct_at": START + 5, "known": unconfirmed}
    assert judged(link, {"version": 8, "as_of": START}) == "look-again"
    assert judged(link, {"version": 8, "as_of": START + 5}) == "accept"


def test_without_versions_a_read_from_before_the_receipt_is_looked_at_again():
    assert judged({"direct_at": START + 5}, {"as_of": START}) == "look-again"
    assert judged({"direct_at": START + 5}, {"as_of": START + 5}) == "accept"


def test_accepting_remembers_what_the_read_vouches_for():
    scene = Scene()
    scene.case.put(CRM, version=3, stamp=900.0, as_of=START - 5, direct_at=START - 5, covered=False)
    guard.accept(scene.case, CRM, scene.look("crm", version=4, stamp=950.0, direct=True))
    link = scene.case.links[CRM]
    assert (link.version, link.stamp, link.as_of, link.direct_at, link.covered) == (4, 950.0, START, START, True)


def test_a_read_without_version_or_stamp_keeps_what_was_known_of_them():
    scene = Scene()
    scene.case.put(CRM, version=3, stamp=900.0, as_of=START + 5, direct_at=START - 5)
    guard.accept(scene.case, CRM, scene.look("crm"))
    link = scene.case.links[CRM]
    assert (link.version, link.stamp, link.as_of, link.direct_at) == (3, 900.0, START + 5, START - 5)


@pytest.mark.parametrize(("covered", "since"), [(True, START + 50), (False, START)])
def test_the_polls_of_a_stream_vouch_for_its_rows_until_one_was_not_accepted(covered, since):
    scene = Scene()
    scene.case.setting = with_setting(scene.case.setting, covered={("crm", "things"): START + 50})
    scene.case.put(CRM, as_of=START, covered=covered)
    assert guard.unchanged_since(scene.case, CRM) == since


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [(None, 1, False), (1, None, False), (1, 2.5, True), ("a", "b", True), ("1", 1, False)],
)
def test_versions_are_compared_only_with_their_kind(one, other, can):
    assert guard.comparable(one, other) is can
