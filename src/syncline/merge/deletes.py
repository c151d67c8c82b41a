"""Proven deletes: the link becomes a tombstone that keeps its id for ever; the rest is policy."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.merge import conflicts, undo
from syncline.merge.case import Case
from syncline.merge.policy import OnDelete
from syncline.model.entry import Entry
from syncline.model.observation import Gone
from syncline.model.record import Parking


def delete_seen(case: Case, lid: int, gone: Gone) -> bool:
    """At the record's origin: archive where the others can; elsewhere: unlink; against a later edit: ask.

    True: the row is to be made again (`restore`), as a birth beside the tombstone.
    """
    link = case.links[lid]
    if link.state == "tombstone":
        return False
    bury(case, lid, gone, f"deleted in {link.system}")
    if link.deleting:
        return False  # we were about to do the same
    action = on_delete(case, link.system)
    if action == "restore":
        return True
    if action in ("unlink", "ignore"):
        return False
    if action == "ask" or edited_since(case, lid, gone.at):
        ask(case, link.system)
    else:
        carry_on(case, lid)
    return False


def bury(case: Case, lid: int, gone: Gone, why: str) -> None:
    """The link keeps its id for ever: not written, not made again, not revived by a read begun before now."""
    link = case.links[lid]
    conflicts.side_gone(case, lid)
    case.put(
        lid, state="tombstone", due_at=None, due_since=None, deleting=False, fingerprint=b"", parked=None,
        gone_at=max(link.gone_at, gone.at), direct_at=max(link.direct_at, case.setting.now),
    )  # fmt: skip
    case.note("tombstone", None, lid, link.external_id, None, why)


def on_delete(case: Case, system: str) -> OnDelete:
    """The declared policy; by default the origin's delete is carried on, any other only unlinks."""
    default: OnDelete = "archive" if system == case.record.origin else "unlink"
    return case.setting.entity.on_delete.get(system, default)


def edited_since(case: Case, lid: int, at: float) -> bool:
    """Has somebody elsewhere edited the record since? Then the delete may not be meant."""
    system = case.links[lid].system
    return any(
        value.until >= at and case.system_of(value.source) not in (system, None)
        for value in case.record.fields.values()
    )


def carry_on(case: Case, lid: int) -> None:
    """The delete goes on to the other systems; a row that comes back later is parked, never re-created."""
    case.put(lid, carried=True)
    case.record = replace(case.record, state="archived")
    for link in list(case.active()):
        case.put(link.id, deleting=True, carried=True)


def ask(case: Case, system: str) -> None:
    """Parks the record: a person decides whether the delete is meant."""
    parking = Parking(
        code="deleted-against-edit", reason=f"deleted in {system}, and edited elsewhere since",
        remedy="delete it in the other systems too, or let it be made again", at=case.setting.now,
    )  # fmt: skip
    case.record = replace(case.record, parked=parking)
    case.note("parked", None, None, None, None, "deleted-against-edit")


def is_edited(entries: Sequence[Entry], lid: int) -> bool:
    """Did somebody edit this row, as history says it?"""
    kinds = ("taken", "merged", "refused", "blank-refused", "conflict", "conflict-lost")
    return any(entry.link == lid and entry.kind in kinds for entry in entries)


def spare(case: Case, lid: int) -> None:
    """The look before our delete found an edit: the delete stops and a person is asked.

    Who took back a create wanted to delete a row that nobody had changed: that is answered already.
    """
    if undo.is_undone(case.links[lid]):
        undo.spare(case, lid, "somebody has changed it since")
        return
    for link in list(case.links.values()):
        if link.deleting:
            case.put(link.id, deleting=False)  # one answer for all of them
    ask(case, case.record.origin)
