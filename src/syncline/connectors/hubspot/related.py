"""Associations and line items: what a record's other rows say, read for many records at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from syncline.connect.request import Answer, Conversation, Request
from syncline.connectors.hubspot import paths
from syncline.connectors.hubspot.kinds import LINE_ITEM, LINES, Related
from syncline.connectors.hubspot.rows import NOT_FOUND, Asked, rows

T = TypeVar("T")
ASSOCIATIONS_BATCH = 1000
BATCH = 100
LAST = 10**9

LINE_SHOWN = tuple(field.name for field in LINE_ITEM.fields if field.name not in ("createdAt", "updatedAt"))
LINE_PROPERTIES = LINE_SHOWN[1:]


def completed(asked: Asked, found: Sequence[dict[str, Any]]) -> Conversation:
    """The rows with their associations and lines, where these are bound; else no request is made."""
    ids = [one["id"] for one in found]
    for one in asked.related:
        of = yield from associated(asked.kind.plural, one.plural, ids)
        for row in found:
            row.update(shown(one, of.get(row["id"], ())))
    if asked.lines and ids:
        lines = yield from lines_of(ids)
        for row in found:
            row[LINES] = [{name: line.get(name) for name in LINE_SHOWN} for line in lines[row["id"]]]
    return found


def shown(related: Related, to: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """An association as a raw field: the primary one, else the only one. Of several nothing is told."""
    first = [
        one for one in to if any(kind.get("typeId") == related.primary for kind in one.get("associationTypes", ()))
    ]
    chosen = first if related.primary is not None and first else to
    if not chosen:
        return {related.field: None}
    return {related.field: str(chosen[0]["toObjectId"])} if len(chosen) == 1 else {}


def associated(one: str, other: str, ids: Sequence[str]) -> Conversation:
    """Id to what it is associated with; who has more than one answer holds is asked for the rest."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    inputs: list[dict[str, str]] = [{"id": each} for each in ids]
    while inputs:
        now, inputs = inputs[:ASSOCIATIONS_BATCH], inputs[ASSOCIATIONS_BATCH:]
        answer: Answer = yield Request(
            method="POST", path=paths.associations(one, other, "batch/read"), json={"inputs": now}
        )
        for result in results(answer):
            each = str(result["from"]["id"])
            found.setdefault(each, []).extend(result["to"])
            after = (result.get("paging") or {}).get("next", {}).get("after")
            if after is not None:
                inputs.append({"id": each, "after": str(after)})
    return found


def ids_of(one: str, other: str, rid: str) -> Conversation:
    """The ids of what one record is associated with."""
    of = yield from associated(one, other, [rid])
    return [str(to["toObjectId"]) for to in of.get(rid, ())]


def results(answer: Answer) -> list[Mapping[str, Any]]:
    """The results of a read of associations. Who has none is an error that is none; any other is a ValueError."""
    for error in answer.body.get("errors") or ():
        if error.get("category") != NOT_FOUND and "NO_ASSOCIATIONS" not in str(error.get("subCategory")):
            raise ValueError(f"associations cannot be read: {error.get('category')}: {error.get('message')}")
    found: list[Mapping[str, Any]] = answer.body["results"]
    return found


def lines_of(ids: Sequence[str]) -> Conversation:
    """Deal to its line items in their order, each with its `id`."""
    of = yield from associated("deals", LINE_ITEM.plural, ids)
    wanted = list(dict.fromkeys(str(to["toObjectId"]) for deal in of.values() for to in deal))
    found: dict[str, dict[str, Any]] = {}
    for some in chunks(wanted, BATCH):
        body = {"inputs": [{"id": one} for one in some], "properties": list(LINE_PROPERTIES)}
        answer: Answer = yield Request(method="POST", path=paths.objects(LINE_ITEM.plural, "/batch/read"), json=body)
        found |= {row["id"]: row for row in rows(answer)}
    return {
        deal: sorted((found[one] for to in of.get(deal, ()) if (one := str(to["toObjectId"])) in found), key=place)
        for deal in ids
    }


def place(line: Mapping[str, Any]) -> tuple[float, int]:
    """Lines stand in the order of their positions, then of their ids."""
    position = str(line.get("hs_position_on_quote") or "")
    return (float(position) if position.replace(".", "", 1).isdigit() else LAST, int(line["id"]))


def chunks(some: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """As many at once as a request takes."""
    return (some[at : at + size] for at in range(0, len(some), size))
