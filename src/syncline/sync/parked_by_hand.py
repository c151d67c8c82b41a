"""What a person says of something parked: try it again, or leave it alone until it changes."""

from __future__ import annotations

from msgspec.structs import replace

from syncline.merge.case import Case
from syncline.model.link import Link, Withheld
from syncline.model.record import DOES_NOT_FIT, SKIPPED, Parking
from syncline.model.rows import Hint, ParkedRow
from syncline.sync import answers, joining, people, questions
from syncline.sync.answers import CannotDo
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub

AGAINST_EDIT = "deleted-against-edit"


# ---- trying again
def retry_field(hub: Hub, record: int, link: int, field: str, who: str) -> None:
    """It is due again. What does not fit is looked at again: nothing is written over it."""

    def decision(desk: Desk, case: Case) -> None:
        parked = of_field(case, link, field)
        case.note("tried-again", field, link, case.value(field).value, parked.theirs, who)
        if DOES_NOT_FIT in (parked.code, first_code(parked)):
            case.learn(link, field, parked=replace(parked, code=DOES_NOT_FIT))
            look_again(case, link)  # I15
            return
        case.learn(
            link, field, parked=None, tries=0, rewrites=(), turns=(), agreed=None, emptied=case.value(field).version
        )  # fmt: skip

    people.decide(hub, record, decision)


def retry_link(hub: Hub, record: int, link: int, who: str) -> None:
    """A birth is begun again; a row is looked at again, and told what is due."""

    def decision(desk: Desk, case: Case) -> None:
        parked, now = of_link(case, link), case.links[link]
        if parked.code == questions.MAY_BE_DUPLICATE or now.state == "shadow":
            raise CannotDo(f"{parked.reason}: {parked.remedy}")
        case.note("tried-again", None, link, None, now.external_id, who)
        case.put(link, parked=None, attempts=0)
        if now.state == "birth":
            begin_again(desk, case, now)
        else:
            look_again(case, link)

    people.decide(hub, record, decision)


def begin_again(desk: Desk, case: Case, link: Link) -> None:
    """A person has looked, and says so: what was sent, and never answered, made nothing. # I4"""
    pending = desk.unit.intents([link.writing]).get(link.writing) if link.writing is not None else None
    if pending is not None:
        desk.unit.save_intents([replace(pending, state="failed", done_at=desk.now)])
        case.put(link.id, writing=None, unanswered=0)


def look_again(case: Case, link: int) -> None:
    """What is there is read as if it had never been."""
    case.put(link, fingerprint=b"")
    case.hints.append((link, case.setting.now))


def retry_record(hub: Hub, record: int, field: str, who: str) -> None:
    """A record whose row was deleted is made again there; one that came back lives again; an expression is tried."""
    if field:
        with hub.ledger.unit() as unit:
            unit.mark_dirty([record])
        return
    code = code_of(hub, record)
    if code == AGAINST_EDIT:
        answers.make_again(hub, record, who)
    elif code == joining.RETURNED:
        answers.revive_twins(hub, None, record, who)
    else:
        people.decide(hub, record, lambda desk, case: let_go(case, who))


def retry_row(hub: Hub, row: ParkedRow) -> None:
    """It is met again, as if it had never been parked."""
    with hub.ledger.unit() as unit:
        unit.unpark_rows([(row.system, row.stream, row.id)])
        unit.put_hints([Hint(system=row.system, stream=row.stream, id=row.id, at=hub.clock())])
        hub.point("row tried again")


# ---- leaving alone
def skip_field(hub: Hub, record: int, link: int, field: str, who: str, why: str) -> None:
    """Withheld by a person's wish. What does not fit stays listed as that, and as left alone."""

    def decision(desk: Desk, case: Case) -> None:
        parked, there = of_field(case, link, field), case.view(link).get(field)
        case.note("left-alone", field, link, case.value(field).value, parked.theirs, said(who, why))
        if parked.code == DOES_NOT_FIT:
            skipped = replace(parked, code=SKIPPED, reason=f"{parked.reason}; left alone by {said(who, why)}")
            case.learn(link, field, parked=skipped)
            return
        mark = Withheld(before=there, written=True)
        case.learn(link, field, parked=None, tries=0, rewrites=(), turns=(), withheld=mark)

    people.decide(hub, record, decision)


def skip_link(hub: Hub, record: int, link: int, who: str, why: str) -> None:
    """It stays parked until its row changes."""

    def decision(desk: Desk, case: Case) -> None:
        parked = of_link(case, link)
        if parked.code == questions.MAY_BE_DUPLICATE:
            raise CannotDo(f"{parked.reason}: {parked.remedy}")
        case.note("left-alone", None, link, None, case.links[link].external_id, said(who, why))
        case.put(link, parked=skipping(parked, who, why, desk.now))

    people.decide(hub, record, decision)


def skip_record(hub: Hub, record: int, field: str, who: str, why: str) -> None:
    """What was deleted stays so where it was, and nowhere else; an expression gives no value, and that is known."""

    def decision(desk: Desk, case: Case) -> None:
        case.note("left-alone", field or None, None, None, None, said(who, why))
        if not field:
            case.record = replace(case.record, parked=None)
            return
        unfit = replace(case.record.unfit[field], code=SKIPPED)  # the same reason again is no news
        case.record = replace(case.record, unfit={**case.record.unfit, field: unfit})

    people.decide(hub, record, decision)


def skip_row(hub: Hub, row: ParkedRow, who: str, why: str) -> None:
    """It stays parked until it changes; no other record's key wakes it."""
    with hub.ledger.unit() as unit:
        unit.park_rows([replace(row, parking=skipping(row.parking, who, why, hub.clock()), key=None)])
        hub.point("row skipped")


def carry_delete_on(hub: Hub, record: int, who: str) -> None:
    """The delete is meant, and goes on to the other systems."""
    answers.carry_delete_on(hub, record, who)


# ---- what these share
def of_field(case: Case, link: int, field: str) -> Parking:
    """Why a field is parked; raises CannotDo where it is not, any more."""
    parked = case.known(link, field).parked
    if parked is None:
        raise CannotDo(f"{field} of record {case.record.id} is not parked")
    return parked


def of_link(case: Case, link: int) -> Parking:
    """The same of a link."""
    parked = case.links[link].parked
    if parked is None:
        raise CannotDo(f"nothing is parked between record {case.record.id} and {case.links[link].system}")
    return parked


def first_code(parked: Parking) -> str:
    """What a skipped field was parked as: only what does not fit is skipped and parked still."""
    return DOES_NOT_FIT if parked.code == SKIPPED else parked.code


def code_of(hub: Hub, record: int) -> str:
    """Why a record is parked; empty where it is not."""
    found = hub.ledger.records([record]).get(record)
    return found.parked.code if found is not None and found.parked is not None else ""


def let_go(case: Case, who: str) -> None:
    """No longer parked."""
    case.note("tried-again", None, None, None, None, who)
    case.record = replace(case.record, parked=None)


def skipping(parked: Parking, who: str, why: str, at: float) -> Parking:
    """Left alone, with the reason why and what it was."""
    return Parking(code=SKIPPED, reason=f"{parked.reason}; left alone by {said(who, why)}", remedy=parked.remedy, at=at)


def said(who: str, why: str) -> str:
    """By whom, and why."""
    return f"{who}{f': {why}' if why else ''}"
