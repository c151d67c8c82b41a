"""The effective declaration, line by line, with where each line came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncline.config.load import Loaded
from syncline.config.problems import Path, Place, dotted
from syncline.config.schema import EntityBlock
from syncline.config.secret import InVault, Secret
from syncline.config.words import Threshold
from syncline.connect.connector import SHARED
from syncline.mapping.document import column_of, line_of
from syncline.merge.policy import EntityPolicy, FieldPolicy


@dataclass(frozen=True, kw_only=True)
class Line:
    """One setting. `place` is None for a default; `pattern` names the pattern that said it."""

    path: str
    value: str
    place: Place | None = None
    pattern: str | None = None

    @property
    def source(self) -> str:
        """`hub.yaml:12`, `pattern crm-erp (hub.yaml:14)` or `default`."""
        if self.place is None:
            return "default"
        where = f"{self.place.file}:{self.place.line}"
        return where if self.pattern is None else f"pattern {self.pattern} ({where})"


def explain(loaded: Loaded) -> list[Line]:
    """Every effective setting, in the order of the grammar."""
    return [
        *_top(loaded),
        *_systems(loaded),
        *_first_sync(loaded),
        *_births(loaded),
        *_entities(loaded),
        *_rest(loaded),
    ]


def _line(loaded: Loaded, path: Path, value: Any, *said_by: Path) -> Line:
    """`said_by`: the places that may have said it, the nearest first; the path itself without any."""
    for one in said_by or (path,):
        if loaded.tree.has(one):
            spot = loaded.tree.spot(one)
            return Line(path=dotted(path), value=_text(value), place=spot.key, pattern=spot.origin)
    return Line(path=dotted(path), value=_text(value))


def _text(value: Any) -> str:
    if isinstance(value, InVault):
        return "vault"
    if isinstance(value, Threshold):
        units = {"share": f"{value.value * 100:g}%", "seconds": f"{value.value:g} s", "count": f"{value.value:g}"}
        return units[value.unit]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | frozenset):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)


def _top(loaded: Loaded) -> Iterator[Line]:
    found = loaded.declaration
    values = {"hub": found.name, "mode": found.mode, "zone": found.zone, "currency": found.currency}
    for name, value in values.items():
        yield _line(loaded, (name,), value)


def _systems(loaded: Loaded) -> Iterator[Line]:
    for name, system in loaded.declaration.systems.items():
        path: Path = ("systems", name)
        yield _line(loaded, (*path, "connector"), system.connector)
        yield _line(loaded, (*path, "roles"), system.roles)
        mode = system.mode or loaded.declaration.mode
        yield _line(loaded, (*path, "mode"), mode, (*path, "mode"), ("mode",))
        for key in ("url", *system.options):
            if loaded.tree.has((*path, key)):
                # As the file has it: what a variable holds is not told.
                told = loaded.tree.at((*path, key))
                yield _line(loaded, (*path, key), told)
        if isinstance(system.secret, Secret | InVault):
            yield _line(loaded, (*path, "secret"), system.secret)


def _first_sync(loaded: Loaded) -> Iterator[Line]:
    yield _line(loaded, ("first_sync", "differ"), loaded.hub.first_sync.differ)
    for entity, rules in loaded.declaration.matching.items():
        yield _line(loaded, ("first_sync", "match", entity), [rule.name for rule in rules])
    for entity, alike in loaded.declaration.alike.items():
        yield _line(loaded, ("first_sync", "alike", entity), [*alike.fields])


def _births(loaded: Loaded) -> Iterator[Line]:
    for entity, systems in loaded.hub.create.items():
        for name, text in systems.items():
            yield _line(loaded, ("create", entity, name), text)
    for entity, given in loaded.hub.on_create.items():
        for name, raws in given.items():
            for raw in raws:
                path: Path = ("on_create", entity, name, raw)
                choices = [
                    c for b in loaded.declaration.births if b.entity == entity for c in b.choices if c.field == raw
                ]
                fixed = [b.defaults[raw] for b in loaded.declaration.births if b.entity == entity and raw in b.defaults]
                yield _line(loaded, path, [*fixed, *(choice.value for choice in choices)])


def _entities(loaded: Loaded) -> Iterator[Line]:
    for name, entity in loaded.declaration.entities.items():
        path: Path = ("entities", name)
        mode = loaded.declaration.entity_modes.get(name, loaded.declaration.mode)
        yield _line(loaded, (*path, "mode"), mode, (*path, "mode"), ("mode",))
        yield _line(loaded, (*path, "settle_after"), f"{entity.settle_after:g} s")
        ignored = name in loaded.declaration.ignored
        yield _line(loaded, (*path, "associations"), "ignore" if ignored else "watch")
        yield from _deletes(loaded, path, entity)
        for field in entity.fields.values():
            if line_of(field.name) is None:
                yield from _field(loaded, name, field, field.name, field.type.name)
            elif column_of(field.name) is None:  # a column is as its line
                yield from _field(loaded, name, field, _lines_of(loaded, name), "lines")


def _lines_of(loaded: Loaded, entity: str) -> str:
    """What the file calls the lines of an entity."""
    own = (loaded.hub.entities.get(entity) or EntityBlock()).fields
    named = {full.partition(".")[2]: one for full, one in loaded.hub.fields.items() if full.startswith(f"{entity}.")}
    return next(name for name, one in {**own, **named}.items() if one.type == "lines")


def _deletes(loaded: Loaded, path: Path, entity: EntityPolicy) -> Iterator[Line]:
    here: Path = (*path, "on_delete")
    yield _line(loaded, here, "at the origin archive, elsewhere unlink, against a later edit ask", (*here, "*"))
    for system, action in entity.on_delete.items():
        yield _line(loaded, (*here, system), action, (*here, system), here)


def _field(loaded: Loaded, entity: str, policy: FieldPolicy, name: str, kind: str) -> Iterator[Line]:
    own: Path = ("entities", entity, "fields", name)
    path = own if loaded.tree.has(own) else ("fields", f"{entity}.{name}")
    computed = [(*path, "is"), (*path, "rollup")]
    yield _line(loaded, (*path, "type"), kind, (*path, "type"), (*path, "rollup"))
    if policy.truth is not None:
        yield _line(loaded, (*path, "truth"), policy.truth, (*path, "truth"), *computed)
    said = [(*path, "merge"), (*path, "policy"), (*path, "truth"), *computed]
    yield _line(loaded, (*path, "policy"), policy.policy, *said)
    for setting in ("empty", "strict"):
        yield _line(loaded, (*path, setting), getattr(policy, setting))
    exempt = [(*path, "exempt"), *([(*path, "merge")] if policy.policy == "consent" else [])]
    yield _line(loaded, (*path, "exempt"), policy.exempt, *exempt)
    differs: list[Path] = [(*path, "differ")]
    if policy.differ == loaded.hub.first_sync.differ:
        differs.append(("first_sync", "differ"))
    yield _line(loaded, (*path, "differ"), policy.differ, *differs)
    for binding in loaded.declaration.bindings:
        bound = binding.by_field.get(name) if binding.entity == entity else None
        if bound is not None:
            way = "both ways" if bound.inward and bound.outward else "read" if bound.inward else "written"
            raws = ", ".join(f"{binding.stream.partition(SHARED)[0]}.{raw}" for raw in bound.lens.reads)
            here: Path = (*path, "at", binding.system)
            yield _line(loaded, here, f"{raws} ({way})")
        elif binding.entity == entity and binding.lines is not None and kind == "lines":
            way = "both ways" if binding.lines.written else "read"
            yield _line(loaded, (*path, "at", binding.system), f"{binding.stream}.{binding.lines.raw} ({way})")


def _rest(loaded: Loaded) -> Iterator[Line]:
    for rule in loaded.declaration.rules:
        if rule.events:
            yield _line(loaded, ("events", rule.name), "" if rule.when is None else rule.when.text)
        else:
            yield _line(loaded, ("rules", rule.name), f"{rule.entity}.{rule.event}")
    for name, addressees in loaded.declaration.addressees.items():
        yield _line(loaded, ("addressees", name), addressees)
    for name, alert in loaded.declaration.alerts.items():
        path: Path = ("alerts", name)
        shown = (
            ("above", alert.above),
            ("over", f"{alert.over_seconds:g} s"),
            ("at_least", alert.at_least),
            ("to", alert.to),
        )
        for key, value in shown:
            yield _line(loaded, (*path, key), value)
    for kind, brake in loaded.declaration.brakes.items():
        path = ("brakes", kind)
        shown_brake = (
            ("above", brake.above),
            ("share", Threshold(brake.share, "share")),
            ("always_above", brake.always_above),
        )
        for key, value in shown_brake:
            yield _line(loaded, (*path, key), value)
    yield _line(loaded, ("brakes", "from_links"), loaded.declaration.brakes_from_links)
    yield _line(loaded, ("people", "unmatched"), loaded.declaration.unmatched)
    for example in loaded.declaration.examples:
        yield _line(loaded, ("examples", example.name), example.entity)
