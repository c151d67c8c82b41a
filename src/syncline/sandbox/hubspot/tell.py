"""An object as HubSpot tells it: the properties that were asked for, all of them text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.schema import Property
from syncline.sandbox.hubspot.times import iso
from syncline.sandbox.relations import history
from syncline.sandbox.store import Row, Store

MOST_HISTORY = {"contacts": 45}
OTHERS_HISTORY = 20

MADE_BY = "made by"
"""Where a row keeps which hand made it: source and id, with a blank between. No property can have such a name."""

BEFORE = "MIGRATION sandbox"
"""The hand of what was there before anybody looked."""


def told(row: Row, kind: Kind, names: Iterable[str], properties: Mapping[str, Property]) -> dict[str, Any]:
    """One object. Properties that are not there are left out, without a word."""
    values = everything(row, kind)
    shown = dict.fromkeys((*names, "createdate", kind.stamp, "hs_object_id"))
    told: dict[str, Any] = {
        "id": str(row.id),
        "properties": {
            name: values.get(name) for name in shown if name in properties and not properties[name]["archived"]
        },
        "createdAt": iso(row.created),
        "updatedAt": iso(row.changed),
        "archived": row.archived is not None,
    }
    if row.archived is not None:
        told["archivedAt"] = iso(row.archived)
    return told


def everything(row: Row, kind: Kind) -> dict[str, Any]:
    """All values of an object, also those that are kept beside them."""
    stamps = {"createdate": iso(row.created), kind.stamp: iso(row.changed), "hs_object_id": str(row.id)}
    return {**row.values, **stamps}


def with_history(store: Store, row: Row, kind: Kind, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The values that each property had, the newest first."""
    values, most = everything(row, kind), MOST_HISTORY.get(kind.name, OTHERS_HISTORY)
    shown = {}
    for name in names:
        former = [(one.value, one.at, one.source) for one in history(store, kind.name, row.id, name)]
        if not former and values.get(name) is not None:
            former = [(values[name], row.created, str(row.values.get(MADE_BY, BEFORE)))]
        shown[name] = [
            {"value": value or "", "timestamp": iso(at), **hand_of(source)} for value, at, source in former[:most]
        ]
    return shown


def hand_of(source: str) -> dict[str, Any]:
    """Whose hand it was, as a history tells it."""
    type, _, by = source.partition(" ")
    user = by.removeprefix("userId:")
    told = {"sourceType": type, "sourceId": by}
    return {**told, "updatedByUserId": int(user)} if user != by and user.isdigit() else told
