"""A case: one record with all its links, as one transaction works on it.

Record and Link are frozen; a case holds the present ones, replaces them, and collects the history of
what it did. Every rule of the merge reads and changes a case and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from syncline.mapping.document import line_of
from syncline.merge.policy import HUB, ORIGIN, FieldPolicy, Setting
from syncline.model.entry import Entry, EntryKind
from syncline.model.link import UNKNOWN_FIELD, Known, Link
from syncline.model.record import DOES_NOT_FIT, NOTHING, FieldValue, Record, Value


@dataclass(slots=True)
class Case:
    """See the module's docstring. `hints` are the looks that a rule asked for: (link id, when)."""

    record: Record
    links: dict[int, Link]
    setting: Setting
    entries: list[Entry] = field(default_factory=list)
    hints: list[tuple[int, float]] = field(default_factory=list)
    born: bool = False
    views: dict[int, tuple[Any, Mapping[str, Value]]] = field(default_factory=dict)

    # ---- what is there
    def view(self, lid: int) -> Mapping[str, Value]:
        """The canonical values that system was last seen to hold; what it did not tell is not in it."""
        link = self.links[lid]
        kept = self.views.get(lid)
        if kept is None or kept[0] is not link.seen:
            kept = self.views[lid] = (link.seen, self.setting.view(link))
        return kept[1]

    def value(self, name: str) -> FieldValue:
        """The record's field; NOTHING if it never had a value."""
        return self.record.fields.get(name, NOTHING)

    def known(self, lid: int, name: str) -> Known:
        """What that link knows of that field."""
        return self.links[lid].known.get(name, UNKNOWN_FIELD)

    def policy(self, name: str) -> FieldPolicy:
        """The declared policy of a field."""
        return self.setting.entity.of(name)

    def key(self, name: str, value: Value) -> Any:
        """The equality key of a value under the field's type."""
        return self.setting.entity.of(name).type.key(value)

    def equal(self, name: str, one: Value, other: Value) -> bool:
        """Equality under the field's type."""
        if one is other or (type(one) is str and type(other) is str and one == other):
            return True  # whatever the type makes of it, it makes the same of both
        key = self.setting.entity.of(name).type.key
        return bool(key(one) == key(other))

    def active(self) -> Iterator[Link]:
        """The links that are written to and believed."""
        return (link for link in self.links.values() if link.state == "active")

    def is_open(self, lid: int, name: str) -> bool:
        """In an unsettled conflict or first difference, parked or withheld: neither taken nor written."""
        known = self.known(lid, name)
        return name in self.record.conflicts or known.differs or known.parked is not None or known.withheld is not None

    def takes(self, lid: int, name: str) -> bool:
        """Are changes of this field in that system taken? Else it is only written there."""
        link = self.links[lid]
        return (link.system, link.stream, name) not in self.setting.never_taken

    def tells(self, lid: int, name: str) -> bool:
        """Do reads of that system tell this field?"""
        link = self.links[lid]
        return (link.system, link.stream, name) not in self.setting.never_shown

    def truth(self, name: str) -> str | None:
        """The system that may set this field of this record; HUB for a computed one; None: any."""
        truth = self.policy(name).truth
        return self.record.origin if truth == ORIGIN else truth

    def system_of(self, source: int | None) -> str | None:
        """The system of the link a value came from."""
        link = self.links.get(source) if source is not None else None
        return link.system if link else None

    # ---- what changes
    def put(self, lid: int, **changes: Any) -> None:
        """Replaces parts of a link."""
        self.links[lid] = replace(self.links[lid], **changes)

    def learn(self, lid: int, name: str, **changes: Any) -> None:
        """Replaces parts of what a link knows of a field."""
        link = self.links[lid]
        known = replace(link.known.get(name, UNKNOWN_FIELD), **changes)
        self.links[lid] = replace(link, known={**link.known, name: known})

    def note(
        self, kind: EntryKind, name: str | None, lid: int | None, before: Value, after: Value, why: str = ""
    ) -> None:
        """Writes a line of history."""
        entry = Entry(
            kind=kind, record=self.record.id, field=name, link=lid, before=before, after=after,
            at=self.setting.now, run=self.setting.run, why=why,
        )  # fmt: skip
        self.entries.append(entry)

    def set_value(self, name: str, value: Value, source: int | None, since: float, until: float, why: str) -> int:
        """Gives the record's field its next version. That ends the withholding of the field, and its parking.

        Not where what a system holds does not fit: nothing is written over it, so it stays visible until it is
        corrected there.
        """
        version = self.value(name).version + 1
        fresh = FieldValue(
            value=value, version=version, source=source, since=since, until=until, run=self.setting.run, why=why
        )
        self.record = replace(self.record, fields={**self.record.fields, name: fresh})
        for link in list(self.links.values()):
            known = link.known.get(name)
            if known is None or link.state == "tombstone":
                continue
            if known.withheld is not None and not known.withheld.written:
                self.note("undo", name, link.id, known.withheld.before, value, "dropped: the field has a new value")
            if known.withheld or known.parked or known.tries or known.waiting:
                parked = known.parked if known.parked and known.parked.code == DOES_NOT_FIT else None
                parked = replace(parked, ours=value) if parked is not None else None  # L1
                self.learn(link.id, name, withheld=None, parked=parked, tries=0, waiting=False)
        return version

    def snapshot(self) -> tuple[Any, ...]:
        """What `restore` goes back to when an object turns out not to fit."""
        return self.record, dict(self.links), len(self.entries), len(self.hints)

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Forgets everything since the snapshot."""
        self.record, self.links = saved[0], saved[1]
        del self.entries[saved[2] :], self.hints[saved[3] :]


def truth_holds(case: Case, name: str) -> bool:
    """Does the truth have an active link that holds a value? While it does not, any side may set the field."""
    truth = case.truth(name)
    if truth == HUB:
        return True
    if line_of(name) is not None:  # a line that the truth does not have is one it does not want
        return any(link.system == truth and link.lines for link in case.active())
    return any(link.system == truth and case.view(link.id).get(name) is not None for link in case.active())
