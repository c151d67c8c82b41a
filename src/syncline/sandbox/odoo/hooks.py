"""Webhooks that automation rules send: unsigned, one second, no second try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from syncline.sandbox.deliver import Delivery
from syncline.sandbox.odoo.model import Env
from syncline.sandbox.odoo.reading import read_rows
from syncline.sandbox.store import Store

if TYPE_CHECKING:
    from syncline.sandbox.sandbox import Sandbox

RULES, QUEUE = "automation rules", "webhooks to send"
TIMEOUT_SECONDS = 1.0
TRIGGERS = {
    "on_create_or_write": {"on_create", "on_write", "on_archive", "on_unarchive"},
    "on_create": {"on_create"},
    "on_write": {"on_write", "on_archive", "on_unarchive"},
    "on_archive": {"on_archive"},
    "on_unarchive": {"on_unarchive"},
    "on_unlink": {"on_unlink"},
}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of what. fields: what of the row goes with it."""

    model: str
    url: str
    trigger: str = "on_create_or_write"
    name: str = "Send Webhook Notification"
    fields: tuple[str, ...] = ()


def subscribe(sandbox: Sandbox, posted: Any) -> Any:
    """One more rule, or several; the rules that there are. Raises ValueError."""
    rules = sandbox.store.setting(RULES, [])
    for one in posted if isinstance(posted, list) else [posted]:
        rule = msgspec.convert(one, Rule)
        if rule.trigger not in TRIGGERS:
            raise ValueError(f"a rule is triggered by {', '.join(TRIGGERS)}, not {rule.trigger!r}")
        if rule.model not in sandbox.vendor.streams:
            raise ValueError(f"there is no model {rule.model!r}")
        rules.append(msgspec.to_builtins(rule))
    sandbox.store.set(RULES, rules)
    return rules


def queue(store: Store, env: Env) -> None:
    """What the transaction did is on its way to whom it concerns, each record once for each rule."""
    rules = store.setting(RULES, [])
    if not rules or not env.posts:
        return
    waiting = store.setting(QUEUE, [])
    for number, given in enumerate(rules, start=1):
        rule = msgspec.convert(given, Rule)
        for id in dict.fromkeys(
            i for kind, model, i in env.posts if model == rule.model and kind in TRIGGERS[rule.trigger]
        ):
            waiting.append({"url": rule.url, "payload": payload(env, rule, number, id)})
    store.set(QUEUE, waiting)


def payload(env: Env, rule: Rule, number: int, id: int) -> Mapping[str, Any]:
    """What is told of one record; of one that is gone, or was never kept, only which it was."""
    told: dict[str, Any] = {"_model": rule.model, "_id": id, "_action": f"{rule.name}(#{number})"}
    row = env.find(rule.model, id)
    model = env.model(rule.model)
    if row is not None and (known := [name for name in rule.fields if name in model.fields]):
        told |= read_rows(env, model, [row], known, None)[0]
    return dict(sorted(told.items()))


def deliveries(sandbox: Sandbox) -> Sequence[Delivery]:
    """What waits, taken from the queue: nothing is sent twice."""
    waiting = sandbox.store.setting(QUEUE, [])
    if waiting:
        sandbox.store.set(QUEUE, None)
    headers = {"content-type": "application/json"}
    return [
        Delivery(
            url=each["url"], body=msgspec.json.encode(each["payload"], order="sorted"), headers=headers,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        for each in waiting
    ]  # fmt: skip
