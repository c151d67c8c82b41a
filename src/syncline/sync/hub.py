"""The hub's parts as one value, handed to every step: nothing global, no effect anywhere else."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec, TypeVar

from syncline.config.declaration import Declaration
from syncline.connect.connector import Connector
from syncline.connect.door import Door
from syncline.connect.stream import Stream
from syncline.identity.alike import Measure, measure_of
from syncline.merge import order
from syncline.model.intent import Intent
from syncline.model.rows import Run
from syncline.sync import dependants, sheet
from syncline.sync.beside import Beside
from syncline.sync.left_out import Fields, LeftOut
from syncline.sync.needs import Need, needs_of, plainly
from syncline.sync.store import Ledger, Unit

P = ParamSpec("P")
T = TypeVar("T")
StreamStep = Callable[Concatenate["Hub", str, str, P], T]
"""A step of one stream: (hub, system, stream, ...)."""


def no_point(name: str) -> None:
    """The default for `Hub.point`: nothing happens between two steps."""


def nobody_sees(system: str, stream: str, rows: int) -> None:
    """The default for `Hub.saw`."""


def nobody_counts(system: str, stream: str, rows: int) -> None:
    """The default for `Hub.met`."""


def nobody_hears(intents: Sequence[Intent]) -> None:
    """The default for `Hub.told`."""


@dataclass(kw_only=True)
class Gathering:
    """Steps that follow one another as one run, which begins with the first of them that changes anything.

    kind:   what they are, as `poll`. number: the run's, once it has begun; one that is given was begun elsewhere.
    note:   who, or what for. about: the records that are joined or parted.
    """

    kind: str
    number: int | None = None
    began: float | None = None
    note: str = ""
    about: tuple[int, ...] = ()

    def under(self, unit: Unit, now: float) -> int:
        """The run, in the transaction that works under it."""
        if self.number is None:
            self.number, self.began = unit.new_id("run"), now
        if self.began is not None:  # in each transaction: the first one may have failed
            unit.save_run(Run(id=self.number, kind=self.kind, at=self.began, note=self.note, about=self.about))
        return self.number

    def anew(self, number: int | None = None) -> None:
        """The next steps are another run."""
        self.number, self.began = number, None


@dataclass(frozen=True, kw_only=True)
class Hub:
    """clock: seconds. wait: lets so many of them pass.

    point: called at each named crash point, so that tests can stop there.
    run:   the run that everything is done under (see `run.begin`); None: each step is a run of its own.
    with_field: (system, stream, raw field) to a connector that reads this field beside those that are bound.
    own: (system, stream) to the raw fields that its connector knows without a declaration.
    without: (system, stream to raw fields) to a connector that does not ask for these; None: there is no such one.
    frozen: what is left out so.
    counted_by: the ledger that gives out the numbers, by its own name.
    beside: what several threads do one at a time. urgent: somebody waits for what this one does.
    saw:   hears how many rows a read showed. met: how many rows of a baseline met records, or became some.
    told: hears which writes were answered, after that was committed.
    """

    declaration: Declaration
    connectors: Mapping[str, Connector]
    ledger: Ledger
    door: Door
    clock: Callable[[], float]
    point: Callable[[str], None] = no_point
    batch: int = 100
    run: int | Gathering | None = None
    saw: Callable[[str, str, int], None] = nobody_sees
    met: Callable[[str, str, int], None] = nobody_counts
    told: Callable[[Sequence[Intent]], None] = nobody_hears
    wait: Callable[[float], None] = time.sleep
    beside: Beside = field(default_factory=Beside)
    urgent: bool = False
    with_field: Callable[[str, str, str], Connector] | None = None
    own: Callable[[str, str], frozenset[str]] | None = None
    without: Callable[[str, Fields], Connector] | None = None
    frozen: LeftOut = field(default_factory=LeftOut)
    counted_by: str = ""

    def turn(self, *what: str) -> AbstractContextManager[None]:
        """While this thread has it, no other does the same on this hub."""
        return self.beside.turn(*what, urgent=self.urgent)

    @cached_property
    def bound(self) -> frozenset[tuple[str, str]]:
        """(system, stream) of all that the declaration binds."""
        return frozenset((one.system, one.stream) for one in self.declaration.bindings)

    @cached_property
    def meetings(self) -> Mapping[str, str]:
        """Entity to a hash of what decides which records its rows meet, and what they say."""
        return {one.entity: sheet.meeting_hash(self.declaration, one.entity) for one in self.declaration.bindings}

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """The fields of ours that the declaration needs in the systems."""
        return tuple(needs_of(self.declaration, self.connectors))

    def needed_in(self, system: str, stream: str) -> tuple[Need, ...]:
        """Those of a bound stream, and of the streams of its parts."""
        return self._needed_in.get((system, plainly(stream)), ())

    @cached_property
    def _needed_in(self) -> Mapping[tuple[str, str], tuple[Need, ...]]:
        found: dict[tuple[str, str], tuple[Need, ...]] = {}
        for binding in self.declaration.bindings if self.needs else ():
            plain = plainly(binding.stream)
            streams = (plain, *self.stream(binding.system, plain).children)
            mine = tuple(one for one in self.needs if one.system == binding.system and one.stream in streams)
            if mine:
                found[binding.system, plain] = mine
        return found

    @cached_property
    def keyings(self) -> Mapping[str, str]:
        """Entity to a hash of what its records are found by."""
        entities = dict.fromkeys([*self.declaration.matching, *self.measures])
        return {one: sheet.keys_hash(self.declaration, one) for one in entities if one in self.declaration.entities}

    @cached_property
    def reference_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Entity to its fields that refer to another record."""
        entities = self.declaration.entities.items()
        return {n: tuple(f for f in e.fields if order.referred_entity(e, f) is not None) for n, e in entities}

    def one_way(self, entity: str) -> tuple[frozenset[tuple[str, str, str]], frozenset[tuple[str, str, str]]]:
        """The fields of an entity that are only written in a stream, and those of them that no read tells."""
        return self._one_way.get(entity, (frozenset(), frozenset()))

    @cached_property
    def _one_way(self) -> Mapping[str, tuple[frozenset[tuple[str, str, str]], frozenset[tuple[str, str, str]]]]:
        found: dict[str, tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]] = {}
        for binding in self.declaration.bindings:
            taken, shown = found.setdefault(binding.entity, (set(), set()))
            taken |= {(binding.system, binding.stream, b.field) for b in binding.fields if not b.inward}
            shown |= {(binding.system, binding.stream, b.field) for b in binding.fields if not b.shown}
        return {entity: (frozenset(taken), frozenset(shown)) for entity, (taken, shown) in found.items()}

    @cached_property
    def sequence(self) -> order.Order | order.Cycle:
        """The streams in the order of writes, parents before children."""
        bindings = self.declaration.bindings
        needs = order.needs_of(self.declaration.entities, bindings, self.required)
        return order.order([(binding.system, binding.stream) for binding in bindings], needs)

    def required(self, system: str, stream: str) -> frozenset[str]:
        """The raw fields without which that stream takes no new row."""
        return frozenset(one.name for one in self.stream(system, stream).fields if one.required)

    @cached_property
    def refers(self) -> bool:
        """May a record refer to another, by a field or as what a rule made of it?"""
        return any(self.reference_fields.values()) or any(rule.makes for rule in self.declaration.rules)

    @cached_property
    def readers(self) -> dependants.Readers:
        """Who reads which field of somebody else."""
        return dependants.readers_of(self.declaration)

    @cached_property
    def doubt_lasts(self) -> float:
        """Seconds after which no write of unknown outcome can still arrive."""
        streams = [stream for connector in self.connectors.values() for stream in connector.streams]
        return max((s.write_timeout + s.settles_in.get for s in streams), default=0.0)

    def look_after(self, system: str, stream: str) -> float:
        """Seconds until the strongest read shows a write that is done now."""
        settles = self.stream(system, stream).settles_in
        return settles.get if self.stream(system, stream).get is not None else settles.changes

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        """By what records are compared that no match rule joins, of the entities that two streams hold."""
        held = Counter(binding.entity for binding in self.declaration.bindings)
        return {
            entity: measure_of(self.declaration.entities[entity], rule)
            for entity, rule in self.declaration.alike.items() if held[entity] > 1
        }  # fmt: skip

    def stream(self, system: str, stream: str) -> Stream:
        """The contract of a stream, without the fields that are frozen."""
        return self.connector(system).stream(stream)

    def connector(self, system: str) -> Connector:
        """Of a system, without the fields that are frozen."""
        if self.without is None:
            return self.connectors[system]
        if system not in self.frozen.fields:
            self.look_up_left_out(system)
        return self.frozen.connectors[system]

    def left_out(self, system: str, stream: str) -> frozenset[str]:
        """The raw fields of a stream that are frozen: neither read nor written. # I15"""
        if self.without is None:
            return frozenset()
        if system not in self.frozen.fields:
            self.look_up_left_out(system)
        return self.frozen.fields[system].get(plainly(stream), frozenset())

    def look_up_left_out(self, system: str) -> None:
        """The ledger knows which they are."""
        assert self.without is not None, "nothing is left out where no connector can do without"
        ours = {(one.stream, one.field.name) for one in self.needs if one.system == system}
        found: dict[str, set[str]] = {}
        for row in self.ledger.own_fields(system):
            if row.there is False and (row.stream, row.name) not in ours:
                found.setdefault(row.stream, set()).add(row.name)
        fields = {stream: frozenset(names) for stream, names in found.items()}
        if fields != self.frozen.fields.get(system):
            connector = self.without(system, fields) if fields else self.connectors[system]
            self.frozen.keep(system, fields, connector)


def one_at_a_time(what: str) -> Callable[[StreamStep[P, T]], StreamStep[P, T]]:
    """Marks a step that several threads do one at a time on one stream; `what` it is."""

    def marked(step: StreamStep[P, T]) -> StreamStep[P, T]:
        @wraps(step)
        def taken(hub: Hub, system: str, stream: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
            with hub.turn(what, system, stream):
                return step(hub, system, stream, *args, **kwargs)

        return taken

    return marked
