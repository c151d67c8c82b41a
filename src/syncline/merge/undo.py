"""Taking a run back: what it wrote and nobody changed since is put back, and then withheld on that link."""

from __future__ import annotations

from syncline.mapping.document import column_of, line_field, line_of
from syncline.merge.case import Case
from syncline.model.intent import Intent
from syncline.model.link import Link, Stopped, Withheld


def put_back(case: Case, intent: Intent, undo_run: int) -> list[str]:
    """Marks what this intent wrote to be written back. Returns the fields it could not take back.

    Record and source system are untouched. The undo's intent carries no version, so agreed[f] is empty.
    """
    left: list[str] = []
    lid = intent.link
    for name, told in intent.values.items():
        if goes_with_its_line(intent, name):
            continue
        if not can_undo(case, lid, name, told.version, told.value):
            left.append(name)
            continue
        version = case.value(name).version
        case.learn(
            lid, name, withheld=Withheld(before=told.before, undo=undo_run), agreed=None, emptied=version
        )  # fmt: skip
        case.note("undo", name, lid, told.value, told.before)
    return left


def goes_with_its_line(intent: Intent, name: str) -> bool:
    """A column of a line that this write made: the line is taken back whole, or not at all."""
    line = line_of(name)
    return line is not None and column_of(name) is not None and line_field(line) in intent.values


def can_undo(case: Case, lid: int, name: str, version: int | None, value: object) -> bool:
    """Does this side still hold what the run wrote, and does the record still say so?"""
    return cannot_undo(case, lid, name, version) is None


# ---- creates
UNDO = "undo"
CHANGED = frozenset({"taken", "merged", "refused", "blank-refused", "conflict", "conflict-lost", "first-lost"})
"""History of a link that only somebody in that system can have caused."""


def delete(case: Case, lid: int, undo_run: int) -> None:
    """What the run created is deleted; the tombstone keeps it from being made again."""
    link = case.links[lid]
    let_go = Stopped(kind="delete", since=case.setting.now, released=True, counted=False)  # listed, and said yes to
    case.put(lid, deleting=True, carried=True, why=f"{UNDO} {undo_run}", held=(*link.held, let_go))
    case.note("undo", None, lid, link.external_id, None, "what the run created is deleted")


def is_undone(link: Link, undo_run: int | None = None) -> bool:
    """Is this row to be deleted by an undo (or by that one)?"""
    mine = link.why.startswith(f"{UNDO} ") if undo_run is None else link.why == f"{UNDO} {undo_run}"
    return link.deleting and mine


def spare(case: Case, lid: int, why: str) -> None:
    """The row stays."""
    link = case.links[lid]
    kept = tuple(mark for mark in link.held if mark.kind != "delete")
    case.put(lid, deleting=False, carried=False, why="", held=kept)
    case.note("undo", None, lid, None, link.external_id, why)


# ---- writes
def cannot_undo(case: Case, lid: int, name: str, version: int | None) -> str | None:
    """Why a field stays as the run wrote it; None: it can be put back.

    In an open conflict of others the undo waits; where this side is one of them, it moved since.
    """
    link, conflict = case.links.get(lid), case.record.conflicts.get(name)
    if link is None or link.state != "active":
        return f"its row is {link.state if link is not None else 'gone'} by now"
    known = case.known(lid, name)
    if known.differs or known.parked is not None or known.withheld is not None:
        return "the field is open"
    if known.sent or known.doubts:
        return "nobody has looked at it since it was written"
    if case.value(name).version != version:
        return "the record has gone on since"
    moved = conflict is not None and str(lid) in conflict.sides
    if moved or name not in case.view(lid) or known.agreed != version:
        return f"somebody has changed it in {link.system}"
    return None
