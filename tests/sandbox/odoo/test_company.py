"""The made-up company in Odoo's words, what people do to it, and what goes wrong on the way."""

import time
from typing import Any

import pytest

from syncline.sandbox.call import Call, json_call
from syncline.sandbox.company import Size, company
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.model import moment
from syncline.sandbox.odoo.vendor import odoo as odoo_vendor
from syncline.sandbox.remote import in_process
from syncline.sandbox.sandbox import Sandbox

from .calling import KEY, No, Odoo, answered, over_json2, rpc

BEARER = {"authorization": f"bearer {KEY}"}


def test_the_company_is_told_in_partners_orders_and_leads(every: Odoo) -> None:
    in_process(every.sandbox).seed()
    made = company(Size())
    named = every.call("res.partner", "search_read", domain=[["name", "=", "Contact 5"]], fields=["email", "parent_id"])
    contact = made.contacts[4]
    assert named[0]["email"] == contact.email
    assert named[0]["parent_id"][1] == f"Company {contact.account}"
    assert every.call("res.partner", "search_count", domain=[["is_company", "=", True], ["id", ">", 7]]) == 20
    assert every.call("product.product", "search_count", domain=[["default_code", "=like", "SKU-%"]]) == 12
    won = [deal for deal in made.deals if deal.stage == "won"]
    orders = every.call(
        "sale.order", "search_read", domain=[], fields=["client_order_ref", "amount_untaxed"], order="id"
    )
    assert [(one["client_order_ref"], one["amount_untaxed"]) for one in orders] == [
        (deal.name, float(deal.amount)) for deal in won
    ]
    lost = every.call("crm.lead", "search_count", domain=[["active", "=", False]])
    assert lost == sum(deal.stage == "lost" for deal in made.deals)
    people = every.call("res.users", "search_read", domain=[["login", "like", "person"]], fields=["name"], order="id")
    assert [one["name"] for one in people] == ["Person 1", "Person 2", "Person 3"]


def test_seeded_rows_are_as_if_they_had_been_written(odoo: Odoo) -> None:
    in_process(odoo.sandbox).seed()
    [id, *_] = odoo.call("res.partner", "search", domain=[["parent_id", "!=", False]], order="id")
    before = odoo.call("res.partner", "read", [id])[0]
    parent = before["parent_id"][0]
    odoo.call("res.partner", "write", [id], vals={"parent_id": parent, "name": before["name"]})
    after = odoo.call("res.partner", "read", [id])[0]
    same = before.keys() - {"write_date"}
    assert {name: before[name] for name in same} == {name: after[name] for name in same}


def test_people_edit_delete_and_press_buttons(odoo: Odoo) -> None:
    control = in_process(odoo.sandbox)
    id = control.save("res.partner", {"name": "By hand", "child_ids": [[0, 0, {"name": "Below"}]]})["id"]
    control.save("res.partner", {"phone": "1"}, str(id))
    assert control.row("res.partner", str(id))["phone"] == "1"
    assert odoo.read("res.partner", id, "phone", "write_uid") == {"id": id, "phone": "1", "write_uid": [6, "Seller"]}
    assert id in [row["id"] for row in control.rows("res.partner")]
    control.remove("res.partner", str(id))
    with pytest.raises(ValueError, match="not there"):
        control.row("res.partner", str(id))
    with pytest.raises(ValueError, match="not there"):
        control.remove("res.partner", str(id))
    with pytest.raises(ValueError, match="Contacts require a name"):
        control.save("res.partner", {"email": "x"})
    with pytest.raises(ValueError, match="whole numbers"):
        control.row("res.partner", "x")
    order = odoo.make("sale.order", partner_id=1)
    assert control.act("button", model="sale.order", method="action_confirm", ids=[order]) == {"result": True}
    with pytest.raises(ValueError, match="has the buttons"):
        control.act("button", model="sale.order", method="unlink", ids=[order])
    assert control.calls()["count"] == 2  # people cost nothing


def test_the_first_day_comes_again(odoo: Odoo) -> None:
    odoo.make("res.partner", name="Contact 1")
    in_process(odoo.sandbox).reset()
    assert odoo.call("res.partner", "search", domain=[["id", ">", 7]]) == []
    assert odoo.make("res.partner", name="Contact 1") == 8


def test_calls_are_logged_by_model_and_method_over_each_wire(every: Odoo) -> None:
    every.make("res.partner", name="Contact 1")
    rpc(every.sandbox, "common", "version")
    answered(every.sandbox, Call(method="GET", path="/web/version"))
    assert in_process(every.sandbox).calls()["by_kind"] == {
        "res.partner.create": 1, "common.version": 1, "/web/version": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "how", "expected"),
    [
        ("reject", {}, {422: "odoo.exceptions.UserError", 0: "odoo.exceptions.UserError", 2: ""}),
        (
            "server-error",
            {},
            {500: "psycopg2.errors.SerializationFailure", 0: "psycopg2.errors.SerializationFailure", 1: ""},
        ),
        ("server-error", {"status": 409}, {409: "odoo.exceptions.LockError", 0: "odoo.exceptions.LockError", 2: ""}),
        ("expire-token", {}, {401: "werkzeug.exceptions.Unauthorized", 0: "odoo.exceptions.AccessDenied", 3: ""}),
    ],
)
def test_a_planted_fault_is_said_as_the_wire_says_it(
    every: Odoo, fault: str, how: dict[str, Any], expected: dict[Any, str]
) -> None:
    in_process(every.sandbox).plant(fault, count=1, **how)
    with pytest.raises(No) as refused:
        every.make("res.partner", name="Contact 1")
    code = 0 if refused.value.code == 200 else refused.value.code  # as version 17 says it
    assert expected[code] == refused.value.name
    again = [] if fault == "expire-token" else [every.make("res.partner", name="Contact 2")]
    if not again:
        with pytest.raises(No):
            every.make("res.partner", name="Contact 2")
        in_process(every.sandbox).act("key", login="admin", key=KEY)
        every.make("res.partner", name="Contact 2")
    assert every.call("res.partner", "search_count", domain=[["name", "like", "Contact"]]) == 1


def test_a_planted_rejection_strikes_writes_only(every: Odoo) -> None:
    in_process(every.sandbox).plant("reject")
    assert every.call("res.partner", "search_count", domain=[["name", "=", "nobody"]]) == 0
    with pytest.raises(No):
        every.make("res.partner", name="Contact 1")


def test_what_stands_before_odoo_refuses_in_its_own_words(odoo: Odoo) -> None:
    control = in_process(odoo.sandbox)
    call = json_call("POST", "/json/2/res.partner/search_count", {}, BEARER)
    control.plant("server-error", count=1, status=502)
    assert answered(odoo.sandbox, call).status == 502
    control.ask("PUT", "quotas", [{"name": "calls", "amount": 2, "per_seconds": 10}])
    replies = [answered(odoo.sandbox, call) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].headers["retry-after"] == "10"
    assert b"429" in replies[2].content()


def test_faults_know_a_method_over_each_wire_and_rejections_spare_reads(every: Odoo) -> None:
    control = in_process(every.sandbox)
    control.plant("reject")
    assert every.call("res.partner", "search_count", domain=[]) > 0
    assert rpc(every.sandbox, "common", "login", logins.DATABASE, "admin", KEY) == 2
    with pytest.raises(No, match="not allowed by the rules of the company"):
        every.make("res.partner", name="Contact 1")
    control.heal()
    control.plant("reject", path="/json/2/*/unlink")
    id = every.make("res.partner", name="Contact 1")
    with pytest.raises(No, match="not allowed by the rules of the company"):
        every.call("res.partner", "unlink", [id])


def test_what_is_committed_late_is_found_late(odoo: Odoo) -> None:
    control = in_process(odoo.sandbox)
    control.plant("lag", count=1, seconds=30.0)
    id = odoo.make("res.partner", name="Contact 1")
    since: list[Any] = [["write_date", ">=", "2027-01-15 08:00:00"], ["name", "=", "Contact 1"]]
    assert odoo.call("res.partner", "search", domain=since) == []
    control.clock(advance=30)
    assert odoo.call("res.partner", "search", domain=since) == [id]
    assert odoo.read("res.partner", id, "write_date") == "2027-01-15 08:00:00"


def test_other_versions_are_not_played() -> None:
    with pytest.raises(ValueError, match="Odoo 12 is not played here"):
        odoo_vendor(12)


@pytest.mark.slow
def test_a_hundred_thousand_partners_are_quick() -> None:
    sandbox = Sandbox(odoo_vendor(19))

    def took(seconds: float, model: str, method: str, ids: Any = None, **named: Any) -> Any:
        best = float("inf")
        for _ in range(5):
            started = time.process_time()
            told = over_json2(sandbox, model, method, ids, KEY, logins.ADMIN, named)
            best = min(best, time.process_time() - started)
        assert best < seconds, (method, best)
        return told

    started = time.process_time()
    in_process(sandbox).seed(accounts=20_000, contacts=80_000, deals=0)
    assert time.process_time() - started < 20
    fields = ["name", "email", "parent_id", "country_id", "write_date"]
    last = sandbox.store.get("res.partner", 50_000)
    assert last is not None
    at = f"{moment(last.changed)}.{last.changed % 1_000_000:06d}"
    all_of_it: list[Any] = [["write_date", ">=", "2026-01-01 00:00:00"]]
    in_the_middle: list[Any] = ["|", ["write_date", ">", at], "&", ["write_date", "=", at], ["id", ">", 50_000]]
    for domain in (all_of_it, in_the_middle):
        rows = took(
            0.03, "res.partner", "search_read", domain=[*domain, ["active", "in", [True, False]]], fields=fields,
            limit=500, order="write_date, id",
        )  # fmt: skip
        assert len(rows) == 500
    assert rows[0]["id"] == 50_001
    assert len(took(0.01, "res.partner", "read", list(range(50_000, 50_100)), fields=fields)) == 100
    assert len(took(0.01, "res.partner", "search", domain=[["email", "=", "contact777@example.test"]])) == 1
    sandbox.store.close()
