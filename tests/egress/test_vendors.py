"""The door between the connectors and the sandboxes of two vendors, over sockets, with faults on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from outlets import NOBODY, Kept

from syncline.config.settings import Mode
from syncline.connect.connector import Connector
from syncline.connect.door import NoAnswer, NotAdmitted, Refused, Unreachable
from syncline.connect.request import Answer, Effect, Page, Request, Write
from syncline.connect.stream import Asked, Stream
from syncline.connect.template import Use
from syncline.connectors import hubspot, odoo
from syncline.egress.breaker import Breaker
from syncline.egress.budget import Budget
from syncline.egress.door import Egress
from syncline.egress.outlet import Outlet
from syncline.egress.wire import Limits
from syncline.model.outcome import Denied
from syncline.sandbox.hubspot import sandbox as hubspot_sandbox
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.vendor import odoo as odoo_vendor
from syncline.sandbox.remote import Remote, in_process
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.serve import running

LIMITS = Limits(connect=2, read=0.5, total=5)
PATCH = Request(method="PATCH", path="/crm/objects/2026-09/contacts/1", json={"properties": {"firstname": "Contact"}})


class Yard:
    """One sandbox, and the door to it."""

    def __init__(self, egress: Egress, connector: Connector, control: Remote) -> None:
        self.egress, self.connector, self.control = egress, connector, control

    def read(self, stream: Stream, asked: Asked) -> Page:
        """A read, to its end, as the hub does it."""
        if isinstance(asked, Request):
            return stream.page(self.egress.call("one", asked, "read"))
        return self.done(asked, "read")

    def done(self, asked: Any, effect: Effect) -> Any:
        answer: Answer | None = None
        while True:
            try:
                step = next(asked) if answer is None else asked.send(answer)
            except StopIteration as end:
                return end.value
            answer = self.egress.call("one", step.request if isinstance(step, Write) else step, effect)

    @property
    def calls(self) -> list[Any]:
        """What arrived at the vendor."""
        return list(self.control.ask("GET", "calls"))


@contextmanager
def yard(sandbox: Sandbox, connector: Connector, secret: str, mode: Mode = "live", **given: Any) -> Iterator[Yard]:
    with running([sandbox]) as [address]:
        outlet = Outlet(
            system="one", connector=connector, url=address, mode=mode, allowed=(address.removeprefix("http://"),),
            options=given.pop("options", {}),
        )  # fmt: skip
        egress = Egress([outlet], Kept({"secret": secret}), **{"limits": LIMITS, "trusted": NOBODY, **given})
        try:
            yield Yard(egress, connector, in_process(sandbox))
        finally:
            egress.close()
    sandbox.store.close()


@contextmanager
def at_hubspot(mode: Mode = "live", secret: str = "pat-sandbox", **given: Any) -> Iterator[Yard]:
    sandbox = hubspot_sandbox()
    with yard(sandbox, hubspot.connector(Use()), secret, mode, **given) as one:
        one.control.seed(accounts=3, contacts=3, deals=2)
        yield one


@contextmanager
def at_odoo(version: int, mode: Mode = "live", secret: str = logins.KEYS[logins.ADMIN]) -> Iterator[Yard]:
    options = {"database": logins.DATABASE, "login": "admin"}
    sandbox = Sandbox(odoo_vendor(version))
    with yard(sandbox, odoo.connector(Use(options=options)), secret, mode, options=options) as one:
        yield one


def swept(one: Yard, stream: Stream) -> list[dict[str, Any]]:
    assert stream.sweep is not None
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = one.read(stream, stream.sweep(after))
        rows += page.records
        if (after := page.next) is None:
            return rows


def test_hubspot_is_read_in_mode_read_only_and_no_write_leaves() -> None:
    with at_hubspot("read-only") as one:
        contacts = one.connector.stream("contact")
        rows = swept(one, contacts)
        assert len(rows) == 3
        assert contacts.changes is not None
        assert contacts.get is not None
        assert len(one.read(contacts, contacts.get([row["id"] for row in rows])).records) == 3
        one.read(contacts, contacts.changes(0.0, None))
        before = len(one.calls)
        with pytest.raises(Unreachable, match="mode read-only"):
            one.egress.call("one", PATCH, "write")
        with pytest.raises(Refused, match=r"docs/connectors/hubspot.md"):
            one.egress.call("one", PATCH, "read")
        assert len(one.calls) == before


@pytest.mark.parametrize("version", [17, 19])
def test_odoo_is_read_over_both_its_wires_in_mode_read_only(version: int) -> None:
    with at_odoo(version, "read-only") as one:
        assert swept(one, one.connector.stream("res.partner"))
        for method in ("unlink", "write", "create", "search_read/../unlink"):
            request = Request(method="POST", path=f"/json/2/res.partner/{method}", json={"ids": [1]})
            with pytest.raises(Unreachable):
                one.egress.call("one", request, "write")
            with pytest.raises(Refused):
                one.egress.call("one", request, "read")


@pytest.mark.parametrize("version", [17, 19])
def test_a_wrong_key_is_denied_and_not_shown(version: int) -> None:
    wrong = "0123456789abcdef-wrong"
    with at_odoo(version, secret=wrong) as one:
        request = Request(method="POST", path="/json/2/res.partner/search_read", json={"domain": [], "limit": 1})
        if version < 19:  # the sign-in says so
            with pytest.raises(NotAdmitted, match="its secret is wrong") as caught:
                one.egress.call("one", request, "read")
            assert wrong not in str(caught.value)
        else:
            answer = one.egress.call("one", request, "read")
            assert isinstance(one.connector.errors(answer), Denied)
            assert wrong not in repr(answer)


@pytest.mark.parametrize("kind", ["lose-answer", "cut", "timeout", "slow"])
def test_a_fault_on_the_wire_is_no_answer_and_then_the_system_is_left_alone(kind: str) -> None:
    breaker = Breaker()
    with at_hubspot(breaker=breaker) as one:
        one.control.ask("POST", "faults", {"kind": kind, "count": 5, "seconds": 8.0})
        for _ in range(5):
            with pytest.raises(NoAnswer, match=r"^one: 127\.0\.0\.1"):
                one.egress.call("one", PATCH, "write")
        with pytest.raises(Unreachable, match="has not answered since"):
            one.egress.call("one", PATCH, "write")
        breaker.worked("one")
        assert one.egress.call("one", PATCH, "write").status in (200, 404)


def test_a_rate_limit_is_waited_for_and_drawn_from_the_vendors_own_numbers() -> None:
    connector = hubspot.connector(Use())
    budget = Budget({"one": connector.limits}, patience=0.0)
    with at_hubspot(budget=budget) as one:
        one.control.ask("POST", "faults", {"kind": "rate-limit", "count": 1})
        request = Request(method="GET", path="/crm/objects/2026-09/contacts")
        assert one.egress.call("one", request, "read").status == 429
        arrived = len(one.calls)
        with pytest.raises(Unreachable, match="asked us to wait") as told:
            one.egress.call("one", request, "read")
        assert (told.value.after or 0) > 0
        assert len(one.calls) == arrived


def test_an_expired_token_is_an_answer() -> None:
    with at_hubspot(secret="pat-unknown") as one:
        answer = one.egress.call("one", Request(method="GET", path="/crm/objects/2026-09/contacts"), "read")
        assert answer.status == 401
        assert "pat-unknown" not in repr(answer)
