"""Objects that become one, and contacts that are forgotten."""

from __future__ import annotations

from dataclasses import replace

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot.asked import Asked, needed
from syncline.sandbox.hubspot.errors import invalid, not_found
from syncline.sandbox.hubspot.kinds import KINDS
from syncline.sandbox.hubspot.linked import associate, others
from syncline.sandbox.hubspot.objects import FIRST_ID, Hand, addresses, find, hold, put
from syncline.sandbox.hubspot.single import writer
from syncline.sandbox.hubspot.tell import told
from syncline.sandbox.store import Row


def merge(asked: Asked) -> Reply:
    """Two objects become one, under the first one's id."""
    body, hand = asked.body(), writer(asked)
    row = merge_two(hand, str(needed(body, "primaryObjectId")), str(needed(body, "objectIdToMerge")))
    return Reply(body=told(row, asked.kind, row.values, hand.properties))


def merge_two(hand: Hand, primary_id: str, loser_id: str) -> Row:
    """What the first has stays, what it lacks it takes from the second, which is gone. Raises Refused."""
    if not hand.kind.merges:
        raise invalid(f"{hand.kind.name} cannot be merged")
    winner = find(hand.store, hand.kind, hand.properties, primary_id, None)
    loser = find(hand.store, hand.kind, hand.properties, loser_id, None)
    if winner is None or loser is None or winner.archived is not None or loser.archived is not None:
        raise not_found([primary_id, loser_id])
    if winner.id == loser.id:
        raise invalid("An object cannot be merged with itself")
    if hand.sandbox.options["merge_makes_new"]:
        winner = renewed(hand, winner)
    take_associations(hand, winner, loser)
    hand.store.drop(hand.kind.name, loser.id, hand.sandbox.shown(hand.call))
    hand.store.set(f"merged/{hand.kind.name}/{loser.id}", winner.id)
    former = [one for one in winner.values.get("hs_merged_object_ids", "").split(";") if one]
    theirs = [one for one in loser.values.get("hs_merged_object_ids", "").split(";") if one]
    merged = {"hs_merged_object_ids": ";".join([*former, *theirs, str(loser.id)])}
    values = {**loser.values, **winner.values, **merged}
    further = [one for one in [*addresses(winner.values), *addresses(loser.values)] if one != values.get("email")]
    if hand.kind.name == "contacts" and further:
        values["hs_additional_emails"] = ";".join(dict.fromkeys(further))
    row = put(hand, winner, values)
    hand.told(
        "merge", row, primaryObjectId=row.id, mergedObjectIds=[loser.id], newObjectId=row.id,
        numberOfPropertiesMoved=len(values.keys() - winner.values.keys()),
    )  # fmt: skip
    return row


def renewed(hand: Hand, winner: Row) -> Row:
    """The same object under a new id: where merging makes a third of two."""
    id, kind = hand.store.next("object", FIRST_ID), hand.kind
    values = {**winner.values, "hs_merged_object_ids": str(winner.id)}
    row = hand.store.insert(kind.name, id, values, hand.now, hand.sandbox.shown(hand.call))
    take_associations(hand, row, winner)
    hand.store.drop(kind.name, winner.id, hand.sandbox.shown(hand.call))
    hand.store.set(f"merged/{kind.name}/{winner.id}", id)
    hold(hand, row, {})
    return replace(row, created=winner.created)


def take_associations(hand: Hand, winner: Row, loser: Row) -> None:
    """What belonged to the one belongs to the other."""
    for other in KINDS:
        for id, types in others(hand.store, hand.kind, [loser.id], other)[loser.id].items():
            if (other.name, id) != (hand.kind.name, winner.id):
                numbers = [type.number for type in types if type.label != "Primary"]
                associate(hand.sandbox, hand.kind, winner.id, other, id, numbers, hand.source)


def forget(asked: Asked) -> Reply:
    """A contact is deleted for good, with everything that was known of it."""
    body, hand = asked.body(), writer(asked)
    row = find(hand.store, hand.kind, hand.properties, str(needed(body, "objectId")), body.get("idProperty"))
    if row is not None:
        hand.store.drop(hand.kind.name, row.id, hand.sandbox.shown(hand.call))
        hand.told("privacyDeletion", row, changeFlag="DELETED")
    return Reply(status=204)
