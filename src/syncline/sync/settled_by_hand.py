"""What a person says of a field beside its conflicts: what is there counts, or stays, or is left alone."""

from __future__ import annotations

from syncline.merge import conflicts
from syncline.merge.case import Case
from syncline.model.entry import Entry
from syncline.model.link import Withheld
from syncline.model.record import DOES_NOT_FIT, RECORD_SIDE
from syncline.sync import people
from syncline.sync.answers import CannotDo
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub

PROPOSED = frozenset({"refused", "blank-refused", "conflict-lost", "first-lost"})
"""History of a value that was seen in a system, recorded, and not taken."""


def take_there(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """What that system holds now becomes the record's value: agreed there, due elsewhere."""
    people.decide(hub, record, there_taken(field, link, who))


def there_taken(field: str, link: int, who: str) -> people.Decision:
    """The same, for one desk."""

    def decision(desk: Desk, case: Case) -> None:
        if field not in case.view(link):
            raise CannotDo(f"{case.links[link].system} does not say what it holds in {field}")
        people.take_difference(case, field, link, who)
        case.learn(link, field, tries=0, rewrites=())

    return decision


def proposal(hub: Hub, record: int, field: str, links: frozenset[int]) -> Entry | None:
    """The last value of these links that was refused, or lost."""
    history = hub.ledger.history([record]).get(record, ())
    found = [one for one in history if one.field == field and one.link in links and one.kind in PROPOSED]
    return found[-1] if found else None


def keep_there(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """The system keeps what it holds, until the record's field has a new value or somebody edits it there."""
    people.decide(hub, record, there_kept(field, link, who))


def there_kept(field: str, link: int, who: str) -> people.Decision:
    """The same, for one desk."""

    def decision(desk: Desk, case: Case) -> None:
        known, version = case.known(link, field), case.value(field).version
        if known.parked is not None and known.parked.code == DOES_NOT_FIT:
            raise CannotDo(f"{known.parked.reason}: {known.parked.remedy}")
        if known.withheld is not None and not known.withheld.written:
            raise CannotDo("the undo is not written yet: try again when it is")
        case.note("kept", field, link, case.value(field).value, case.view(link).get(field), who)
        case.learn(
            link, field, differs=False, parked=None, withheld=None, tries=0, rewrites=(), turns=(), has_base=False,
            base=None, filling=False, agreed=version, emptied=version,
        )  # fmt: skip

    return decision


def let_through(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """A withheld field: the record's value goes there."""
    people.decide(hub, record, passed_through(field, link, who))


def passed_through(field: str, link: int, who: str) -> people.Decision:
    """The same, for one desk."""

    def decision(desk: Desk, case: Case) -> None:
        case.note("person", field, link, case.view(link).get(field), case.value(field).value, who)
        case.learn(link, field, withheld=None, agreed=None, filling=True, emptied=case.value(field).version)

    return decision


def record_taken(field: str, who: str) -> people.Decision:
    """The record's own value stands, and goes to every side of the conflict."""

    def decision(desk: Desk, case: Case) -> None:
        conflict = case.record.conflicts.get(field)
        if conflict is not None:
            value = conflict.sides.get(RECORD_SIDE, case.value(field).value)
            conflicts.settle(case, field, value, None, who)

    return decision


def withhold(hub: Hub, record: int, field: str, links: frozenset[int], who: str) -> None:
    """These systems are told nothing of the field, and nothing of it is taken, until a person says otherwise."""

    def decision(desk: Desk, case: Case) -> None:
        for link in sorted(links):
            there = case.view(link).get(field)
            case.note("left-alone", field, link, case.value(field).value, there, who)
            case.learn(link, field, withheld=Withheld(before=there, written=True))

    people.decide(hub, record, decision)
