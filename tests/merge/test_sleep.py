"""Sleeping links: told a last time what put them out, then left alone, and nothing is lost."""

import pytest

from merge.kit import PLAIN, SHOP, Scene, plain
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.lens import rename
from syncline.merge import sleep
from syncline.model.link import Doubt, Sent

READS = ("stage",)


def company(*, asleep=True):
    """A deal whose stage the shop's scope reads; the opt-out is exempt."""
    scene = Scene(plain("stage"), plain("name"), plain("optout", exempt=True))
    scene.agreed(stage="open", name="Acme", optout="no")
    if asleep:
        sleep.fall_asleep(scene.case, SHOP, READS)
    return scene


def binding():
    names = ("stage", "name", "optout")
    return Binding(
        system="shop", stream="things", entity="thing",
        fields=tuple(BoundField(field=name, lens=rename(name, PLAIN)) for name in names),
    )  # fmt: skip


def see(scene, **values):
    raw = {**scene.case.view(SHOP), **values}
    scene.later(10)
    sleep.see_asleep(scene.case, SHOP, scene.look("shop", raw=raw), binding(), raw, lambda ref: None, READS)


def tellable(scene):
    return list(sleep.tellable(scene.case, scene.case.links[SHOP], ["stage", "name", "optout"]))


# ---- falling asleep
def test_a_link_that_knows_why_it_left_scope_has_nothing_more_to_be_told():
    scene = company()
    link = scene.case.links[SHOP]
    assert (link.state, link.why, link.farewell, scene.kinds()) == ("asleep", "out-of-scope", (), ["asleep"])
    assert tellable(scene) == ["optout"]


def test_what_put_it_out_of_scope_is_told_a_last_time():
    scene = company(asleep=False)
    scene.sees("crm", stage="lost", name="Apex")
    sleep.fall_asleep(scene.case, SHOP, READS)
    assert tellable(scene) == ["stage", "optout"]
    scene.answers(scene.writes("shop", stage="lost"), stage="lost")
    sleep.say_less(scene.case, SHOP)
    assert tellable(scene) == ["optout"]


def test_an_edit_that_was_refused_while_it_slept_is_put_right_and_nothing_else_is():
    scene = company()
    see(scene, stage="won")
    scene.case.set_value("stage", "lost", 1, scene.case.setting.now, scene.case.setting.now, "refused there")
    scene.case.learn(SHOP, "stage", agreed=None)
    sleep.say_less(scene.case, SHOP)
    assert tellable(scene) == ["optout"]
    sleep.say_less(scene.case, SHOP, READS)
    assert tellable(scene) == ["stage", "optout"]


@pytest.mark.parametrize(
    "known",
    [
        {"sent": (Sent(value="lost", version=2),), "agreed": 2},
        {"doubts": (Doubt(intent=1, value="lost", version=2, expires=9e9),), "agreed": 2},
        {"waiting": True},
        {"differs": True},
    ],
)
def test_a_farewell_lasts_while_its_outcome_is_not_known_or_the_field_is_open(known):
    scene = company(asleep=False)
    scene.sees("crm", stage="lost")
    scene.case.learn(SHOP, "stage", **known)
    sleep.fall_asleep(scene.case, SHOP, READS)
    before = scene.case.links[SHOP]
    sleep.say_less(scene.case, SHOP)
    assert (before.farewell, scene.case.links[SHOP]) == (("stage",), before)


@pytest.mark.parametrize(
    ("state", "why", "names"),
    [
        ("active", "", ["stage", "name", "optout"]),
        ("asleep", "out-of-sight", []),
        ("asleep", "waking", ["optout"]),
    ],
)
def test_what_may_be_told_depends_on_why_a_link_sleeps(state, why, names):
    scene = company(asleep=False)
    scene.case.put(SHOP, state=state, why=why)
    assert tellable(scene) == names


# ---- what is seen of a sleeping row
def test_of_a_sleeping_row_only_what_is_watched_is_taken():
    scene = company()
    see(scene, stage="won", name="Apex", optout="yes")
    assert [scene.value(one) for one in ("stage", "name", "optout")] == ["won", "Acme", "yes"]
    assert scene.case.view(SHOP)["name"] == "Acme"
    assert scene.known("shop", "name").agreed == 1


def test_what_moved_while_a_link_slept_is_an_ordinary_move_when_it_wakes():
    scene = company()
    see(scene, name="Apex")
    sleep.wake(scene.case, SHOP)
    link = scene.case.links[SHOP]
    assert (link.why, link.fingerprint, link.version, scene.case.hints) == ("waking", b"", None, [(SHOP, scene.now)])
    sleep.open_eyes(scene.case, SHOP)
    assert scene.case.links[SHOP].state == "active"
    scene.sees("shop", name="Apex")
    assert scene.value("name") == "Apex"


def test_what_moved_on_both_sides_while_a_link_slept_is_a_conflict():
    scene = company()
    see(scene, name="Apex")
    scene.sees("crm", name="Atlas")
    sleep.open_eyes(scene.case, SHOP)
    scene.sees("shop", name="Apex")
    assert "conflict-lost" in scene.kinds()


def test_a_sleeping_look_vouches_for_nothing_that_is_not_watched():
    scene = company()
    before = scene.case.links[SHOP].as_of
    see(scene, name="Apex")
    link = scene.case.links[SHOP]
    assert (link.as_of, link.covered) == (before, False)


def test_a_watched_value_that_does_not_fit_parks_and_one_not_watched_does_not():
    scene = company()
    see(scene, stage=1, name=2)
    assert scene.parked("shop", "stage") == "does-not-fit"
    assert scene.parked("shop", "name") is None


# ---- receipts
def test_a_receipt_adds_only_what_was_told():
    scene = company()
    stored = {"stage": "lost", "name": "Apex"}
    kept = binding().refreshed(scene.case.links[SHOP].seen, ["stage", "lines/1"], stored)
    assert kept == {"stage": "lost", "name": "Acme", "optout": "no"}
