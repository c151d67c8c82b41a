"""The associations API, v4: one pair, many pairs, and labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from syncline.sandbox.call import Refused, Reply
from syncline.sandbox.hubspot.asked import Asked, kind_of, needed, object_id, whole
from syncline.sandbox.hubspot.batches import answered
from syncline.sandbox.hubspot.errors import as_one_of_many, bad_json, invalid, not_found
from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.linked import associate, between, dissociate, others, take
from syncline.sandbox.hubspot.types import Type, plain, types_of

MOST_READ, MOST_WRITTEN = 1000, 2000
FIRST_LABEL = 5001


def list_all(asked: Asked) -> Reply:
    """A page of what one object is associated with."""
    source, other = asked.kind, kind_of(asked.parts["other"])
    id = living(asked, source, asked.parts["id"])
    limit, after = asked.limit(500, 500), object_id(asked.call.first("after")) or 0
    found = [(to, types) for to, types in others(asked.store, source, [id], other)[id].items() if int(to) > after]
    body: dict[str, Any] = {"results": [told(to, types) for to, types in found[:limit]]}
    if len(found) > limit:
        body["paging"] = {"next": {"after": str(found[limit - 1][0])}}
    return Reply(body=body)


def put_default(asked: Asked) -> Reply:
    """Two objects belong together, without a label."""
    results = default(asked, asked.parts["id"], asked.parts["other_id"])
    return answered(asked, results)


def put(asked: Asked) -> Reply:
    """Two objects belong together, by the types in the body."""
    try:
        specs = asked.call.json()
    except ValueError as problem:
        raise bad_json(str(problem)) from problem
    if not isinstance(specs, list):
        raise bad_json("a list is expected")
    return Reply(status=201, body=labelled(asked, asked.parts["id"], asked.parts["other_id"], specs))


def delete(asked: Asked) -> Reply:
    """Nothing is left between two objects."""
    part(asked, asked.parts["id"], asked.parts["other_id"])
    return Reply(status=204)


# --- many at once ---


def batch_read(asked: Asked) -> Reply:
    """What many objects are associated with; those that have nothing are left out."""
    source, other = asked.kind, kind_of(asked.parts["other"])
    ids = {str(needed(row, "id")): object_id(row["id"]) for row in asked.rows(MOST_READ)}
    there = asked.store.many(source.name, {id for id in ids.values() if id is not None})
    alive = [id for id, row in there.items() if row.archived is None]
    found = others(asked.store, source, alive, other)
    results = [
        {"from": {"id": str(id)}, "to": [told(to, types) for to, types in found[id].items()]}
        for id in alive
        if found[id]
    ]
    missing = [text for text, id in ids.items() if id not in alive]
    errors = [as_one_of_many(not_found([id]), {"fromObjectId": [id]}) for id in missing]
    return answered(asked, results, errors)


def batch_create(asked: Asked) -> Reply:
    """Many pairs, each by its types."""
    return each(asked, lambda row, id, to: [labelled(asked, id, to, needed(row, "types"))], 201)


def batch_default(asked: Asked) -> Reply:
    """Many pairs, without a label."""
    return each(asked, lambda row, id, to: default(asked, id, to), 200)


def batch_archive(asked: Asked) -> Reply:
    """Nothing is left between many pairs."""
    for row in asked.rows(MOST_WRITTEN):
        for to in needed(row, "to"):
            part(asked, end(row, "from"), str(to["id"]))
    return Reply(status=204)


def batch_labels_archive(asked: Asked) -> Reply:
    """Many pairs lose some of their types."""
    source, other = asked.kind, kind_of(asked.parts["other"])
    for row in asked.rows(MOST_WRITTEN):
        id, to = object_id(end(row, "from")), object_id(end(row, "to"))
        if id is None or to is None:
            continue
        there = between(asked.store, source, id, other, to)
        for number in numbers(needed(row, "types")):
            if number in there:
                take(asked.store, source, id, other, to, there[number])
    return Reply(status=204)


def each(asked: Asked, one: Callable[[dict[str, Any], str, str], list[Any]], status: int) -> Reply:
    """Every pair by itself."""
    results: list[Any] = []
    errors: list[dict[str, Any]] = []
    for row in asked.rows(MOST_WRITTEN):
        id, to = end(row, "from"), end(row, "to")
        try:
            with asked.store.all_or_nothing("row"):
                if asked.sandbox.struck(asked.call, "half-fail"):
                    raise invalid("This row was made to fail")
                results += one(row, id, to)
        except Refused as refusal:
            errors.append(as_one_of_many(refusal, {"fromObjectId": [id], "toObjectId": [to]}))
    return answered(asked, results, errors, status)


# --- what they share ---


def default(asked: Asked, id: str, to: str) -> list[dict[str, Any]]:
    """Without a label; told for both directions."""
    source, other = asked.kind, kind_of(asked.parts["other"])
    pair = living(asked, source, id), living(asked, other, to)
    associate(asked.sandbox, source, pair[0], other, pair[1], [], asked.source)
    return [
        {
            "from": {"id": str(one)}, "to": {"id": str(another)},
            "associationSpec": {"associationCategory": type.category, "associationTypeId": type.number},
        }
        for one, another, type in ((*pair, plain(source, other)), (*pair[::-1], plain(other, source)))
    ]  # fmt: skip


def labelled(asked: Asked, id: str, to: str, specs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """By these types."""
    source, other = asked.kind, kind_of(asked.parts["other"])
    pair = living(asked, source, id), living(asked, other, to)
    types = associate(asked.sandbox, source, pair[0], other, pair[1], numbers(specs), asked.source)
    return {
        "fromObjectTypeId": source.type_id, "fromObjectId": str(pair[0]), "toObjectTypeId": other.type_id,
        "toObjectId": str(pair[1]), "labels": [type.label for type in types if type.label],
    }  # fmt: skip


def part(asked: Asked, id: str, to: str) -> None:
    """Nothing is left between them; there may have been nothing."""
    one, another = object_id(id), object_id(to)
    if one is not None and another is not None:
        dissociate(asked.sandbox, asked.kind, one, kind_of(asked.parts["other"]), another, asked.source)


def living(asked: Asked, kind: Kind, text: str) -> int:
    """The id of an object that is there. Raises Refused."""
    id = object_id(text)
    row = asked.store.get(kind.name, id) if id is not None else None
    if id is None or row is None or row.archived is not None:
        raise not_found([text])
    return id


def end(row: dict[str, Any], name: str) -> str:
    """One end of a pair."""
    return str(needed(needed(row, name), "id"))


def numbers(specs: Sequence[dict[str, Any]]) -> list[int]:
    """The numbers of types as they were sent."""
    return [whole(one.get("associationTypeId"), "associationTypeId", 1, 10**9) for one in specs]


def told(to: Any, types: Sequence[Type]) -> dict[str, Any]:
    """One associated object, with the types."""
    return {"toObjectId": str(to), "associationTypes": [type.spec for type in types]}


# --- labels ---


def labels(asked: Asked) -> Reply:
    """All types from one kind to another."""
    known = types_of(asked.store, asked.kind, kind_of(asked.parts["other"]))
    return Reply(body={"results": [type.spec for type in known.values()]})


def create_label(asked: Asked) -> Reply:
    """A label of the account's own, in both directions."""
    body, source, other = asked.body(), asked.kind, kind_of(asked.parts["other"])
    label, number = str(needed(body, "label")), asked.store.next("label", FIRST_LABEL, many=2)
    forth = Type(number, number + 1, label, "USER_DEFINED")
    back = Type(number + 1, number, str(body.get("inverseLabel") or label), "USER_DEFINED")
    for one, another, type in ((source, other, forth), (other, source, back)):
        kept = {"label": type.label, "back": type.back, "category": type.category}
        asked.store.set(f"label/{one.name}/{another.name}/{type.number}", kept)
    return Reply(body={"results": [forth.spec, back.spec]})


def delete_label(asked: Asked) -> Reply:
    """A label goes, from wherever it was put."""
    source, other = asked.kind, kind_of(asked.parts["other"])
    type = types_of(asked.store, source, other).get(object_id(asked.parts["number"]) or 0)
    if type is None or type.category != "USER_DEFINED":
        raise not_found([asked.parts["number"]])
    for one, another, number in ((source, other, type.number), (other, source, type.back)):
        asked.store.run(
            "delete from relation where stream = ? and other = ? and kind = ?", (one.name, another.name, str(number))
        )
        asked.store.set(f"label/{one.name}/{another.name}/{number}", None)
    return Reply(status=204)
