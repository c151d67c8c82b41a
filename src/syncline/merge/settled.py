"""What one observed value does to the record: taken, refused, merged, or in conflict. One field at a time."""

from __future__ import annotations

from syncline.mapping.document import column_of, line_field, line_of
from syncline.merge import conflicts, guard, keep_both, order_in_time, receipts, taking
from syncline.merge.case import Case, truth_holds
from syncline.model.observation import Observation
from syncline.model.record import Value


def settle_field(
    case: Case, lid: int, name: str, was: Value, new: Value, seen: Observation, maybe: tuple[Value, ...] = ()
) -> None:
    """Decides a field from what the move is measured from (`was`) and what is there now (`new`).

    maybe: values that we sent there without learning what became of them.
    """
    moved = not case.equal(name, was, new)
    if name in case.record.conflicts and case.takes(lid, name):
        withheld = case.known(lid, name).withheld
        if moved and withheld is not None and withheld.written and not case.equal(name, new, withheld.before):
            case.learn(lid, name, withheld=None)  # edited here after the undo: an ordinary side of the conflict
        conflicts.follow(case, lid, name, was, new, moved)
        return
    known = case.known(lid, name)
    if known.differs:
        close_if_equal(case, lid, name, new)
        return
    if known.parked is not None:
        if not moved:
            close_if_equal(case, lid, name, new)
            return
        case.learn(lid, name, parked=None)  # somebody edited it there: an ordinary move
    if known.withheld is not None and settle_withheld(case, lid, name, new, moved):
        return
    if case.equal(name, new, case.value(name).value):
        taking.agree(case, lid, name, max(seen.as_of, guard.unchanged_since(case, lid)))
        return
    if moved:
        settle_move(case, lid, name, was, new, seen, maybe)


def settle_withheld(case: Case, lid: int, name: str, new: Value, moved: bool) -> bool:
    """A field that an undo put back; True when nothing more is to be done with it."""
    withheld = case.known(lid, name).withheld
    assert withheld is not None
    if not withheld.written and not moved:
        return True  # the undo is not written yet: equality does not close it
    if withheld.written and case.equal(name, new, case.value(name).value):
        case.learn(lid, name, withheld=None, agreed=case.value(name).version)
        return True
    if case.equal(name, new, withheld.before):
        receipts.undo_is_written(case, lid, name)
        return True
    if not moved:
        return True
    case.learn(lid, name, withheld=None)  # edited here after the undo: an ordinary change again
    return False


def settle_move(
    case: Case, lid: int, name: str, was: Value, new: Value, seen: Observation, maybe: tuple[Value, ...] = ()
) -> None:
    """This side moved the field to a value the record does not have."""
    link, policy, truth = case.links[lid], case.policy(name), case.truth(name)
    if new is None and policy.empty == "keep" and truth != link.system:
        taking.refuse(case, lid, name, new, "blank-refused")  # I11
        return
    if receipts.alternates(case, lid, name, was, new) or keeps_removed(case, lid, name, new, seen):
        return
    if not case.takes(lid, name):
        taking.refuse(case, lid, name, new, "refused", taking.ONLY_WRITTEN)
        return
    if policy.merges:
        keep_both.merge_in(case, lid, name, was, new, seen, maybe)
        return
    if truth and truth != link.system and (policy.strict or truth_holds(case, name)):
        taking.refuse(case, lid, name, new, "refused")
        return
    if not taking.hub_moved(case, lid, name) and not is_from_before(case, lid, name, seen):
        taking.take(case, lid, name, new, seen)  # I8
    elif policy.policy == "manual":
        conflicts.open_up(case, lid, name, was, new)  # I9
    elif truth == link.system or order_in_time.is_later(case, lid, name, seen):
        current = case.value(name)
        case.note(
            "conflict-lost", name, current.source, current.value, new, order_in_time.why(case, lid, name, seen)
        )  # I9
        taking.take(case, lid, name, new, seen)
    else:
        taking.refuse(case, lid, name, new, "conflict-lost", order_in_time.why(case, lid, name, seen))  # I9


def is_from_before(case: Case, lid: int, name: str, seen: Observation) -> bool:
    """Was this row last changed before the value came about that it would replace, by its own stamp?

    Then nobody changed it in knowledge of that value, whatever the lists seemed to vouch for: they do not show a row
    that is hidden from us. The two are concurrent.
    """
    current = case.value(name)
    return seen.stamp is not None and current.source not in (None, lid) and seen.stamp < current.since  # I9


def keeps_removed(case: Case, lid: int, name: str, new: Value, seen: Observation) -> bool:
    """A column was edited here of a line that was removed elsewhere: the later wins, and the other is recorded.

    True when the edit is not taken; a line that wins is back, with this edit.
    """
    line = line_of(name)
    if line is None or column_of(name) is None:
        return False
    whole = line_field(line)
    if case.value(whole).value is True or case.value(whole).version == 0:
        return False
    truth, system = case.truth(whole), case.links[lid].system
    wins = truth == system or (
        not (truth and truth_holds(case, whole)) and order_in_time.is_later(case, lid, whole, seen)
    )
    if not wins:
        taking.refuse(case, lid, name, new, "conflict-lost", "the line was removed")  # I9
        return True
    case.note("conflict-lost", whole, case.value(whole).source, None, True, "the line was edited later")  # I9
    taking.take(case, lid, whole, True, seen, "edited after it was removed elsewhere")
    return False


def close_if_equal(case: Case, lid: int, name: str, new: Value) -> None:
    """An open first difference or a parked field closes when this side comes to equal the record."""
    if case.equal(name, new, case.value(name).value):
        case.learn(
            lid,
            name,
            agreed=case.value(name).version,
            differs=False,
            parked=None,
            has_base=False,
            base=None,
            filling=False,
        )
