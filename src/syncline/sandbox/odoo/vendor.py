"""Odoo as a vendor of the sandbox: which wire a call came over, how each says no, and what people do in the screens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from xml.etree import ElementTree

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.odoo import described, hooks, json2, jsonrpc, logins, screens, seeding, xmlrpc
from syncline.sandbox.odoo.errors import AccessDenied, Failure, LockError, UserError, unauthorized
from syncline.sandbox.odoo.founding import found
from syncline.sandbox.odoo.invoke import READS
from syncline.sandbox.odoo.models import models_of
from syncline.sandbox.odoo.service import version_of
from syncline.sandbox.odoo.xmlvalues import decoded_call
from syncline.sandbox.quotas import Quota
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.vendor import Users, Vendor, Words

NEWEST = 19
VERSIONS = (17, 18, 19)
WITH_KEYS = (json2.ROOT, "/doc-bearer/")  # where the API key stands in a header


def odoo(version: int = NEWEST) -> Vendor:
    """Odoo of that major version. Options of its sandbox: `database`, and the administrator's `password`, `api_key`."""
    if version not in VERSIONS:
        raise ValueError(f"Odoo {version} is not played here; {', '.join(map(str, VERSIONS))} are")
    return Vendor(
        name="odoo",
        streams=tuple(models_of(version)),
        answer=answer,
        words=Words(limited=limited, failed=failed, expired=expired, rejected=rejected),
        users=Users(read=screens.read, save=screens.save, remove=screens.remove, acts=screens.ACTS),
        seed=seeding.seed,
        found=partial(found, version=version),
        kind=kind,
        writes=writes,
        places=places,
        hooks=hooks.subscribe,
        deliveries=hooks.deliveries,
    )


def answer(sandbox: Sandbox, call: Call) -> Reply:
    """One call, over whichever wire."""
    match call.path.rstrip("/").split("/")[1:]:
        case ["json", "2", *_] if version_of(sandbox) >= 19:
            return json2.answer(sandbox, call)
        case ["doc-bearer", page] if call.method == "GET" and page.endswith(".json") and version_of(sandbox) >= 19:
            return described.answer(sandbox, call, page)
        case ["web" | "json", "version"] if call.method == "GET" and version_of(sandbox) >= 19:
            version = version_of(sandbox)
            return Reply(body={"version_info": [version, 0, 0, "final", 0, ""], "version": f"{version}.0"})
        case ["xmlrpc", "2", _] | ["xmlrpc", _] if call.method == "POST":
            return xmlrpc.answer(sandbox, call)
        case ["web", "hook", secret]:
            return screens.hooked(sandbox, call, secret)
        case ["jsonrpc"] | ["web", "session" | "webclient" | "dataset", *_] if call.method == "POST":
            return jsonrpc.answer(sandbox, call)
    return Reply(status=404, body=b"<h1>Not Found</h1>", headers=jsonrpc.HTML)


def refusal(sandbox: Sandbox, call: Call, failure: Failure) -> Reply:
    """The failure, as the wire of that call says it."""
    if call.path.startswith(WITH_KEYS):
        return json2.refusal(failure)
    if call.path.startswith("/xmlrpc/"):
        return xmlrpc.refusal(call, failure)
    request = jsonrpc.asked(call)
    return jsonrpc.refusal(version_of(sandbox), request.get("id") if request else None, failure)


def limited(sandbox: Sandbox, call: Call, quota: Quota | None) -> Reply:
    """Odoo itself knows no limit; what stands before it answers before any wire is looked at."""
    wait = str(round(quota.per_seconds)) if quota and quota.per_seconds else "1"
    headers = {**jsonrpc.HTML, "retry-after": wait}
    return Reply(status=429, body=b"<h1>429 Too Many Requests</h1>", headers=headers)


def failed(sandbox: Sandbox, call: Call, status: int) -> Reply:
    """409 and 500 are Odoo's own, and inside the wire; the others are the proxy's."""
    if status == 409:
        return refusal(sandbox, call, LockError("Failed to get the lock for the records. Try again later."))
    if status != 500:
        return Reply(status=status, body=f"<h1>{status}</h1>".encode(), headers=jsonrpc.HTML)
    failure = Failure("could not serialize access due to concurrent update\n")
    failure.name = "psycopg2.errors.SerializationFailure"
    return refusal(sandbox, call, failure)


def expired(sandbox: Sandbox, call: Call) -> Reply:
    """The secret that the call showed opens nothing from now on."""
    if call.path.startswith(WITH_KEYS):
        logins.expire(sandbox.store, call.headers.get("authorization", "").partition(" ")[2].strip())
        return json2.refusal(unauthorized("Invalid apikey"))
    service, _, params = _rpc(call)
    if service == "object" and len(params) > 2:
        logins.expire(sandbox.store, str(params[2]))
    return refusal(sandbox, call, AccessDenied())


def rejected(sandbox: Sandbox, call: Call) -> Reply:
    """A rule of the business that nobody knew of."""
    return refusal(sandbox, call, UserError("This is not allowed by the rules of the company."))


def kind(call: Call) -> str:
    """`res.partner.write`, whichever wire it came over; `common.login`; else the path."""
    called = method_called(call)
    if called:
        return ".".join(called)
    service, method, _ = _rpc(call)
    return f"{service}.{method}" if service else call.path


def writes(call: Call) -> bool:
    """Every call is a POST; its method says whether it may change something."""
    called = method_called(call)
    return called is not None and called[1] not in READS


def places(call: Call) -> tuple[str, ...]:
    """A method goes by its path in JSON-2 over the other wires too."""
    called = method_called(call)
    return (call.path, f"{json2.ROOT}/{called[0]}/{called[1]}") if called else (call.path,)


def method_called(call: Call) -> tuple[str, str] | None:
    """The model and the method that are called; None where it is another kind of call."""
    if call.path.startswith(json2.ROOT):
        model, _, method = call.path.removeprefix(json2.ROOT).strip("/").partition("/")
        return model, method
    if call.path.startswith("/web/dataset/"):
        params = (jsonrpc.asked(call) or {}).get("params") or {}
        return str(params.get("model")), str(params.get("method"))
    service, _, args = _rpc(call)
    return (str(args[3]), str(args[4])) if service == "object" and len(args) > 4 else None


def _rpc(call: Call) -> tuple[str, str, list[Any]]:
    """Service, method and parameters of a call over one of the older wires; empty where it is none."""
    try:
        if call.path.startswith("/xmlrpc/"):
            method, params = decoded_call(call.body)
            return call.path.rstrip("/").rpartition("/")[2], method, params
        request = jsonrpc.asked(call) if call.path == "/jsonrpc" else None
    except (ElementTree.ParseError, ValueError):
        return "", "", []
    given: Mapping[str, Any] = (request or {}).get("params") or {}
    args = given.get("args")
    return str(given.get("service", "")), str(given.get("method", "")), args if isinstance(args, list) else []
