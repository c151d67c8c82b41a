"""Fields both sides agree on that today's mapping says differently: a plan shows them, apply tells them.

What a row said itself is read anew from it, and never written back to it.
"""

from __future__ import annotations

from typing import Any

from syncline.mapping.binding import Binding
from syncline.mapping.document import line_of
from syncline.mapping.field_type import Unfit
from syncline.mapping.lens import NOT_TOLD
from syncline.merge.case import Case
from syncline.model.intent import Intent, Told
from syncline.model.link import UNKNOWN_FIELD
from syncline.model.record import NOTHING
from syncline.sync import writing
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub


def is_as_met(hub: Hub) -> bool:
    """Did every row meet by today's declaration, and was nothing told to any since? Then no mapping has changed."""
    cursors = [(one, hub.ledger.cursor(one.system, one.stream, "changes")) for one in hub.declaration.bindings]
    read = [(one, cursor) for one, cursor in cursors if cursor.baselined or cursor.ended or cursor.after]
    return all(cursor.met_by == hub.meetings[one.entity] for one, cursor in read) and not hub.ledger.has_written()


def remapped(desk: Desk, binding: Binding, case: Case, lid: int) -> dict[str, Told]:
    """The fields of a link that a changed mapping makes another value of. Nothing moves by itself."""
    names = desk.writable(case, case.links[lid])
    return {name: told for name in names if (told := remap_of(desk, binding, case, lid, name)) is not None}


def remap_of(desk: Desk, binding: Binding, case: Case, lid: int, name: str) -> Told | None:
    """An agreed field whose raw value, read today, is not the record's, and would not be written today as it was."""
    known, current = case.links[lid].known.get(name, UNKNOWN_FIELD), case.record.fields.get(name, NOTHING)
    if known.agreed != current.version or not current.version or current.source == lid or line_of(name) is not None:
        return None
    if known.sent or known.doubts or case.is_open(lid, name):
        return None
    view = case.view(lid)
    before = view.get(name, NOT_TOLD)
    if before is NOT_TOLD or case.equal(name, before, current.value):
        return None
    told = Told(value=current.value, version=current.version, before=before)
    try:
        now = writing.map_out(desk, binding, case, lid, {name: told})
    except Unfit:
        return None  # today's mapping has no place for it: nothing can be written
    then = raw_then(desk, case, lid, name)
    if then is None or all(then.get(raw) == value for raw, value in now.items()):
        return None  # the system's own form of what it was told
    return told


def raw_then(desk: Desk, case: Case, lid: int, name: str) -> dict[str, Any] | None:
    """The raw fields that stand for the agreed value: what we last sent, or what the system said itself.

    None: we told it, and nobody knows any more in which words.
    """
    history = desk.unit.history([case.record.id]).get(case.record.id, ())
    mine = [entry for entry in history if entry.link == lid and entry.field in (None, name)]
    if any(entry.kind == "kept" for entry in [one for one in mine if one.field == name][-1:]):
        return None  # a person lets that system keep what it holds
    ours = [entry for entry in mine if entry.kind in ("told", "created", "late")]
    sent = reversed(desk.unit.intents_of_link(lid)) if ours else ()
    by_run: dict[int, list[Intent]] = {}
    for intent in sent:
        by_run.setdefault(intent.run, []).append(intent)
    for entry in reversed(ours):
        for intent in by_run.get(entry.run, ()):
            told = intent.values.get(name)
            if told is not None:
                return intent.raw if told.version == case.known(lid, name).agreed else case.links[lid].seen
    return None if ours else case.links[lid].seen


# ---- read anew
ANEW = "values read anew from where they came, since the mapping has changed"


def retake(desk: Desk, case: Case) -> int:
    """What a row said itself, and says otherwise by today's mapping, becomes the record's. Returns how many fields.

    Never a blank: a mapping that finds nothing any more says so by what `verify` shows.
    """
    found = [(link.id, name) for link in case.active() for name in otherwise(desk, case, link.id)]
    for lid, name in found:
        before, value = case.value(name), case.view(lid)[name]
        version = case.set_value(name, value, lid, before.since, before.until, "read anew: the mapping has changed")
        case.learn(lid, name, agreed=version)
        case.note("taken", name, lid, before.value, value, "read anew: the mapping has changed")
    return len(found)


def otherwise(desk: Desk, case: Case, lid: int) -> list[str]:
    """The fields whose value came from this row and is agreed with it, which today's mapping reads as another."""
    view, known = case.view(lid), case.links[lid].known
    return [
        name for name, held in case.record.fields.items()  # what is cheap to tell is asked first
        if held.source == lid and (one := known.get(name, UNKNOWN_FIELD)).agreed == held.version
        and line_of(name) is None and not (one.sent or one.doubts or case.is_open(lid, name))
        and (told := view.get(name)) is not None and not case.equal(name, told, held.value)
    ]  # fmt: skip
