"""One stream of a connector against a fresh sandbox: what people do there, what the hub reads, what it writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncline.config.declaration import Declaration
from syncline.connect.connector import Connector
from syncline.connect.request import Page, Request
from syncline.connect.stream import Asked, Field, Stream
from syncline.connect.template import Use
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.observation import Gone
from syncline.model.outcome import Done, Outcome
from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.faults import Fault
from syncline.sandbox.sandbox import Sandbox
from syncline.sync import observe, send
from syncline.sync.hub import Hub
from syncline.testing.conformance_door import SYSTEM, Door
from syncline.testing.memory import MemoryLedger

T0 = 1_793_871_000.0
MOST_PAGES = 200
FIRST_LINK = 7000

Raw = dict[str, Any]


class Nonconforming(AssertionError):
    """What a connector does wrong, in a sentence."""


def require(holds: bool, what: str) -> None:
    """Raises Nonconforming."""
    if not holds:
        raise Nonconforming(what)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is tried: one stream, with rows that look like this.

    connector: makes it for the raw fields that are bound and its options.
    sandbox:   a fresh one on this clock, without quotas.
    stream:    its name in the connector; rows: in the sandbox's control API.
    values:    raw values of the n-th row, as a hub would send them; no two rows are alike in `keys`.
    typed:     the same as a person types them into the sandbox, where that is otherwise.
    makes:     rows of the sandbox's further streams that one create makes, as a document its lines.
    text:      one of them, of plain text, that people edit and may empty.
    keys:      those by which `find` finds a row; () where the stream has no `find`.
    refused:   values that the system will not take; blamed: the raw field that it then names, None where it names none.
    again:     a second row with the keys of the first is refused as one that exists.
    page:      more rows than one page of any of its lists holds.
    lag:       seconds by which the sandbox's lists may lag here: no more than the stream declares.
    merge:     what a person does to make the second of two rows (ids) a part of the first.
    new_field: one that `define` makes.
    """

    connector: Callable[[Use], Connector]
    sandbox: Callable[[Clock], Sandbox]
    stream: str
    rows: str
    values: Callable[[int], Mapping[str, Any]]
    text: str
    page: int
    keys: tuple[str, ...] = ()
    typed: Callable[[int], Mapping[str, Any]] | None = None
    makes: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, Any] | None = None
    blamed: str | None = None
    again: bool = False
    lag: float = 0.0
    merge: Callable[[Sandbox, str, str], object] | None = None
    new_field: Field | None = None
    secrets: Mapping[str, str] = field(default_factory=lambda: {"secret": "a-secret-of-the-tests"})
    options: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None
    bound: tuple[str, ...] = ()

    def use(self, *more: str) -> Use:
        """All that the checks read and write."""
        names = dict.fromkeys((*self.values(0), self.text, *self.keys, *self.bound, *more))
        return Use(fields={self.stream: tuple(names)}, options=self.options)


class World:
    """A sandbox, a hub that does nothing by itself, and a clock that goes on only when told, and by each call."""

    def __init__(self, subject: Subject, *more: str, lag: bool = False) -> None:
        """more: further raw fields that are bound. lag: what is written is listed as late as `subject.lag`."""
        self.subject = subject
        self.clock = Clock(real=lambda: 0.0)
        self.clock.set(T0)
        self.sandbox = subject.sandbox(self.clock)
        self.connector = subject.connector(subject.use(*more))
        self.door = Door(self.connector, self.sandbox, subject.secrets, subject.options, subject.url)
        self.hub = Hub(
            declaration=Declaration(name="tried", order=(SYSTEM,), entities={}, bindings=()),
            connectors={SYSTEM: self.connector}, ledger=MemoryLedger(), door=self.door, clock=self.clock.now,
        )  # fmt: skip
        self.stream: Stream = self.hub.stream(SYSTEM, subject.stream)
        for stream in (self.stream, *map(self.connector.stream, self.stream.children)):
            for one in stream.needs:
                self.define(one, stream)
        if lag and subject.lag:
            self.sandbox.faults.plant(Fault(kind="lag", seconds=subject.lag))

    # ---- people
    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the control API."""
        reply = self.sandbox.answer(json_call(method, f"/_sandbox/{path}", body))
        assert isinstance(reply, Reply)
        assert reply.status == 200, f"{method} {path}: {reply.body}"
        return reply.body

    def type(self, number: int) -> str:
        """A person makes the n-th row; its id."""
        typed = self.subject.typed or self.subject.values
        return str(self.control("POST", f"records/{self.subject.rows}", dict(typed(number)))["id"])

    def edit(self, rid: str, text: str) -> None:
        """A person changes its text."""
        self.control("PUT", f"records/{self.subject.rows}/{rid}", {self.subject.text: text})

    def remove(self, rid: str) -> None:
        """A person deletes it."""
        self.control("DELETE", f"records/{self.subject.rows}/{rid}")

    def count(self, rows: str = "") -> int:
        """How many rows are there, of this stream or another of the sandbox's."""
        return len(self.control("GET", f"records/{rows or self.subject.rows}"))

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    # ---- reading
    def show(self, asked: Asked) -> Page:
        """One read, as the hub makes it."""
        return observe.show(self.hub, SYSTEM, self.stream, asked)[0]

    def pages(self, ask: Callable[[str | None], Asked], between: Callable[[int], None] | None = None) -> list[Page]:
        """A read to its end. between: what happens after each page that is not the last."""
        pages: list[Page] = []
        after: str | None = None
        while True:
            pages.append(self.show(ask(after)))
            going_on = pages[-1].next
            if going_on is None:
                return pages
            require(going_on != after, f"{self.stream.name}: the page after {after!r} leads to itself")
            require(len(pages) < MOST_PAGES, f"{self.stream.name}: a read has no end: {MOST_PAGES} pages and more")
            after = going_on
            if between is not None:
                between(len(pages))

    def sweep(self, between: Callable[[int], None] | None = None) -> list[Raw]:
        """All rows, by the list of all."""
        assert self.stream.sweep is not None
        return [row for page in self.pages(self.stream.sweep, between) for row in page.records]

    def look(self, *ids: str) -> dict[str, Raw]:
        """These rows now."""
        return {one.id: one.raw for one in observe.look_at(self.hub, SYSTEM, self.stream, ids).values()}

    def proven(self, rid: str) -> list[Gone]:
        """What a look proves of a row."""
        if self.stream.get is None:
            return []
        return [one for one in observe.looked_at(self.hub, SYSTEM, self.stream, [rid])[1] if one.id == rid]

    def fed(self, rid: str, since: float) -> list[Gone]:
        """What the list of deletes says of a row."""
        deleted = self.stream.deleted
        if deleted is None:
            return []
        begin = observe.overlapped(since, self.stream.settles_in.feed)
        pages = self.pages(lambda after: deleted(begin, after))
        return [one for page in pages for one in page.gone if one.id == rid]

    # ---- writing
    def intent(self, kind: Any, rid: str | None, values: Mapping[str, Any], link: int = FIRST_LINK) -> Intent:
        """A write that is journalled, as the hub would."""
        with self.hub.ledger.unit() as unit:
            number = unit.new_id("intent")
            made = Intent(
                id=number, link=link, record=1, system=SYSTEM, stream=self.subject.stream, kind=kind, values={},
                raw=dict(values), at=self.clock.now(),
            )  # fmt: skip
            unit.save_intents([made])
        return made

    def send(self, *intents: Intent, ids: Sequence[str | None] | None = None) -> list[Outcome]:
        """What became of them. Several of one kind go in a batch, where the stream takes batches."""
        rids = ids or [None] * len(intents)
        links = {
            one.link: Link(
                id=one.link, record=1, entity="tried", system=SYSTEM, stream=self.subject.stream, external_id=rid
            )
            for one, rid in zip(intents, rids, strict=True)
        }
        return send.send(self.hub, self.stream, SYSTEM, list(intents), links)

    def create(self, number: int, **more: Any) -> Outcome:
        """The hub makes the n-th row."""
        return self.send(self.intent("create", None, {**self.subject.values(number), **more}, FIRST_LINK + number))[0]

    def write(self, kind: Any, rid: str, values: Mapping[str, Any] | None = None) -> Outcome:
        """The hub changes or deletes a row."""
        return self.send(self.intent(kind, rid, values or {}), ids=[rid])[0]

    def define(self, new: Field, stream: Stream | None = None) -> None:
        """The hub makes a field there."""
        where = stream or self.stream
        require(where.define is not None, f"{where.name} needs {new.name} and cannot make it")
        assert where.define is not None
        asked = where.define(new)
        if isinstance(asked, Request):
            answer = self.door.call(SYSTEM, asked, "write")
            problem = self.connector.errors(answer)
            made = problem is None and answer.status < 300
        else:
            problem = send.converse(self.hub, SYSTEM, self.intent("update", None, {}), asked)
            made = isinstance(problem, Done)
        require(made, f"{where.name}.{new.name} cannot be made: {problem}")


class Follower:
    """What the hub knows of a stream from its changes alone, with the cursor as the hub moves it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.since = 0.0
        self.seen: dict[str, Raw] = {}

    def read(self, between: Callable[[int], None] | None = None) -> list[Page]:
        """One poll to its end."""
        world, stream = self.world, self.world.stream
        changes = stream.changes
        assert changes is not None
        began, begin = world.clock.now(), observe.overlapped(self.since, stream.settles_in.changes)
        pages = world.pages(lambda after: changes(begin, after), between)
        stamps = []
        for row in (row for page in pages for row in page.records):
            self.seen[str(row[stream.key])] = row
            stamp = stream.time(row[stream.changed_at]) if stream.changed_at else None
            stamps += [] if stamp is None else [stamp]
        self.since = max(self.since, min(max([self.since, *stamps]), began)) if stream.changed_at else began
        return pages
