"""Clients that others wrote, unmodified, against a sandbox on a real socket."""

import re
import xmlrpc.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import odoorpc
import pytest

from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.vendor import odoo
from syncline.sandbox.remote import over_http
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.serve import running

DB = logins.DATABASE
KEY = logins.KEYS[logins.ADMIN]


@pytest.fixture(scope="module", params=[17, 19])
def served(request: pytest.FixtureRequest) -> Iterator[str]:
    sandbox = Sandbox(odoo(request.param))
    with running([sandbox]) as [address]:
        yield address
    sandbox.store.close()


@pytest.fixture(scope="module")
def json2() -> Iterator[httpx2.Client]:
    sandbox = Sandbox(odoo(19))
    with (
        running([sandbox]) as [address],
        httpx2.Client(base_url=address, headers={"Authorization": f"bearer {KEY}"}, trust_env=False) as client,
    ):
        yield client
    sandbox.store.close()


@pytest.fixture
def client(served: str) -> Any:
    where = urlsplit(served)
    client = odoorpc.ODOO(where.hostname, port=where.port, timeout=20)
    client.login(DB, "admin", KEY)
    return client


# --- OdooRPC ---


def test_odoorpc_signs_in_and_lists_databases(served: str, client: Any) -> None:
    assert client.env.uid == logins.ADMIN
    assert client.db.list() == [DB]
    assert client.version in ("17.0", "19.0")
    assert client.env.user.login == "admin"
    with pytest.raises(odoorpc.error.RPCError, match="Wrong login"):
        client.login(DB, "admin", "wrong")
    over_http(served).clock(advance=61)  # or the failures of all tests together would lock it


def test_odoorpc_creates_reads_in_pages_updates_and_deletes(client: Any) -> None:
    partners = client.env["res.partner"]
    ids = partners.create([{"name": f"Contact {n}", "ref": "pages", "phone": "1"} for n in range(25)])
    assert len(ids) == 25
    pages = [partners.search([("ref", "=", "pages")], offset=at, limit=10, order="id") for at in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [id for page in pages for id in page] == ids
    contact = partners.browse(ids[0])
    assert (contact.name, contact.phone, contact.email) == ("Contact 0", "1", False)
    contact.write({"phone": "2"})
    assert partners.read(ids[:1], ["phone"]) == [{"id": ids[0], "phone": "2"}]
    contact.email = "contact0@example.test"  # sent when it is assigned
    assert partners.search_read([("email", "=", "contact0@example.test")], ["name"]) == [
        {"id": ids[0], "name": "Contact 0"}
    ]
    assert partners.unlink(ids) is True
    assert partners.search_count([("ref", "=", "pages")]) == 0


def test_odoorpc_writes_an_order_with_lines_and_confirms_it(client: Any) -> None:
    product = client.env["product.product"].create({"name": "Product 1", "lst_price": 12.5, "taxes_id": [(6, 0, [1])]})
    customer = client.env["res.partner"].create({"name": "Company 1", "is_company": True})
    orders = client.env["sale.order"]
    id = orders.create({"partner_id": customer, "order_line": [(0, 0, {"product_id": product, "product_uom_qty": 2})]})
    order = orders.browse(id)
    assert (order.name[0], order.state, order.amount_total) == ("S", "draft", 30.0)
    line = order.order_line.ids[0]
    orders.write([id], {"order_line": [(1, line, {"product_uom_qty": 4}), (0, 0, {"product_id": product})]})
    assert orders.read([id], ["amount_untaxed", "amount_total"])[0]["amount_total"] == 75.0
    order.action_confirm()
    assert orders.read([id], ["state"])[0]["state"] == "sale"
    with pytest.raises(odoorpc.error.RPCError, match="can not delete a sent quotation"):
        orders.unlink([id])


@pytest.mark.parametrize(
    ("model", "method", "args", "name"),
    [
        ("res.partner", "create", [{"email": "x@example.test"}], "odoo.exceptions.ValidationError"),
        ("res.partner", "write", [[99_999], {"name": "x"}], "odoo.exceptions.MissingError"),
        ("res.partner", "search", [[("wrong", "=", 1)]], "builtins.ValueError"),
        ("res.partner", "no_such_method", [[1]], "builtins.AttributeError"),
        ("no.such.model", "search", [[]], "odoo.exceptions.UserError"),
        ("res.partner", "write", [], "builtins.TypeError"),
        ("res.partner", "_private", [[1]], "odoo.exceptions.AccessError"),
        ("sale.order", "action_confirm", [[99_999]], "odoo.exceptions.MissingError"),
    ],
)
def test_odoorpc_hears_each_class_of_error(client: Any, model: str, method: str, args: list[Any], name: str) -> None:
    with pytest.raises(odoorpc.error.RPCError) as refused:
        client.execute_kw(model, method, args, {})
    assert refused.value.info["data"]["name"] == name
    assert refused.value.info["message"] == "Odoo Server Error"
    assert refused.value.info["code"] == (200 if client.version == "17.0" else 0)


# --- the standard library's XML-RPC ---


def test_xmlrpc_does_the_same(served: str) -> None:
    common = xmlrpc.client.ServerProxy(f"{served}/xmlrpc/2/common")
    models = xmlrpc.client.ServerProxy(f"{served}/xmlrpc/2/object")
    with common, models:
        told: Any = common.version()
        assert told["server_version_info"][3:] == ["final", 0, ""]
        uid = common.authenticate(DB, "admin", "admin", {})
        assert uid == logins.ADMIN
        ids: Any = models.execute_kw(DB, uid, KEY, "res.partner", "create", [[{"name": "A & <B>"}, {"name": "Ä\n2"}]])
        rows: Any = models.execute_kw(DB, uid, KEY, "res.partner", "read", [ids], {"fields": ["name", "phone"]})
        assert [(row["name"], row["phone"]) for row in rows] == [("A & <B>", False), ("Ä\n2", False)]
        assert models.execute_kw(DB, uid, KEY, "res.partner", "write", [ids, {"phone": "1"}]) is True
        where = [[["id", "in", ids], ["phone", "=", "1"]]]
        assert models.execute_kw(DB, uid, KEY, "res.partner", "search_count", where) == 2
        assert models.execute_kw(DB, uid, KEY, "res.partner", "unlink", [ids]) is True


@pytest.mark.parametrize(
    ("args", "code", "text"),
    [
        (("res.partner", "create", [{"email": "x@example.test"}]), 2, r"^The operation cannot be completed"),
        (("res.partner", "unlink", [[99_999]]), 2, r"^Record does not exist"),
        (("ir.config_parameter", "_read", [[]]), 4, r"^Private methods"),
        (("res.partner", "search", [[["wrong", "=", 1]]]), 1, r"(?s)^Traceback.*ValueError: Invalid field"),
        (("no.such.model", "search", [[]]), 2, r"^Object no.such.model doesn't exist"),
    ],
)
def test_xmlrpc_hears_each_fault(served: str, args: tuple[Any, ...], code: int, text: str) -> None:
    with (
        xmlrpc.client.ServerProxy(f"{served}/xmlrpc/2/object") as models,
        pytest.raises(xmlrpc.client.Fault) as refused,
    ):
        models.execute_kw(DB, logins.ADMIN, KEY, *args)
    assert refused.value.faultCode == code
    assert re.search(text, refused.value.faultString)


def test_xmlrpc_has_no_word_for_nothing_but_the_work_is_done(served: str) -> None:
    with xmlrpc.client.ServerProxy(f"{served}/xmlrpc/2/object", allow_none=True) as models:

        def call(method: str, *args: Any) -> Any:
            return models.execute_kw(DB, logins.ADMIN, KEY, "account.move", method, list(args))

        id = call("create", {"move_type": "out_invoice", "partner_id": 1, "invoice_line_ids": [(0, 0, {"name": "x"})]})
        call("action_post", [id])
        with pytest.raises(xmlrpc.client.Fault, match="cannot marshal None"):
            call("button_draft", [id])
        assert call("read", [id], ["state"]) == [{"id": id, "state": "draft"}]


# --- JSON-2 over plain HTTP ---


def test_json2_does_the_same(json2: httpx2.Client) -> None:
    ids = json2.post("/json/2/res.partner/create", json={"vals_list": [{"name": "A"}, {"name": "B"}]}).json()
    written = json2.post("/json/2/res.partner/write", json={"ids": ids, "vals": {"phone": "1"}})
    assert (written.status_code, written.json()) == (200, True)
    domain = {"domain": [["id", "in", ids]], "fields": ["name"], "order": "id desc", "limit": 1}
    assert json2.post("/json/2/res.partner/search_read", json=domain).json() == [{"id": ids[1], "name": "B"}]
    assert json2.post("/json/2/res.partner/unlink", json={"ids": ids}).json() is True
    assert json2.post("/json/2/res.users/context_get").json() == {"lang": "en_US", "tz": False, "uid": 2}
    assert json2.get("/web/version").json() == {"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"}


@pytest.mark.parametrize(
    ("path", "body", "status", "name"),
    [
        ("res.partner/create", {"vals_list": [{"email": "x"}]}, 422, "odoo.exceptions.ValidationError"),
        ("res.partner/write", {"ids": [99_999], "vals": {}}, 404, "odoo.exceptions.MissingError"),
        ("sale.order/action_confirm", {"ids": [99_999]}, 404, "odoo.exceptions.MissingError"),
        ("no.such.model/search", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner/no_such_method", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner/_private", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner/create", {"ids": [1], "vals_list": []}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        ("res.partner/write", {"ids": [1], "vals_list": []}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        ("res.partner/search", {"domain": [["wrong", "=", 1]]}, 500, "builtins.ValueError"),
    ],
)
def test_json2_answers_each_error_with_its_status(
    json2: httpx2.Client, path: str, body: dict[str, Any], status: int, name: str
) -> None:
    answer = json2.post(f"/json/2/{path}", json=body)
    assert (answer.status_code, answer.json()["name"]) == (status, name)
    assert answer.json().keys() == {"name", "message", "arguments", "context", "debug"}


def test_json2_wants_json_a_key_and_the_right_database(json2: httpx2.Client) -> None:
    path = "/json/2/res.partner/search_count"
    assert json2.post(path, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert json2.post(path, content=b"x=1", headers={"Content-Type": "text/plain"}).status_code == 415
    assert json2.post(path, headers={"X-Odoo-Database": "another"}).status_code == 404
    assert json2.post(path, headers={"X-Odoo-Database": DB}).status_code == 200
    assert json2.get(path).status_code == 404
    refused = json2.post(path, headers={"Authorization": "bearer wrong"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "bearer")
    assert refused.json()["arguments"] == ["Invalid apikey", 401]
    assert json2.post(path, headers={"Authorization": "Basic x"}).status_code == 401


def test_a_served_lost_answer_leaves_the_work_done(json2: httpx2.Client) -> None:
    control = over_http(str(json2.base_url).rstrip("/"))
    control.plant("lose-answer", count=1, path="/json/2/*/create")
    with pytest.raises(httpx2.RemoteProtocolError):
        json2.post("/json/2/res.partner/create", json={"vals_list": [{"name": "A", "ref": "lost"}]})
    found = json2.post("/json/2/res.partner/search", json={"domain": [["ref", "=", "lost"]]}).json()
    assert len(found) == 1
