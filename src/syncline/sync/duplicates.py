"""Records that come to share a match key while both have a row in one stream: one of them may be a duplicate."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.identity.match import Key, rule_of
from syncline.merge.case import Case
from syncline.sync import questions
from syncline.sync.desk import Desk
from syncline.sync.meet import sharing, shown


def mark(desk: Desk, moved: Sequence[Case]) -> None:
    """A record that gets a key which another, active in the same stream, has already, becomes a candidate."""
    for case in moved:
        record = case.record
        is_new = desk.before[record.id][0] is None
        if is_new or record.state != "active" or record.candidate_of is not None or desk.same_keys(case):
            continue
        before = desk.keys_before(record.id)
        for key in (key for key in desk.keys(case) if key not in before):
            other = twin_of(desk, case, key)
            if other is not None:
                suspect(case, other, f"both have {shown(key)}")
                break


def twin_of(desk: Desk, case: Case, key: Key) -> Case | None:
    """The first record that has the key and is not known to be another: in one stream with this one, or it would be."""
    if rule_of(key, desk.declaration.matching[case.record.entity]).shared == "distinct":
        return None
    mine = streams(case)
    for other in sharing(desk, key):
        apart = other.record.id in case.record.distinct_from or other.record.candidate_of == case.record.id
        if other is case or apart or other.record.state != "active":
            continue
        if mine & streams(other) or is_born_beside(desk, case, other) or is_born_beside(desk, other, case):
            return other
    return None


def is_born_beside(desk: Desk, case: Case, other: Case) -> bool:
    """May it be born where the other has a row: a second one of the same key?"""
    lacks = questions.rows_of(other) - questions.rows_of(case)
    places = {(one.system, one.stream) for one in desk.declaration.births if one.entity == case.record.entity}
    born = any(link.state == "birth" and (link.system, link.stream) in lacks for link in case.links.values())
    return bool(lacks & places) or born


def streams(case: Case) -> set[tuple[str, str]]:
    """Where the record is active."""
    return {(link.system, link.stream) for link in case.active()}


def suspect(case: Case, other: Case, why: str) -> None:
    """Observed and shown, born nowhere and matched by nothing; the rows it has already stay."""
    case.record = replace(case.record, candidate_of=other.record.id, may_be=None)
    case.note("candidate", None, None, None, other.record.id, why)
    questions.hold(case, other)


def clear(desk: Desk, case: Case) -> None:
    """A record of its own: what waited for that to be said goes on."""
    case.record = replace(case.record, candidate_of=None, may_be=None)
    questions.let_go(desk, case)
