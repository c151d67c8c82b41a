"""The declaration as the engine reads it: what hub.yaml compiles to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline.config.settings import (
    ALERTS,
    BRAKES,
    BRAKES_FROM_LINKS,
    MODES,
    Alert,
    Brake,
    Choice,
    Example,
    Mode,
    RolledUp,
    Rule,
    System,
)
from syncline.identity.alike import AlikeRule
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import Value
from syncline.merge.policy import EntityPolicy


@dataclass(frozen=True, kw_only=True)
class Birth:
    """Records of an entity may be born in this stream where `when` is true.

    defaults: raw fields that the system requires and the record does not give, first match wins.
    choices:  such fields whose value depends on the record.
    """

    entity: str
    system: str
    stream: str
    when: Expression
    defaults: Mapping[str, Value] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A field whose truth is the hub: `is: EXPR`."""

    entity: str
    field: str
    expression: Expression


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One hub. `order` is the order of `systems:`; it settles edits that overlap in time.

    entity_modes: modes of single entities; those of single systems are at the system.
    alike:        entities whose records are asked about that no match rule joins, and that look the same.
    ignored:      entities whose relations are not swept (`associations: ignore`).
    allow:        what may be called beside public addresses by https.
    unmatched:    what becomes of a person without a twin: "park", "leave-blank", or a stand-in.
    """

    name: str
    order: tuple[str, ...]
    entities: Mapping[str, EntityPolicy]
    bindings: tuple[Binding, ...]
    births: tuple[Birth, ...] = ()
    matching: Mapping[str, tuple[MatchRule, ...]] = field(default_factory=dict)
    alike: Mapping[str, AlikeRule] = field(default_factory=dict)
    computed: tuple[Computed, ...] = ()
    mode: Mode = "live"
    systems: Mapping[str, System] = field(default_factory=dict)
    entity_modes: Mapping[str, Mode] = field(default_factory=dict)
    rollups: tuple[RolledUp, ...] = ()
    rules: tuple[Rule, ...] = ()
    addressees: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=lambda: dict(ALERTS))
    brakes: Mapping[str, Brake] = field(default_factory=lambda: dict(BRAKES))
    brakes_from_links: int = BRAKES_FROM_LINKS
    ignored: frozenset[str] = frozenset()
    unmatched: str = "park"
    examples: tuple[Example, ...] = ()
    zone: str = "UTC"
    currency: str | None = None
    allow: tuple[str, ...] = ()

    def binding(self, system: str, stream: str) -> Binding:
        """The binding of a stream."""
        return next(b for b in self.bindings if (b.system, b.stream) == (system, stream))

    def mode_of(self, system: str, entity: str) -> Mode:
        """The most careful of the hub's, the system's and the entity's mode."""
        named = self.systems[system].mode if system in self.systems else None
        modes = (self.mode, named, self.entity_modes.get(entity))
        return min((mode for mode in modes if mode is not None), key=MODES.index)

    def mode_of_events(self, entity: str) -> Mode:
        """Of what is told to the world outside of a record: the more careful one of the hub's and the entity's."""
        return min(self.mode, self.entity_modes.get(entity, self.mode), key=MODES.index)
