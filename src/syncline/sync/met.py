"""A record whose rows turn out to be another's: they meet it as new rows do, and what differs is a first difference."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.identity import merging, seats
from syncline.merge import first_meeting, lines
from syncline.merge.case import Case
from syncline.merge.policy import HUB
from syncline.model.link import Known, Link
from syncline.model.observation import Observation
from syncline.sync import joining, meet, questions
from syncline.sync.desk import Desk


def become_one(desk: Desk, keep: Case, lose: Case, why: str) -> None:
    """Two records are one: as at a first meeting where nothing more happened to the one that is taken over."""
    if can_meet(keep, lose):
        meet_anew(desk, keep, lose, why)
    else:
        joining.merge(desk, keep, lose, why)


def join_exact(desk: Desk, moved: Sequence[Case]) -> bool:
    """Two that are asked about since they look the same, and that a match key joins now. Returns whether any are."""
    joined = False
    for case in moved:
        may_be = case.record.may_be
        other = desk.case(may_be.record) if may_be is not None else None
        pairs = [(case, other)] if other is not None else [(one, case) for one in questions.askers(desk, [case])]
        for one, two in pairs:
            if one.record.may_be is not None and one is not two and is_exact(desk, one, two):
                keep, lose = sorted((one, two), key=lambda each: each.record.id)
                become_one(desk, keep, lose, "they look the same, and a match key says so")
                joined = True
    return joined


def is_exact(desk: Desk, one: Case, other: Case) -> bool:
    """Have they a key that nobody else has, and no system both?"""
    if joining.is_unresolved(one) or joining.is_unresolved(other) or other.record.state != "active":
        return False
    apart = questions.rows_of(one).isdisjoint(questions.rows_of(other))
    shared = [key for key in desk.keys(one) if key in desk.keys(other)]
    return apart and any(all(each in (one, other) for each in meet.sharing(desk, key)) for key in shared)


def can_meet(keep: Case, lose: Case) -> bool:
    """Has it nothing but what its rows say, and no row where the other has one?"""
    apart = questions.rows_of(keep).isdisjoint(questions.rows_of(lose))
    links = [link for link in lose.links.values() if link.state != "birth"]
    own = {link.id for link in links}
    plain = all(
        value.source in own or value.value is None or lose.policy(name).truth == HUB
        for name, value in lose.record.fields.items()
    )
    return (
        apart and plain and not seats.has_lines(keep) and not lose.record.conflicts and not lose.record.episodes
        and all(link.state in ("active", "asleep") and is_untouched(link) for link in links)
    )  # fmt: skip


def is_untouched(link: Link) -> bool:
    """Is no write to it in doubt, and nothing of it put back or left alone by a person?"""
    return link.writing is None and bool(link.seen) and not any(map(is_marked, link.known.values()))


def is_marked(known: Known) -> bool:
    """Is there something of a field that a meeting would forget?"""
    return bool(known.sent or known.doubts) or known.withheld is not None


def meet_anew(desk: Desk, keep: Case, lose: Case, why: str) -> None:
    """Its rows become links of the other, one after the other; it becomes an alias."""
    states = {link.id: (link.record, link.state) for case in (keep, lose) for link in case.links.values()}
    before = keep.record
    for case in (keep, lose):
        case.note("record-merged", None, None, lose.record.id, before.id, why)
    came = merging.hand_over(keep, lose)
    seats.seat_all(keep, came)
    joining.reseat(desk, keep)
    for lid in came:
        if keep.links[lid].state in ("active", "asleep"):
            meet_row(desk, keep, lid)
    merging.keep_record(keep, lose)
    merging.remember(keep, before.fields, states)
    lose.record = replace(
        lose.record, state="merged", merged_into=keep.record.id, candidate_of=None, may_be=None, parked=None
    )
    joining.settle_merge(desk, keep, lose)


def meet_row(desk: Desk, case: Case, lid: int) -> None:
    """By what was last seen of it; it is looked at soon."""
    link = case.links[lid]
    binding = desk.binding(link)
    one = Observation(
        id=str(link.external_id), raw=link.seen, version=link.version, stamp=link.stamp, began=link.as_of,
        as_of=link.as_of,
    )  # fmt: skip
    case.put(lid, known={}, parked=None, due_at=None, due_since=None, held=())
    reading = lines.recognise(case, lid, binding.read(link.seen, desk.resolve), one)
    first_meeting.join(case, lid, one, link.seen, reading, meet.print_of(binding, link.seen, reading))
    case.put(lid, covered=link.covered)
    case.note("linked", None, lid, None, one.id)
