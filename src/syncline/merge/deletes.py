"""Proven deletes: the link becomes a tombstone that keeps its id for ever; the rest is policy."""

from __future__ import annotations

from msgspec.structs import replace

from syncline.merge import conflicts
from syncline.merge.case import Case
from syncline.merge.policy import OnDelete
from syncline.model.observation import Gone
from syncline.model.record import Parking


def delete_seen(case: Case, lid: int, gone: Gone) -> None:
    """At the record's origin: archive where the others can; elsewhere: unlink; against a later edit: ask."""
    link = case.links[lid]
    if link.state == "tombstone":
        return
    conflicts.side_gone(case, lid)
    case.put(lid, state="tombstone", due_at=None, due_since=None, deleting=False, fingerprint=b"")
    case.note("tombstone", None, lid, None, None, f"deleted in {link.system}")
    if link.deleting:
        return  # we were about to do the same
    action = on_delete(case, link.system)
    if action in ("unlink", "ignore"):
        return
    if action == "restore":
        case.put(lid, state="birth", external_id=None, seen={}, known={}, version=None)
        return
    if action == "ask" or edited_since(case, lid, gone.at):
        ask(case, link.system)
        return
    carry_on(case, lid)


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


def spare(case: Case, lid: int) -> None:
    """The look before our delete found an edit: the delete stops and a person is asked."""
    case.put(lid, deleting=False)
    ask(case, case.record.origin)
