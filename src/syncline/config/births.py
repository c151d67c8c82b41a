"""Where records may be born, with what they get there, and by what they are matched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.config.address import known_raw
from syncline.config.bindings import stream_in
from syncline.config.check import Check
from syncline.config.declaration import Birth
from syncline.config.problems import Path, meant, quoted
from syncline.config.schema import ChoiceBlock
from syncline.config.settings import Choice
from syncline.connect.stream import Stream
from syncline.identity.alike import AlikeRule
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding
from syncline.mapping.expression import Expression
from syncline.mapping.sql_errors import ExpressionErrors

_UNMATCHABLE = frozenset({"lines", "json"})


def births_of(check: Check, bindings: Sequence[Binding]) -> tuple[Birth, ...]:
    """Every birth, in the order of the file."""
    serves = _serving(check, bindings)
    births = []
    for entity, systems in check.hub.create.items():
        if not check.known_entity(("create", entity), entity):
            continue
        for name, text in systems.items():
            path: Path = ("create", entity, name)
            when = check.expression(path, text, check.columns(entity), "boolean")
            binding = stream_in(check, list(bindings), path, entity, name)
            stream = None if binding is None else check.stream(binding)
            if binding is None or stream is None:
                continue
            if stream.create is None:
                check.at_key(path, f"{stream.name} of {binding.system} cannot create", "leave it out")
                continue
            choices = _choices(check, bindings, binding)
            _complete(check, path, binding, stream, choices)
            if when is not None:
                served = serves.get((binding.system, entity))
                births.append(_birth(binding, when if served is None else both(when, served), choices))
    _strays(check, bindings)
    return tuple(births)


def _birth(binding: Binding, when: Expression, choices: tuple[Choice, ...]) -> Birth:
    conditional = {choice.field for choice in choices if choice.when is not None}
    return Birth(
        entity=binding.entity, system=binding.system, stream=binding.stream, when=when,
        defaults={c.field: c.value for c in reversed(choices) if c.field not in conditional},
        choices=tuple(choice for choice in choices if choice.field in conditional),
    )  # fmt: skip


def both(one: Expression, other: Expression) -> Expression:
    """True where both are."""
    return Expression(
        text=f"({one.text}) AND ({other.text})", reads=one.reads | other.reads, type="boolean",
        evaluate=lambda column: one.evaluate(column) is True and other.evaluate(column) is True,
        reads_clock=one.reads_clock or other.reads_clock,
        next_change=lambda column: _first(one, other, column),
    )  # fmt: skip


def _first(one: Expression, other: Expression, column: Any) -> float | None:
    asked = [each.next_change(column) for each in (one, other) if each.next_change is not None]
    return min((moment for moment in asked if moment is not None), default=None)


def _serving(check: Check, bindings: Sequence[Binding]) -> dict[tuple[str, str], Expression]:
    """`serves` holds for the entities that have all the fields it names; at least one must."""
    found: dict[tuple[str, str], Expression] = {}
    for system, block in check.hub.systems.items():
        bound = list(dict.fromkeys(b.entity for b in bindings if b.system == system))
        if block.serves is None or not bound:
            continue
        fitting = {}
        for entity in bound:
            try:
                compiled = check.compiled(block.serves, check.columns(entity), "boolean")
            except ExpressionErrors:
                continue  # said below, if no other entity has the fields either
            fitting[system, entity] = compiled
        if not fitting:
            check.expression(("systems", system, "serves"), block.serves, check.columns(bound[0]), "boolean")
        found |= fitting
    return found


def _choices(check: Check, bindings: Sequence[Binding], binding: Binding) -> tuple[Choice, ...]:
    found: list[Choice] = []
    for name, fields in check.hub.on_create.get(binding.entity, {}).items():
        system, _, stream = name.partition(".")
        if system != binding.system or stream not in ("", check.stream(binding).name):
            continue
        for raw, given in fields.items():
            path: Path = ("on_create", binding.entity, name, raw)
            known_raw(check, path, binding.system, check.stream(binding), raw, False)
            several = given if isinstance(given, list) else [given]
            for index, one in enumerate(several):
                here = (*path, index) if isinstance(given, list) else path
                found.append(_choice(check, here, binding.entity, raw, one))
    return tuple(found)


def _choice(check: Check, path: Path, entity: str, raw: str, given: ChoiceBlock | Any) -> Choice:
    if not isinstance(given, ChoiceBlock):
        return Choice(field=raw, value=given)
    when = None
    if given.when is not None:
        when = check.expression((*path, "when"), given.when, check.columns(entity), "boolean")
    return Choice(field=raw, value=given.value, when=when)


def _complete(check: Check, path: Path, binding: Binding, stream: Stream, choices: tuple[Choice, ...]) -> None:
    """A create gives all that the system requires."""
    given = {choice.field for choice in choices}
    written = {raw for b in binding.fields if b.outward and b.lens.put is not None for raw in b.lens.reads}
    for field in stream.fields:
        if field.required and field.name not in given | written:
            check.at_key(
                path, f"a create in {stream.name} of {binding.system} needs {quoted(field.name)}",
                "bind it with `at:`, or give it under `on_create`",
            )  # fmt: skip


def _strays(check: Check, bindings: Sequence[Binding]) -> None:
    """`on_create` is for places where records may be born."""
    for entity, systems in check.hub.on_create.items():
        if not check.known_entity(("on_create", entity), entity):
            continue
        born = {name.partition(".")[0] for name in check.named("create").get(entity) or ()}
        for name in systems:
            path: Path = ("on_create", entity, name)
            system = name.partition(".")[0]
            if stream_in(check, list(bindings), path, entity, name, several=True) and system not in born:
                check.lacks(
                    path, f"no {entity} is born in {system}", f"say when under `create`: `{entity}: {{{system}: ...}}`"
                )


def matching_of(check: Check) -> dict[str, tuple[MatchRule, ...]]:
    """The match rules of every entity."""
    found: dict[str, tuple[MatchRule, ...]] = {}
    for entity, rules in check.hub.first_sync.match.items():
        path: Path = ("first_sync", "match", entity)
        if not check.known_entity(path, entity):
            continue
        made = []
        for index, one in enumerate(rules):
            names = one if isinstance(one, list) else [one]
            for inner, name in enumerate(names):
                here: Path = (*path, index, inner) if isinstance(one, list) else (*path, index)
                _matchable(check, here, entity, name)
            if not names:
                check.error((*path, index), "a match rule names at least one field")
            made.append(MatchRule(fields=tuple(names)))
        found[entity] = tuple(made)
    return found


def alike_of(check: Check) -> dict[str, AlikeRule]:
    """How records are compared that no match rule joins, of the entities where they are."""
    found: dict[str, AlikeRule] = {}
    for entity, block in check.hub.first_sync.alike.items():
        path: Path = ("first_sync", "alike", entity)
        if not check.known_entity(path, entity) or block == "never":
            continue
        for setting, names in (("fields", block.fields), ("apart", block.apart)):
            for index, name in enumerate(names):
                _matchable(check, (*path, setting, index), entity, name)
        if not block.fields:
            check.error((*path, "fields"), "records are compared by at least one field", "write `never` to ask nothing")
        found[entity] = AlikeRule(
            fields=tuple(block.fields), at_least=100.0 * block.from_, apart=tuple(block.apart)
        )  # fmt: skip
    return found


def _matchable(check: Check, path: Path, entity: str, name: str) -> None:
    kind = check.kinds.get((entity, name))
    if check.known_field(path, entity, name) and kind is not None and kind.name in _UNMATCHABLE:
        check.error(path, f"records are not matched by {kind.name}", meant(name, check.field_names[entity] - {name}))
