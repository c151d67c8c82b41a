"""Two records that look the same are shown beside each other, with the score, its reasons and both commands."""

import msgspec
from alike_world import MUELLER, MUELLER_TOO, Companies

from syncline.acts import same
from syncline.acts.act import Distinct, Join
from syncline.look import opened


def asked() -> Companies:
    world = Companies()
    world.type("crm", **MUELLER)
    world.type("erp", **MUELLER_TOO)
    world.settle()
    return world


def test_both_are_said_with_what_is_alike_and_the_commands_that_answer() -> None:
    world = asked()
    (asking, other) = world.asked()[0]
    (one,) = list(opened.everything(world.hub))
    assert (one.at, one.kind, one.code, one.score) == (str(asking), "candidate", "alike", 100.0)
    assert one.reasons == ("same name", "same phone")
    assert [side.record for side in one.sides] == [asking, other]
    assert {side.rows[0].split("/")[0] for side in one.sides} == {"crm", "erp"}
    assert {side.fields["name"] for side in one.sides} == {MUELLER["name"], MUELLER_TOO["name"]}
    for said in (f"record {other}", "100 of 100", "same phone", str(MUELLER["name"]), str(MUELLER_TOO["name"])):
        assert said in one.why
    assert one.remedy == f"syncline links add {other} {asking}, or syncline links distinct {asking}"
    told = msgspec.json.decode(msgspec.json.encode(one))
    assert told["sides"][0]["fields"]["phone"] == MUELLER["phone"]


def test_either_of_the_two_can_be_named() -> None:
    for place in (0, 1):
        world = asked()
        same.distinct(world.hub, Distinct(at=str(world.asked()[0][place])), "anna", lambda *_: None)
        world.settle()
        assert world.asked() == []
        assert (world.number("crm"), world.number("erp")) == (2, 2)


def test_joined_by_the_command_they_are_one() -> None:
    world = asked()
    one, other = world.asked()[0]
    same.join(world.hub, Join(at=str(other), other=str(one)), "anna", lambda *_: None)
    world.settle()
    assert list(opened.everything(world.hub, ("candidate",))) == []
    assert world.at_row("crm", world.only("crm")).record == world.at_row("erp", world.only("erp")).record
