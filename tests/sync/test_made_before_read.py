"""A rule fires while the stream it makes records in was not read yet: what was made is born when that is done."""

from __future__ import annotations

from derive_world import CRM, ERP_ORDER, Small, declaration, sql, true_when

from syncline.config.settings import Making, Rule
from syncline.sync import derive, observe, wakes

RULE = Rule(
    name="won", entity="deal", event="won", when=true_when("deal", "stage = 'won'"),
    makes=(Making(entity="order", system="erp", given={"ref": sql("deal", "title")}),),
)  # fmt: skip


def test_what_a_rule_made_is_born_when_its_stream_was_read() -> None:
    world = Small(declaration(bindings=(*CRM, ERP_ORDER), births=(), rules=(RULE,)))
    deal = world.type("crm", "deal", title="d", stage="open")
    for _ in range(20):  # the ERP is not read meanwhile
        world.now += 0.5
        for stream in ("account", "contact", "deal"):
            observe.advance(world.hub, "crm", stream)
        derive.derive_dirty(world.hub)
        wakes.wake(world.hub)
    assert world.hub.ledger.armed()["won"].at is not None
    world.edit("crm", "deal", deal, stage="won")
    world.now += 2.0
    observe.advance(world.hub, "crm", "deal")
    assert len(world.records("order")) == 1
    assert world.rows("erp", "order") == []
    world.settle(8)
    assert [world.held("erp", "order", row)["ref"] for row in world.rows("erp", "order")] == ["d"]
