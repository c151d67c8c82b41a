"""Who is let in, over which wire, and what each of them says to those who are not."""

from typing import Any

import pytest

from syncline.sandbox.call import Call, json_call
from syncline.sandbox.odoo import logins
from syncline.sandbox.remote import in_process

from .calling import KEY, No, Odoo, answered, opened, over_json2, over_jsonrpc, over_xmlrpc, rpc, xml

DB = logins.DATABASE


@pytest.mark.parametrize("secret", ["admin", KEY])
def test_password_and_key_both_sign_in(secret: str) -> None:
    odoo = opened(17, over_jsonrpc)
    assert rpc(odoo.sandbox, "common", "authenticate", DB, "admin", secret, {}) == 2
    assert rpc(odoo.sandbox, "common", "login", DB, "admin", secret) == 2
    assert rpc(odoo.sandbox, "object", "execute", DB, 2, secret, "res.users", "context_get")["uid"] == 2
    assert xml(odoo.sandbox, "/xmlrpc/2/common", "authenticate", DB, "admin", secret, {}) == 2
    assert xml(odoo.sandbox, "/xmlrpc/2/object", "execute", DB, 2, secret, "res.partner", "search", []) != []


def test_a_password_is_no_key_for_json2(odoo: Odoo) -> None:
    with pytest.raises(No) as refused:
        over_json2(odoo.sandbox, "res.partner", "search", None, "admin", 2, {})
    assert (refused.value.code, refused.value.message) == (401, "Invalid apikey")


def test_a_wrong_secret_is_false_at_the_door_and_an_error_inside() -> None:
    odoo = opened(17, over_jsonrpc)
    assert rpc(odoo.sandbox, "common", "authenticate", DB, "admin", "wrong", {}) is False
    assert rpc(odoo.sandbox, "common", "authenticate", DB, "nobody", "wrong", {}) is False
    with pytest.raises(No) as refused:
        over_jsonrpc(odoo.sandbox, "res.partner", "search", None, "wrong", 2, {})
    assert (refused.value.code, refused.value.name) == (200, "odoo.exceptions.AccessDenied")
    with pytest.raises(No) as refused:
        over_xmlrpc(odoo.sandbox, "res.partner", "search", None, "wrong", 2, {})
    assert (refused.value.code, refused.value.message) == (3, "Access Denied")


def test_too_many_failures_lock_the_door_for_a_minute() -> None:
    odoo = opened(17, over_xmlrpc)
    for _ in range(5):
        assert xml(odoo.sandbox, "/xmlrpc/2/common", "authenticate", DB, "admin", "wrong", {}) is False
    assert xml(odoo.sandbox, "/xmlrpc/2/common", "authenticate", DB, "admin", KEY, {}) is False
    with pytest.raises(No, match="Too many login failures") as refused:
        odoo.call("res.partner", "search")
    assert refused.value.code == 3
    in_process(odoo.sandbox).clock(advance=61)
    assert xml(odoo.sandbox, "/xmlrpc/2/common", "authenticate", DB, "admin", KEY, {}) == 2
    assert odoo.call("res.partner", "search_count", domain=[]) > 0


def test_another_database_is_not_there() -> None:
    odoo = opened(19, over_jsonrpc)
    with pytest.raises(No, match='database "other" does not exist') as refused:
        rpc(odoo.sandbox, "common", "authenticate", "other", "admin", KEY, {})
    assert refused.value.name == "psycopg2.OperationalError"
    with pytest.raises(No, match='database "other" does not exist') as refused:
        xml(odoo.sandbox, "/xmlrpc/2/object", "execute_kw", "other", 2, KEY, "res.partner", "search", [[]])
    assert refused.value.code == 1
    named = opened(19, over_jsonrpc, database="acme", api_key="f" * 40, password="secret")
    assert rpc(named.sandbox, "common", "authenticate", "acme", "admin", "secret", {}) == 2
    assert over_json2(named.sandbox, "res.partner", "search_count", None, "f" * 40, 2, {}) > 0


@pytest.mark.parametrize(
    ("service", "method", "args", "name"),
    [
        ("nothing", "version", [], "builtins.KeyError"),
        ("common", "nothing", [], "builtins.KeyError"),
        ("common", "login", [], "builtins.TypeError"),
        ("object", "nothing", [DB, 2, KEY, "res.partner", "search"], "builtins.KeyError"),
        ("object", "execute_kw", [DB], "builtins.TypeError"),
        ("object", "execute_kw", [DB, "x", KEY, "res.partner", "search"], "builtins.TypeError"),
        ("object", "execute_kw", [DB, 2, KEY, "res.partner", "search", "x"], "builtins.TypeError"),
        ("object", "execute_kw", [DB, 2, KEY, "res.partner", "search", [], {"context": 5}], "builtins.TypeError"),
        ("object", "execute_kw", [DB, 2, KEY, "res.partner", "search", [], {"wrong": 5}], "builtins.TypeError"),
        ("object", "execute_kw", [DB, 2, KEY, "res.partner", "read", [["x"]]], "builtins.TypeError"),
        ("object", "execute_kw", [DB, 2, KEY, "res.partner", "create", [5]], "builtins.TypeError"),
        ("db", "nothing", [], "builtins.KeyError"),
    ],
)
def test_calls_that_make_no_sense(service: str, method: str, args: list[Any], name: str) -> None:
    odoo = opened(19, over_jsonrpc)
    with pytest.raises(No) as refused:
        rpc(odoo.sandbox, service, method, *args)
    assert (refused.value.code, refused.value.name) == (0, name)


def test_bodies_that_cannot_be_read() -> None:
    sandbox = opened(17, over_jsonrpc).sandbox
    assert answered(sandbox, Call(method="POST", path="/jsonrpc", body=b"{")).status == 400
    assert answered(sandbox, json_call("POST", "/jsonrpc", [])).status == 400
    for body in (b"<x", b"<methodCall/>", b"<!DOCTYPE x [<!ENTITY y 'z'>]><methodCall/>"):
        reply = answered(sandbox, Call(method="POST", path="/xmlrpc/2/common", body=body))
        assert b"<int>1</int>" in reply.content()


def test_version_17_knows_no_json2() -> None:
    sandbox = opened(17, over_jsonrpc).sandbox
    for method, path in (("POST", "/json/2/res.partner/search"), ("GET", "/web/version"), ("GET", "/nowhere")):
        assert answered(sandbox, json_call(method, path, None, {"authorization": f"bearer {KEY}"})).status == 404
    told = rpc(sandbox, "common", "version")
    assert told == {
        "server_version": "17.0", "server_version_info": [17, 0, 0, "final", 0, ""], "server_serie": "17.0",
        "protocol_version": 1,
    }  # fmt: skip
    info = answered(sandbox, json_call("POST", "/web/webclient/version_info", {"params": {}}))
    assert info.body["result"] == told


def test_the_oldest_address_gives_texts_as_codes() -> None:
    sandbox = opened(17, over_jsonrpc).sandbox

    def code(*args: Any) -> Any:
        with pytest.raises(No) as refused:
            xml(sandbox, "/xmlrpc/object", "execute_kw", DB, 2, *args)
        return refused.value.code

    assert code(KEY, "res.partner", "write", [[9999], {}]).startswith(
        "warning -- MissingError\n\nRecord does not exist"
    )
    assert code(KEY, "res.partner", "_x", [[]]).startswith("warning -- AccessError")
    assert code(KEY, "crm.lead", "create", [{}]).startswith("warning -- UserError")
    assert code("wrong", "crm.lead", "create", [{}]) == "AccessDenied"
    assert code(KEY, "res.partner", "read", [[1], ["wrong"]]) == "Invalid field 'wrong' on model 'res.partner'"


def test_a_session_lasts_and_a_missing_one_is_said_to_have_expired() -> None:
    sandbox = opened(17, over_jsonrpc).sandbox
    call = {"params": {"model": "res.partner", "method": "search_count", "args": [[]], "kwargs": {}}}
    path = "/web/dataset/call_kw/res.partner/search_count"
    expired = answered(sandbox, json_call("POST", path, call)).body["error"]
    assert (expired["code"], expired["data"]["name"]) == (100, "odoo.http.SessionExpiredException")
    who = {"params": {"db": DB, "login": "admin", "password": "admin"}}
    entered = answered(sandbox, json_call("POST", "/web/session/authenticate", who))
    assert entered.body["result"]["uid"] == 2
    cookie = {"cookie": entered.headers["set-cookie"].partition(";")[0]}
    assert answered(sandbox, json_call("POST", path, call, cookie)).body["result"] > 0
    call["params"]["model"] = "no.such.model"
    assert answered(sandbox, json_call("POST", path, call, cookie)).body["error"]["data"]["name"] == "builtins.KeyError"
    who["params"]["password"] = "wrong"
    wrong = answered(sandbox, json_call("POST", "/web/session/authenticate", who)).body["error"]
    assert wrong["data"]["name"] == "odoo.exceptions.AccessDenied"


def test_groups_say_who_may_what(every: Odoo) -> None:
    for model, method, ids, named in (
        ("account.move", "create", None, {"vals_list": [{"partner_id": 1}]}),
        ("ir.model.fields", "create", None, {"vals_list": [{"name": "x_a"}]}),
        ("res.users", "write", [2], {"vals": {"login": "x"}}),
        ("ir.config_parameter", "search", None, {"domain": []}),
        ("product.product", "unlink", [1], {}),
    ):
        with pytest.raises(No, match="You are not allowed to") as refused:
            every.as_seller(model, method, ids, **named)
        assert (refused.value.code, refused.value.name) in (
            (403, "odoo.exceptions.AccessError"), (200, "odoo.exceptions.AccessError"),
            (0, "odoo.exceptions.AccessError"), (4, ""),
        )  # fmt: skip
    made = every.as_seller("res.partner", "create", vals_list=[{"name": "Contact 1"}])
    assert every.read("res.partner", made[0], "create_uid") == [6, "Seller"]
    assert every.as_seller("account.move", "search", domain=[]) == []
    rights = every.as_seller("account.move", "check_access_rights", operation="create", raise_exception=False)
    assert rights is False


def test_a_seller_sees_what_is_his_or_nobody_s(every: Odoo) -> None:
    other, own, free = (every.make("sale.order", partner_id=1, user_id=user) for user in (2, 6, False))
    assert every.as_seller("sale.order", "search", domain=[], order="id") == [own, free]
    assert every.as_seller("sale.order", "search_count", domain=[["id", "in", [other, own]]]) == 1
    every.as_seller("sale.order", "write", [own, free], vals={"origin": "x"})
    for method, named in (("write", {"vals": {"origin": "x"}}), ("read", {}), ("action_confirm", {}), ("unlink", {})):
        with pytest.raises(No, match="Due to security restrictions") as refused:
            every.as_seller("sale.order", method, [own, other], **named)
        assert refused.value.code in (403, 200, 0, 4)
    assert every.call("sale.order", "search", domain=[], order="id") == [other, own, free]


def test_who_is_archived_is_not_let_in(odoo: Odoo) -> None:
    odoo.call("res.users", "write", [6], vals={"active": False})
    with pytest.raises(No) as refused:
        odoo.as_seller("res.partner", "search", domain=[])
    assert refused.value.code == 401
