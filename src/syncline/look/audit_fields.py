"""Field by field, what the systems hold of the records that several of them hold: read from what is agreed.

A field whose value stands for the record's own is equal; only the others are mapped again, so most cost no mapping.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from syncline.config.declaration import Declaration
from syncline.identity.match import is_blank
from syncline.look.audited import EXAMPLES, Example, FieldAudited
from syncline.mapping.binding import Binding
from syncline.mapping.document import LINES, is_line, line_of
from syncline.mapping.lens import NOT_TOLD
from syncline.merge.case import Case
from syncline.merge.policy import HUB
from syncline.model.link import Link
from syncline.model.record import DOES_NOT_FIT, NOTHING, Value
from syncline.sync.store import Row

Place = tuple[str, str]
"""(system, stream)"""

What = Literal["differs", "blank", "invalid"]
OF_LINES = "lines"
"""The lines of a document, as one field."""


@dataclass(frozen=True)
class Odd:
    """A field of a record that is not the same everywhere. values: system to what it holds."""

    field: str
    what: What
    values: Mapping[str, Value]
    why: str = ""


@dataclass
class FieldCount:
    """What was counted of one field. places: where it can be compared; hub: it is computed here, and compared too."""

    name: str
    truth: str = ""
    places: frozenset[Place] = frozenset()
    hub: bool = False
    compared: int = 0
    equal: int = 0
    blank: int = 0
    one_blank: int = 0
    differs: int = 0
    open: int = 0
    left: int = 0
    filled: int = 0
    settled: Counter[str] = field(default_factory=Counter)
    blank_in: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    examples: dict[What, list[Example]] = field(default_factory=dict)

    def told(self) -> FieldAudited:
        """For people."""
        examples = {what: tuple(self.examples.get(what, ())) for what in ("differs", "blank", "invalid")}
        return FieldAudited(
            field=self.name, truth=self.truth, compared=self.compared, equal=self.equal, blank=self.blank,
            one_blank=self.one_blank, differs=self.differs, open=self.open, left=self.left, filled=self.filled,
            settled=dict(self.settled), blank_in=dict(self.blank_in), invalid=dict(self.invalid),
            differ_examples=examples["differs"], blank_examples=examples["blank"],
            invalid_examples=examples["invalid"],
        )  # fmt: skip

    def wants(self, what: What) -> bool:
        """Is another example wanted?"""
        return len(self.examples.setdefault(what, [])) < EXAMPLES


class Fields:
    """The fields of one entity. labels: what its places are called."""

    def __init__(self, declaration: Declaration, entity: str, labels: Mapping[Place, str]) -> None:
        self.labels = labels
        policies = declaration.entities[entity].fields
        bindings = [one for one in declaration.bindings if one.entity == entity]
        self.counts: dict[str, FieldCount] = {}
        for name, policy in policies.items():
            if line_of(name) is None:
                places = frozenset(places_of(bindings, name))
                truth = policy.truth or ""
                self.counts[name] = FieldCount(name=name, truth=truth, places=places, hub=policy.truth == HUB)
        with_lines = frozenset((one.system, one.stream) for one in bindings if one.lines is not None)
        self.lines = FieldCount(name=OF_LINES, places=with_lines) if len(with_lines) > 1 else None
        self.shared = [one for one in self.counts.values() if len(one.places) + one.hub > 1]

    def told(self) -> tuple[FieldAudited, ...]:
        """Those that were compared, or hold what does not fit."""
        found = [*self.counts.values(), *([self.lines] if self.lines is not None else [])]
        return tuple(one.told() for one in found if one.compared or one.invalid)

    def compare(self, case: Case, here: Mapping[Place, Link], planned: Mapping[Row, Collection[str]]) -> list[Odd]:
        """Counts one record. here: its rows. planned: row to the fields that going live would write there."""
        odd = list(self.misfits(case, here))
        held = case.record.fields
        for one in self.shared:
            now = held.get(one.name, NOTHING)
            told = 1 if one.hub else 0
            for place, link in here.items():
                known = link.known.get(one.name)
                if place not in one.places or known is None:
                    continue
                if known.agreed != now.version or known.parked is not None:
                    told = -1
                    break
                told += 1
            if told < 0:
                odd.extend(self.unlike(case, one, here, planned))
            elif told > 1:
                one.compared += 1
                blank = now.value is None or (type(now.value) is not str and is_blank(now.value))
                one.blank += blank
                one.equal += not blank
        if self.lines is not None:
            odd.extend(lines_of(case, self.lines, here))
        return odd

    def misfits(self, case: Case, here: Mapping[Place, Link]) -> Iterator[Odd]:
        """What does not fit its field, wherever the record is."""
        for place, link in here.items():
            for name, known in link.known.items():
                if known.parked is not None and known.parked.code == DOES_NOT_FIT:
                    one = self.counts.get(name) or self.lines
                    if one is not None:
                        one.invalid[self.labels[place]] += 1
                        yield Odd(one.name, "invalid", {self.labels[place]: known.parked.theirs}, known.parked.reason)

    def unlike(
        self, case: Case, one: FieldCount, here: Mapping[Place, Link], planned: Mapping[Row, Collection[str]]
    ) -> Iterator[Odd]:
        """A field that some row does not hold as the record does."""
        name, now = one.name, case.value(one.name).value
        sides = {
            place: value
            for place in self.labels if place in here and place in one.places
            and (value := held_there(case, here[place], name)) is not NOT_TOLD
        }  # fmt: skip
        values = {self.labels[place]: value for place, value in sides.items()}
        if one.hub:
            values[HUB] = now
        if len(values) < 2:
            return
        one.compared += 1
        blank = [label for label, value in values.items() if is_blank(value)]
        full = {label: value for label, value in values.items() if label not in blank}
        one.blank_in.update(blank if full else ())
        if not full:
            one.blank += 1
            return
        first = next(iter(full.values()))
        if blank and any(name in planned.get(row_of(here[place]), ()) for place, value in sides.items()
                         if is_blank(value)):  # fmt: skip
            one.filled += 1
        if all(case.equal(name, value, first) for value in full.values()):
            one.one_blank += bool(blank)
            one.equal += not blank
            if blank:
                yield Odd(name, "blank", values)
            return
        one.differs += 1
        self.settle(case, one, {here[place].id: value for place, value in sides.items()}, here, planned)
        yield Odd(name, "differs", values)

    def settle(
        self, case: Case, one: FieldCount, sides: Mapping[int, Value], here: Mapping[Place, Link],
        planned: Mapping[Row, Collection[str]],
    ) -> None:  # fmt: skip
        """In whose favour it differs: a person's to choose, a system's, or nobody's."""
        now = case.value(one.name)
        if any(case.is_open(lid, one.name) for lid in sides):
            one.open += 1
            return
        losing = [lid for lid, value in sides.items() if not case.equal(one.name, value, now.value)]
        if not any(one.name in planned.get(row_of(case.links[lid]), ()) for lid in losing):
            one.left += 1
            return
        labels = {link.id: self.labels[place] for place, link in here.items()}
        winner = now.source if now.source in labels else next((lid for lid in sides if lid not in losing), None)
        one.settled[labels[winner] if winner is not None else HUB] += 1


def places_of(bindings: Sequence[Binding], name: str) -> Iterator[Place]:
    """Where reads tell a field."""
    for one in bindings:
        bound = one.by_field.get(name)
        if bound is not None and bound.shown:
            yield one.system, one.stream


def held_there(case: Case, link: Link, name: str) -> Value:
    """What a row holds of a field; NOT_TOLD where it says nothing, or nothing that fits."""
    known = link.known.get(name)
    if known is None or (known.parked is not None and known.parked.code == DOES_NOT_FIT):
        return NOT_TOLD
    if known.agreed == case.value(name).version and known.parked is None:
        return case.value(name).value
    return case.view(link.id).get(name, NOT_TOLD)


def row_of(link: Link) -> Row:
    """(system, stream, id)"""
    return link.system, link.stream, link.external_id or ""


def lines_of(case: Case, one: FieldCount, here: Mapping[Place, Link]) -> Iterator[Odd]:
    """The lines of a document: all agreed, or not."""
    links = [link for place, link in here.items() if place in one.places]
    names = [name for name in case.record.fields if name.startswith(LINES)]
    if len(links) < 2:
        return
    one.compared += 1
    fields = case.record.fields
    odd = [
        name for name in names for link in links
        if (known := link.known.get(name)) is None or known.agreed != fields[name].version
    ]  # fmt: skip
    if not odd:
        one.equal += bool(names)
        one.blank += not names
        return
    one.differs += 1
    if any(case.is_open(link.id, name) for name in odd for link in links):
        one.open += 1
    else:
        one.left += 1
    lines = sum(is_line(name) for name in names)
    yield Odd(OF_LINES, "differs", {}, f"{len(odd)} values in {lines} lines")
