"""Taking a run back: what it wrote and nobody changed since is put back, and then withheld on that link."""

from __future__ import annotations

from syncline.mapping.document import column_of, line_field, line_of
from syncline.merge.case import Case
from syncline.model.intent import Intent
from syncline.model.link import Withheld


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
    link = case.links.get(lid)
    if link is None or link.state != "active" or case.is_open(lid, name):
        return False
    known = case.known(lid, name)
    if known.sent or known.doubts or case.value(name).version != version:
        return False
    return name in case.view(lid) and known.agreed == version
