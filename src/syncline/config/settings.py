"""Parts of a declaration beside entities and bindings: systems, rules, alerts, brakes, people, examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from syncline.config.secret import InVault, Secret
from syncline.config.words import Threshold
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import Value
from syncline.mapping.rollup import Rollup
from syncline.mapping.substitution import Substitution

Mode = Literal["read-only", "approve", "live"]
MODES: tuple[Mode, ...] = ("read-only", "approve", "live")
"""From the most careful on."""


@dataclass(frozen=True, kw_only=True)
class System:
    """One connected application. `options` are the connector's own keys, secrets among them as Secret or InVault.

    poll, sweep: every how many seconds the service reads what changed, and all of it; None: as it does by itself.
    """

    name: str
    connector: str
    roles: tuple[str, ...] = ()
    primary: bool = False
    url: str | None = None
    secret: Secret | InVault | None = None
    mode: Mode | None = None
    poll: float | None = None
    sweep: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A raw value that a new record gets in a stream where `when` is true (None: always); the first that fits."""

    field: str
    value: Value
    when: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class RolledUp:
    """A field whose truth is the hub: aggregated over linked children.

    debounce: seconds that changes of children are gathered before the value is made again; 0: at once.
    """

    entity: str
    field: str
    rollup: Rollup
    debounce: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Making:
    """What a rule makes: a record of `entity`, born in `system`, or where its own `create` says.

    values:        what is always the same.
    given:         what is made of the record the rule is about; it comes before `values`.
    lines:         columns of the lines that are taken over, by the columns of the record's own lines.
    follows_until: over what was made: until it is true once, `given` and `lines` follow their source.
    cancelled:     the values that mean cancelled, where a system has such; else a cancelled record is deleted.
    credit:        what is made of it where leaving says `credit`; its `given` read what is credited.
    """

    entity: str
    system: str | None = None
    leaving: Literal["keep", "cancel", "credit", "ask"] = "ask"
    values: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Expression | Substitution] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    follows_until: Expression | None = None
    cancelled: Mapping[str, Value] = field(default_factory=dict)
    credit: Making | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When `event` of `entity` happens and `condition` is true of the record: make, emit, notify.

    when:    the event has happened to a record when this becomes true of it; None: nothing says when.
    events:  the types of what is emitted.
    notify:  addressees by their names. persons: columns that say who else is to know, as `account.rep`.
    text:    what they are told.
    """

    name: str
    entity: str
    event: str
    condition: Expression | None = None
    makes: tuple[Making, ...] = ()
    notify: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    text: Substitution | None = None
    after_seconds: float | None = None
    without: str | None = None
    when: Expression | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Said to `to` when what is watched passes `above`."""

    name: str
    above: Threshold | None = None
    over_seconds: float = 3600.0
    at_least: int = 0
    to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Brake:
    """Holds a kind of write above `above` and `share` of all, or above `always_above`."""

    above: int
    share: float
    always_above: int | None = None


@dataclass(frozen=True, kw_only=True)
class Example:
    """A stored case: raw fields by system and stream, and what must come of them."""

    name: str
    entity: str
    given: Mapping[str, Mapping[str, Any]]
    expect: Mapping[str, Mapping[str, Any]]


BRAKES: Mapping[str, Brake] = {
    "delete": Brake(above=20, share=0.05, always_above=500),
    "blank": Brake(above=50, share=0.10),
    "rewrite": Brake(above=50, share=0.10),
    "create": Brake(above=200, share=0.20),
}
BRAKES_FROM_LINKS = 50

_SHARE_OF = 20
ALERTS: Mapping[str, Alert] = {
    alert.name: alert
    for alert in (
        Alert(name="failure_rate", above=Threshold(0.05, "share"), at_least=_SHARE_OF, to=("integration",)),
        Alert(name="delay", above=Threshold(900.0, "seconds"), to=("integration",)),
        Alert(name="pending", above=Threshold(1000.0, "count"), to=("integration", "management")),
        Alert(
            name="conflict_rate", above=Threshold(0.02, "share"), over_seconds=86400.0, at_least=_SHARE_OF,
            to=("governance",),
        ),
        Alert(name="api_failure_rate", above=Threshold(0.01, "share"), at_least=_SHARE_OF, to=("integration",)),
        Alert(name="oldest_pending", to=("integration",)),
        Alert(name="agreement", to=("integration",)),
        Alert(name="api_budget", to=("integration",)),
        Alert(name="brake_held", to=("integration",)),
    )
}  # fmt: skip
"""What is watched, with the thresholds that hold where the file says nothing."""
