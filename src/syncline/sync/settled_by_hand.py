"""What a person says of a field beside its conflicts: what is there counts, or stays, or is left alone."""

from __future__ import annotations

from syncline.merge.case import Case
from syncline.model.entry import Entry
from syncline.model.link import Withheld
from syncline.model.record import DOES_NOT_FIT
from syncline.sync import people
from syncline.sync.answers import CannotDo
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub

PROPOSED = frozenset({"refused", "blank-refused", "conflict-lost", "first-lost"})
"""History of a value that was seen in a system, recorded, and not taken."""


def take_there(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """What that system holds now becomes the record's value: agreed there, due elsewhere."""

    def decision(desk: Desk, case: Case) -> None:
        if field not in case.view(link):
            raise CannotDo(f"{case.links[link].system} does not say what it holds in {field}")
        people.take_difference(case, field, link, who)
        case.learn(link, field, tries=0, rewrites=())

    people.decide(hub, record, decision)


def proposal(hub: Hub, record: int, field: str, links: frozenset[int]) -> Entry | None:
    """The last value of these links that was refused, or lost."""
    history = hub.ledger.history([record]).get(record, ())
    found = [one for one in history if one.field == field and one.link in links and one.kind in PROPOSED]
    return found[-1] if found else None


def keep_there(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """The system keeps what it holds, until the record's field has a new value or somebody edits it there."""

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

    people.decide(hub, record, decision)


def let_through(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """A withheld field: the record's value goes there."""

    def decision(desk: Desk, case: Case) -> None:
        case.note("person", field, link, case.view(link).get(field), case.value(field).value, who)
        case.learn(link, field, withheld=None, agreed=None, filling=True, emptied=case.value(field).version)

    people.decide(hub, record, decision)


def withhold(hub: Hub, record: int, field: str, links: frozenset[int], who: str) -> None:
    """These systems are told nothing of the field, and nothing of it is taken, until a person says otherwise."""

    def decision(desk: Desk, case: Case) -> None:
        for link in sorted(links):
            there = case.view(link).get(field)
            case.note("left-alone", field, link, case.value(field).value, there, who)
            case.learn(link, field, withheld=Withheld(before=there, written=True))

    people.decide(hub, record, decision)
