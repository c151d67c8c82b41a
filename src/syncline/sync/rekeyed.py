"""Match rules that changed: the keys of all records are made anew, and those that are alone meet others by them.

Page by page: first all keys, then the meetings, so that none rests on half of the keys. How far it is stands in a
cursor of the entity, so a stop leaves nothing out. Links that were made before stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec.structs import replace

from syncline.identity.match import rule_of
from syncline.merge.case import Case
from syncline.model.rows import Cursor, Run
from syncline.sync import alike, duplicates, joining, meet, met, poison, questions, settle
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub

PAGES_TOGETHER = 5
"""So many of the hub's batches are one step: most records only get their keys."""

Became = Literal["joined", "asked"]


def advance(hub: Hub) -> int:
    """The next step for the first entity whose rules changed. Returns how many records it worked on."""
    for entity, rules in hub.keyings.items():
        at = questions.keyed(hub, entity)
        if at.met_by != rules:
            at = replace(Cursor(system="", stream=entity, path="keys"), met_by=rules, began=hub.clock())
        if not at.ended:
            return page(hub, at)
    return 0


def page(hub: Hub, at: Cursor) -> int:
    """The next records, by number; behind the last one the meetings begin, or it is done."""
    ids = hub.ledger.scan(int(at.after or 0), hub.batch * PAGES_TOGETHER)
    if not ids:
        done(hub, at)
        return 1
    work = match_again if at.baselined else make_keys
    try:
        work(hub, replace(at, after=str(ids[-1])), ids)
    except poison.POISON:
        one_by_one(hub, at, ids, work)  # L2
    return len(ids)


def one_by_one(hub: Hub, at: Cursor, ids: Sequence[int], work: Callable[[Hub, Cursor, Sequence[int]], Cursor]) -> None:
    """Each record in a transaction of its own. One that cannot be worked on keeps what it has, and a run says so."""
    for rid in ids:
        try:
            at = work(hub, replace(at, after=str(rid)), [rid])
        except poison.POISON as error:
            at = replace(at, after=str(rid))
            note = f"{at.stream} {rid} could not be matched by the rules of now: {type(error).__name__}: {error}"
            with hub.ledger.unit() as unit:
                unit.save_run(Run(id=unit.new_id("run"), kind="match", at=hub.clock(), note=note))
                unit.save_cursor(at)


def done(hub: Hub, at: Cursor) -> None:
    """One of the two passes is at its end. After the second it says what came of it, and births go on."""
    with hub.ledger.unit() as unit:
        if not at.baselined:
            unit.save_cursor(replace(at, baselined=True, after=None))
            return
        note = f"{at.stream}: {at.joined} joined, {at.asked} to be asked about"
        unit.save_run(Run(id=unit.new_id("run"), kind="match", at=hub.clock(), note=note))
        for one in hub.declaration.bindings:
            if one.entity == at.stream and hub.ledger.cursor(one.system, one.stream, "changes").baselined:
                unit.mark_unborn_dirty(one.entity, one.system, one.stream)
        unit.save_cursor(replace(at, after=None, ended=hub.clock()))


def make_keys(hub: Hub, at: Cursor, ids: Sequence[int]) -> Cursor:
    """By today's rules, of what the records hold. Returns how far it is."""
    with hub.ledger.unit() as unit:
        desk = Desk(hub=hub, unit=unit, run=0, now=hub.clock())
        records = {rid: one for rid, one in unit.records(ids).items() if one.entity == at.stream}
        links = unit.links_of(records)
        unit.save_keys(
            {rid: (*desk.keys_for(one, links.get(rid, ())), *alike.keys_of(desk, one)) for rid, one in records.items()}
        )
        unit.save_cursor(at)
        hub.point("keys made anew")
    return at


def match_again(hub: Hub, at: Cursor, ids: Sequence[int]) -> Cursor:
    """Those of one system only, as rows of it would meet the others today. Returns how far it is."""
    with hub.ledger.unit() as unit:
        desk = Desk(hub=hub, unit=unit, run=0, now=hub.clock())
        desk.load(ids)
        cases = [desk.cases[rid] for rid in ids if rid in desk.cases]
        lonely = [case for case in cases if case.record.entity == at.stream and is_lonely(case)]
        desk.load_keys(key for case in lonely for key in desk.keys(case))
        found = [case.record.id for case in lonely if any(len(desk.by_key[key]) > 1 for key in desk.keys(case))]
        if found:
            at = meet_all(open_desk(hub, unit, "match"), at, found)
        unit.save_cursor(at)
        hub.point("matched again")
    return at


def is_lonely(case: Case) -> bool:
    """A living record of one system, of which nothing is asked?"""
    return questions.is_free(case) and len({system for system, _ in questions.rows_of(case)}) == 1


def meet_all(desk: Desk, at: Cursor, ids: Sequence[int]) -> Cursor:
    """Each of these, with what came of it counted."""
    desk.load(ids)
    for rid in ids:
        case = desk.cases[rid]
        became = meet_others(desk, case) if is_lonely(case) else None  # another may have met it just now
        at = replace(at, joined=at.joined + (became == "joined"), asked=at.asked + (became == "asked"))
    settle.close_desk(desk)
    return at


def meet_others(desk: Desk, case: Case) -> Became | None:
    """By the first rule that finds any: one other is joined, where no system has both; else a person is asked."""
    rules = desk.declaration.matching[case.record.entity]
    for key in desk.keys(case):
        others = [one for one in meet.sharing(desk, key) if one is not case and may_be(desk, case, one)]
        free = [one for one in others if questions.rows_of(one).isdisjoint(questions.rows_of(case))]
        if rule_of(key, rules).shared == "distinct" and len(free) != len(others):
            continue
        if len(others) == len(free) == 1 and is_certain(case, free[0]):
            keep, lose = sorted((case, free[0]), key=lambda one: one.record.id)
            met.become_one(desk, keep, lose, f"both have {meet.shown(key)}, by which records are matched now")
            return "joined"
        if others:
            duplicates.suspect(case, (free or others)[0], f"both have {meet.shown(key)}")
            return "asked"
    return None


def may_be(desk: Desk, case: Case, other: Case) -> bool:
    """Did nobody say that they are two, and does it not ask about this one itself?"""
    living = other.record.state == "active" and bool(questions.rows_of(other))
    return living and other.record.asks != case.record.id and not questions.are_apart(desk, case, other)


def is_certain(case: Case, other: Case) -> bool:
    """Would a row of the one join the other?"""
    unsure = (case.record.candidate_of, other.record.candidate_of) != (None, None)
    return not unsure and not joining.is_unresolved(case) and not joining.is_unresolved(other)
