"""The connector over real sockets, and what an automation rule of Odoo's sandbox posts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from odoo_subjects import KEY, OPTIONS, order, sandbox

from syncline.connect.connector import Connector
from syncline.connect.door import NotAdmitted
from syncline.connect.request import Page, Request, Write
from syncline.connect.stream import Asked
from syncline.connect.template import Use
from syncline.connect.webhook import Touched
from syncline.connectors.odoo import connector
from syncline.egress.door import Egress
from syncline.egress.outlet import Outlet
from syncline.model.outcome import Denied, Done
from syncline.sandbox.clock import Clock
from syncline.sandbox.odoo.hooks import subscribe
from syncline.sandbox.serve import running
from syncline.testing.conformance_door import Kept

ODOO: Connector = connector(Use(options=OPTIONS))


def door(address: str, key: str) -> Egress:
    """The real door to that address, which is allowed."""
    allowed = (address.removeprefix("http://"),)
    outlet = Outlet(system="odoo", connector=ODOO, url=address, options=OPTIONS, allowed=allowed)
    return Egress([outlet], Kept(known={"secret": key}))


def played(out: Egress, asked: Asked, effect: Any) -> Any:
    """A conversation over the network."""
    assert not isinstance(asked, Request)
    try:
        step = next(asked)
        while True:
            step = asked.send(out.call("odoo", step.request if isinstance(step, Write) else step, effect))
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("version", [17, 19])
def test_over_a_socket(version: int) -> None:
    orders = ODOO.stream("sale.order")
    assert orders.create is not None
    assert orders.update is not None
    assert orders.get is not None
    with running([sandbox(version)(Clock())]) as [address]:
        out = door(address, KEY)
        made = [played(out, orders.create(order(2), "hub-7"), "write") for _ in range(2)]
        assert isinstance(made[0], Done)
        assert made[0] == made[1]  # I4
        confirmed = played(out, orders.update(made[0].id, {"state": "sale"}, None), "write")
        assert isinstance(confirmed, Done)
        page = played(out, orders.get([made[0].id, "999"]), "read")
        assert isinstance(page, Page)
        [row] = page.records
        assert (row["state"], row["currency"]) == ("sale", "EUR")
        assert [line["product_uom_qty"] for line in row["order_line"]] == [2.0, 1.0]
        assert page.records[0]["amount_untaxed"] == 28.5
        out.close()
        stranger = door(address, "f" * 40)
        look: Any = orders.get(["1"])
        if version < 19:
            with pytest.raises(NotAdmitted, match="its secret is wrong"):
                stranger.call("odoo", next(look), "read")
        else:
            assert isinstance(ODOO.errors(stranger.call("odoo", next(look), "read")), Denied)
        stranger.close()


@pytest.mark.parametrize("version", [17, 19])
def test_what_an_automation_rule_posts_names_what_to_look_at(version: int) -> None:
    made = sandbox(version)(Clock())
    for model in ("res.partner", "sale.order"):
        subscribe(made, {"model": model, "url": "https://hub.example.test/hooks/odoo/secret"})
    row = made.vendor.users.save(made, "res.partner", None, {"name": "Contact 7"})
    webhook = ODOO.webhook
    assert webhook is not None
    told = [touched for one in made.vendor.deliveries(made) for touched in webhook.touched(json.loads(one.body), {})]
    assert set(told) == {Touched(stream="res.partner", id=str(row["id"]))}
