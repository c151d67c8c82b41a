"""Rules, alerts, addressees, brakes, persons and examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncline.config.bindings import stream_in
from syncline.config.check import Check
from syncline.config.events import event_of, events_of
from syncline.config.makings import column_of, making_of, text_of
from syncline.config.problems import Path, meant, quoted
from syncline.config.schema import AlertBlock, RuleBlock
from syncline.config.secret import Secret, filled
from syncline.config.settings import ALERTS, BRAKES, Alert, Brake, Example, Rule
from syncline.mapping.binding import Binding
from syncline.mapping.field_type import Unfit
from syncline.mapping.types import TYPES

_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_UNMATCHED = ("park", "leave-blank")


def rules_of(check: Check, bindings: Sequence[Binding]) -> tuple[Rule, ...]:
    """What each event emits, and then every rule in the order of the file."""
    events = events_of(check)
    rules = [_rule(check, bindings, name, block, events) for name, block in check.hub.rules.items()]
    return (*events.values(), *(rule for rule in rules if rule is not None))


def _rule(
    check: Check, bindings: Sequence[Binding], name: str, block: RuleBlock, events: dict[str, Rule]
) -> Rule | None:
    path: Path = ("rules", name)
    event = event_of(check, (*path, "when"), block.when, events)
    if event is None:
        return None
    entity = event.entity
    condition = None
    if block.if_ is not None:
        condition = check.expression((*path, "if"), block.if_, check.columns(entity), "boolean")
    if block.without is not None:
        check.known_entity((*path, "without"), block.without, with_fields=False, key=False)
        if block.after is None:
            check.lacks(path, "`without` needs a time", "add `after:`, as `after: 1h`")
    if not block.make and not block.notify:
        check.lacks(path, "the rule does nothing", "add `make:` or `notify:`")
    makes = [making_of(check, bindings, (*path, "make", made), entity, made, one) for made, one in block.make.items()]
    notify, persons = _told(check, (*path, "notify"), entity, block.notify)
    text = None
    if block.text is not None and not block.notify:
        check.at_key((*path, "text"), "`text` is for `notify`", "add `notify:`, or leave it out")
    elif block.text is not None:
        text = text_of(check, (*path, "text"), entity, block.text)
    return Rule(
        name=name, entity=entity, event=event.event, when=event.when, condition=condition,
        makes=tuple(one for one in makes if one is not None), notify=notify, persons=persons, text=text,
        after_seconds=block.after, without=block.without,
    )  # fmt: skip


def _told(check: Check, path: Path, entity: str, notify: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addressees, and the columns that say who else is to know."""
    addressees, persons = check.named("addressees"), []
    for index, one in enumerate(notify):
        if one not in addressees:
            persons.append(column_of(check, (*path, index), entity, one, addressees))
    return tuple(one for one in notify if one in addressees), tuple(one for one in persons if one is not None)


def addressees_of(check: Check, environment: Mapping[str, str]) -> dict[str, tuple[Any, ...]]:
    """Name to systems, `mailto:` addresses, and Secrets from the environment."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, several in check.hub.addressees.items():
        path: Path = ("addressees", name)
        found[name] = tuple(_addressee(check, (*path, i), one, environment) for i, one in enumerate(several))
        if not several:
            check.error(path, "nobody is addressed", "add a system or a `mailto:` address")
    return found


def _addressee(check: Check, path: Path, text: str, environment: Mapping[str, str]) -> Any:
    if _VARIABLE.fullmatch(text):
        value = filled(check.tree, path, text, environment, check.report)
        return None if value is None else Secret(value)
    if text.startswith("mailto:"):
        try:
            TYPES["email"]().normal(text.removeprefix("mailto:"))
        except Unfit as unfit:
            check.error(path, f"is no e-mail address: {unfit.reason}", "write it as `mailto:data@acme.example`")
    elif "://" in text:
        check.error(path, "an address that takes messages is a secret", "write `${NAME}` (the environment)")
    else:
        check.known_system(path, text, key=False)
    return text


def alerts_of(check: Check) -> dict[str, Alert]:
    """What is watched: the defaults, changed as the file says. Defaults address whom the file has."""
    named = check.named("addressees")
    found = {name: replace(alert, to=tuple(one for one in alert.to if one in named)) for name, alert in ALERTS.items()}
    for name, block in check.hub.alerts.items():
        path: Path = ("alerts", name)
        if name not in found:
            check.at_key(path, f"unknown alert {quoted(name)}", meant(name, found))
            continue
        for index, one in enumerate(block.to or ()):
            if one not in named:
                check.error((*path, "to", index), f"unknown addressee {quoted(one)}", meant(one, named))
        default = found[name].above
        if block.above is not None and default is not None and block.above.unit != default.unit:
            check.error(
                (*path, "above"), f"{name} is a {default.unit}, not a {block.above.unit}", _THRESHOLDS[default.unit]
            )
        found[name] = _changed(found[name], block)
    return found


_THRESHOLDS = {"share": "write it as `2%`", "count": "write it as `1000`", "seconds": "write it as `15 min`"}


def _changed(alert: Alert, block: AlertBlock) -> Alert:
    return Alert(
        name=alert.name,
        above=alert.above if block.above is None else block.above,
        over_seconds=alert.over_seconds if block.over is None else block.over,
        at_least=alert.at_least if block.at_least is None else block.at_least,
        to=alert.to if block.to is None else tuple(block.to),
    )


def brakes_of(check: Check) -> dict[str, Brake]:
    """The brakes: the defaults, changed as the file says."""
    found: dict[str, Brake] = {}
    for kind, default in BRAKES.items():
        block = getattr(check.hub.brakes, kind)
        given = {} if block is None else block.model_dump(exclude_none=True)
        found[kind] = replace(default, **given)
    return found


def unmatched_of(check: Check) -> str:
    """What becomes of a person without a twin."""
    found = check.hub.people.unmatched
    if found not in _UNMATCHED and "@" not in found:
        here: Path = ("people", "unmatched")
        check.error(here, "should be `park`, `leave-blank` or a person's e-mail", meant(found, _UNMATCHED))
    return found


def examples_of(check: Check, bindings: Sequence[Binding]) -> tuple[Example, ...]:
    """The stored cases."""
    found = []
    for name, block in check.hub.examples.items():
        path: Path = ("examples", name)
        if not check.known_entity((*path, "entity"), block.entity, key=False):
            continue
        for place in block.given:
            stream_in(check, list(bindings), (*path, "given", place), block.entity, place)
        for place, values in block.expect.items():
            here: Path = (*path, "expect", place)
            if place != "record":
                stream_in(check, list(bindings), here, block.entity, place)
                continue
            for field in values:
                check.known_field((*here, field), block.entity, field)
        found.append(Example(name=name, entity=block.entity, given=block.given, expect=block.expect))
    return tuple(found)
