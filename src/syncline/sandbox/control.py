"""The control API under /_sandbox/: what a test does to the system behind the vendor's API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.company import Size
from syncline.sandbox.faults import Fault
from syncline.sandbox.quotas import Quota, Quotas
from syncline.sandbox.routes import Routes

if TYPE_CHECKING:
    from syncline.sandbox.sandbox import Sandbox

ROOT = "/_sandbox/"
T = TypeVar("T")

Act = Callable[["Sandbox", Call, dict[str, str]], Any]


def answer(sandbox: Sandbox, call: Call) -> Reply:
    """One call of the control API. What cannot be is answered with a sentence."""
    found = ROUTES.find(call.method, f"{call.path}/".removeprefix(ROOT).rstrip("/"))
    if found is None:
        return Reply(status=404, body={"problem": f"the control API has no {call.method} {call.path}"})
    try:
        with sandbox.store.all_or_nothing("control"):
            body = found.target(sandbox, call, found.parts)
    except KeyError as missing:
        return Reply(status=400, body={"problem": f"{missing.args[0]} is missing"})
    except (ValueError, TypeError, msgspec.MsgspecError) as problem:
        return Reply(status=400, body={"problem": str(problem)})
    return Reply(status=404, body={"problem": "it is not there"}) if body is None else Reply(body=body)


def about(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """What this is."""
    acts, streams = sorted(sandbox.vendor.users.acts), sandbox.vendor.streams
    return {"vendor": sandbox.vendor.name, "streams": streams, "acts": acts, "now": sandbox.clock.now()}


def reset(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """The first day again; the clock goes on."""
    sandbox.found()
    return {}


def seed(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """A made-up company; the same numbers make the same company in every vendor's system."""
    size = shaped(posted(call), Size) if call.body else Size()
    sandbox.seed(size)
    return asdict(size)


def read(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """Rows as they are, without lag and without cost."""
    return sandbox.vendor.users.read(sandbox, known(sandbox, parts["stream"]), parts.get("id"))


def save(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """A person makes or changes a row."""
    return sandbox.vendor.users.save(sandbox, known(sandbox, parts["stream"]), parts.get("id"), fields_of(call))


def remove(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """A person deletes a row."""
    return {} if sandbox.vendor.users.remove(sandbox, known(sandbox, parts["stream"]), parts["id"]) else None


def act(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """Whatever else a person can do there."""
    if parts["name"] not in sandbox.vendor.users.acts:
        raise ValueError(f"here people can {', '.join(sorted(sandbox.vendor.users.acts)) or 'do nothing else'}")
    return sandbox.vendor.users.acts[parts["name"]](sandbox, fields_of(call))


def plant(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """One fault, or several; with DELETE none is left."""
    body = posted(call)
    for one in body if isinstance(body, list) else [body]:
        sandbox.faults.plant(shaped(one, Fault))
    return planted(sandbox, call, parts)


def planted(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """The faults at work, and how often each struck."""
    return [{**asdict(one.fault), "struck": one.struck} for one in sandbox.faults.planted]


def heal(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """No fault is left."""
    sandbox.faults.clear()
    return {}


def calls(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """Every call of the vendor's API, with what is left of each quota."""
    now = sandbox.clock.now()
    left = {quota.name: sandbox.quotas.left(now, quota) for quota in sandbox.quotas.quotas}
    return {**sandbox.calls.shown(number(call, "after", 0), number(call, "limit", 1000)), "left": left}


def quotas(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """Other quotas than the vendor's; an empty list: none."""
    body = posted(call)
    if not isinstance(body, list):
        raise ValueError("quotas are a list; an empty one: none")
    sandbox.quotas = Quotas([shaped(one, Quota) for one in body])
    return [asdict(quota) for quota in sandbox.quotas.quotas]


def clock(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """Sets, advances, freezes."""
    body = fields_of(call) if call.body else {}
    if unknown := body.keys() - {"now", "advance", "frozen"}:
        raise ValueError(f"the clock takes now, advance and frozen, not {', '.join(sorted(unknown))}")
    if "frozen" in body:
        sandbox.clock.freeze(bool(body["frozen"]))
    if "now" in body:
        sandbox.clock.set(float(body["now"]))
    if "advance" in body:
        sandbox.clock.advance(float(body["advance"]))
    return {"now": sandbox.clock.now()}


def hooks(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Any:
    """Subscribes to webhooks where the vendor has no API for it."""
    if sandbox.vendor.hooks is None:
        raise ValueError(f"{sandbox.vendor.name} has its own API for webhooks")
    return sandbox.vendor.hooks(sandbox, posted(call))


def posted(call: Call) -> Any:
    """The JSON body."""
    return call.json()


def fields_of(call: Call) -> dict[str, Any]:
    """The JSON body, where that is an object. Raises ValueError."""
    body = posted(call)
    if not isinstance(body, dict):
        raise ValueError(f"the body must be a JSON object, not {call.body[:40].decode('utf-8', 'replace')}")
    return body


def shaped(given: Any, kind: type[T]) -> T:
    """The given object as one of that kind. Raises ValueError, also for a name that the kind does not know."""
    names = {one.name for one in fields(cast(Any, kind))}
    if isinstance(given, dict) and (unknown := given.keys() - names):
        raise ValueError(f"there is no {', '.join(sorted(unknown))} here, only {', '.join(sorted(names))}")
    return msgspec.convert(given, kind)


def number(call: Call, name: str, default: int) -> int:
    """A whole number of the query, or the default. Raises ValueError."""
    text = call.first(name, str(default))
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def known(sandbox: Sandbox, stream: str) -> str:
    """A stream of this vendor."""
    if stream not in sandbox.vendor.streams:
        raise ValueError(f"{sandbox.vendor.name} has no {stream!r}: {', '.join(sandbox.vendor.streams)}")
    return stream


ROUTES: Routes[Act] = Routes(
    [
        ("GET", "", about),
        ("POST", "reset", reset),
        ("POST", "seed", seed),
        ("GET", "records/{stream}", read),
        ("POST", "records/{stream}", save),
        ("GET", "records/{stream}/{id}", read),
        ("PUT", "records/{stream}/{id}", save),
        ("DELETE", "records/{stream}/{id}", remove),
        ("POST", "acts/{name}", act),
        ("POST", "faults", plant),
        ("GET", "faults", planted),
        ("DELETE", "faults", heal),
        ("GET", "calls", calls),
        ("PUT", "quotas", quotas),
        ("GET", "clock", clock),
        ("POST", "clock", clock),
        ("POST", "hooks", hooks),
    ]
)
