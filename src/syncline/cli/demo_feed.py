"""What the demo tells as it goes on: the ledger's history in sentences, what is open, and how much agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from syncline.look.named import naming
from syncline.look.opened import Opened, everything
from syncline.look.sentence import Sentence, Words, sentences
from syncline.merge.case import Case
from syncline.model.entry import Entry
from syncline.sync.hub import Hub
from syncline.sync.plan import desk_on_paper
from syncline.sync.questions import MAY_BE_DUPLICATE

SYSTEMS = {"hubspot": "HubSpot", "odoo": "Odoo", "both": "both systems"}
MOST_RECORDS = 100_000


def called(system: str) -> str:
    """A system as its vendor spells it."""
    return SYSTEMS.get(system, system)


@dataclass
class Feed:
    """How far each record's history was told, and what the hub did so far.

    why: (entity, name, field) to the reason that somebody had, where the demo knows it.
    written: (system, kind) to how many writes; kind: carried, put-back, new.
    """

    hub: Hub
    why: Mapping[tuple[str, str, str], str]
    told: dict[int, int] = field(default_factory=dict)
    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    fields: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def new(self) -> list[Sentence]:
        """All that happened since the last time, oldest first."""
        ledger, found = self.hub.ledger, []
        ids = list(ledger.scan(0, MOST_RECORDS))
        histories, records, links = ledger.history(ids), ledger.records(ids), ledger.links_of(ids)
        words = Words(declaration=self.hub.declaration, record=naming(self.hub.declaration, ledger), system=called)
        for rid, entries in histories.items():
            since = self.told.get(rid, 0)
            if len(entries) == since or rid not in records:
                continue
            self.told[rid] = len(entries)
            places = {link.id: (link.system, link.stream) for link in links.get(rid, ())}
            for entry in entries[since:]:
                self.count(records[rid].entity, entry, places)
            found += [self.reasoned(one) for one in sentences(records[rid], entries, since, places, words)]
        return sorted(found, key=lambda one: one.at)

    def count(self, entity: str, entry: Entry, places: Mapping[int, tuple[str, str]]) -> None:
        """For the summary."""
        system = places.get(entry.link or 0, ("", ""))[0]
        if entry.kind == "told":
            self.written[system, "fields"] += 1
            self.fields[system, entity, entry.field or ""] += 1
        elif entry.kind == "created":
            self.written[system, "records"] += 1
            self.fields[system, entity, ""] += 1

    def reasoned(self, one: Sentence) -> Sentence:
        """With the reason of whoever did it, where the history holds none; and counted by its kind."""
        self.kinds[one.kind] += 1
        if one.kind not in ("told", "created"):
            return one
        why = self.why.get((one.entity, one.name, one.field)) or one.why
        self.reasons.update([why] if why else [])
        return replace(one, why=why)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand. compared: fields that a system holds of a record; waiting: what waits for a person.

    differ: entity, name and field of what neither agrees nor waits.
    """

    compared: int
    equal: int
    records: int
    waiting: tuple[Opened, ...]
    differ: tuple[tuple[str, str, str], ...]


def standing(hub: Hub) -> Standing:
    """As the ledger has it now, without a transaction."""
    # a birth that waits for the same answer as its candidate is not told again
    waits = tuple(one for one in everything(hub) if one.code != MAY_BE_DUPLICATE)
    desk = desk_on_paper(hub)
    desk.load(hub.ledger.scan(0, MOST_RECORDS))
    name_of = naming(hub.declaration, hub.ledger)
    compared = equal = 0
    differ: list[tuple[str, str, str]] = []
    for case in desk.cases.values():
        for name, agrees, is_open in fields_of(case):
            compared += 1
            equal += agrees
            if not agrees and not is_open:
                differ.append((case.record.entity, name_of(case.record.id), name))
    return Standing(compared=compared, equal=equal, records=len(desk.cases), waiting=waits, differ=tuple(differ))


def fields_of(case: Case) -> Iterator[tuple[str, bool, bool]]:
    """(field, agrees, is open) of every field that a system holds of this record."""
    for link in case.links.values():
        if link.state != "active":
            continue
        for name, value in case.view(link.id).items():
            held = case.value(name)
            agrees = case.equal(name, value, held.value) or case.known(link.id, name).agreed == held.version
            yield name, agrees, case.is_open(link.id, name)
