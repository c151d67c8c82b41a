"""Step 8's question: what must this link be told? Nothing else is ever written, except what an undo lists."""

from __future__ import annotations

from collections.abc import Iterable

from syncline.mapping.document import column_of, line_field, line_of
from syncline.merge import guard, taking
from syncline.merge.case import Case
from syncline.model.intent import Told


def due_fields(case: Case, lid: int, writable: Iterable[str]) -> dict[str, Told]:
    """The fields whose record version this side does not stand for, and the undo's.

    A due field already equal under its type's equality is agreed without a write.
    """
    out: dict[str, Told] = {}
    if case.record.paused:
        return out
    known, fields = case.links[lid].known, case.record.fields
    for name in writable:
        one, held = known.get(name), fields.get(name)
        if one is not None and one.withheld is None and (held is None or held.version <= (one.agreed or 0)):
            continue  # it stands for what the record holds: most fields of most links, so told first
        told = undo_of(case, lid, name) or due_field(case, lid, name)
        if told is not None:
            out[name] = told
    return out


def due_field(case: Case, lid: int, name: str) -> Told | None:
    """The record's value, if this side must be told; settles by itself what is equal already."""
    known, current = case.known(lid, name), case.value(name)
    if current.version <= (known.agreed or 0) or known.waiting or case.is_open(lid, name):
        return None
    link = case.links[lid]
    if case.truth(name) == link.system and current.source == lid and not known.filling:
        return None  # the truth said it; only what it never held, and what a person took, goes there
    view = case.view(lid)
    if name not in view and column_or_line(case, lid, name):
        if column_of(name) is not None and not line_is_due(case, lid, name):
            return None  # told with its line, when that is made there
        if current.value is None:
            taking.agree(case, lid, name, guard.unchanged_since(case, lid))
            return None
    elif name not in view and not frozen_is_fine(case, lid, name):
        return None  # I15: absent or hidden is never a blank, and is not written blindly
    if name in view and case.equal(name, view[name], current.value) and not known.sent:
        taking.agree(case, lid, name, guard.unchanged_since(case, lid))
        return None
    return Told(value=current.value, version=current.version, before=view.get(name))


def column_or_line(case: Case, lid: int, name: str) -> bool:
    """A line that is not there is absent, not hidden; so are the columns of a line still to be made there."""
    line = line_of(name)
    if line is None:
        return False
    return column_of(name) is None or line_field(line) not in case.view(lid)


def line_is_due(case: Case, lid: int, name: str) -> bool:
    """Is the line of this column still to be made there?"""
    whole = line_field(line_of(name) or "")
    known = case.known(lid, whole)
    return case.value(whole).version > (known.agreed or 0) and not case.is_open(lid, whole)


def frozen_is_fine(case: Case, lid: int, name: str) -> bool:
    """A birth has seen nothing yet, and neither has a create whose answer told nothing; or nothing ever shows it."""
    link = case.links[lid]
    return link.state == "birth" or bool(case.known(lid, name).sent) or not case.tells(lid, name)


def undo_of(case: Case, lid: int, name: str) -> Told | None:
    """What an undo still has to write; it waits while the field is in an open conflict."""
    known = case.known(lid, name)
    withheld = known.withheld
    if withheld is None or withheld.written or known.parked is not None or name in case.record.conflicts:
        return None
    return Told(value=withheld.before, version=None, before=case.view(lid).get(name))


def is_free(case: Case, lid: int, writable: Iterable[str]) -> bool:
    """Is something of a link with held writes due that nobody holds?"""
    link = case.links[lid]
    stopped = {(mark.field, mark.version) for mark in link.held if not mark.released}
    if link.state == "birth" or link.deleting:
        return (None, 0) not in stopped
    told = due_fields(case, lid, writable)
    return any((name, one.version) not in stopped for name, one in told.items())


def is_due(case: Case, lid: int, writable: Iterable[str]) -> bool:
    """Would `due_fields` find anything? Kept at the link, in the same update, as an indexed column."""
    link = case.links[lid]
    if case.record.paused and link.writing is None:
        return False  # a create that was sent is resolved all the same  # I4
    if link.state == "birth":
        return link.parked is None and (not link.why or link.writing is not None)
    if link.parked is not None:
        return False  # what cannot be settled cannot be told
    if link.deleting:
        return True
    return bool(due_fields(case, lid, writable))
