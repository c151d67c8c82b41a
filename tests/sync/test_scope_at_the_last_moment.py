"""A record leaves scope while a write or a create for it is on its way."""

from __future__ import annotations

from dataclasses import replace

from derive_world import CALM
from test_scope import mailing, subscriber, told

from syncline.merge import sleep


def test_a_look_before_a_write_that_puts_a_row_out_ends_what_was_to_be_told() -> None:
    world = mailing()
    crm, mail = subscriber(world)
    since = len(world.systems["mail"].written)
    world.edit("crm", "contact", crm, name="Eve")
    world.edit("mail", "contact", mail, status="lost")
    world.look("crm", "contact", crm)
    world.settle(10)
    assert told(world, since) == []
    link = world.link("mail", "contact", mail)
    assert (link.state, link.why) == ("asleep", sleep.OUT_OF_SCOPE)


def test_a_create_that_was_sent_before_its_record_left_sleeps_when_it_is_born() -> None:
    world = mailing(replace(CALM, lost_after=1.0))
    world.settle(5)
    crm = world.type("crm", "contact", email="x@x", name="Ada", consent="given")
    world.systems["mail"].faults = True
    while not world.rows("mail", "contact"):
        world.round()
    world.systems["mail"].faults = False
    world.edit("crm", "contact", crm, status="lost")
    world.settle(10)
    (mail,) = world.rows("mail", "contact")
    link = world.link("mail", "contact", mail)
    assert (link.state, link.why) == ("asleep", sleep.OUT_OF_SCOPE)
    assert world.held("mail", "contact", mail)["status"] == "lost"
    world.edit("crm", "contact", crm, name="Eve")
    world.settle(10)
    assert world.held("mail", "contact", mail)["name"] == "Ada"
