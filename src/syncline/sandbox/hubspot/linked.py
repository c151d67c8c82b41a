"""Associations between objects: made, taken away, and told beside the objects themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.hubspot.asked import Asked, kind_of, needed, object_id
from syncline.sandbox.hubspot.errors import invalid, not_found
from syncline.sandbox.hubspot.events import happened, subscriptions
from syncline.sandbox.hubspot.kinds import KINDS, Kind
from syncline.sandbox.hubspot.types import OWN, Type, plain, primary, types_of
from syncline.sandbox.relations import Relation, relate, related, unrelate
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Id, Row, Store

SHOWN_AS = {"line_items": "line items"}
"""Where associations stand beside an object, their kind is not always spelled as in paths."""


def associate(
    sandbox: Sandbox, source: Kind, id: Id, other: Kind, other_id: Id, numbers: Sequence[int], by: str
) -> list[Type]:
    """Two living objects belong together, by these types and always by the plain one. Raises Refused."""
    for kind, one in ((source, id), (other, other_id)):
        row = sandbox.store.get(kind.name, one)
        if row is None or row.archived is not None:
            raise not_found([str(one)])
    known, there = types_of(sandbox.store, source, other), between(sandbox.store, source, id, other, other_id)
    if unknown := [number for number in numbers if number not in known]:
        raise invalid(f"{unknown[0]} is no association type from {source.name} to {other.name}")
    first = plain(source, other)
    wanted = dict.fromkeys([first.number, *numbers])
    only = primary(source, other)
    if only and only.number not in wanted and not has_primary(sandbox.store, source, id, other, only):
        wanted[only.number] = None
    new = [known[number] for number in wanted if number not in there]
    for type in new:
        make_room(sandbox.store, source, id, other, other_id, type)
        both = [
            Relation(source.name, id, other.name, other_id, str(type.number)),
            Relation(other.name, other_id, source.name, id, str(type.back)),
        ]
        relate(sandbox.store, both)
    if new:
        tell_both(sandbox, source, id, other, other_id, removed=False, by=by)
    return [known[number] for number in wanted]


def make_room(store: Store, source: Kind, id: Id, other: Kind, other_id: Id, type: Type) -> None:
    """There is one primary association at most: the former is a plain one from now on."""
    forth, back = primary(source, other), primary(other, source)
    if forth and type.number == forth.number:
        for former in related(store, source.name, [id], other.name)[id]:
            if former.kind == str(forth.number):
                take(store, source, id, other, former.other_id, forth)
    if back and type.back == back.number:
        for former in related(store, other.name, [other_id], source.name)[other_id]:
            if former.kind == str(back.number):
                take(store, other, other_id, source, former.other_id, back)


def has_primary(store: Store, source: Kind, id: Id, other: Kind, type: Type) -> bool:
    """Has the row an association of that type already?"""
    return any(one.kind == str(type.number) for one in related(store, source.name, [id], other.name)[id])


def take(store: Store, source: Kind, id: Id, other: Kind, other_id: Id, type: Type) -> None:
    """One type is taken away, in both directions."""
    unrelate(store, source.name, id, other.name, other_id, str(type.number))
    unrelate(store, other.name, other_id, source.name, id, str(type.back))


def dissociate(sandbox: Sandbox, source: Kind, id: Id, other: Kind, other_id: Id, by: str) -> None:
    """Nothing is left between the two."""
    gone = unrelate(sandbox.store, source.name, id, other.name, other_id)
    unrelate(sandbox.store, other.name, other_id, source.name, id)
    if gone:
        tell_both(sandbox, source, id, other, other_id, removed=True, by=by)


def between(store: Store, source: Kind, id: Id, other: Kind, other_id: Id) -> dict[int, Type]:
    """The types that two objects are associated by."""
    known = types_of(store, source, other)
    there = related(store, source.name, [id], other.name)[id]
    return {int(one.kind): known[int(one.kind)] for one in there if one.other_id == other_id}


def others(store: Store, source: Kind, ids: Sequence[Id], other: Kind) -> dict[Id, dict[Id, list[Type]]]:
    """For each object the living ones of a kind that it is associated with, and by which types."""
    known = types_of(store, source, other)
    found = related(store, source.name, ids, other.name)
    there = store.many(other.name, {one.other_id for ones in found.values() for one in ones})
    shown: dict[Id, dict[Id, list[Type]]] = {id: {} for id in ids}
    for id, ones in found.items():
        for one in sorted(ones, key=lambda one: (one.other_id, int(one.kind))):
            if one.other_id in there and there[one.other_id].archived is None:
                shown[id].setdefault(one.other_id, []).append(known[int(one.kind)])
    return shown


def tell_both(sandbox: Sandbox, source: Kind, id: Id, other: Kind, other_id: Id, *, removed: bool, by: str) -> None:
    """Webhooks for both ends."""
    wanted = subscriptions(sandbox)
    if not wanted:
        return
    for kind, mine, another, theirs in ((source, id, other, other_id), (other, other_id, source, id)):
        more = {
            "associationType": f"{kind.one}_TO_{another.one}".upper(), "fromObjectId": mine, "toObjectId": theirs,
            "associationRemoved": removed, "isPrimaryAssociation": False, "changeSource": by,
        }  # fmt: skip
        happened(sandbox, wanted, kind, "associationChange", mine, more)


# --- beside objects ---


def associate_new(asked: Asked, row: Row, wishes: Sequence[Mapping[str, Any]]) -> None:
    """The associations that a create asks for. Raises Refused."""
    for wish in wishes:
        id = object_id(needed(dict(wish), "to").get("id"))
        numbers = [int(one["associationTypeId"]) for one in needed(dict(wish), "types")]
        other = kind_by_type(asked.store, asked.kind, numbers)
        associate(asked.sandbox, asked.kind, row.id, other, -1 if id is None else id, numbers, asked.source)


def kind_by_type(store: Store, source: Kind, numbers: Sequence[int]) -> Kind:
    """A create names only the types: they say what the other object is. Raises Refused."""
    for other in KINDS:
        if all(number in types_of(store, source, other) for number in numbers):
            return other
    raise invalid(f"{numbers[0]} is no association type from {source.name}")


def beside(asked: Asked, rows: Sequence[Row], names: Sequence[str]) -> list[dict[str, Any]]:
    """For each object what it is associated with, in the short form that stands beside it."""
    shown: list[dict[str, Any]] = [{} for _ in rows]
    for name in names:
        other = kind_of(name)
        found = others(asked.store, asked.kind, [row.id for row in rows], other)
        for one, row in zip(shown, rows, strict=True):
            results = [
                {"id": str(id), "type": short(asked.kind, other, type)}
                for id, types in found[row.id].items()
                for type in types
            ]
            if results:
                one[SHOWN_AS.get(other.name, other.name)] = {"results": results}
    return shown


def short(source: Kind, other: Kind, type: Type) -> str:
    """A type's name in the short form: in v3 the plain name stands for the primary one."""
    name = f"{source.one}_to_{other.one}"
    if type.category != OWN:
        return str(type.label).lower().replace(" ", "_")
    return f"{name}_unlabeled" if type.label is None and primary(source, other) else name
