"""What every check is handed: the file, the systems' streams, and the names that can be meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

from syncline.config.problems import Path, Place, Report, meant, quoted
from syncline.config.schema import EntityBlock, HubBlock
from syncline.config.schema_fields import FieldBlock
from syncline.config.tree import Tree
from syncline.connect.connector import SHARED, Connector
from syncline.connect.stream import Stream
from syncline.mapping.binding import Binding
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType
from syncline.mapping.sql_errors import ExpressionErrors

_SOLD = ("account", "contact", "lead", "person", "deal", "quote", "product", "price", "stock", "order", "shipment")
_SERVED = ("invoice", "payment", "subscription", "ticket", "activity", "task", "campaign", "registration", "segment")
RANK = (*_SOLD, *_SERVED, "cart")
ENTITIES = frozenset(RANK)
"""The kinds of record that need no declaration."""

RESERVED_SYSTEMS = frozenset({"origin", "hub", "record", "vault"})
"""Words that stand where a system's name may stand."""


class CompileExpression(Protocol):
    """How a text becomes an expression; raises ExpressionErrors."""

    def __call__(
        self,
        text: str,
        columns: Mapping[str, FieldType],
        *,
        currency: str | None = None,
        zone: str = "UTC",
        wanted: FieldType | str | None = None,
    ) -> Expression: ...


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One field of one entity: its block, and where that stands."""

    entity: str
    name: str
    path: Path
    block: FieldBlock

    @property
    def full_name(self) -> str:
        """`contact.email`."""
        return f"{self.entity}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Check:
    """`hub` is the file without its wrong parts, `tree` with them: a name in it is not unknown.

    named_streams: (entity, system) to the streams that its fields name.
    kinds: (entity, field) to its type. currency, zone: the hub's, where they are ones.
    """

    tree: Tree
    hub: HubBlock
    report: Report
    connectors: Mapping[str, Connector]
    compile_expression: CompileExpression
    currency: str | None
    zone: str
    kinds: dict[tuple[str, str], FieldType] = field(default_factory=dict)
    named_streams: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    # ---- what is wrong
    def error(self, path: Path, message: str, suggestion: str | None = None, *, at: Place | None = None) -> None:
        """An error at a value."""
        self.report.add(at or self.tree.spot(path).value, path, message, suggestion)

    def at_key(self, path: Path, message: str, suggestion: str | None = None) -> None:
        """An error at a key."""
        self.report.add(self.tree.spot(path).key, path, message, suggestion)

    def lacks(self, path: Path, message: str, suggestion: str | None = None) -> None:
        """An error because something is not there: not said where it was there, and wrong."""
        if path not in self.report.damaged:
            self.at_key(path, message, suggestion)

    def warn(self, path: Path, message: str) -> None:
        """Something that may be meant so."""
        self.report.add(self.tree.spot(path).value, path, message, None, "warning")

    # ---- what is there
    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The names under `systems:`, also of systems that are wrong."""
        return tuple(self.named("systems"))

    def named(self, section: str) -> Mapping[str, Any]:
        """The names of a section as the file has them."""
        found = self.tree.data.get(section)
        return found if isinstance(found, dict) else {}

    @cached_property
    def declared(self) -> Mapping[str, Mapping[str, Declared]]:
        """Entity to its fields, from `fields:` and from `entities:`."""
        found: dict[str, dict[str, Declared]] = {}
        for name, block in self.hub.entities.items():
            for inner, one in (block or EntityBlock()).fields.items():
                path: Path = ("entities", name, "fields", inner)
                found.setdefault(name, {})[inner] = Declared(entity=name, name=inner, path=path, block=one)
        for full, one in self.hub.fields.items():
            entity, inner = full.split(".")
            declared = Declared(entity=entity, name=inner, path=("fields", full), block=one)
            found.setdefault(entity, {}).setdefault(inner, declared)
        return found

    @cached_property
    def field_names(self) -> Mapping[str, frozenset[str]]:
        """Entity to its fields' names, also of fields that are wrong."""
        full = [one for one in self.named("fields") if one.count(".") == 1]
        found: dict[str, set[str]] = {}
        for one in full:
            found.setdefault(one.split(".")[0], set()).add(one.split(".")[1])
        for name, block in self.named("entities").items():
            own = block.get("fields") if isinstance(block, dict) else None
            found.setdefault(name, set()).update(own if isinstance(own, dict) else ())
        return {name: frozenset(names) for name, names in found.items()}

    # ---- names
    def known_system(self, path: Path, name: str, *, key: bool = True) -> bool:
        """Is there such a system? If not, says so."""
        if name in self.systems:
            return True
        say = self.at_key if key else self.error
        say(path, f"unknown system {quoted(name)}", meant(name, self.systems))
        return False

    def known_entity(self, path: Path, name: str, *, with_fields: bool = True, key: bool = True) -> bool:
        """Is there such an entity, with fields in this hub? If not, says so."""
        if self.field_names.get(name):
            return True
        known = ENTITIES | set(self.named("entities"))
        if name not in known:
            say = self.at_key if key else self.error
            say(path, f"unknown entity {quoted(name)}", meant(name, known))
        elif with_fields:
            self.lacks(path, f"{quoted(name)} has no fields in this hub", f"declare one, as `{name}.name`")
        else:
            return True
        return False

    def known_field(self, path: Path, entity: str, name: str) -> bool:
        """Has the entity such a field? If not, says so."""
        if name in self.field_names.get(entity, ()):
            return True
        self.error(path, f"{quoted(entity)} has no field {quoted(name)}", meant(name, self.field_names.get(entity, ())))
        return False

    def streams(self, system: str) -> Mapping[str, Stream]:
        """The streams of a system; none where its connector is not known."""
        block = self.hub.systems.get(system)
        connector = self.connectors.get(block.connector) if block is not None else None
        return {stream.name: stream for stream in connector.streams} if connector is not None else {}

    def empty_is(self, system: str) -> Literal["", False] | None:
        """How a system says empty, besides null: as the file says, else as its connector's template does."""
        block = self.hub.systems.get(system)
        if block is None or "empty_is" in block.model_fields_set:
            return block.empty_is if block is not None else None
        connector = self.connectors.get(block.connector)
        return connector.template.empty_is if connector is not None and connector.template is not None else None

    def stream(self, binding: Binding) -> Stream:
        """The stream of a binding."""
        return self.streams(binding.system)[binding.stream.partition(SHARED)[0]]

    def entity(self, name: str) -> EntityBlock:
        """The settings of an entity; the defaults where it has none."""
        return self.hub.entities.get(name) or EntityBlock()

    # ---- expressions
    def expression(
        self, path: Path, text: str, columns: Mapping[str, FieldType], wanted: FieldType | str | None = None
    ) -> Expression | None:
        """The compiled expression; None, with every error at its own place inside the text, where it is none."""
        try:
            return self.compiled(text, columns, wanted)
        except ExpressionErrors as errors:
            for one in errors.errors:
                place = self.tree.inside(path, one.line, one.column)
                self.error(path, one.message, one.suggestion, at=place)
            return None

    def compiled(self, text: str, columns: Mapping[str, FieldType], wanted: FieldType | str | None) -> Expression:
        """The compiled expression; raises ExpressionErrors."""
        return self.compile_expression(text, columns, currency=self.currency, zone=self.zone, wanted=wanted)

    def columns(self, entity: str) -> Mapping[str, FieldType]:
        """What expressions over a record may name: its fields but lines, and those of records it refers to."""
        own = {name: kind for (of, name), kind in self.kinds.items() if of == entity and kind.name != "lines"}
        found = dict(own)
        for name, kind in own.items():
            target = kind.name.removeprefix("reference to ")
            if target != kind.name:
                found |= {
                    f"{name}.{inner}": one
                    for (of, inner), one in self.kinds.items() if of == target and one.name != "lines"
                }  # fmt: skip
        return found
