"""Calls to an Odoo sandbox in the same process, over each of its wires, and what it refuses as one exception."""

import xmlrpc.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from syncline.sandbox.call import Call, Reply, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.vendor import odoo
from syncline.sandbox.sandbox import Sandbox

NOON = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC
KEY = logins.KEYS[logins.ADMIN]


class No(Exception):
    """What was refused: `code` is JSON-2's status, JSON-RPC's class or XML-RPC's fault."""

    def __init__(self, code: Any, name: str, message: str) -> None:
        super().__init__(code, name, message)
        self.code, self.name, self.message = code, name, message


Ask = Callable[..., Any]
"""(sandbox, model, method, ids or None, secret, user id, named arguments)"""


@dataclass(frozen=True)
class Odoo:
    """A sandbox as one wire shows it: `odoo.call("res.partner", "write", [7], vals={...})`."""

    sandbox: Sandbox
    ask: Ask

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, **named: Any) -> Any:
        return self.ask(self.sandbox, model, method, ids, KEY, logins.ADMIN, named)

    def as_seller(self, model: str, method: str, ids: Sequence[int] | None = None, **named: Any) -> Any:
        return self.ask(self.sandbox, model, method, ids, logins.KEYS[logins.SELLER], logins.SELLER, named)

    def make(self, model: str, /, **values: Any) -> int:
        made = self.call(model, "create", vals_list=[values])
        return int(made[0])

    def read(self, model: str, id: int, *fields: str) -> Any:
        rows = self.call(model, "read", [id], fields=list(fields))
        return rows[0][fields[0]] if len(fields) == 1 else rows[0]

    @property
    def version(self) -> int:
        return int(self.sandbox.store.setting("odoo version"))


def opened(version: int, ask: Ask, **options: Any) -> Odoo:
    return Odoo(Sandbox(odoo(version), clock=Clock(lambda: NOON), options=options), ask)


def answered(sandbox: Sandbox, call: Call) -> Reply:
    reply = sandbox.answer(call)
    assert isinstance(reply, Reply)
    return reply


def over_json2(
    sandbox: Sandbox, model: str, method: str, ids: Sequence[int] | None, secret: str, uid: int, named: dict[str, Any]
) -> Any:
    body = named if ids is None else {"ids": list(ids), **named}
    reply = answered(
        sandbox, json_call("POST", f"/json/2/{model}/{method}", body, {"authorization": f"bearer {secret}"})
    )
    if reply.status != 200:
        raise No(reply.status, reply.body["name"], reply.body["message"])
    return reply.body


def over_jsonrpc(
    sandbox: Sandbox, model: str, method: str, ids: Sequence[int] | None, secret: str, uid: int, named: dict[str, Any]
) -> Any:
    args = [logins.DATABASE, uid, secret, model, method, [] if ids is None else [list(ids)], named]
    return rpc(sandbox, "object", "execute_kw", *args)


def rpc(sandbox: Sandbox, service: str, method: str, *args: Any) -> Any:
    params = {"service": service, "method": method, "args": list(args)}
    body = {"jsonrpc": "2.0", "id": 7, "method": "call", "params": params}
    reply = answered(sandbox, json_call("POST", "/jsonrpc", body))
    assert reply.status == 200
    assert reply.body["id"] == 7
    if error := reply.body.get("error"):
        raise No(error["code"], error["data"]["name"], error["data"]["message"])
    return reply.body.get("result")


def over_xmlrpc(
    sandbox: Sandbox, model: str, method: str, ids: Sequence[int] | None, secret: str, uid: int, named: dict[str, Any]
) -> Any:
    args = (logins.DATABASE, uid, secret, model, method, [] if ids is None else [list(ids)], named)
    return xml(sandbox, "/xmlrpc/2/object", "execute_kw", *args)


def xml(sandbox: Sandbox, path: str, method: str, *args: Any) -> Any:
    body = xmlrpc.client.dumps(args, method, allow_none=True).encode()
    reply = answered(sandbox, Call(method="POST", path=path, headers={"content-type": "text/xml"}, body=body))
    assert reply.status == 200
    try:
        return xmlrpc.client.loads(reply.content())[0][0]
    except xmlrpc.client.Fault as fault:
        raise No(fault.faultCode, "", fault.faultString) from None


WIRES = {
    "17 json-rpc": (17, over_jsonrpc),
    "17 xml-rpc": (17, over_xmlrpc),
    "19 json-2": (19, over_json2),
    "19 json-rpc": (19, over_jsonrpc),
    "19 xml-rpc": (19, over_xmlrpc),
}
