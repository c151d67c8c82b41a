"""Records that no match rule joins and that look the same: a person is asked before either is born beside the other.

A record is compared when it is new, when what it is compared by changes, and once more when another stream was read
to its end; only with those that share a block with it. Of all that it looks like it asks about the most alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from syncline.identity.alike import MOST, Likeness, Measure, Profile, asked_key, blocks, compare, profile_of
from syncline.identity.match import Key, is_blank
from syncline.merge.case import Case
from syncline.model.record import MayBe, Record
from syncline.sync import questions
from syncline.sync.desk import Desk


# ---- the index
def keys_of(desk: Desk, record: Record | None) -> tuple[Key, ...]:
    """What a record is found by beside its match keys: its blocks, and the record that it may be."""
    if record is None or record.state != "active":
        return ()
    measure, asks = desk.hub.measures.get(record.entity), record.asks
    found = blocks(measure, profile(desk, record)) if measure is not None else ()
    return found if asks is None else (*found, asked_key(record.entity, asks))


def profile(desk: Desk, record: Record) -> Profile:
    """What it is compared by; made once of the same fields."""
    fields, measure = record.fields, desk.hub.measures[record.entity]
    made = desk.profiles.get(id(fields))
    if made is not None and made[0] is fields:
        return made[1]
    values = {name: fields[name].value for name in measure.rule.fields if name in fields}
    found = profile_of(measure, values)
    desk.profiles[id(fields)] = (fields, found)
    return found


def same_keys(desk: Desk, before: Record | None, now: Record) -> bool:
    """Is it found by the same as before, for all that can be told without making the keys?"""
    if before is None:
        return now.asks is None and now.entity not in desk.hub.measures
    return before.state == now.state and before.asks == now.asks and not looks_otherwise(desk, before, now)


def looks_otherwise(desk: Desk, before: Record, now: Record) -> bool:
    """Is something else there to compare it by?"""
    measure = desk.hub.measures.get(now.entity)
    if measure is None or before.fields is now.fields:
        return False
    names = (*measure.rule.fields, *measure.rule.apart)
    return any(before.fields.get(name) is not now.fields.get(name) for name in names)


# ---- who is compared
def look(desk: Desk, cases: Sequence[Case], *, again: bool = False) -> None:
    """Compares those of these records that are worth it. again: also those that are as they were, and alone."""
    wanted = {case.record.id: case for case in cases if is_worth(desk, case, again=again)}
    changed = [case for case in cases if case.record.entity in desk.hub.measures and is_changed(desk, case)]
    for case in questions.askers(desk, changed):
        wanted.setdefault(case.record.id, case)
    if not wanted:
        return
    near = {rid: scored for rid, scored in scores(desk, wanted).items() if scored}
    desk.load(other for scored in near.values() for other, _ in scored)
    for rid, case in sorted(wanted.items()):
        judge(desk, case, near.get(rid, ()))


def is_worth(desk: Desk, case: Case, *, again: bool) -> bool:
    """Has it to be compared now? Its own streams are read to their end first: the best is known only then."""
    record = case.record
    if record.entity not in desk.hub.measures:
        return False
    if not questions.is_free(case):
        return record.may_be is not None
    if not is_read(desk, case):
        return False
    return is_changed(desk, case) or (again and is_alone(desk, case))


def is_changed(desk: Desk, case: Case) -> bool:
    """Is it new, or does it look otherwise than when this transaction began, or count otherwise, or was it answered?"""
    before, now = desk.before[case.record.id][0], case.record
    if before is None or before.state != now.state or looks_otherwise(desk, before, now):
        return True
    return before.asks != now.asks or before.distinct_from != now.distinct_from


def is_read(desk: Desk, case: Case) -> bool:
    """Were all its streams read to their end?"""
    return all(desk.is_baselined(*place) for place in questions.rows_of(case))


def is_alone(desk: Desk, case: Case) -> bool:
    """Has it rows in one system only, or may it still be born somewhere?"""
    here, entity = questions.rows_of(case), case.record.entity
    if len({system for system, _ in here}) < 2:
        return True
    return any(b.entity == entity and (b.system, b.stream) not in here for b in desk.declaration.births)


# ---- what they are compared with
def scores(desk: Desk, wanted: Mapping[int, Case]) -> dict[int, list[tuple[int, Likeness]]]:
    """Of each record those that are alike enough, the most alike first; never one outside its blocks."""
    mine = {rid: profile(desk, case.record) for rid, case in wanted.items()}
    here: dict[Key, list[int]] = defaultdict(list)
    by_record = {rid: blocks(desk.hub.measures[wanted[rid].record.entity], one) for rid, one in mine.items()}
    for rid, own in by_record.items():
        for key in own:
            here[key].append(rid)
    there = desk.unit.sharing(here, MOST + 1)
    shared = {key: {*there.get(key, ()), *ids} for key, ids in here.items()}
    near = {
        rid: sorted({other for key in own if len(shared[key]) <= MOST for other in shared[key]} - {rid})
        for rid, own in by_record.items()
    }
    known = profiles(desk, mine, {other for others in near.values() for other in others})
    return {rid: alike_to(desk.hub.measures[wanted[rid].record.entity], mine[rid], known, near[rid]) for rid in wanted}


def profiles(desk: Desk, mine: Mapping[int, Profile], ids: Iterable[int]) -> dict[int, Profile]:
    """Those of the others, as this transaction has them."""
    found = dict(mine)
    strange = [rid for rid in ids if rid not in found]
    records = desk.unit.records([rid for rid in strange if rid not in desk.cases])
    for rid in strange:
        record = desk.cases[rid].record if rid in desk.cases else records.get(rid)
        if record is not None and record.state == "active":
            found[rid] = profile(desk, record)
    return found


def alike_to(
    measure: Measure, one: Profile, known: Mapping[int, Profile], near: Sequence[int]
) -> list[tuple[int, Likeness]]:
    """The most alike first, of equals the older."""
    found = [(rid, compare(measure, one, known[rid])) for rid in near if rid in known]
    alike = [(rid, how) for rid, how in found if how is not None and how.score >= measure.rule.at_least]
    return sorted(alike, key=lambda one: (-one[1].score, one[0]))


# ---- what is asked
def judge(desk: Desk, case: Case, near: Sequence[tuple[int, Likeness]]) -> None:
    """It asks about the most alike that is in question, or about none any more."""
    if questions.is_free(case):
        for rid, how in near:
            other = desk.cases.get(rid)
            if other is not None and is_in_question(desk, case, other):
                ask(desk, case, other, how)
                return
    end(desk, case, "nothing is as alike any more" if questions.is_free(case) else "it is settled")


def is_in_question(desk: Desk, case: Case, other: Case) -> bool:
    """May these two be one, for all that a rule can tell?"""
    if questions.are_apart(desk, case, other) or not questions.is_free(other) or not is_read(desk, other):
        return False
    return (is_alone(desk, case) or is_alone(desk, other)) and not contradict(desk, case, other)


def contradict(desk: Desk, case: Case, other: Case) -> bool:
    """Does a field tell them apart, or what one system calls them?"""
    entity = case.record.entity
    for name in desk.declaration.alike[entity].apart:
        mine, theirs = case.value(name).value, other.value(name).value
        if not is_blank(mine) and not is_blank(theirs) and not case.equal(name, mine, theirs):
            return True
    external = {f"{entity}:{rule.name}" for rule in desk.declaration.matching.get(entity, ()) if rule.id_of is not None}
    mine_of, theirs_of = (by_rule(desk.keys(one)) for one in (case, other))
    return any(mine_of[rule].isdisjoint(theirs_of[rule]) for rule in external & mine_of.keys() & theirs_of.keys())


def by_rule(keys: Iterable[Key]) -> dict[str, set[str]]:
    """Match keys by the rule that made them."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule, text in keys:
        found[rule].add(text)
    return found


def ask(desk: Desk, case: Case, other: Case, how: Likeness) -> None:
    """One question for the two of them, asked by the one with fewer rows, of equals by the younger.

    Where that one asks a better question already, the other asks.
    """
    first, second = sorted((case, other), key=lambda one: (len(questions.rows_of(one)), -one.record.id))
    if asks_about(second, first):
        first, second = second, first
    busy = first.record.may_be
    if first is not case and busy is not None and busy.record != second.record.id and busy.score >= how.score:
        first, second = case, other
    if first is not case and case.record.may_be is not None:
        end(desk, case, "another is more alike")
    put(desk, first, second, how)


def asks_about(one: Case, other: Case) -> bool:
    """Is that what it asks already?"""
    return one.record.may_be is not None and one.record.may_be.record == other.record.id


def put(desk: Desk, case: Case, other: Case, how: Likeness) -> None:
    """The question stands, and holds the births that it is about."""
    old = case.record.may_be
    same = old is not None and old.record == other.record.id
    since = old.since if old is not None and same else desk.now
    new = MayBe(record=other.record.id, score=how.score, why=how.reasons, since=since)
    if old == new:
        return
    case.record = replace(case.record, may_be=new)
    if not same:
        case.note("candidate", None, None, None, other.record.id, f"{how.score:.0f} of 100: {', '.join(how.reasons)}")
        desk.spread.marks.update({other.record.id} if old is None else {old.record, other.record.id})
    questions.hold(case, other)
    questions.hold(other, case, questions.places_of(case))


def end(desk: Desk, case: Case, why: str) -> None:
    """Nothing is asked any more: both go on by themselves."""
    old = case.record.may_be
    if old is None:
        return
    case.record = replace(case.record, may_be=None)
    case.note("candidate", None, None, old.record, None, why)
    desk.spread.marks.update({case.record.id, old.record})
    questions.let_go(desk, case)
