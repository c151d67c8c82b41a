"""Events: what has become true of a record when one has happened. Each is emitted, whatever rules it sets off."""

from __future__ import annotations

import re

from syncline.config.check import Check, Declared
from syncline.config.kinds import values_of
from syncline.config.problems import Path, nearest, quoted
from syncline.config.settings import Rule
from syncline.mapping.expression import Expression, Lookup

_EVENT = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")


def events_of(check: Check) -> dict[str, Rule]:
    """Every event of `events:`, as the rule that emits it."""
    found: dict[str, Rule] = {}
    for name, text in check.hub.events.items():
        path: Path = ("events", name)
        entity = name.split(".")[0]
        if check.known_entity(path, entity):
            when = check.expression(path, text, check.columns(entity), "boolean")
            if when is not None:
                found[name] = _emitting(name, when)
    return found


def event_of(check: Check, path: Path, name: str, events: dict[str, Rule]) -> Rule | None:
    """The event that a rule names; one that a field says by itself is added to the others."""
    parts = _EVENT.fullmatch(name)
    if parts is None:
        check.error(path, "should be an event, `ENTITY.EVENT`", "write it as `deal.won`")
        return None
    if name in events:
        return events[name]
    if name in check.named("events") or not check.known_entity(path, parts[1], key=False):
        return None  # what is wrong with it was said
    saying = [one for one in check.declared[parts[1]].values() if _says(check, one, parts[2])]
    if len(saying) != 1:
        _unsaid(check, path, name, saying, events)
        return None
    events[name] = _emitting(name, _becomes(saying[0], parts[2]))
    return events[name]


def _emitting(name: str, when: Expression) -> Rule:
    entity, event = name.split(".")
    return Rule(name=name, entity=entity, event=event, when=when, events=(name,))


def _says(check: Check, one: Declared, event: str) -> bool:
    """An enum that has the value `won`, or a boolean `urgent`."""
    return event in _values(check, one) if one.block.type == "enum" else _is_flag(one) and one.name == event


def _is_flag(one: Declared) -> bool:
    return one.block.type == "boolean"


def _values(check: Check, one: Declared) -> tuple[str, ...]:
    rows = values_of(check, one.path, one.block) if one.block.type == "enum" else None
    return tuple(one.block.values) if isinstance(one.block.values, list) else tuple(rows or ())


def _becomes(one: Declared, event: str) -> Expression:
    wanted: object = True if _is_flag(one) else event

    def evaluate(column: Lookup) -> bool:
        return bool(column(one.name) == wanted)

    text = one.name if _is_flag(one) else f"{one.name} = '{event}'"
    return Expression(text=text, reads=frozenset({one.name}), type="boolean", evaluate=evaluate)


def _unsaid(check: Check, path: Path, name: str, saying: list[Declared], events: dict[str, Rule]) -> None:
    entity, event = name.split(".")
    if saying:
        text = _becomes(saying[0], event).text
        several = ", ".join(one.full_name for one in saying)
        check.error(
            path, f"several fields may say when {quoted(name)} has happened: {several}",
            f'say which under `events`: `{name}: "{text}"`',
        )  # fmt: skip
        return
    known = {*events, *check.named("events")}
    for one in check.declared[entity].values():
        known |= {f"{entity}.{value}" for value in (*_values(check, one), *([one.name] if _is_flag(one) else []))}
    near = nearest(name, sorted(known))
    suggestion = f"did you mean {quoted(near)}?" if near else f"say it under `events`: `{name}: EXPRESSION`"
    check.error(path, f"nothing says when {quoted(name)} has happened", suggestion)
