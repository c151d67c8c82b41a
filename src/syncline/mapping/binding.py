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

PLAIN = (str, bool, type(None))
"""Canonical values that are remembered. A reference is a number, or nothing yet, and may come to be another."""
REMEMBERED = 4096
_SCALARS = (str, int, float, bool, type(None))

_encode = msgspec.json.Encoder(order="deterministic").encode

_pack = msgspec.msgpack.Encoder().encode


def _text_of(raw: Mapping[str, Any]) -> bytes | None:
    """The same for the same raw object only; None where that cannot be said: 1, True and 1.0 are equal in Python."""
    if not all(type(value) in _SCALARS for value in raw.values()):
        return None
    try:
        return _pack(raw)
    except OverflowError:  # a number beyond 64 bits
        return None


@dataclass(frozen=True, kw_only=True)
class BoundField:
    """One canonical field in one stream. `inward`: its changes are taken; `outward`: it is written."""

    field: str
    lens: Lens
    inward: bool = True
    outward: bool = True


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A raw object as canonical values; what the system did not tell is in none of them. `rows`: its lines."""

    told: Mapping[str, Value]
    misfits: Mapping[str, Unfit] = field(default_factory=dict)
    unresolved: Mapping[str, Ref] = field(default_factory=dict)
    rows: tuple[LineRow, ...] | None = None


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

    def fingerprint(self, bound: Mapping[str, Any]) -> bytes:
        """Equal fingerprints: nothing to map, nothing to merge."""
        return blake2b(_encode(bound), digest_size=12, person=self._person).digest()

    @cached_property
    def _person(self) -> bytes:
        return blake2b(self.version.encode(), digest_size=8).digest()

    def read(self, raw: Mapping[str, Any], resolve: Resolve) -> Reading:
        """Map in: typed and normalised. One field that does not fit holds up no other.

        The same row is read at several steps of a batch: a reading that is plain values only is remembered.
        """
        text = _text_of(raw) if self.lines is None else None
        if text is None:
            return self._read(raw, resolve)
        known = self._readings.get(text)
        if known is None:
            known = self._read(raw, resolve)
            plain = all(type(known.told.get(bound.field)) in PLAIN for bound in self.fields)
            if plain and not known.misfits and not known.unresolved:
                if len(self._readings) >= REMEMBERED:
                    self._readings.clear()
                self._readings[text] = known
        return known

    @cached_property
    def _readings(self) -> dict[bytes, Reading]:
        return {}

    def _read(self, raw: Mapping[str, Any], resolve: Resolve) -> Reading:
        told: dict[str, Value] = {}
        misfits: dict[str, Unfit] = {}
        unresolved: dict[str, Ref] = {}
        for bound in self.fields:
            try:
                value = bound.lens.get(raw)
            except Unfit as misfit:
                misfits[bound.field] = misfit
                continue
            if isinstance(value, Ref):
                ref, value = value, resolve(value)
                if value is None:
                    unresolved[bound.field] = ref
                    continue
            if value is not NOT_TOLD:
                told[bound.field] = value
        rows = self.lines.read(raw) if self.lines is not None else None
        return Reading(told=told, misfits=misfits, unresolved=unresolved, rows=rows)

    def write(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """Map out: canonical values to raw fields. References are resolved before this."""
        raw: dict[str, Any] = {}
        for name, value in values.items():
            put = self.by_field[name].lens.put
            assert put is not None, f"{name} is not writable in {self.system}.{self.stream}"
            raw.update(put(value))
        return raw
