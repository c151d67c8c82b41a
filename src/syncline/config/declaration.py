"""The declaration as the engine reads it: what hub.yaml compiles to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import Value
from syncline.merge.policy import EntityPolicy

Mode = Literal["read-only", "approve", "live"]


@dataclass(frozen=True, kw_only=True)
class Birth:
    """Records of an entity may be born in this stream where `when` is true.

    defaults: raw fields that the system requires and the record does not give, first match wins.
    """

    entity: str
    system: str
    stream: str
    when: Expression
    defaults: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A field whose truth is the hub: `is: EXPR`."""

    entity: str
    field: str
    expression: Expression


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One hub. `order` is the order of `systems:`; it settles edits that overlap in time."""

    name: str
    order: tuple[str, ...]
    entities: Mapping[str, EntityPolicy]
    bindings: tuple[Binding, ...]
    births: tuple[Birth, ...] = ()
    matching: Mapping[str, tuple[MatchRule, ...]] = field(default_factory=dict)
    computed: tuple[Computed, ...] = ()
    mode: Mode = "live"

    def binding(self, system: str, stream: str) -> Binding:
        """The binding of a stream."""
        return next(b for b in self.bindings if (b.system, b.stream) == (system, stream))
