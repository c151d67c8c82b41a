"""Odoo behind its wires: the transaction around a call, and the services `common`, `object` and `db`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from syncline.sandbox.call import Call
from syncline.sandbox.odoo import hooks, logins
from syncline.sandbox.odoo.errors import BadType, Crash, Failure, NoDatabase, NoKey, UserError
from syncline.sandbox.odoo.invoke import from_positions, perform
from syncline.sandbox.odoo.model import Env
from syncline.sandbox.odoo.models import models_of
from syncline.sandbox.odoo.standard.meta import with_made
from syncline.sandbox.sandbox import Sandbox

T = TypeVar("T")


def version_of(sandbox: Sandbox) -> int:
    """The major version that this sandbox plays."""
    return int(sandbox.store.setting("odoo version"))


def database(sandbox: Sandbox) -> str:
    """The name of its only database."""
    return str(sandbox.options.get("database", logins.DATABASE))


def version_info(version: int) -> dict[str, Any]:
    """What `version()` tells."""
    return {
        "server_version": f"{version}.0", "server_version_info": [version, 0, 0, "final", 0, ""],
        "server_serie": f"{version}.0", "protocol_version": 1,
    }  # fmt: skip


def env_for(sandbox: Sandbox, uid: int, context: Mapping[str, Any], shown: int | None = None) -> Env:
    """A transaction's environment, as of now. shown: the moment from which searches show what it writes."""
    models = with_made(models_of(version_of(sandbox)), sandbox.store)
    return Env(
        store=sandbox.store, models=models, version=version_of(sandbox), uid=uid, now=sandbox.clock.micros(),
        context=context, shown=shown,
    )  # fmt: skip


def env_of(sandbox: Sandbox, call: Call, uid: int, context: Mapping[str, Any]) -> Env:
    """The same for a call of the API."""
    return env_for(sandbox, uid, context, sandbox.shown(call) if sandbox.vendor.writes(call) else None)


def in_transaction(sandbox: Sandbox, env: Env, work: Callable[[], T]) -> T:
    """All of the work is kept, or none of it. What failed was still told to webhooks where version 17 tells at once.

    Arguments of odd types break Odoo's own Python: the client sees the exception, and so it does here.
    """
    try:
        with sandbox.store.all_or_nothing("work"):
            try:
                result = work()
            except (TypeError, LookupError, ValueError, ArithmeticError, AttributeError) as error:
                raise Crash(error) from error
    except Failure:
        if env.version <= 17:
            hooks.queue(sandbox.store, env)
        raise
    hooks.queue(sandbox.store, env)
    return result


def call_service(sandbox: Sandbox, call: Call, service: str, method: str, params: Sequence[Any]) -> Any:
    """What the RPC services return. Raises Failure."""
    match service:
        case "common":
            return _common(sandbox, method, params)
        case "object":
            return _object(sandbox, call, method, params)
        case "db" if version_of(sandbox) < 20:
            return _db(sandbox, method, params)
    raise NoKey(repr(service))


def _common(sandbox: Sandbox, method: str, params: Sequence[Any]) -> Any:
    match method:
        case "version":
            return version_info(version_of(sandbox))
        case "about":
            return "See http://openerp.com"
        case "login" | "authenticate":
            if len(params) < 3:
                raise BadType(f"exp_{method}() takes database, login and password")
            _known_database(sandbox, params[0])
            uid = logins.authenticate(sandbox.store, params[1], params[2], sandbox.clock.now())
            return uid or False
    raise NoKey(f"Method not found: {method}")


def _db(sandbox: Sandbox, method: str, params: Sequence[Any]) -> Any:
    match method:
        case "list":
            return [database(sandbox)]
        case "db_exist":
            return list(params) == [database(sandbox)]
        case "server_version":
            return f"{version_of(sandbox)}.0"
    raise NoKey(f"Method not found: {method}")


def _known_database(sandbox: Sandbox, name: Any) -> None:
    if name != database(sandbox):
        raise NoDatabase(f'connection to server failed: FATAL:  database "{name}" does not exist\n')


def _object(sandbox: Sandbox, call: Call, method: str, params: Sequence[Any]) -> Any:
    if method not in ("execute", "execute_kw"):
        raise NoKey(f"Method not available {method}")
    if len(params) < 5:
        raise BadType(f"{method}() takes database, user, password, model and method")
    _known_database(sandbox, params[0])
    try:
        given = int(params[1])
    except (TypeError, ValueError) as error:
        raise BadType(f"invalid user id: {params[1]!r}") from error
    uid = logins.check(sandbox.store, given, params[2], sandbox.clock.now())
    model, name = str(params[3]), str(params[4])
    args: Sequence[Any] = params[5:]
    kwargs: Mapping[str, Any] = {}
    if method == "execute_kw":
        args = params[5] if len(params) > 5 else []
        kwargs = (params[6] if len(params) > 6 else None) or {}
    return call_kw(sandbox, call, uid, model, name, args, kwargs)


def call_kw(
    sandbox: Sandbox, call: Call, uid: int, model: str, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """A method called with positional arguments, the records first. Raises Failure."""
    if not isinstance(args, list | tuple) or not isinstance(kwargs, Mapping):
        raise BadType("args must be a list and kwargs an object")
    context = kwargs.get("context") or {}
    if not isinstance(context, Mapping):
        raise BadType("context must be an object")
    env = env_of(sandbox, call, uid, context)
    if model not in env.models:
        raise UserError(f"Object {model} doesn't exist")
    invoke = from_positions(env.models[model], method, args, kwargs)
    return in_transaction(sandbox, env, lambda: perform(env, invoke))
