"""JSON-RPC 2.0, where every answer is 200 and errors are inside; and the calls that Odoo's own web client makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.errors import AccessDenied, BadType, Failure, NoKey, UserError, not_found
from syncline.sandbox.odoo.json2 import error_body
from syncline.sandbox.odoo.service import call_kw, call_service, database, version_info, version_of
from syncline.sandbox.sandbox import Sandbox

COOKIE = "session_id"


class SessionExpired(Failure):
    """No session, or one that is over."""

    name, status = "odoo.http.SessionExpiredException", 403


def answer(sandbox: Sandbox, call: Call) -> Reply:
    """One call, done or refused."""
    request = asked(call)
    if request is None:
        return Reply(status=400, body=b"<h1>Bad Request</h1><p>Invalid JSON-RPC data</p>", headers=HTML)
    number = request.get("id")
    try:
        told, headers = _result(sandbox, call, request.get("params") or {})
    except Failure as failure:
        return refusal(version_of(sandbox), number, failure)
    envelope = {"jsonrpc": "2.0", "id": number}
    # A method that returns nothing leaves no result at all.
    return Reply(body=envelope if told is None else {**envelope, "result": told}, headers=headers)


HTML = {"content-type": "text/html; charset=utf-8"}


def asked(call: Call) -> dict[str, Any] | None:
    """The envelope; None where it is none."""
    try:
        given = call.json()
    except ValueError:
        return None
    return given if isinstance(given, dict) and isinstance(given.get("params") or {}, Mapping) else None


def refusal(version: int, number: Any, failure: Failure) -> Reply:
    """What went wrong, inside an answer that is well."""
    code, message = (200 if version < 19 else 0), "Odoo Server Error"
    if isinstance(failure, SessionExpired):
        code, message = 100, "Odoo Session Expired"
    elif failure.status == 404 and failure.name.startswith("werkzeug"):
        code, message = 404, "404: Not Found"
    error = {"code": code, "message": message, "data": error_body(failure)}
    return Reply(body={"jsonrpc": "2.0", "id": number, "error": error})


def _result(sandbox: Sandbox, call: Call, params: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    match call.path.rstrip("/").split("/")[1:]:
        case ["jsonrpc"]:
            return _rpc(sandbox, call, params), {}
        case ["web", "webclient", "version_info"]:
            return version_info(version_of(sandbox)), {}
        case ["web", "session", "authenticate"]:
            return _sign_in(sandbox, params)
        case ["web", "session", "get_session_info"]:
            return _session(sandbox, _user(sandbox, call)), {}
        case ["web", "dataset", "call_kw" | "call_button", *_]:
            return _dataset(sandbox, call, params), {}
    raise not_found("The requested URL was not found on the server.")


def _rpc(sandbox: Sandbox, call: Call, params: Mapping[str, Any]) -> Any:
    if not {"service", "method", "args"} <= params.keys() or not isinstance(params["args"], list):
        raise BadType("jsonrpc() takes service, method and args")
    return call_service(sandbox, call, str(params["service"]), str(params["method"]), params["args"])


def _sign_in(sandbox: Sandbox, params: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    if params.get("db") != database(sandbox):
        raise AccessDenied
    now = sandbox.clock.now()
    uid = logins.authenticate(sandbox.store, params.get("login"), params.get("password"), now)
    if uid is None:
        raise AccessDenied
    cookie = f"{COOKIE}={logins.new_session(sandbox.store, uid, now)}; HttpOnly; Path=/"
    return _session(sandbox, uid), {"set-cookie": cookie}


def _session(sandbox: Sandbox, uid: int) -> dict[str, Any]:
    version = version_of(sandbox)
    user = sandbox.store.get("res.users", uid)
    return {
        "uid": uid, "db": database(sandbox), "username": user.values["login"] if user else False,
        "user_context": {"lang": "en_US", "tz": False, "uid": uid}, "server_version": f"{version}.0",
        "server_version_info": [version, 0, 0, "final", 0, ""],
    }  # fmt: skip


def _user(sandbox: Sandbox, call: Call) -> int:
    cookies = dict(part.strip().partition("=")[::2] for part in call.headers.get("cookie", "").split(";"))
    uid = logins.by_session(sandbox.store, cookies.get(COOKIE, ""))
    if uid is None:
        raise SessionExpired("Session expired")
    return uid


def _dataset(sandbox: Sandbox, call: Call, params: Mapping[str, Any]) -> Any:
    uid = _user(sandbox, call)
    model = str(params.get("model"))
    try:
        return call_kw(
            sandbox, call, uid, model, str(params.get("method")), params.get("args") or [], params.get("kwargs") or {}
        )
    except UserError as failure:
        if failure.message == f"Object {model} doesn't exist":
            raise NoKey(repr(model)) from failure  # this door looks it up without kind words
        raise
