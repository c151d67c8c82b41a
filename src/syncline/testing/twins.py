"""Broken twins: known wrong designs, each one function of the hub replaced. The simulation must catch every one.

A test that never catches its twin is blind. Nothing in the hub knows of this file: a twin is put in place
by replacing the named function for the time of a `with`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from msgspec.structs import replace

from syncline.merge import conflicts, due, guard, keep_both, receipts, see, settled, taking, undo
from syncline.merge.case import Case
from syncline.model.intent import Told
from syncline.model.link import Withheld
from syncline.model.record import RECORD_SIDE, Conflict
from syncline.sync import birth, deliver, desk, observe, send, settle


@dataclass(frozen=True, kw_only=True)
class Twin:
    """One wrong design: `name` of `module` does what `broken` does."""

    title: str
    module: ModuleType | type
    name: str
    broken: Callable[..., Any]


@contextmanager
def in_place(twin: Twin) -> Iterator[None]:
    """The hub with this twin instead of its own function."""
    own = getattr(twin.module, twin.name)
    setattr(twin.module, twin.name, twin.broken)
    try:
        yield
    finally:
        setattr(twin.module, twin.name, own)


# ---- reading
def weaker_judge(case: Case, lid: int, seen: Any) -> str:
    """An old observation is one older than our receipt, not than the last accepted."""
    link = case.links[lid]
    versioned = guard.comparable(seen.version, link.version)
    return "stale" if versioned and seen.version < link.version else "accept"


_judge = guard.judge


def forgetful_judge(case: Case, lid: int, seen: Any) -> str:
    """A read that is too early is dropped and nobody looks again."""
    return "accept" if _judge(case, lid, seen) == "accept" else "stale"


def cursor_first(hub: Any, system: str, stream: str, seen: Any, cursor: Any, gone: Any = ()) -> None:
    """The cursor is committed before the page."""
    with hub.ledger.unit() as unit:
        unit.save_cursor(cursor)
    hub.point("cursor saved")
    _settle_page(hub, system, stream, seen, cursor, gone)


_settle_page = settle.settle_page


def answer_first(hub: Any, system: str, stream: str, seen: Any, hints: Any, gone: Any = ()) -> None:
    """A hint is confirmed before what it showed is committed."""
    with hub.ledger.unit() as unit:
        unit.drop_hints(hints)
    hub.point("hints dropped")
    _settle_hints(hub, system, stream, seen, hints, gone)


_settle_hints = settle.settle_hints


def revives(desk_: Any, binding: Any, one: Any, *rest: Any) -> None:
    """A stale page brings a deleted row back."""
    found = desk_.case_at((binding.system, binding.stream, one.id))
    if found and found[0].links[found[1]].state == "tombstone":
        found[0].put(found[1], state="active")
    _settle_one(desk_, binding, one, *rest)


_settle_one = settle.settle_one


def absence_is_delete(desk_: Any, binding: Any, ids: Any) -> None:
    """A row that is not there was deleted, whatever the stream proves."""
    from syncline.merge import deletes
    from syncline.model.observation import Gone

    for one in ids:
        found = desk_.case_at((binding.system, binding.stream, one))
        if found:
            deletes.delete_seen(found[0], found[1], Gone(id=one, at=-math.inf))


# ---- merging
def shared_base(case: Case, lid: int, name: str, old: Any, new: Any, seen: Any) -> None:
    """One base for all sides: a move is measured from the record."""
    settled.settle_field(case, lid, name, case.value(name).value, new, seen)


def refuses_silently(case: Case, lid: int, name: str, value: Any, kind: Any, why: str = "") -> None:
    """A refusal that does not make the link due."""
    case.note(kind, name, lid, case.value(name).value, value, why)


def refuses_unseen(case: Case, lid: int, name: str, value: Any, kind: Any, why: str = "") -> None:
    """A losing value that leaves no trace."""
    case.learn(lid, name, agreed=None, emptied=case.value(name).version)


def merged_is_agreed(case: Case, lid: int, name: str, value: Any, new: Any, seen: Any) -> None:
    """A merged value counts as what this side said."""
    version = case.set_value(name, value, lid, seen.began, seen.began, "union")
    case.learn(lid, name, agreed=version)


def newest_wins(case: Case, lid: int, name: str) -> bool:
    """Nobody asks whether the record moved too."""
    return False


def no_effect_is_move(case: Case, lid: int, name: str, known: Any, new: Any) -> None:
    """A dropped write, read back, is taken for an edit."""
    version = case.set_value(name, new, lid, case.setting.now, case.setting.now, "")
    case.learn(lid, name, agreed=version)
    case.note("taken", name, lid, None, new)


_receive = receipts.receive


def trusts_204(case: Case, intent: Any, stored: Any, at: float) -> None:
    """An answer that tells nothing is believed; nobody looks."""
    _receive(case, intent, stored, at)
    case.hints.clear()


def late_is_move(case: Case, lid: int, name: str, new: Any) -> bool:
    """A write of unknown outcome that arrives later is an edit."""
    return False


def never_expires(case: Case, lid: int, view: Any, seen: Any) -> None:
    """A doubt stays for ever, and eats a later edit of the same value."""


def first_base_only(case: Case, lid: int, name: str, was: Any, new: Any, maybe: Any = ()) -> Any:
    """A merged field is measured from the old value although ours may be there."""
    return was


def no_conflict_side(case: Case, lid: int, name: str, value: Any) -> None:
    """A row that joins an open conflict is no side of it."""


def source_is_side(case: Case, lid: int, name: str, was: Any, new: Any) -> None:
    """The side of a conflict is where the value came from, whether it still holds it or not."""
    current = case.value(name)
    side = str(current.source) if current.source is not None else RECORD_SIDE
    now, run = case.setting.now, case.setting.run
    conflicts.set_conflict(
        case, name, Conflict(sides={side: current.value, str(lid): new}, base=was, since=now, run=run)
    )
    case.learn(lid, name, has_base=True, base=was)
    case.note("conflict", name, lid, current.value, new)


def stays_parked(case: Case, lid: int, name: str, was: Any, new: Any, seen: Any, maybe: Any = ()) -> None:
    """An edit of a parked field is not looked at."""
    if case.known(lid, name).parked is not None and name not in case.record.conflicts:
        settled.close_if_equal(case, lid, name, new)
        return
    _settle_field(case, lid, name, was, new, seen, maybe)


_settle_field = settled.settle_field


def cut_flows_on(case: Case, name: str, sent: Any, back: Any) -> bool:
    """A value that lost characters is a value like any other."""
    return False


# ---- telling
def no_look(hub: Any, binding: Any, stream: Any, links: Any) -> None:
    """Writes without looking first."""


def writes_conflicts(case: Case, lid: int, name: str) -> bool:
    """An open conflict does not stop writes."""
    known = case.known(lid, name)
    return bool(known.differs or known.parked or known.withheld)


def undo_in_conflict(case: Case, lid: int, name: str) -> Any:
    """An undo does not wait for an open conflict."""
    withheld = case.known(lid, name).withheld
    if withheld is None or withheld.written:
        return None
    return Told(value=withheld.before, version=None)


def undo_only_writes(case: Case, lid: int, name: str) -> None:
    """An undo writes back and forgets that it did."""
    case.learn(lid, name, withheld=None)


def undo_open_to_equality(case: Case, lid: int, name: str, new: Any, moved: bool) -> bool:
    """An undo not written yet is closed by the very value it is to take back."""
    withheld = case.known(lid, name).withheld
    assert withheld is not None
    if case.equal(name, new, case.value(name).value):
        case.learn(lid, name, withheld=None, agreed=case.value(name).version)
        return True
    return _settle_withheld(case, lid, name, new, moved)


_settle_withheld = settled.settle_withheld


def undo_blind(case: Case, intent: Any, undo_run: int) -> list[str]:
    """An undo writes over what somebody changed since."""
    for name, told in intent.values.items():
        link = case.links[intent.link]
        if link.state == "active":
            case.learn(link.id, name, withheld=Withheld(before=told.before, undo=undo_run), agreed=None, parked=None)
    return []


# ---- creating
_create_key = send.create_key


def fresh_key(hub: Any, intent: Any) -> str:
    """Every attempt has a key of its own: a blind resend."""
    return f"{_create_key(hub, intent)}-{hub.clock()}"


def blind_resend(hub: Any, stream: Any, link: Any, pending: Any, *, gone: bool) -> None:
    """A create without an answer is sent again."""
    birth.again(hub, stream, link, pending)


def finds_at_once(hub: Any, stream: Any, link: Any, pending: Any, *, gone: bool) -> None:
    """`find` without waiting for what it may not show yet."""
    if not birth.found_there(hub, stream, link, pending):
        birth.again(hub, stream, link, pending)


def forgets_gone(hub: Any, stream: Any, link: Any, pending: Any, *, gone: bool) -> None:
    """A create already sent is not resolved when its record went meanwhile."""
    if not gone:
        _resolve(hub, stream, link, pending, gone=gone)


_resolve = birth.resolve


def keeps_nothing(case: Case, name: str, value: Any, source: Any, since: float, until: float, why: str) -> int:
    """A new version leaves parked and withheld fields as they were."""
    from syncline.model.record import FieldValue

    version = case.value(name).version + 1
    fresh = FieldValue(value=value, version=version, source=source, since=since, until=until)
    case.record = replace(case.record, fields={**case.record.fields, name: fresh})
    return version


def zero(since: float, lag: float) -> float:
    """`>=`: begins again exactly where it ended."""
    return since


def beyond(since: float, lag: float) -> float:
    """`>`: begins again after the last stamp."""
    return math.nextafter(since, math.inf)


TWINS = (
    Twin(title="cursor >", module=observe, name="overlapped", broken=beyond),
    Twin(title="cursor >=", module=observe, name="overlapped", broken=zero),
    Twin(title="no stale guard", module=guard, name="judge", broken=lambda case, lid, seen: "accept"),
    Twin(title="guard by receipt only", module=guard, name="judge", broken=weaker_judge),
    Twin(title="early reads forgotten", module=guard, name="judge", broken=forgetful_judge),
    Twin(title="cursor before page", module=settle, name="settle_page", broken=cursor_first),
    Twin(title="answer before commit", module=settle, name="settle_hints", broken=answer_first),
    Twin(title="stale page revives", module=settle, name="settle_one", broken=revives),
    Twin(title="absence is a delete", module=settle, name="settle_missing", broken=absence_is_delete),
    Twin(title="shared base", module=see, name="see_field", broken=shared_base),
    Twin(title="refusal without repair", module=taking, name="refuse", broken=refuses_silently),
    Twin(title="refusal without trace", module=taking, name="refuse", broken=refuses_unseen),
    Twin(title="merged value agreed", module=keep_both, name="give", broken=merged_is_agreed),
    Twin(title="newest wins", module=taking, name="hub_moved", broken=newest_wins),
    Twin(title="no effect is a move", module=receipts, name="had_no_effect", broken=no_effect_is_move),
    Twin(title="204 is trusted", module=receipts, name="receive", broken=trusts_204),
    Twin(title="late arrival is a move", module=receipts, name="arrived_late", broken=late_is_move),
    Twin(title="doubts never expire", module=receipts, name="expire_doubts", broken=never_expires),
    Twin(title="merged from the old value", module=keep_both, name="measured_from", broken=first_base_only),
    Twin(title="joined row is no side", module=conflicts, name="join", broken=no_conflict_side),
    Twin(title="source is always a side", module=conflicts, name="open_up", broken=source_is_side),
    Twin(title="parked for ever", module=settled, name="settle_field", broken=stays_parked),
    Twin(title="cut values flow on", module=receipts, name="lost", broken=cut_flows_on),
    Twin(title="no look before write", module=deliver, name="look", broken=no_look),
    Twin(title="conflicts are written", module=Case, name="is_open", broken=writes_conflicts),
    Twin(title="undo in a conflict", module=due, name="undo_of", broken=undo_in_conflict),
    Twin(title="undo only writes back", module=receipts, name="undo_is_written", broken=undo_only_writes),
    Twin(title="undo closed by equality", module=settled, name="settle_withheld", broken=undo_open_to_equality),
    Twin(title="undo over later edits", module=undo, name="put_back", broken=undo_blind),
    Twin(title="a key for each attempt", module=send, name="create_key", broken=fresh_key),
    Twin(title="blind resend", module=birth, name="resolve", broken=blind_resend),
    Twin(title="find without waiting", module=birth, name="resolve", broken=finds_at_once),
    Twin(title="sent create forgotten", module=birth, name="resolve", broken=forgets_gone),
    Twin(title="new version keeps parked", module=Case, name="set_value", broken=keeps_nothing),
)

__all__ = ["TWINS", "Twin", "desk", "in_place"]
