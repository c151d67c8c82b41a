"""Many objects at once by the API: read, create, update, upsert, archive, whole or in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syncline.sandbox.call import Refused, Reply
from syncline.sandbox.hubspot import objects
from syncline.sandbox.hubspot.asked import Asked, needed, object_id
from syncline.sandbox.hubspot.batches import answered
from syncline.sandbox.hubspot.errors import as_one_of_many, invalid, not_found
from syncline.sandbox.hubspot.linked import associate_new
from syncline.sandbox.hubspot.objects import Hand, find, winner
from syncline.sandbox.hubspot.properties import properties
from syncline.sandbox.hubspot.single import sent, writer
from syncline.sandbox.hubspot.tell import told, with_history
from syncline.sandbox.store import Row

Told = dict[str, Any]
One = Callable[[Hand, Mapping[str, Any]], Told]
"""Does one input of a batch; raises Refused."""


def read(asked: Asked) -> Reply:
    """Objects by id, or by a unique property; what is not there stands among the errors."""
    body, kind = asked.body(), asked.kind
    known = properties(asked.store, kind.name)
    by = body.get("idProperty") or None
    ids = [str(needed(row, "id")) for row in asked.rows(50 if body.get("propertiesWithHistory") else 100)]
    found = looked_up(asked, ids) if by in (None, "hs_object_id") else {
        id: row for id in ids if (row := find(asked.store, kind, known, id, by))
    }  # fmt: skip
    archived = asked.flag("archived")
    there = {id: row for id, row in found.items() if (row.archived is not None) == archived}
    names = body.get("properties") or kind.by_default
    results = [told(row, kind, names, known) for row in {row.id: row for row in there.values()}.values()]
    if histories := body.get("propertiesWithHistory"):
        for one in results:
            row = asked.store.get(kind.name, int(one["id"]))
            one["propertiesWithHistory"] = with_history(asked.store, row, kind, histories) if row else {}
    missing = [id for id in ids if id not in there]
    return answered(asked, results, [none_there(missing)] if missing else [])


def looked_up(asked: Asked, ids: list[str]) -> dict[str, Row]:
    """Objects by id, in few statements."""
    numbers = {id: number for id in ids if (number := object_id(id)) is not None}
    rows = asked.store.many(asked.kind.name, numbers.values())
    found = {id: rows[number] for id, number in numbers.items() if number in rows}
    for id, number in numbers.items():
        if id not in found and (by := winner(asked.store, asked.kind, number)) != number:
            row = asked.store.get(asked.kind.name, by)
            found |= {id: row} if row else {}
    return found


def none_there(ids: list[str]) -> dict[str, Any]:
    """The error for objects that are not there."""
    error = as_one_of_many(not_found(), {"ids": ids})
    return {
        **error,
        "message": "Could not get some objects, they may be deleted or not exist. Check that ids are valid.",
    }


def create(asked: Asked) -> Reply:
    """New objects."""

    def one(hand: Hand, row: Mapping[str, Any]) -> Told:
        made = objects.create(hand, sent(dict(row)))
        associate_new(asked, made, row.get("associations") or [])
        return told(made, asked.kind, made.values, hand.properties)

    return each(asked, one, 201)


def update(asked: Asked) -> Reply:
    """Some properties of many objects."""

    def one(hand: Hand, row: Mapping[str, Any]) -> Told:
        found = find(asked.store, asked.kind, hand.properties, str(needed(dict(row), "id")), row.get("idProperty"))
        if found is None or found.archived is not None:
            raise not_found([str(row["id"])])
        changed = objects.update(hand, found, sent(dict(row)))
        return told(changed, asked.kind, changed.values, hand.properties)

    return each(asked, one, 200)


def upsert(asked: Asked) -> Reply:
    """Objects by a unique property: those that are not there are made."""

    def one(hand: Hand, row: Mapping[str, Any]) -> Told:
        by, id = str(needed(dict(row), "idProperty")), str(needed(dict(row), "id"))
        found = find(asked.store, asked.kind, hand.properties, id, by)
        if found is None:
            changed = objects.create(hand, {by: id, **sent(dict(row))})
        else:
            changed = objects.update(hand, found, sent(dict(row)))
        return {**told(changed, asked.kind, changed.values, hand.properties), "new": found is None}

    return each(asked, one, 200)


def archive(asked: Asked) -> Reply:
    """Into the recycle bin; what is not there is gone already."""
    hand = writer(asked)
    for row in asked.rows():
        found = find(asked.store, asked.kind, hand.properties, str(needed(row, "id")), None)
        if found and found.archived is None:
            objects.archive(hand, found)
    return Reply(status=204)


def each(asked: Asked, one: One, status: int) -> Reply:
    """Every input by itself, if each has a trace id of its own; else one bad input fails them all."""
    rows, hand = asked.rows(), writer(asked)
    refuse_doubles(rows)
    traces = {row.get("objectWriteTraceId") for row in rows} - {None, ""}
    in_part = len(traces) == len(rows)
    results: list[Told] = []
    errors: list[dict[str, Any]] = []
    for row in rows:
        try:
            with asked.store.all_or_nothing("row"):
                if asked.sandbox.struck(asked.call, "half-fail"):
                    raise invalid("This row was made to fail")
                done = one(hand, row)
        except Refused as refusal:
            lost = refusal.reply.status == 404
            if not (in_part or lost):
                raise
            errors.append(as_one_of_many(refusal, context_of(row, in_part)))
            continue
        results.append({**done, "objectWriteTraceId": row["objectWriteTraceId"]} if in_part else done)
    return answered(asked, results, errors, status)


def context_of(row: Mapping[str, Any], in_part: bool) -> dict[str, list[str]]:
    """Which input an error is about."""
    ids = {"ids": [str(row["id"])]} if row.get("id") is not None else {}
    return {**ids, "objectWriteTraceId": [str(row["objectWriteTraceId"])]} if in_part else ids


def refuse_doubles(rows: list[dict[str, Any]]) -> None:
    """No object may stand in a batch twice."""
    ids = [(row.get("idProperty"), str(row["id"])) for row in rows if row.get("id") is not None]
    twice = sorted({id for _, id in ids if sum(each[1] == id for each in ids) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise invalid(
            f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique", context={"ids": twice}
        )
