"""JSON-2, the API of version 19 and later: POST /json/2/MODEL/METHOD, plain values, HTTP statuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.errors import (
    Failure,
    HttpFailure,
    NoAttribute,
    bad_request,
    not_found,
    unprocessable,
    unsupported,
)  # fmt: skip
from syncline.sandbox.odoo.invoke import DoesNotFit, Invoke, as_ids, method_of, perform
from syncline.sandbox.odoo.service import database, env_of, in_transaction
from syncline.sandbox.sandbox import Sandbox

ROOT = "/json/2"


def answer(sandbox: Sandbox, call: Call) -> Reply:
    """One call, done or refused."""
    try:
        return Reply(body=result(sandbox, call))
    except Failure as failure:
        return refusal(failure)


def refusal(failure: Failure) -> Reply:
    """What went wrong, as this API says it."""
    headers = {"www-authenticate": "bearer"} if failure.status == 401 else {}
    return Reply(status=failure.status, body=error_body(failure), headers=headers)


def error_body(failure: Failure) -> dict[str, Any]:
    """The error object that JSON-2 answers with and JSON-RPC carries as `data`."""
    arguments: list[Any] = [failure.message]
    if isinstance(failure, HttpFailure):
        arguments.append(failure.status)
    return {
        "name": failure.name, "message": failure.message, "arguments": arguments, "context": {},
        "debug": traceback(failure),
    }  # fmt: skip


def traceback(failure: Failure) -> str:
    """As much of a traceback as anybody may rely on."""
    return f"Traceback (most recent call last):\n  ...\n{failure.name.removeprefix('builtins.')}: {failure.message}\n"


def result(sandbox: Sandbox, call: Call) -> Any:
    """What the method returns. Raises Failure."""
    parts = call.path.removeprefix(ROOT).strip("/").split("/")
    if call.method != "POST" or len(parts) != 2:
        raise not_found("Did you mean POST /json/2/<model>/<method>?")
    if call.body and call.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise unsupported("Request inferred type is compatible with JSON-2 only: Content-Type must be application/json")
    if call.headers.get("x-odoo-database", database(sandbox)) != database(sandbox):
        raise not_found("No database is selected")
    uid = logins.by_key(sandbox.store, call.headers.get("authorization", ""))
    model, method = parts
    given = _body(call)
    context = given.pop("context", None) or {}
    if not isinstance(context, Mapping):
        raise unprocessable("context must be an object")
    env = env_of(sandbox, call, uid, context)
    if model not in env.models:
        raise not_found(f"the model {model!r} does not exist")
    if method.startswith("_"):
        raise not_found(f"The method '{model}.{method}' does not exist")
    try:
        _, on_rows = method_of(env.models[model], method)
    except NoAttribute as error:
        raise not_found(error.message) from error
    ids = given.pop("ids", None) or []
    if ids and not on_rows:
        raise unprocessable(f"cannot call {model}.{method} with ids")
    invoke = Invoke(model=model, method=method, ids=as_ids(ids), kwargs=given)
    try:
        returned = in_transaction(sandbox, env, lambda: perform(env, invoke))
    except DoesNotFit as error:
        raise unprocessable(error.message) from error
    # What is a recordset inside Odoo is its ids here, also if it is of one record.
    return [returned] if method in ("create", "copy") and isinstance(returned, int) else returned


def _body(call: Call) -> dict[str, Any]:
    if not call.body:
        return {}
    try:
        given = call.json()
    except ValueError as error:
        raise bad_request(f"could not parse the body as json: {error}") from error
    return dict(given) if isinstance(given, Mapping) else {}
