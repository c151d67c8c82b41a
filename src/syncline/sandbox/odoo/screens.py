"""What people do in Odoo's screens, through the control API: edits, deletes, merges, payments, keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.errors import Failure, MissingError
from syncline.sandbox.odoo.model import Env, having
from syncline.sandbox.odoo.reading import read_rows
from syncline.sandbox.odoo.service import env_for, in_transaction
from syncline.sandbox.odoo.writing import change, erase, make, pointers, pointing_rows
from syncline.sandbox.sandbox import Sandbox

T = TypeVar("T")
PERSON = logins.SELLER  # whose hand it is; people are not asked for their rights here
INCOMING = "incoming webhooks"


def read(sandbox: Sandbox, stream: str, id: str | None) -> Any:
    """One row, or all, as `read(load=None)` tells it, archived ones too."""
    env = env_for(sandbox, PERSON, {})
    model = env.model(stream)
    if id is None:
        return read_rows(env, model, env.store.select(stream), None, None)
    row = env.find(stream, _number(id))
    return read_rows(env, model, [row], None, None)[0] if row else None


def save(sandbox: Sandbox, stream: str, id: str | None, values: Mapping[str, Any]) -> Any:
    """Makes or changes a row, with values as `create` and `write` take them."""
    env = _person(sandbox)
    model = env.model(stream)

    def work() -> int:
        if id is None:
            return make(env, model, [values])[0]
        change(env, model, [_number(id)], values)
        return _number(id)

    return read(sandbox, stream, str(_done(sandbox, env, work)))


def remove(sandbox: Sandbox, stream: str, id: str) -> bool:
    """Deletes it without a trace."""
    env = _person(sandbox)
    if env.find(stream, _number(id)) is None:
        return False
    return _done(sandbox, env, lambda: erase(env, env.model(stream), [_number(id)]))


def merge(sandbox: Sandbox, posted: Any) -> Any:
    """{"model"?, "into": id, "from": [ids]}: the losers are gone, what pointed to them points to the winner."""
    env = _person(sandbox)
    model, winner, losers = env.model(posted.get("model", "res.partner")), int(posted["into"]), list(posted["from"])

    def work() -> int:
        head = env.row(model.name, winner)
        rows = env.rows(model.name, losers)
        lacking = {
            name: value for row in reversed(rows) for name, value in row.values.items() if name not in head.values
        }
        for other, one in pointers(env, model):
            if one.type != "many2one" or one.settled:
                continue
            for pointing in pointing_rows(env, other, one, losers):
                mine = other.name == model.name and pointing.id in (winner, *losers)
                env.put(other.name, pointing, {one.name: None if mine else winner})
        for row in having(env.store, "ir.model.data", "res_id", losers):
            if row.values["model"] == model.name:
                env.put("ir.model.data", row, {"res_id": winner})
        erase(env, model, losers)
        env.put(model.name, env.row(model.name, winner), lacking)
        model.settle(env, [winner], {"name"})
        env.posts.append(("on_write", model.name, winner))
        return winner

    return {"id": _done(sandbox, env, work)}


def pay(sandbox: Sandbox, posted: Any) -> Any:
    """{"id": invoice}: a posted invoice is paid in full."""
    env = _person(sandbox)
    row = env.find("account.move", int(posted["id"]))
    if row is None or row.values.get("state") != "posted":
        raise ValueError("only a posted invoice is paid")

    def work() -> Any:
        env.put("account.move", row, {"payment_state": "paid", "amount_residual": 0.0})
        env.posts.append(("on_write", "account.move", int(row.id)))
        return row.id

    return {"id": _done(sandbox, env, work)}


def key(sandbox: Sandbox, posted: Any) -> Any:
    """{"login"?, "key"}: one more API key, beside those that the user has."""
    login = posted.get("login", "admin")
    users = having(sandbox.store, "res.users", "login", [login])
    if not users:
        raise ValueError(f"nobody is called {login!r}")
    uid = int(users[0].id)
    held = logins.secrets_of(sandbox.store, uid)
    logins.set_secrets(sandbox.store, uid, held["password"], [*held["keys"], str(posted["key"])])
    return {"uid": uid}


def call_method(sandbox: Sandbox, posted: Any) -> Any:
    """{"model", "method", "ids"}: presses a button, such as action_confirm."""
    env = _person(sandbox)
    model = env.model(str(posted["model"]))
    method = model.on_rows.get(str(posted["method"]))
    if method is None:
        raise ValueError(f"{model.name} has the buttons {', '.join(sorted(model.on_rows))}")
    return {"result": _done(sandbox, env, lambda: method(env, model, list(posted["ids"])))}


def listen(sandbox: Sandbox, posted: Any) -> Any:
    """{"secret", "values"}: an incoming webhook that writes these values to the record it is told."""
    known = {**sandbox.store.setting(INCOMING, {}), str(posted["secret"]): posted.get("values", {})}
    sandbox.store.set(INCOMING, known)
    return {"path": f"/web/hook/{posted['secret']}"}


ACTS: Mapping[str, Callable[[Sandbox, Any], Any]] = {
    "merge": merge, "pay": pay, "key": key, "button": call_method, "listen": listen,
}  # fmt: skip


def hooked(sandbox: Sandbox, call: Call, secret: str) -> Reply:
    """A call of an incoming webhook: its address is its secret."""
    known = sandbox.store.setting(INCOMING, {})
    if secret not in known:
        return Reply(status=404, body={"status": "error"})
    try:
        payload = call.json() if call.body else dict(call.query)
        env = _person(sandbox)
        _done(sandbox, env, lambda: change(env, env.model(payload["_model"]), [int(payload["_id"])], known[secret]))
    except (ValueError, KeyError, TypeError):
        return Reply(status=500, body={"status": "error"})
    return Reply(body={"status": "ok"})


def _person(sandbox: Sandbox) -> Env:
    return env_for(sandbox, PERSON, {}, sandbox.shown())


def _done(sandbox: Sandbox, env: Env, work: Callable[[], T]) -> T:
    try:
        return in_transaction(sandbox, env, work)
    except MissingError as failure:
        raise KeyError(failure.message) from failure
    except Failure as failure:
        raise ValueError(failure.message) from failure


def _number(id: str) -> int:
    if not id.isdigit():
        raise ValueError(f"{id!r} is no id: they are whole numbers")
    return int(id)
