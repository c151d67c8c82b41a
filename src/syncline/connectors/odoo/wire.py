"""The two forms that Odoo speaks: JSON-2 since 19, JSON-RPC before; and the sign-in that finds out which."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncline.connect.auth import Bearer, SignIn, Slot
from syncline.connect.request import Answer, Conversation, Request
from syncline.model.outcome import Denied, Later

FIRST_WITH_JSON2 = 19
JSON2 = re.compile(r"/json/2/([\w.]+)/(\w+)")
RPC = "/jsonrpc"
DATABASE_HEADER = "X-Odoo-Database"
COOL_DOWN_SECONDS = 60.0

PLACES: Mapping[str, tuple[str, ...]] = {
    "write": ("vals",),
    "create": ("vals_list",),
    "load": ("fields", "data"),
    "search_read": ("domain", "fields"),
}
"""Arguments that go by their place in JSON-RPC: their names differ between versions."""

STATUS: Mapping[str, int] = {
    "AccessDenied": 401, "SessionExpiredException": 401, "AccessError": 403, "MissingError": 404, "NotFound": 404,
    "LockError": 409, "UserError": 422, "ValidationError": 422, "RedirectWarning": 422,
}  # fmt: skip
"""What JSON-2 answers where JSON-RPC answers 200 with an error inside."""
CODES: Mapping[Any, int] = {100: 401, 404: 404}
"""Those of JSON-RPC itself: the session has ended, there is nothing at this path."""


# ---- sign-in
def sign_in() -> SignIn:
    """A key needs no sign-in with JSON-2; with JSON-RPC every call repeats database, user and key."""
    return SignIn(steps=steps, then=Bearer(scheme="bearer"))


def steps() -> Conversation:
    """Which version, and before JSON-2 also which user. Returns `{"version", "json2"}`, and perhaps `uid`."""
    version = version_in((yield Request(method="GET", path="/web/version")))
    if version is None:
        version = version_in(unwrapped((yield rpc("common", "version", []))))
    if version is None:
        raise ValueError("no version of Odoo answers at this address")
    told = {"version": version, "json2": major(version) >= FIRST_WITH_JSON2}
    if told["json2"]:
        return told
    answer = unwrapped((yield rpc("common", "authenticate", [Slot("database"), Slot("login"), Slot("secret"), {}])))
    if answer.status == 200 and type(answer.body) is int:
        return {**told, "uid": answer.body}
    said = str(answer.body.get("message") or "") if isinstance(answer.body, dict) else ""
    if answer.status == 200 and answer.body is not False:
        raise ValueError(f"authenticate answered {type(answer.body).__name__}")
    if answer.status not in (200, 401):
        raise ValueError(f"authenticate answered {answer.status}: {said[:200]}")
    if "Too many login failures" in said:
        return Later(after=COOL_DOWN_SECONDS)  # the key may be right
    return Denied(reason=said or "this database does not know the user, or the key is wrong")


def version_in(answer: Answer) -> str | None:
    """The version that an answer tells, as `17.0`."""
    body = answer.body if answer.status == 200 and isinstance(answer.body, dict) else {}
    told = body.get("version") or body.get("server_version")
    return told if isinstance(told, str) and re.search(r"\d", told) else None


def major(version: str) -> int:
    """19 of `19.0`, and 18 of `saas~18.2`."""
    found = re.search(r"\d+", version)
    return int(found[0]) if found else 0


# ---- between the forms
def rpc(service: str, method: str, args: list[Any]) -> Request:
    """One call of JSON-RPC."""
    params = {"service": service, "method": method, "args": args}
    return Request(method="POST", path=RPC, json={"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})


def dresser(*, database: bool) -> Callable[[Request, Mapping[str, Any]], Request]:
    """`dress` for a system. database: one is named, and the server may hold several."""

    def dress(request: Request, told: Mapping[str, Any]) -> Request:
        found = JSON2.fullmatch(request.path)
        if found is None:
            return request
        if not told.get("json2", True):
            return as_rpc(request, found[1], found[2])
        if not database:
            return request
        headers: dict[str, Any] = {**request.headers, DATABASE_HEADER: Slot("database")}
        return replace(request, headers=headers)

    return dress


def as_rpc(request: Request, model: str, method: str) -> Request:
    """A call of JSON-2 as one of `execute_kw`."""
    named = dict(request.json)
    args = [named.pop("ids")] if "ids" in named else []
    args += [named.pop(name) for name in PLACES.get(method, ())]
    called = rpc(
        "object", "execute_kw",
        [Slot("database"), Slot("uid"), Slot("secret"), model, method, args, named],
    )  # fmt: skip
    return replace(request, path=called.path, json=called.json)


def undress(answer: Answer, told: Mapping[str, Any]) -> Answer:
    """The answer that JSON-2 would have given. Tracebacks go no further (I18)."""
    if not told.get("json2", True):
        answer = unwrapped(answer)
    if answer.status != 200 and isinstance(answer.body, dict):
        return replace(answer, body={name: value for name, value in answer.body.items() if name != "debug"})
    return answer


def unwrapped(answer: Answer) -> Answer:
    """What is inside the envelope of JSON-RPC; an answer without one stays as it came."""
    body = answer.body
    if answer.status != 200 or not isinstance(body, dict) or "jsonrpc" not in body:
        return answer
    if body.get("error") is None:
        return replace(answer, body=body.get("result"))
    error = object_in(body, "error")
    data = object_in(error, "data")
    name = str(data.get("name") or error.get("message") or "")
    status = STATUS.get(name.rpartition(".")[2], 500)
    if status == 500:
        status = CODES.get(error.get("code"), 500)
    told = {"name": name, "message": data.get("message") or error.get("message"), "arguments": data.get("arguments")}
    return replace(answer, status=status, body=told)


def object_in(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside another, if it is one."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}
