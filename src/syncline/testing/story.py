"""What happened in a world, told in plain words: its events, and the history of its records, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Effect, Request
from syncline.model.entry import Entry
from syncline.model.record import NOTHING, RECORD_SIDE
from syncline.testing import company, users
from syncline.testing.memory import MemoryLedger
from syncline.testing.world import World

HUB = "hub"
PERSON = "Anna"
"""Who decides in the hub."""


@dataclass(frozen=True)
class Event:
    """Something said by the world, when, and how much history there was by then."""

    at: float
    what: tuple[Any, ...]
    history: int


@dataclass(frozen=True)
class Line:
    """One line of the story. `kind` says what it is about: user, person, hub, care, crash."""

    at: float
    kind: str
    text: str


class StoryWorld(World):
    """A world that keeps what it says as it is, beside the history."""

    def __init__(self, seed: int, *, steps: int) -> None:
        self.events: list[Event] = []
        self.memory = MemoryLedger()
        super().__init__(seed, steps=steps, ledger=self.memory)

    def say(self, *what: Any) -> None:
        """Kept for the story."""
        self.events.append(Event(self.now, what, len(self.memory.t.entries)))

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """A write without an answer is part of the story."""
        try:
            return super().call(system, request, effect)
        except (NoAnswer, Unreachable) as error:
            if effect == "write":
                self.say(type(error).__name__, system)
            raise

    def restart(self) -> None:
        """Counts what the crash left without a receipt."""
        left = len(self.memory.intents_sent())
        super().restart()
        self.say("recovered", left)


def value(one: Any) -> str:
    """As people write it."""
    if one is None or one == "" or one == []:
        return "(empty)"
    if isinstance(one, list):
        return ", ".join(str(item) for item in one)
    return f"“{one}”"


def many(number: int, what: str) -> str:
    """One write, two writes."""
    plural = "es" if what.endswith("sh") else "s"
    return f"{number} {what}" if number == 1 else f"{number} {what}{plural}"


class Story:
    """Turns a world's events and history into lines."""

    def __init__(self, world: StoryWorld) -> None:
        self.world = world
        self.records = world.memory.records(world.memory.scan(0, 100_000))
        self.links = {link.id: link for links in world.memory.links_of(self.records).values() for link in links}

    def lines(self) -> list[Line]:
        """All of it."""
        return list(self.tell())

    def tell(self) -> Iterator[Line]:
        """Events, each after the history that came before it."""
        entries, told = self.world.memory.t.entries, 0
        for event in self.world.events:
            yield from self.history(entries[told : event.history])
            told = max(told, event.history)
            line = self.event(event)
            if line is not None:
                yield line
        yield from self.history(entries[told:])

    def history(self, entries: Sequence[Entry]) -> Iterator[Line]:
        """What the hub noted."""
        for entry in entries:
            said = self.entry(entry)
            if said is not None:
                yield Line(entry.at, *said)

    # ---- names
    def who(self, record: int) -> str:
        """A record by its e-mail."""
        found = self.records.get(record)
        email = found.fields.get("email", NOTHING).value if found else None
        return str(email).lower() if email else f"record {record}"

    def whose(self, system: str, row: str) -> str:
        """A row by its e-mail."""
        return str(self.world.systems[system].rows[company.STREAM][row].now.values["email"]).lower()

    def place(self, lid: int | None) -> str:
        """The system of a link."""
        return self.links[lid].system if lid in self.links else HUB

    # ---- what the world said
    def event(self, event: Event) -> Line | None:
        """One event, or None where there is nothing to tell a newcomer."""
        match event.what:
            case ("user types", system, _, values):
                fields = ", ".join(f"{name} {value(one)}" for name, one in values.items() if name != "email")
                return self.line(event, "user", f"somebody types {values['email']} into {system}: {fields}")
            case ("user", kind, system, row, field, text):
                return self.line(event, "user", self.edited(kind, system, row, field, text))
            case ("user deletes", system, row):
                return self.line(event, "user", f"somebody deletes {self.whose(system, row)} in {system}")
            case ("hub", method, system, path, values):
                return self.line(event, "hub", self.wrote(method, system, path.rpartition("/")[2], values))
            case ("CRASH at", point):
                return self.line(event, "crash", f"the hub crashes at “{point}”; what was not committed is gone")
            case ("recovered", left):
                looked = (
                    f"{many(left, 'write')} without a receipt: looked at, not sent again" if left else "all is known"
                )
                return self.line(event, "crash", f"the hub starts again: {looked}")
            case ("NoAnswer", system):
                return self.line(event, "crash", f"no answer from {system}: done or not? never done twice")
            case ("Unreachable", system):
                return self.line(event, "crash", f"{system} is down; what is due there waits, nothing else does")
            case ("take", record, field, side, sides):
                return self.line(event, "person", self.settled(record, field, side, sides))
            case ("undo", lid, field, before):
                text = f"takes back what was written to {field} in {self.place(lid)}: {value(before)} again"
                return self.line(event, "person", f"{PERSON} {text}")
        return None

    def line(self, event: Event, kind: str, text: str) -> Line:
        """At the event's moment."""
        return Line(event.at, kind, text)

    def edited(self, kind: str, system: str, row: str, field: str, text: str) -> str:
        """A user's edit."""
        said = text.strip("'\"")
        whom = self.whose(system, row)
        if kind in ("add", "remove"):
            verb = "adds a tag to" if kind == "add" else "removes a tag of"
            return f"somebody {verb} {whom} in {system}: now {value(sorted(users.items(said)))}"
        if not said:
            return f"somebody clears the {field} of {whom} in {system}"
        return f"somebody changes the {field} of {whom} in {system} to {value(said)}"

    def wrote(self, method: str, system: str, row: str, values: Mapping[str, Any]) -> str:
        """A call of the hub."""
        if method == "POST":
            return f"creates {str(values.get('email')).lower()} in {system}"
        if method == "DELETE":
            return f"deletes {self.whose(system, row)} in {system}"
        fields = ", ".join(f"{name} {value(one)}" for name, one in sorted(values.items()))
        return f"writes to {system}, {self.whose(system, row)}: {fields}"

    def settled(self, record: int, field: str, side: str, sides: Mapping[str, Any]) -> str:
        """A person's decision."""
        place = "the record" if side == RECORD_SIDE else self.place(int(side))
        return f"{PERSON} settles the {field} of {self.who(record)}: {place} is right, {value(sides[side])}"

    # ---- what the hub noted
    def entry(self, entry: Entry) -> tuple[str, str] | None:
        """Kind and words; None for what an event has told already."""
        whom, place, field = self.who(entry.record), self.place(entry.link), entry.field
        before, after = value(entry.before), value(entry.after)
        match entry.kind:
            case "taken" if entry.why != "first value":
                return "hub", f"read in {place}: {field} of {whom} is {after}"
            case "merged":
                return "hub", f"both sides' {field} of {whom} are kept: {after}"
            case "refused":
                truth = company.FIELDS[field or ""].truth
                owner = "the system a customer came from" if truth == "origin" else truth
                return "care", f"refused {after} from {place}: {owner} is the truth of {field}; {before} goes back"
            case "blank-refused":
                return "care", f"refused a blank {field} from {place}: {before} stays"
            case "conflict":
                return (
                    "care",
                    f"conflict: {field} of {whom} is {before} and {after} ({place}); both kept, nobody is told",
                )
            case "conflict-closed":
                return "hub", f"conflict closed: {field} of {whom} is {after} ({entry.why})"
            case "conflict-lost":
                return "care", f"two systems changed {field} of {whom}: {entry.why}; {after} is kept in history"
        return self.rarer(entry, whom, place, before, after)

    def rarer(self, entry: Entry, whom: str, place: str, before: str, after: str) -> tuple[str, str] | None:
        """What a newcomer meets later."""
        field = entry.field
        match entry.kind:
            case "first-difference":
                return "care", f"first meeting: {field} of {whom} is {before}, {place} says {after}; a person decides"
            case "first-lost":
                return "care", f"first meeting: {field} of {whom}, {before} gives way to {after} ({entry.why})"
            case "no-effect" if entry.why == "never arrived":
                return "care", f"the write of {field} to {place} never arrived; looked again instead of sending blindly"
            case "no-effect":
                return "care", f"{place} said yes to {field} {before} and kept {after}; it is told again"
            case "late":
                return "care", f"the write of {field} to {place} had arrived after all; known as our own"
            case "parked":
                what = f"{field} of {whom}" if field else whom
                return "care", f"parked: {what} in {place} ({entry.why})"
            case "linked":
                return "hub", f"{whom} in {place} is the same as the record: they are joined"
            case "candidate":
                return "care", f"{whom} in {place} may be a duplicate: shown, never joined by guess"
            case "tombstone":
                return "hub", f"read in {place}: {whom} was deleted there"
        return None
