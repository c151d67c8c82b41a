"""How a stream maps to an entity: step 3, map in, and its way back, map out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any

import msgspec

from syncline.mapping.document import LineRow, LinesBinding, line_of
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import Unfit, Value
from syncline.mapping.lens import NOT_TOLD, Lens
from syncline.mapping.reference import Ref

Resolve = Callable[[Ref], int | None]
"""A system's id to our record's id; None while it is not known."""

_PLAIN = (str, int, float, bool)

_encode = msgspec.json.Encoder(order="deterministic").encode


def _same(one: Any, other: Any) -> bool:
    """Exactly the same raw value."""
    if one is other:
        return True
    return type(one) is type(other) and one == other and (type(one) in _PLAIN or _encode(one) == _encode(other))


@dataclass(frozen=True, kw_only=True)
class BoundField:
    """One canonical field in one stream. `inward`: its changes are taken; `outward`: it is written.

    shown: reads tell it. What is only written in a spelling of its own cannot be read back.
    """

    field: str
    lens: Lens
    inward: bool = True
    outward: bool = True
    shown: bool = True


def over(seen: Any, part: Any) -> Any:
    """An object with the parts that are told of it, at any depth."""
    if not (isinstance(seen, Mapping) and isinstance(part, Mapping)):
        return part
    return {**seen, **{name: over(seen.get(name), value) for name, value in part.items()}}


def tops(one: BoundField) -> set[str]:
    """The top-level raw fields that a field is made of."""
    return {path.split(".", 1)[0] for path in one.lens.reads}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A raw object as canonical values; what the system did not tell is in none of them.

    rows:  its lines.
    whole: every bound field was read, and not only those that may have moved.
    """

    told: Mapping[str, Value]
    misfits: Mapping[str, Unfit] = field(default_factory=dict)
    unresolved: Mapping[str, Ref] = field(default_factory=dict)
    rows: tuple[LineRow, ...] | None = None
    whole: bool = True


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What the user's field-first declaration compiles to, one per stream and entity.

    version: changes with the mapping, so that fingerprints of an older mapping are not trusted.
    scope:   over canonical fields; None: every row takes part.
    """

    system: str
    stream: str
    entity: str
    fields: tuple[BoundField, ...]
    lines: LinesBinding | None = None
    version: str = "1"
    scope: Expression | None = None

    @cached_property
    def raw_names(self) -> tuple[str, ...]:
        """The top-level raw fields that the lenses read."""
        names = {name.split(".", 1)[0] for bound in self.fields for name in bound.lens.reads}
        return tuple(sorted(names | {self.lines.raw} if self.lines is not None else names))

    @cached_property
    def writable(self) -> tuple[str, ...]:
        """The canonical fields that are written to this stream."""
        return tuple(b.field for b in self.fields if b.outward and b.lens.put is not None)

    @cached_property
    def by_field(self) -> Mapping[str, BoundField]:
        """The bound fields by canonical name."""
        return {bound.field: bound for bound in self.fields}

    @cached_property
    def field_of_raw(self) -> Mapping[str, str]:
        """A raw field's name to the canonical field it belongs to."""
        return {name: bound.field for bound in self.fields for name in bound.lens.reads}

    def refreshed(self, seen: Mapping[str, Any], fields: Collection[str], now: Mapping[str, Any]) -> dict[str, Any]:
        """What was seen, with the raw fields of these canonical ones (of a line: the list) as they are now."""
        names = {raw.split(".", 1)[0] for f in fields if f in self.by_field for raw in self.by_field[f].lens.reads}
        if self.lines is not None and any(line_of(field) is not None for field in fields):
            names.add(self.lines.raw)
        kept = {name: value for name, value in seen.items() if name not in names}
        return {**kept, **{name: value for name, value in now.items() if name in names}}

    def bound(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a raw object that the mapping reads."""
        return {name: raw[name] for name in self.raw_names if name in raw}

    def laid_over(self, seen: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        """A row as it was seen, with the part of it that is told now; of an object that fields are in, its parts."""
        parts = {name: over(seen.get(name), told) if name in self._split else told for name, told in part.items()}
        return {**seen, **parts}

    @cached_property
    def _split(self) -> frozenset[str]:
        """The raw objects that fields are in."""
        return frozenset(path.split(".", 1)[0] for f in self.fields for path in f.lens.reads if "." in path)

    def wholly_told(self, bound: Mapping[str, Any]) -> dict[str, Any]:
        """Of what a part of a row tells, without the raw fields of which it tells a canonical one only by half."""
        told = dict(bound)
        while half := {name for f in self._of_several if self._is_half(f, told) for name in tops(f)} & told.keys():
            told = {name: value for name, value in told.items() if name not in half}
        return told

    @cached_property
    def _of_several(self) -> tuple[BoundField, ...]:
        return tuple(f for f in self.fields if len(f.lens.reads) > 1 or any("." in path for path in f.lens.reads))

    def _is_half(self, bound_field: BoundField, told: Mapping[str, Any]) -> bool:
        try:
            return bound_field.lens.get(told) is NOT_TOLD
        except Unfit:
            return False

    def fingerprint(self, bound: Mapping[str, Any]) -> bytes:
        """Equal fingerprints: nothing to map, nothing to merge."""
        return blake2b(_encode(bound), digest_size=12, person=self._person).digest()

    @cached_property
    def _person(self) -> bytes:
        return blake2b(self.version.encode(), digest_size=8).digest()

    def touched(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
        """The fields that are made of something else now. Types count: 1, True and 1.0 are equal in Python only."""
        changed = [name for name in self.raw_names if not _same(before.get(name, NOT_TOLD), now.get(name, NOT_TOLD))]
        return {field for name in changed for field in self._made_of.get(name, ())}

    @cached_property
    def _made_of(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for bound in self.fields:
            for name in tops(bound):
                found[name] = (*found.get(name, ()), bound.field)
        return found

    def read(self, raw: Mapping[str, Any], resolve: Resolve, only: Collection[str] | None = None) -> Reading:
        """Map in: typed and normalised. One field that does not fit holds up no other. `only`: these fields."""
        told: dict[str, Value] = {}
        misfits: dict[str, Unfit] = {}
        unresolved: dict[str, Ref] = {}
        for name in self.by_field if only is None else only:
            try:
                value = self.by_field[name].lens.get(raw)
            except Unfit as misfit:
                misfits[name] = misfit
                continue
            if isinstance(value, Ref):
                ref, value = value, resolve(value)
                if value is None:
                    unresolved[name] = ref
                    continue
            if value is not NOT_TOLD:
                told[name] = value
        rows = self.lines.read(raw) if self.lines is not None else None
        return Reading(told=told, misfits=misfits, unresolved=unresolved, rows=rows, whole=only is None)

    def value(self, name: str, raw: Mapping[str, Any], resolve: Resolve) -> Any:
        """One field of it, as `read` tells it; NOT_TOLD where it is in none of its values."""
        bound = self.by_field.get(name)
        if bound is None:
            return NOT_TOLD
        try:
            value = bound.lens.get(raw)
        except Unfit:
            return NOT_TOLD
        if isinstance(value, Ref):
            found = resolve(value)
            return NOT_TOLD if found is None else found
        return value

    def write(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """Map out: canonical values to raw fields. References are resolved before this."""
        raw: dict[str, Any] = {}
        for name, value in values.items():
            put = self.by_field[name].lens.put
            assert put is not None, f"{name} is not writable in {self.system}.{self.stream}"
            raw.update(put(value))
        return raw
